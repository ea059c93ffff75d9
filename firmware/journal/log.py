"""The journal: an append-only log of sealed records on NOR flash that survives any power cut."""

from micropython import const

from journal import scan, settle
from journal.errors import Full, HoldsJournal
from journal.page import BODY_BYTES, FIRST, KIND, NONCE_BYTES, PAGE_BYTES, SECOND, VOIDS, Page
from journal.reader import Reader
from journal.ring import CIRCLE, RESERVE, Ring
from journal.sector import SLOTS, UNITS, UNREADABLE, Sectors

_READ_BACKS = const(4)
_TRIES = const(4)
_NEAR_END = const(4)  # slots: room for two starts that were cut off, and that some see and some not
_AHEAD = const(6)  # fewer free slots than this in the open sector: erase the next one
_TOKEN_BYTES = const(16)
_EIO = const(5)


class Journal:
    """See docs/journal-format.md. Not reentrant; one owner. Nothing works before `mount()`.

    `device` speaks MicroPython's extended block protocol and has `program_bytes`; `sealer` seals
    pages; `random(n)` gives n random bytes.
    """

    def __init__(self, device, sealer, random):
        self._sectors = Sectors(device)
        self._page = Page(sealer)
        self._reader = Reader(self._sectors, self._page)
        self._ring = Ring(self._reader, self._sectors.count)
        self._random = random
        self._back = bytearray(PAGE_BYTES)
        self._prepared = None  # the number of the sector that idle() has erased,
        self._erases = 0  # and how often it was
        self._free = None  # free sectors behind the open one, None: to be counted again
        self._noted = 0  # what is released and durable
        self._sum = None  # (position, seq): see summed_up()
        self.damage = []
        self.released = 0

    # Life

    def format(self):
        """Erases everything. Raises HoldsJournal if there is a journal already."""
        sectors = self._sectors
        for sector in range(sectors.count):
            if self._reader.number(sector) not in (None, UNREADABLE):
                raise HoldsJournal("sector %d is in use" % sector)
        for number in range(sectors.count):
            sectors.erase(number)
        sectors.mark(0, 1)  # last: without this mark it is not a journal

    def mount(self):
        """Finds the end of the log and settles it (see settle.py). One record is written."""
        found = settle.find(self._sectors, self._reader)
        self._ring.enter(found.number, found.void)
        self._next = min(found.next, (found.number + 1) * SLOTS)
        self._last = found.pos or 0
        self._void = self._base = found.void  # base: from where a start now would make void
        self._top = found.top
        self.released = found.released
        self._unit = UNITS  # the next one may be half programmed and read blank: use none here
        self._prepared = None  # that it reads blank proves nothing
        self._seen = None  # what was released when idle() was called last
        self._moved = {}  # old position -> where that record stands now
        self._free = None
        self._write(found.kind, found.seq, found.payload)
        if self._strayed() and self._left() < _NEAR_END:
            self._settle_again()

    # Writing

    @property
    def next_seq(self):
        return self._top + 1

    def append(self, kind, seq, payload):
        """Writes one record. Durable and verified when it returns its position; or Full, OSError.

        `kind` 1..31, `seq` > released, `payload` at most 432 bytes (more than 216: two pages).
        """
        if not (0 < kind <= KIND and seq > self.released and len(payload) <= 2 * BODY_BYTES):
            raise ValueError("kind, seq or payload out of range")
        pages = _pages(payload)
        left = self._left()
        if self.room() < (pages if pages <= left else left + pages):
            raise Full("%d pages do not fit" % pages)
        return self._write(kind, seq, payload)

    def release(self, seq, token):
        """All records up to `seq` may go: the host's receipt `token`, or b"" if nothing was owed.

        Where the sector has no free unit for it, it is durable with the next record or `idle()`.
        Room comes of it only then: nothing is erased that a cut could bring back to life.
        """
        if seq > self._top or len(token) not in (0, _TOKEN_BYTES):
            raise ValueError("release of what was never written, or a token of wrong length")
        if seq <= self.released:
            return
        self.released = seq
        if self._sectors.acknowledge(self._ring.open, self._unit, seq, self._last, token):
            self._note()
        self._unit += 1

    def sum_up(self, kind, payload):
        """Writes a record that is about no sale, but sums up all that is released. It is never
        live; `history` finds it. Raises Full where nothing would be free even after it."""
        free = self._ring.free(self.released, self._top)
        if not self._makes_room(free, _pages(payload)):
            raise Full("no room to sum up")
        self.summed_up(self._jot(kind, payload), self.released)

    def summed_up(self, pos, seq):
        """The record at `pos` sums up the sales up to `seq`. From here on nothing is erased that
        is above `seq`, or not older than that record."""
        self._sum = pos, seq
        self._free = None

    def since_sum(self):
        """How many slots have been used since the last summing up."""
        return self._next - self._sum[0] if self._sum else 0

    def room(self):
        """How many one-page records can still be appended."""
        return self._room(self._free_sectors())

    def free_behind(self, seq):
        """How many sectors would hold nothing any more, were all up to `seq` released and summed
        up."""
        return self._ring.free(seq, self._top)

    def idle(self):
        """At most one background step. True if it did something.

        It erases the next sector, or writes down a release that found no unit and that no record
        has carried since the call before this one.
        """
        number, before, self._seen = self._ring.open + 1, self._seen, self.released
        due = self._left() < _AHEAD and self._prepared != number
        if due and self._free_sectors():
            self._prepare(number)
            return True
        due = before == self.released != self._noted
        if due and self._makes_room(self._count_free(self.released)):
            self._jot(0, b"")
            return True
        return False

    def _makes_room(self, free, pages=1):
        """Whether the reserve is whole behind a jot that makes so many sectors free."""
        strayed = self._strayed()
        there = 1 if strayed or self._left() < pages else 0
        return free + strayed - there >= RESERVE

    def _strayed(self):
        """How many sectors starts have gone on from the record that they keep: 0 to 2."""
        return (self._ring.open - self._base // SLOTS) % self._sectors.count

    def _jot(self, kind, payload):
        """Writes a record about no sale, also where there is no room for one about a sale.

        What it says may be what makes the sectors behind it free, and a cut may leave it so that
        only some starts can read it. They must not erase what the others still show. So it goes
        where the two sectors behind it are of the reserve without it.
        """
        pages = _pages(payload)
        for _ in range(CIRCLE):  # at the end of the first: to the second, and round
            strayed = self._strayed()
            if strayed == 0 or (strayed == 1 and self._left() >= pages):
                break
            self._settle_again()
        return self._write(kind, 0, payload)

    def _settle_again(self):
        """As a start does, but in the other one of the two sectors.

        What a cut has left may look blank to one start and not to the next. So nothing may hang on
        how much of this sector looks used: else one start would mark the other sector, perhaps a
        lap ahead, and the next go on here and past that mark. Whoever comes near the end of this
        one goes to the other; who wants to go there fills this one first.
        """
        while self._left() >= _NEAR_END:
            self._settle_here()
        self._void = self._base
        self._enter(self._ring.following(self._void, self._last))
        self._settle_here()

    def _settle_here(self):
        old, self._void = self._last, self._base
        new = self._write(*self.read(old))
        for pos in [pos for pos in self._moved if self._moved[pos] == old]:
            self._moved[pos] = new
        self._moved[old] = new

    # Reading

    def read(self, pos):
        """(kind, seq, payload) of the record written at `pos`. Raises Damaged or WrongKey."""
        return self._reader.record(self._moved.get(pos, pos))

    def live(self):
        """Yields (pos, kind, seq, payload) of what is not released, oldest first."""
        span = self._span(self._free_sectors())
        return scan.live(self._reader, span, lambda: self.released, self._alarm)

    def since(self, seq):
        """Yields the same of all from the sequence number `seq` on whose sector was not erased yet,
        released or not. What cannot be read is passed over, and perhaps what is written now."""
        span = self._span(self._ring.free(seq - 1, self._top))
        return scan.live(self._reader, span, lambda: seq - 1, lambda pos: None)

    def history(self, above=-1):
        """The same, newest first, released ones too until their sector was erased; it ends where
        there is nothing about a sale above `above` any more."""
        return scan.history(self._sectors, self._reader, self._last, above)

    def _alarm(self, pos):
        if pos not in self.damage:
            self.damage.append(pos)

    def _span(self, free):
        return self._ring.span(free, lambda: self._next)

    # Space

    def _left(self):
        return (self._ring.open + 1) * SLOTS - self._next

    def _room(self, free):
        """Slots for records when so many sectors behind the open one are free."""
        return self._left() + (free - RESERVE) * SLOTS if free >= RESERVE else 0

    def _note(self):
        """What is released is durable now."""
        if self._noted != self.released:
            self._noted, self._free = self.released, None

    def _free_sectors(self):
        if self._free is None:
            self._free = self._count_free(self._noted)
        return self._free

    def _count_free(self, released):
        """How many sectors behind the open one may be erased if so much is released."""
        if self._sum is None:
            return self.free_behind(released)
        pos, seq = self._sum
        return self._ring.free(min(released, seq), self._top, pos)

    def _prepare(self, number):
        self._prepared = None
        self._erases = self._sectors.clear(number)
        self._prepared = number

    def _enter(self, number):
        if self._prepared != number:
            self._prepare(number)  # idle() had no time: one long wait instead of a lost sale
        self._prepared = None
        self._sectors.mark(number, self._erases)
        self._free = self._free - 1 if self._free and number == self._ring.open + 1 else None
        self._ring.enter(number, self._void)
        self._next, self._unit = number * SLOTS, 1

    # Pages

    def _write(self, kind, seq, payload):
        pages = _pages(payload)
        for _ in range(_TRIES):
            if self._left() < pages:
                self._skip_rest()
            pos = self._next
            self._next += pages
            if self._program(pos, kind, seq, payload):
                self._base = pos if self._void is None else self._void
                self._void, self._last = None, pos
                self._top = max(self._top, seq)
                self._note()
                return pos
            if self._void is None:
                self._void = pos
        raise OSError(_EIO, "the flash does not keep what is written")

    def _skip_rest(self):
        if self._left() and self._void is None:
            self._void = self._next
        self._enter(self._ring.following(self._void, self._last))

    def _program(self, pos, kind, seq, payload):
        """True if all pages of the record were programmed and read back right."""
        nonce = self._random(NONCE_BYTES)
        if self._void is None:
            origin = max(self._top, seq)
        else:
            origin, kind = self._void, kind | VOIDS
        if len(payload) <= BODY_BYTES:
            return self._program_page(kind, seq, origin, nonce, pos, payload)
        first, second = memoryview(payload)[:BODY_BYTES], memoryview(payload)[BODY_BYTES:]
        return self._program_page(
            kind | FIRST, seq, origin, nonce, pos, first
        ) and self._program_page(kind | SECOND, seq, origin, nonce, pos + 1, second)

    def _program_page(self, kind, seq, origin, nonce, pos, part):
        self._page.seal(kind, seq, self.released, origin, nonce, pos, part)
        try:
            self._sectors.program(pos, self._page.raw)
        except OSError:
            return False  # the next slot may be better
        for _ in range(_READ_BACKS):
            self._sectors.read(pos, self._back)
            if self._back != self._page.raw:
                return False
        return True


def _pages(payload):
    return 1 if len(payload) <= BODY_BYTES else 2
