"""What a shot cannot hold."""
from ..errors import PushinError


class BadValue(PushinError, ValueError):
    """A value that a shot cannot hold. A ValueError too, so that the shot file's reader can name its place."""
