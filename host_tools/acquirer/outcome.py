"""What a financial request comes to, before it is made so."""

from dataclasses import dataclass

from sqlalchemy import Row

# States of a request whose money is the merchant's; with an exception, people look at it.
POSTED = ("posted", "exception")
LATER = "later"  # nothing is decided and nothing kept: the same request may come again


@dataclass(frozen=True)
class Outcome:
    """Response code, state of the request's row, and the reason where there is one.

    `original`: the row that a reversal or a return is about. `reference` and `approval`: of a sale
    that was posted before (see restore.py).
    """

    code: str
    state: str
    reason: str = ""
    original: Row | None = None
    reference: str = ""
    approval: str = ""
