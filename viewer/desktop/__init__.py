"""The window. It draws nothing itself that is part of a picture: pictures come from `viewer.render`."""
