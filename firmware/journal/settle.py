"""What a start finds: the newest record that stands, and the place where it is written again.

A power cut leaves at most one operation half done, and what is half done may read differently
each time. So a start never trusts the end of the log: it takes the newest record that it can read,
skips one slot beyond all that is not blank, and writes that record again with the flag VOIDS. From
then on everything between the two is void, whatever it may read as: what was decided once stays so.
"""

from journal.errors import Damaged, NotAJournal
from journal.page import VOIDS
from journal.sector import SLOTS, UNREADABLE


class Found:
    """Where the log ends and what stands there. `pos` is None in a journal without records."""

    def __init__(self, number, last):
        self.number = number  # of the sector that is written on
        self.next = number * SLOTS + last + 2
        self.pos = None
        self.void = 0  # the first position that the next record makes void
        self.kind = self.seq = self.top = self.released = 0
        self.payload = b""


def find(sectors, reader):
    """The end of the log as a Found. Raises NotAJournal, WrongKey, Damaged."""
    found, blank, number = None, True, 0
    for number in _newest_first(sectors, reader):
        last = _last_used(reader, number)
        if blank:  # up to here: the log ends in the newest sector that is written on
            found, blank = Found(number, last), last < 0
        if _take_last_record(reader, found, number, last):
            break
    if found is None:
        raise NotAJournal("no sector has a mark")
    if found.pos is not None:
        _take_state(sectors, reader, found)
        _check_lap(sectors, reader, found)
    elif number != 0:
        raise Damaged("no record can be read in the newest sectors")
    return found


def _newest_first(sectors, reader):
    """Yields the number of the newest sector, then those of the four around it, falling.

    More than one, because the newest may have been marked but not written on, and because endless
    restarts circle in two sectors (see `Ring`), which leaves two neighbours in reverse order, while
    some of them may see one record more than others, and go round one sector further.
    """
    newest = _search(sectors, reader)
    if newest == UNREADABLE:
        return
    yield newest
    around = [reader.number((newest + step) % sectors.count) for step in (1, -1, -2, -3)]
    yield from sorted([n for n in around if n not in (None, UNREADABLE)], reverse=True)


def _search(sectors, reader):
    """The highest number of a sector, or UNREADABLE (-1) if none has one.

    Each mark is read once: one that a cut left half written may read differently the next time.
    """
    low, high = 0, sectors.count
    first = newest = reader.number(0)
    if first == UNREADABLE:
        return _search_all(sectors, reader)
    if first is None:  # erased ahead of its use
        first = newest = UNREADABLE
    while high - low > 1:  # numbers rise up to the newest sector; behind it they are a lap lower
        middle = (low + high) // 2
        number = reader.number(middle)
        if number == UNREADABLE:
            return _search_all(sectors, reader)
        if number is not None and number > first:
            low, newest = middle, number
        else:
            high = middle
    for step in (-3, -2, -1, 1, 2, 3):  # newer only where restarts went round, perhaps with gaps
        number = reader.number((low + step) % sectors.count)
        newest = newest if number is None else max(newest, number)
    return newest


def _search_all(sectors, reader):
    """The same without the help of order: where a sector is unreadable or half erased."""
    newest = UNREADABLE
    for sector in range(sectors.count):
        number = reader.number(sector)
        if number is not None:
            newest = max(newest, number)
    return newest


def _last_used(reader, number):
    """The last slot that is not blank, or -1.

    All slots behind it are read: what a cut left half begun may read blank now and not blank the
    next time, so no run of blank slots, however long, proves that nothing follows.
    """
    for slot in range(SLOTS - 1, -1, -1):
        if not reader.blank(number * SLOTS + slot):
            return slot
    return -1


def _take_last_record(reader, found, number, last):
    """Reads the last whole record in slots 0 to `last` of a sector. False if there is none."""
    for slot in range(last, -1, -1):
        pos = number * SLOTS + slot
        try:
            found.kind, found.seq, found.payload = reader.record(pos)
        except Damaged:
            continue
        found.pos = pos
        return True
    return False


def _take_state(sectors, reader, found):
    """Takes from the record in the page buffer what it says of the journal as a whole."""
    page, pos = reader.page, found.pos
    voids, origin, released = page.flags & VOIDS, page.origin, page.released
    found.void = origin if voids else pos
    found.released = max(released, sectors.acknowledged(pos // SLOTS, pos))
    highest = _highest_seq(sectors, reader, origin) if voids else origin
    found.top = max(found.released, found.seq, highest)


def _check_lap(sectors, reader, found):
    """What lies just ahead of the newest sector is the oldest one, unless restarts have circled."""
    ahead = found.pos // SLOTS - found.number
    void = found.void // SLOTS
    if ahead % sectors.count == 1 and reader.number(void % sectors.count) != void:
        raise Damaged("no record can be read in the newest sectors")


def _highest_seq(sectors, reader, pos):
    """The highest sequence number up to the record at `pos`, or before it.

    A record that voids has no room to say it, but the one that it stands for has, nearly always.
    """
    highest, page = 0, reader.page
    while pos >= 0:
        if reader.load(pos):
            highest = max(highest, page.seq)
            if not page.flags & VOIDS:
                return max(highest, page.origin)
            pos = min(page.origin, pos - 1)
        else:
            pos -= 1
            number = pos // SLOTS
            if pos % SLOTS == SLOTS - 1 and reader.number(number % sectors.count) != number:
                break
    return highest
