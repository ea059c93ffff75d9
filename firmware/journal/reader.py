"""Reading records: a page that flickers gets several chances, a flipped bit is put right."""

from micropython import const

from journal.errors import Damaged, WrongKey
from journal.page import FIRST, SECOND
from journal.sector import SLOTS, UNREADABLE

_READS = const(3)


class Reader:
    """Loads pages into the one page buffer. What is in it holds until the next call."""

    def __init__(self, sectors, page):
        self._sectors = sectors
        self._held = None  # the position whose page blank() has just read
        self.page = page

    def blank(self, pos):
        self._sectors.read(pos, self.page.raw)
        blank = self.page.blank()
        self._held = None if blank else pos
        return blank

    def load(self, pos):
        """True if an intact page of that position is there; it is then in `page`."""
        page = self.page
        for _ in range(_READS):
            if self._held != pos:
                self._sectors.read(pos, page.raw)
            self._held = None
            if page.blank():
                return False
            if page.parse():
                return page.pos == pos
        return page.repair(pos)

    def look(self, pos, above=-1):
        """(pages, record): of how many pages the whole record that begins at `pos` is, 0 if none.

        `record` is (kind, seq, payload); () if its seq is not above `above`, so that its seal need
        not be opened; None if the seal does not open, or there is nothing.
        """
        page = self.page
        if not self.load(pos) or page.flags & SECOND:
            return 0, None
        wanted = page.seq > above
        payload = page.open() if wanted else b""
        if not page.flags & FIRST:
            pages, more = 1, b""
        elif self._load_second(pos, page.nonce):
            pages, more = 2, page.open() if wanted else b""
        else:
            return 0, None
        if payload is None or more is None:
            return pages, None
        return pages, (page.kind, page.seq, payload + more) if wanted else ()

    def _load_second(self, pos, nonce):
        page = self.page
        found = pos % SLOTS < SLOTS - 1 and self.load(pos + 1)
        return found and page.flags & SECOND and page.nonce == nonce

    def record(self, pos):
        """(kind, seq, payload). Raises Damaged, or WrongKey if a seal does not open."""
        pages, record = self.look(pos)
        if not pages:
            raise Damaged("no whole record at %d" % pos)
        if record is None:
            raise WrongKey("the seal of %d does not open" % pos)
        return record

    def number(self, sector):
        """The number of physical `sector`: from its mark, or, if that is lost, from its records."""
        number = self._sectors.number(sector)
        if number != UNREADABLE:
            return number
        self._held = None
        for slot in range(SLOTS):  # several starts may have been cut off before one came through
            # The position is what is asked for, so any one that belongs into this sector will do.
            self._sectors.read(sector * SLOTS + slot, self.page.raw)
            if self.page.parse() and self.page.pos % SLOTS == slot:
                number = self.page.pos // SLOTS
                if number % self._sectors.count == sector:
                    return number
        return UNREADABLE
