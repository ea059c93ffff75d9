"""Read-only questions to the acquirer's database, for pages and demonstrations.

`path` is the acquirer's directory; the server may be running. Amounts are in fen.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, func, select

from host_tools.acquirer.book import REVERSAL_KIND, SALE_KIND
from host_tools.acquirer.schema import DATABASE, accounts, entries, notices, requests, terminals

_WHAT = {"0200": "sale", "0220": "offline sale", "0221": "offline sale"}


@contextmanager
def _reading(path: Path) -> Iterator[Connection]:
    database = (path / DATABASE).resolve().as_uri() + "?mode=ro"
    engine = create_engine("sqlite://", creator=lambda: sqlite3.connect(database, uri=True))
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def rows(path: Path, limit: int = 50) -> list[dict[str, Any]]:
    """The newest requests first: time, stan, rrn, what, amount_fen, card, state, code."""
    with _reading(path) as connection:
        newest = select(requests).order_by(requests.c.id.desc()).limit(limit)
        return [
            {
                "time": row.received_at,
                "stan": row.stan,
                "rrn": row.rrn,
                "what": _WHAT.get(row.mti, "reversal"),
                "amount_fen": row.amount_fen,
                "card": row.card,
                "state": row.state,
                "code": row.code,
            }
            for row in connection.execute(newest)
        ]


def totals(path: Path) -> dict[str, int]:
    """What merchants are owed: "net_fen" and "count" of posted, unreversed sales.

    "imbalance_fen" is the sum of all ledger entries: anything but 0 is a fault of this program.
    """
    with _reading(path) as connection:
        merchant = entries.c.account.like("merchant:%")
        posted = requests.c.state.in_(("posted", "exception"))
        total = select(func.coalesce(func.sum(entries.c.amount_fen), 0))
        questions = {
            "net_fen": total.where(merchant),
            "count": select(func.count()).select_from(requests).where(posted),
            "imbalance_fen": total,
        }
        return {name: connection.execute(q).scalar_one() for name, q in questions.items()}


def transactions(path: Path) -> dict[str, dict[str, Any]]:
    """{transaction id in hex: state posted, exception, reversed or declined; amount_fen, pan
    (masked), stan, rrn, atc, code}. A reversal without its original shows as "tombstone"."""
    with _reading(path) as connection:
        found = connection.execute(select(requests).order_by(requests.c.id)).all()
    sales = {row.transaction_id: _transaction(row) for row in found if row.kind == SALE_KIND}
    reversals = {
        row.transaction_id: _transaction(row) for row in found if row.kind == REVERSAL_KIND
    }
    return reversals | sales


def _transaction(row: Any) -> dict[str, Any]:
    columns = ("state", "amount_fen", "stan", "rrn", "atc", "code")
    return {"pan": row.card, **{name: row._mapping[name] for name in columns}}


def notes(path: Path, level: str | None = None) -> list[dict[str, Any]]:
    """What people should look at, newest first; `level` is event, alarm or exception."""
    with _reading(path) as connection:
        query = select(notices).order_by(notices.c.last_at.desc(), notices.c.id.desc())
        query = query.where(notices.c.level == level) if level else query
        return [dict(row._mapping) for row in connection.execute(query)]


def enrolled(path: Path) -> list[dict[str, Any]]:
    """The terminals, with what each said last about what it still holds."""
    with _reading(path) as connection:
        return [dict(row._mapping) for row in connection.execute(select(terminals))]


def balances(path: Path) -> dict[str, int]:
    """Issuer accounts: masked card -> balance."""
    with _reading(path) as connection:
        return {row.card: row.balance_fen for row in connection.execute(select(accounts))}
