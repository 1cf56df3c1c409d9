"""The only room that holds GL objects: plate and camera in, pictures out.

    renderer    one plate at one size: runs the passes, keeps their targets
    reproject   layers seen from a camera
    lens        the thin lens by brute force, the mean of many views; bokeh the same in one gather, live
    display     linear colour to the screen's, with focus aids; compare two pictures in one
    screen      a window: shown, read back, uploads for it; feed frames for a second one
    bench       how long passes take; warm every program made before it is wanted
    headless    OpenGL without a window; gl programs, textures
"""
from .renderer import Frame, Renderer

__all__ = ["Frame", "Renderer"]
