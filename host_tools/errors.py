"""What the commands tell a person in one line instead of a traceback."""


class Unusable(Exception):
    """Something on the disk cannot be used as it is; the text says what, and what to do."""
