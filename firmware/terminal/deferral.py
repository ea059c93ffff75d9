"""Deferred sales: taken without a line and without approval, decided by the bank later.

The answer is written before anything else happens. What the bank declined stays in the book until
the merchant has seen it.
"""

from journal import Full
from terminal.book import NOTHING_OWED
from terminal.kinds import CALLED_OFF, DECLINED, DEFERRED, DENIED, GRANTED

_APPROVED = "00"


def decided(book, seq, reply):
    """The host's final answer."""
    answer = reply.rrn, reply.approval, reply.code
    if reply.code == _APPROVED:
        book.end(seq, GRANTED, reply.token, answer, reply.proof)
        return
    sale = book.sale(seq)
    sale.answer = answer
    sale.mark_deferred()
    try:
        book.open(DENIED, sale, seq)
    except Full:
        book.stands_as(seq, DENIED)  # after a start the host is asked once more


def unseen(book):
    """The oldest sale that the bank has declined and the merchant has not seen, or None."""
    waiting = book.waiting(DENIED)
    return book.sale(waiting[0]) if waiting else None


def seen(book, number):
    """The merchant has read that this one was declined."""
    if book.kind(number) == DENIED:
        book.end(book.seq_of(number), DECLINED, NOTHING_OWED)


def call_off(book, number):
    """The merchant takes it back: from here on the host is told that, and asked no more. -> None,
    or why not: a text key."""
    if not is_undecided(book, number):
        return "call_off_late"
    seq = book.seq_of(number)
    sale = book.sale(seq)
    sale.mark_deferred()
    try:
        book.open(CALLED_OFF, sale, seq)
    except Full:
        return "journal_full"
    return None


def is_undecided(book, number):
    """Whether the bank has yet to say anything about this sale."""
    return book.kind(number) == DEFERRED
