"""Walking through the records: the live ones oldest first, and all that is left newest first."""

from journal.errors import Damaged, WrongKey
from journal.page import SECOND, VOIDS
from journal.sector import SLOTS, UNREADABLE


def live(reader, span, released, alarm):
    """Yields (pos, kind, seq, payload) of all records with seq > released() within `span`.

    `span` yields positions in order. A record that voids reaches back over at most two whole ones
    (the one it stands for, and one that a cut left half written), so two are held back until the
    next is known. A slot that nothing accounts for is reported through `alarm(pos)`.
    """
    waiting, skip = [], -1  # positions; those of unreadable slots as -1 - pos
    for pos in span:
        if pos == skip:
            continue
        pages = reader.pages(pos)
        flags, origin = reader.page.flags, reader.page.origin
        if not pages:
            waiting.append(-1 - pos)
            continue
        skip = pos + 1 if pages == 2 else -1
        if flags & VOIDS:
            waiting = [p for p in waiting if _at(p) < origin]
        elif origin <= released():
            waiting.clear()  # all that came before has been released
        waiting.append(pos)
        while _whole(waiting) > 2:
            yield from _tell(reader, waiting.pop(0), released, alarm)
    for position in waiting:
        yield from _tell(reader, position, released, alarm)


def _at(position):
    return position if position >= 0 else -1 - position


def _whole(waiting):
    return sum(position >= 0 for position in waiting)


def _tell(reader, position, released, alarm):
    if position < 0:
        alarm(_at(position))
        return
    try:
        kind, seq, payload = reader.record(position)
    except (Damaged, WrongKey):
        alarm(position)
        return
    if kind and seq > released():
        yield position, kind, seq, payload


def history(sectors, reader, pos):
    """Yields (pos, kind, seq, payload) newest first from `pos` back, until a sector was reused."""
    page = reader.page
    while pos >= 0:
        if reader.load(pos) and page.flags & SECOND:
            pos -= 1
        whole = reader.pages(pos)
        before = (page.origin if page.flags & VOIDS else pos) if whole else pos
        if whole:
            try:
                record = reader.record(pos)
            except (Damaged, WrongKey):
                record = (0,)
            if record[0]:
                yield (pos,) + record
        if before // SLOTS != (before - 1) // SLOTS:
            number = before // SLOTS - 1
            if reader.number(number % sectors.count) not in (number, UNREADABLE):
                return
        pos = before - 1
