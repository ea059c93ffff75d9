"""Read-only questions to the acquirer's database, for pages and demonstrations.

`path` is the acquirer's directory; the server may be running. Amounts are in fen.
"""

import json
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from host_tools.acquirer.book import REVERSAL_KIND, SALE_KIND
from host_tools.acquirer.outcome import POSTED
from host_tools.acquirer.reading import reading
from host_tools.acquirer.schema import (
    accounts,
    entries,
    notices,
    requests,
    settlements,
    terminals,
)
from host_tools.acquirer.settlement import LINE_STATES, reference_of
from host_tools.acquirer.totals import NAMES, parse, signed_fen

# Type in DE 60 of a financial request -> what it is.
_WHAT = {
    "22": "sale",
    "27": "pay code",
    "30": "offline sale",
    "36": "deferred sale",
    "23": "void",
    "25": "refund",
}
_RETURNS = ("23", "25")


def rows(path: Path, limit: int = 50) -> list[dict[str, Any]]:
    """The newest requests first: time, stan, rrn, what, amount_fen, card, state, code.

    The amount of a return is below zero.
    """
    with reading(path) as connection:
        newest = select(requests).order_by(requests.c.id.desc()).limit(limit)
        return [
            {
                "time": row.received_at,
                "stan": row.stan,
                "rrn": row.rrn,
                "what": _WHAT[row.type] if row.kind == SALE_KIND else "reversal",
                "amount_fen": -row.amount_fen if row.type in _RETURNS else row.amount_fen,
                "card": row.card,
                "state": row.state,
                "code": row.code,
            }
            for row in connection.execute(newest)
        ]


def totals(path: Path) -> dict[str, int]:
    """What merchants are owed: "net_fen", and the "count" of posted, unreversed sales.

    "imbalance_fen" is the sum of all ledger entries: anything but 0 is a fault of this program.
    """
    with reading(path) as connection:
        merchant = entries.c.account.like("merchant:%")
        posted = requests.c.state.in_(POSTED)
        total = select(func.coalesce(func.sum(entries.c.amount_fen), 0))
        questions = {
            "net_fen": total.where(merchant),
            "count": select(func.count()).select_from(requests).where(posted),
            "imbalance_fen": total,
        }
        return {name: connection.execute(q).scalar_one() for name, q in questions.items()}


def transactions(path: Path) -> dict[str, dict[str, Any]]:
    """{transaction id in hex: state, amount_fen, returned_fen, pan (masked), stan, rrn, atc, code}.

    States: posted, exception, reversed or declined; of a return, returned or refused. A reversal
    without its original shows as "tombstone".
    """
    with reading(path) as connection:
        found = connection.execute(select(requests).order_by(requests.c.id)).all()
    sales = {row.transaction_id: _transaction(row) for row in found if row.kind == SALE_KIND}
    reversals = {
        row.transaction_id: _transaction(row) for row in found if row.kind == REVERSAL_KIND
    }
    return reversals | sales


def _transaction(row: Any) -> dict[str, Any]:
    columns = ("state", "amount_fen", "returned_fen", "stan", "rrn", "atc", "code")
    return {"pan": row.card, **{name: row._mapping[name] for name in columns}}


def notes(path: Path, level: str | None = None) -> list[dict[str, Any]]:
    """What people should look at, newest first; `level` is event, alarm or exception."""
    with reading(path) as connection:
        query = select(notices).order_by(notices.c.last_at.desc(), notices.c.id.desc())
        query = query.where(notices.c.level == level) if level else query
        return [dict(row._mapping) for row in connection.execute(query)]


def enrolled(path: Path) -> list[dict[str, Any]]:
    """The terminals, with what each said last about what it still holds."""
    with reading(path) as connection:
        return [dict(row._mapping) for row in connection.execute(select(terminals))]


def balances(path: Path) -> dict[str, int]:
    """Issuer accounts: masked card -> balance."""
    with reading(path) as connection:
        return {row.card: row.balance_fen for row in connection.execute(select(accounts))}


def settled(path: Path) -> list[dict[str, Any]]:
    """The settlements, newest first: reference, batch, terminal_id, state, business_date, count,
    gross_fen, fee_fen, net_fen, terminal's totals, differences, what it still held."""
    with reading(path) as connection:
        newest = select(settlements).order_by(settlements.c.id.desc())
        return [_settlement(row) for row in connection.execute(newest)]


def statement(path: Path, reference: str) -> dict[str, Any]:
    """One settlement with its lines: what the merchant gets, and for what. LookupError if there is
    none of that reference."""
    with reading(path) as connection:
        rows = connection.execute(select(settlements))
        found = next((row for row in rows if reference_of(row.id) == reference), None)
        if found is None:
            raise LookupError(f"there is no settlement {reference}")
        mine = select(requests).where(requests.c.settled_in == found.id)
        lines = [_line(row) for row in connection.execute(mine.order_by(requests.c.id))]
    return {**_settlement(found), "payees": _by_payee(lines), "lines": lines}


def unsettled_fen(path: Path) -> int:
    """What is posted and in no settlement yet."""
    with reading(path) as connection:
        query = select(requests).where(
            requests.c.settled_in.is_(None), requests.c.state.in_(LINE_STATES)
        )
        return sum(signed_fen(row.product, row.amount_fen) for row in connection.execute(query))


def _settlement(row: Any) -> dict[str, Any]:
    columns = (
        "batch",
        "terminal_id",
        "merchant_id",
        "state",
        "business_date",
        "pays_on",
        "closed_at",
    )
    sums = ("count", "gross_fen", "fee_fen", "net_fen", "held_count", "held_fen")
    declared = [
        {"product": NAMES[product], "currency": currency, "count": count, "fen": fen}
        for (product, currency), (count, fen) in parse(bytes.fromhex(row.declared)).items()
    ]
    return {
        "reference": reference_of(row.id),
        **{name: row._mapping[name] for name in columns + sums},
        "declared": declared,
        "differences": json.loads(row.differences),
    }


def _by_payee(lines: list[dict[str, Any]]) -> dict[str, int]:
    """Settlement account (masked) -> what goes there of these lines."""
    sums: dict[str, int] = {}
    for line in lines:
        sums[line["payee"]] = sums.get(line["payee"], 0) + line["net_fen"]
    return sums


def _line(row: Any) -> dict[str, Any]:
    """A fee is what is kept of the amount; net = amount - fee, also where it is given back."""
    amount_fen = signed_fen(row.product, row.amount_fen)
    columns = ("rrn", "transaction_id", "stan", "card", "business_date", "captured_at", "payee")
    return {
        **{name: row._mapping[name] for name in columns},
        "number": row.counter,
        "product": NAMES[row.product],
        "amount_fen": amount_fen,
        "fee_fen": row.fee_fen,
        "net_fen": amount_fen - row.fee_fen,
    }
