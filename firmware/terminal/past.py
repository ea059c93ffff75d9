"""What the journal still tells of sales, newest first; released ones too, while they last."""

from micropython import const

from terminal import sale_record
from terminal.kinds import ONCE_CLOSED, WORDS

_FAR_BACK = const(32)  # sales that are looked through for the word of one


def lines(journal, above=0):
    """Yields (kind, sequence number, payload) of the records about sales. It may end early: where
    nothing about sales above `above` can follow."""
    for _, kind, seq, payload in journal.history(above):
        if kind in WORDS:
            yield kind, seq, payload


def records(journal):
    """Yields (kind, sequence number, Sale) of all that this version understands."""
    for kind, seq, payload in lines(journal):
        sale = _sale(payload)
        if sale is not None:
            yield kind, seq, sale


def sales(journal, is_open, most):
    """Yields (Sale, the merchant's word), one line a sale. `is_open(number)`: not resolved yet."""
    seen = set()
    for kind, _, payload in lines(journal):
        if sale_record.number_of(payload) in seen:
            continue
        sale = _sale(payload)
        if sale is not None:
            seen.add(sale.number)
            closed = ONCE_CLOSED.get(kind)
            yield sale, closed if closed and not is_open(sale.number) else WORDS[kind]
        if len(seen) == most:
            return


def newest(journal, is_open, most):
    """[(Sale, word)] of those that were written about last, in the order of the sales: a reversal
    may come after later sales."""
    return sorted(sales(journal, is_open, most), key=lambda row: -row[0].number)


def word_of(journal, is_open, number):
    """The merchant's word for the sale of this number, None if it is not among the last."""
    for sale, word in sales(journal, is_open, _FAR_BACK):
        if sale.number == number:
            return word
    return None


def _sale(payload):
    try:
        return sale_record.unpack(payload)
    except sale_record.BadSale:
        return None  # whole, but of another layout
