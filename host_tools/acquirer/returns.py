"""Returns, that is voids and refunds: may this much of that sale be given back?

It is asked in the same database transaction that gives it back, so the sum never exceeds the sale.
"""

from sqlalchemy import Connection, Row

from host_tools.acquirer import book, fields, rules
from host_tools.acquirer.outcome import POSTED, Outcome
from host_tools.acquirer.request import Request


def decide(request: Request, connection: Connection) -> Outcome:
    """A refusal is final: the terminal keeps it for people to look at."""
    assert request.original, "a return without its original was refused as ill-formed"
    identity, number = request.original
    original = book.sale(connection, identity)
    if original is None or not _is_of(request, original, number):
        return Outcome(rules.UNKNOWN_ORIGINAL, "refused", "unknown_original")
    if original.state not in POSTED:  # declined, reversed, or a return itself
        return Outcome(rules.INVALID, "refused", "original_not_posted", original)
    if request.amount_fen > original.amount_fen - original.returned_fen:
        return Outcome(rules.BAD_AMOUNT, "refused", "more_than_is_left", original)
    if request.type == fields.VOID and not _is_whole(request, original):
        return Outcome(rules.BAD_AMOUNT, "refused", "not_the_whole_sale", original)
    return Outcome(rules.APPROVED, "returned", original=original)


def _is_of(request: Request, original: Row, number: int) -> bool:
    """Only its own sales can a terminal give back."""
    said = (request.field(42), request.field(41), number)
    return said == (original.merchant_id, original.terminal_id, original.counter)


def _is_whole(request: Request, original: Row) -> bool:
    """A void takes back all of a sale of the batch that was open then."""
    return (request.amount_fen, request.batch) == (original.amount_fen, original.batch)
