"""Reading records: a page that flickers gets several chances, a flipped bit is put right."""

from micropython import const

from journal.errors import Damaged, WrongKey
from journal.page import FIRST, SECOND
from journal.sector import SLOTS, UNREADABLE

_READS = const(3)
_PROBES = const(3)


class Reader:
    """Loads pages into the one page buffer. What is in it holds until the next call."""

    def __init__(self, sectors, page):
        self._sectors = sectors
        self.page = page

    def blank(self, pos):
        self._sectors.read(pos, self.page.raw)
        return self.page.blank()

    def load(self, pos):
        """True if an intact page of that position is there; it is then in `page`."""
        page = self.page
        for _ in range(_READS):
            self._sectors.read(pos, page.raw)
            if page.parse():
                return page.pos == pos
            if page.blank():
                return False
        return page.repair() and page.pos == pos

    def pages(self, pos):
        """How many pages the whole record that begins at `pos` has: 1, 2, or 0 if none does."""
        if not self.load(pos) or self.page.flags & SECOND:
            return 0
        if not self.page.flags & FIRST:
            return 1
        nonce = self.page.nonce
        return 2 if self._load_second(pos, nonce) else 0

    def _load_second(self, pos, nonce):
        page = self.page
        found = pos % SLOTS < SLOTS - 1 and self.load(pos + 1)
        return found and page.flags & SECOND and page.nonce == nonce

    def record(self, pos):
        """(kind, seq, payload). Raises Damaged, or WrongKey if a seal does not open."""
        page = self.page
        if not self.load(pos) or page.flags & SECOND:
            raise Damaged("no record at %d" % pos)
        flags, nonce = page.flags, page.nonce
        payload = self._open(pos)
        if flags & FIRST:
            if not self._load_second(pos, nonce):
                raise Damaged("half a record at %d" % pos)
            payload += self._open(pos + 1)
        return page.kind, page.seq, payload

    def _open(self, pos):
        payload = self.page.open()
        if payload is None:
            raise WrongKey("the seal of %d does not open" % pos)
        return payload

    def number(self, sector):
        """The number of physical `sector`: from its mark, or, if that is lost, from its records."""
        number = self._sectors.number(sector)
        if number != UNREADABLE:
            return number
        for slot in range(_PROBES):
            # The position is what is asked for, so any one that belongs into this sector will do.
            self._sectors.read(sector * SLOTS + slot, self.page.raw)
            if self.page.parse() and self.page.pos % SLOTS == slot:
                number = self.page.pos // SLOTS
                if number % self._sectors.count == sector:
                    return number
        return UNREADABLE
