"""The sectors as they lie behind the one that is written on, round to that one again."""

from micropython import const

from journal.page import VOIDS
from journal.sector import SLOTS, UNREADABLE

CIRCLE = const(2)  # starts go round in so many sectors behind the record that they keep, for ever
RESERVE = const(3)  # kept back: one more, so that a note in the first of them has two behind it


class Ring:
    """Numbers of sectors, counted for ever; `open` is that of the sector that is written on."""

    def __init__(self, reader, count):
        self._reader = reader
        self._count = count
        self._spare = 0  # how many sectors behind the open one are certainly of the reserve
        self.open = 0

    def enter(self, number, void):
        """That sector is written on. `void`: the first position that the next record makes void,
        None if there is none."""
        if void is None:
            self._spare = max(0, self._spare - 1)
        else:
            self._spare = max(0, RESERVE - (number - void // SLOTS) % self._count)
        self.open = number

    def following(self, void, last):
        """The number of the sector to go on in.

        While there is something to void, that is one of the two sectors behind it, and not the one
        with the last record that stands. So endless restarts circle in two sectors of the reserve,
        and never reach what is not released.
        """
        if void is None:
            return self.open + 1
        sector = void // SLOTS + 1
        if (sector - last // SLOTS) % self._count == 0:
            sector += 1
        return self.open + (sector - self.open) % self._count

    def span(self, free, end):
        """Positions from behind so many free sectors up to the last record, also while more come.

        `end()` is the position behind the last record.
        """
        sector, number = self.open + free, None
        while number != self.open:
            sector += 1
            number = self._number_at(sector, number)
            for pos in range(number * SLOTS, min((number + 1) * SLOTS, end())):
                yield pos

    def _number_at(self, sector, before):
        """The number of that sector on the way to the open one; `before`: that of the one before.

        Where it is lost, its neighbours tell it. The open sector does not: restarts may have taken
        it laps ahead.
        """
        way = (self.open - sector) % self._count
        for ahead in range(way):
            number = self._reader.number((sector + ahead) % self._count)
            if number not in (None, UNREADABLE):
                return number - ahead
            if before is not None:
                return before + 1
        return self.open - way

    def free(self, seq, top, keep=None):
        """How many sectors behind the open one hold nothing above `seq`, nor the position `keep`.

        They lie together, so that halving finds their end. `top`: the highest number of all.
        """
        low, high = 0, self._count
        if keep is not None:
            high = (keep // SLOTS - self.open) % self._count or self._count
        while high - low > 1:
            middle = (low + high) // 2
            if self._is_free(middle, seq, top):
                low = middle
            else:
                high = middle
        return low

    def _is_free(self, step, seq, top):
        """Whether the sector `step` behind the open one holds nothing above `seq`.

        The first record behind it knows the highest sequence number up to there. In the reserve
        nothing is ever kept, whatever a start that was cut off has left there: half an erase, half
        a mark.
        """
        reader, page = self._reader, self._reader.page
        number = reader.number((self.open + step) % self._count)
        if step <= self._spare or number is None or number > self.open:
            return True
        for further in range(step + 1, self._count + 1):
            number = reader.number((self.open + further) % self._count)
            if number is None or number == UNREADABLE:
                continue
            for slot in range(SLOTS):
                if reader.load(number * SLOTS + slot) and not page.flags & VOIDS:
                    return page.origin <= seq
        return top <= seq
