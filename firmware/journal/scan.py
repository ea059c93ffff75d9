"""Walking through the records: the live ones oldest first, and all that is left newest first."""

from micropython import const

from journal.errors import Damaged, WrongKey
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
    waiting, second = [], -1  # (position, first position that it voids; None if unreadable)
    for pos in span:
        if pos == second:
            continue
        pages, page = reader.pages(pos), reader.page
        if not pages:
            waiting.append((pos, None))
            continue
        second = pos + 1 if pages == 2 else -1
        voids = page.flags & VOIDS
        if not voids and page.origin <= released():
            waiting.clear()  # all that came before has been released
        waiting.append((pos, page.origin if voids else pos))
        standing = _standing(waiting)
        whole = [entry for entry in standing if entry[1] is not None]
        if len(whole) > _HELD_BACK:
            certain = whole[0][0]
            waiting = [entry for entry in waiting if entry[0] > certain]
            yield from _tell(reader, standing, certain, released, alarm)
    if waiting:
        yield from _tell(reader, _standing(waiting), waiting[-1][0], released, alarm)


def _standing(waiting):
    """Those that no later one voids which stands itself."""
    standing, limit = [], None
    for pos, voids in reversed(waiting):
        if limit is None or pos < limit:
            standing.insert(0, (pos, voids))
            limit = voids if voids is not None else pos
    return standing


def _tell(reader, standing, last, released, alarm):
    """Yields the records up to position `last`, and reports the slots that cannot be read."""
    for pos, voids in standing:
        if pos > last:
            return
        try:
            if voids is None:
                raise Damaged("no record at %d" % pos)
            kind, seq, payload = reader.record(pos)
        except (Damaged, WrongKey):
            alarm(pos)
            continue
        if kind and seq > released():
            yield pos, kind, seq, payload


def history(sectors, reader, pos, above=0):
    """Yields (pos, kind, seq, payload) newest first from `pos` back, until a sector was reused, or
    until nothing that lies before can be about a sale above `above`."""
    page = reader.page
    while pos >= 0:
        if reader.load(pos) and page.flags & SECOND:
            pos -= 1
        whole, record = True, (0,)
        try:
            record = reader.record(pos)
        except WrongKey:
            pass  # what it voids is void all the same
        except Damaged:
            whole = False
        voids = page.flags & VOIDS
        if whole and not voids and page.origin <= above:
            return
        before = min(page.origin, pos) if whole and voids else pos
        if record[0]:
            yield (pos,) + record
        if before // SLOTS != (before - 1) // SLOTS:
            number = before // SLOTS - 1
            if reader.number(number % sectors.count) not in (number, UNREADABLE):
                return
        pos = before - 1
