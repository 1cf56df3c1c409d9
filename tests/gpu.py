"""What OpenGL holds."""
import ctypes

from viewer.render.headless import current


def programs(context):
    """How many programs there are in a moderngl context, and in those that share its objects."""
    return _count(context, "glIsProgram")


def textures(context):
    """How many textures."""
    return _count(context, "glIsTexture")


def _count(context, function, names=4096):
    address = context.mglo._context.load_opengl_function(function)
    known = ctypes.CFUNCTYPE(ctypes.c_ubyte, ctypes.c_uint)(address)
    with current(context):
        return sum(known(name) for name in range(1, names))
