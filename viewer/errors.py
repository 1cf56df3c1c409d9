"""The one exception that is meant for people: a sentence that says what is wrong and what to do."""


class PushinError(Exception):
    """Bad input or a missing capability, worded for the person at the keyboard.

    The message is one plain sentence without a traceback; the command line prints it and exits with code 2,
    the window shows it, and Python callers catch it.
    """
