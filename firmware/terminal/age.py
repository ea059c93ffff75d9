"""How long the oldest sale has waited that the host does not have: a limit of selling offline.

Time counts by the clock where it was trusted when the sale was made and is trusted now, and always
by the hours that the terminal was switched on. Those need no clock; they are kept in a file, so
that they go on over restarts. The longer of the two is the age: it may be more than the truth (the
sale behind a sale that went takes over its hours), so that the limit is never exceeded.
"""

from micropython import const

from terminal.kinds import CALLED_OFF, RETURN

_FILE = "waiting"
_PART = "waiting.part"
_STEP_S = const(900)  # the most that a power cut can make it forget
_ID_BYTES = const(16)


class Age:
    def __init__(self, book, clock, folder):
        self._book = book
        self._clock = clock
        self._folder = folder
        self._oldest = None  # sale number
        self._id = b""
        self._time = None  # of its capture, where the clock was trusted
        self._counted_s = 0  # switched on, before `_since_ms`
        self._since_ms = 0
        self._kept_s = 0

    def seconds(self):
        """0 if nothing waits."""
        oldest = self._oldest_owed()
        if oldest is None:
            self._oldest = None
            return 0
        if oldest != self._oldest:
            self._begin(oldest)
        waited_s = self._switched_on_s()
        if self._time and self._clock.trusted:
            waited_s = max(waited_s, self._clock.since_s(self._time))
        return waited_s

    def _oldest_owed(self):
        """Number of the sale, None if there is none. What is given back or called off is no
        risk."""
        for number in self._book.owed():
            if self._book.kind(number) not in (RETURN, CALLED_OFF):
                return number
        return None

    def keep(self):
        """Idle work: writes down what has passed, every quarter of an hour."""
        if self.seconds() and self._switched_on_s() >= self._kept_s + _STEP_S:
            self._kept_s = self._switched_on_s()
            self._folder.write(_PART, self._id + self._kept_s.to_bytes(4, "big"))
            self._folder.replace(_FILE, _PART)

    def _switched_on_s(self):
        return self._counted_s + (self._clock.now_ms() - self._since_ms) // 1000

    def _begin(self, number):
        """Another sale is the oldest now."""
        sale = self._book.sale(self._book.seq_of(number))
        before = self._folder.read(_FILE) or b""
        self._kept_s = 0
        if before[:_ID_BYTES] == sale.id:
            self._kept_s = int.from_bytes(before[_ID_BYTES:], "big")
        self._counted_s = self._kept_s if self._oldest is None else self._switched_on_s()
        self._oldest, self._id = number, sale.id
        self._time = sale.time if sale.clock_trusted else None
        self._since_ms = self._clock.now_ms()
