"""The plate: a picture with depth and lens."""
from .plate import Plate

__all__ = ["Plate"]
