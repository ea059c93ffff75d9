"""Walking through the records: the live ones oldest first, and all that is left newest first."""

from micropython import const

from journal.page import SECOND, VOIDS
from journal.sector import SLOTS, UNREADABLE

_HELD_BACK = const(2)


def live(reader, span, released, alarm):
    """Yields (pos, kind, seq, payload) of all records with seq > released() within `span`.

    `span` yields positions in order. A record that voids may itself be void: the next start may
    have seen less than the one that wrote it. But what stands in the end reaches back over at most
    two whole records (the last good one, and one that a cut left half written), so two are held
    back until the next is known. A slot that nothing accounts for is told to `alarm(pos)`.
    """
    waiting, second = [], -1  # of (position, first position that it voids, record)
    plain = 0  # how many in a row that void nothing and can be read
    for pos in span:
        if pos == second:
            continue
        pages, record = reader.look(pos, released())
        second = pos + 1 if pages == 2 else -1
        voids = _voids(reader.page, pos) if pages else None
        plain = plain + 1 if voids == pos else 0
        if plain and reader.page.origin <= released():
            waiting.clear()  # all that came before has been released
        waiting.append((pos, voids, record))
        if len(waiting) <= _HELD_BACK:
            continue
        if plain >= len(waiting):  # they all stand
            yield from _tell((waiting.pop(0),), released, alarm)
            continue
        standing = _standing(waiting)
        whole = [entry for entry in standing if entry[1] is not None]
        if len(whole) > _HELD_BACK:
            certain = whole[0]
            waiting = waiting[waiting.index(certain) + 1 :]
            yield from _tell(standing[: standing.index(certain) + 1], released, alarm)
    yield from _tell(_standing(waiting), released, alarm)


def _voids(page, pos):
    """The first position that the record at `pos` makes void: its own, if it voids nothing."""
    return page.origin if page.flags & VOIDS else pos


def _standing(waiting):
    """Those that no later one voids which stands itself."""
    standing, limit = [], None
    for entry in reversed(waiting):
        pos, voids, _ = entry
        if limit is None or pos < limit:
            standing.insert(0, entry)
            limit = voids if voids is not None else pos
    return standing


def _tell(entries, released, alarm):
    """Yields those of the records that are not released, and reports the slots without one."""
    for pos, _, record in entries:
        if record is None:
            alarm(pos)
        elif record and record[0] and record[1] > released():
            yield (pos,) + record


def history(sectors, reader, pos, above):
    """Yields (pos, kind, seq, payload) newest first from `pos` back, until a sector was reused, or
    until nothing that lies before can be about a sale above `above`."""
    page = reader.page
    while pos >= 0:
        if reader.load(pos) and page.flags & SECOND:
            pos -= 1
        pages, record = reader.look(pos)
        voids = page.flags & VOIDS
        if pages and not voids and page.origin <= above:
            return
        before = min(_voids(page, pos), pos) if pages else pos
        if record and record[0]:
            yield (pos,) + record
        if before // SLOTS != (before - 1) // SLOTS:
            number = before // SLOTS - 1
            if reader.number(number % sectors.count) not in (number, UNREADABLE):
                return
        pos = before - 1
