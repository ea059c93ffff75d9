"""Whether a sale may be written again at the head of the journal, as it is or as a dead letter.

That lets go what was written behind it, which it has held back. But it takes room, and gives some
back only when a whole sector holds nothing any more: in a full journal it might use up the last
pages for nothing.
"""

from micropython import const

_PLENTY = const(24)  # pages
_PAGES = const(2)  # that one sale takes


def has_room(journal, unresolved, seq, room):
    """Of the unresolved sale `seq`; `unresolved` yields all of them, rising. All but `room` pages
    are kept for what is to come."""
    if journal.room() >= _PLENTY:
        return True
    return seq == journal.released + 1 and _frees_a_sector(journal, unresolved, room)


def _frees_a_sector(journal, unresolved, room):
    """Whether the first of these, written again, free a sector before the room is used up."""
    free, pages = journal.free_behind(journal.released), 0
    for seq in unresolved:
        if journal.free_behind(seq - 1) > free:
            return True
        pages += _PAGES
        if pages > room:
            return False
    return journal.free_behind(journal.next_seq - 1) > free
