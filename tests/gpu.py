"""What OpenGL holds."""
import ctypes


def programs(context, names=4096):
    """How many programs there are in a moderngl context, and in those that share its objects."""
    address = context.mglo._context.load_opengl_function("glIsProgram")
    is_program = ctypes.CFUNCTYPE(ctypes.c_ubyte, ctypes.c_uint)(address)
    return sum(is_program(name) for name in range(1, names))
