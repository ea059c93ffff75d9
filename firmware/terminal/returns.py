"""Giving money back: what may be given back of a sale, and the record of it.

A return is an advice, as a stored sale is: durable here first, then owed to the host. So it needs
no network, can never be in doubt, and follows its original in the order of capture.
"""

from terminal import book as b
from terminal import deferral
from terminal.sale_record import Sale

# The type in DE 60. A void takes back the whole of a sale whose batch is still open.
_VOID = "23"
_REFUND = "25"


def given_back_fen(book, sale):
    """How much of this sale is given back or going to be; what the bank refused does not count."""
    total_fen, seen = 0, set()
    for kind, seq, record in book.records():
        if seq == sale.number:
            break  # a record that the sale began with: every return came after it
        told = record.original
        if told and told[0] == sale.id and record.number not in seen:
            seen.add(record.number)
            total_fen += record.amount_fen if kind == b.RETURN else 0
    return total_fen


def left_fen(book, sale):
    """-> (what may still be given back of this sale, None), or (0, text key of the reason)."""
    if sale.original:
        return 0, "return_of_return"
    if deferral.is_undecided(book, sale.number):
        return 0, "return_undecided"
    word = book.word(sale.number)
    if word == "checking":
        return 0, "return_in_doubt"
    if word not in ("paid", "stored"):
        return 0, "return_not_paid"
    if not book.has_room():
        return 0, "journal_full"
    left = sale.amount_fen - given_back_fen(book, sale)
    return (left, None) if left > 0 else (0, "return_all_given")


def give_back(services, sale, amount_fen):
    """Writes the return of `amount_fen` of the sale. -> (the return, None), durable and owed to the
    host; or (None, text key of the reason) and nothing was written."""
    book = services.book
    most_fen, reason = left_fen(book, sale)
    if reason or not 0 < amount_fen <= most_fen:
        return None, reason or "return_too_much"
    batch, clock = book.batch, services.clock
    number = book.reserve()
    given = Sale(number, services.random(16), batch, amount_fen, clock.local(), clock.trusted)
    whole = amount_fen == sale.amount_fen and sale.batch == batch
    given.give_back(sale, _VOID if whole else _REFUND)
    try:
        book.open(b.RETURN, given, number)
    finally:
        book.put_back(number)
    return given, None
