"""Giving money back: what may be given back of a sale, and the record of it.

A return is an advice, as a stored sale is: durable here first, then owed to the host. So it needs
no network, can never be in doubt, and follows its original in the order of capture.
"""

from terminal import book as b
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
    return sale.amount_fen - given_back_fen(book, sale)


def refusal(book, sale):
    """Text key of why nothing of this sale can be given back now, None if something can."""
    if sale.original:
        return "return_of_return"
    word = book.word(sale.number)
    if word == "checking":
        return "return_in_doubt"
    if word not in ("paid", "stored"):
        return "return_not_paid"
    if left_fen(book, sale) <= 0:
        return "return_all_given"
    return None if book.has_room() else "journal_full"


def give_back(services, sale, amount_fen):
    """Writes the return of `amount_fen` of the sale. -> (the return, None), durable and owed to the
    host; or (None, text key of the reason) and nothing was written."""
    book, left = services.book, left_fen(services.book, sale)
    reason = refusal(book, sale) or (None if 0 < amount_fen <= left else "return_too_much")
    if reason:
        return None, reason
    batch, clock = services.settings.terminal.batch, services.clock
    number = book.reserve()
    given = Sale(number, services.random(16), batch, amount_fen, clock.local(), clock.trusted)
    whole = amount_fen == sale.amount_fen and sale.batch == batch
    given.give_back(sale, _VOID if whole else _REFUND)
    try:
        book.open(b.RETURN, given, number)
    finally:
        book.put_back(number)
    return given, None
