"""What the commands tell a person in one line instead of a traceback."""

import errno
from pathlib import Path


class Unusable(Exception):
    """Something cannot be used, or did not work; the text says what, and what to do."""

    exit_code = 1


class WrongUse(Unusable):
    """What was asked for cannot be done as it was said, like an option that there is not."""

    exit_code = 2


_ADVICE = {
    errno.ENOSPC: "; make room and try again",
    errno.EROFS: "; it cannot be written there: take another folder",
}


def in_words(error: OSError) -> str:
    """Which file, what is wrong with it, and, where that is known, what to do."""
    where = "" if error.filename is None else f"{error.filename}: "
    return where + (error.strerror or str(error)) + _ADVICE.get(error.errno or 0, "")


def is_there(path: Path) -> bool:
    """A file that is not empty: what a full disk or a stopped copy leaves is not one."""
    return path.is_file() and path.stat().st_size > 0
