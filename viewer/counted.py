"""Numbers that a person reads, with nouns that agree."""


def counted(number: int | str, noun: str) -> str:
    """A number with its noun: "1 frame", "2 frames", "1.0 pixels". number: an int, or as it is to be read."""
    return f"{number} {noun}{'s' * (str(number) != '1')}"
