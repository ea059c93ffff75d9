"""What can be wrong with a journal. Device trouble is an OSError, as everywhere."""


class NotAJournal(Exception):
    """The device holds no journal: a technician has to format it once."""


class HoldsJournal(Exception):
    """`format()` was asked for on a device that holds a journal already."""


class WrongKey(Exception):
    """A page is intact, but its seal does not open: another key, or a changed record."""


class Damaged(Exception):
    """What must be there cannot be read. The argument says where."""


class Full(Exception):
    """No room: something must be released first. Nothing was written."""
