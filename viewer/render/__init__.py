"""The only room that holds GL objects: plate and camera in, pictures out."""
from .renderer import Frame, Renderer

__all__ = ["Frame", "Renderer"]
