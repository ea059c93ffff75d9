"""The journal room: `Journal` and what it raises."""

from journal.errors import Damaged, Full, HoldsJournal, NotAJournal, WrongKey
from journal.log import Journal

__all__ = ("Damaged", "Full", "HoldsJournal", "Journal", "NotAJournal", "WrongKey")
