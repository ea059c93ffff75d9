"""Settlement accounts and since when: a sale goes to the account of its business date.

The business date follows the capture where that clock was trusted, so what was made before a change
and arrives after it goes where it went before. Numbers are masked here; who pays knows them whole.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from host_tools.acquirer import book
from host_tools.acquirer.schema import payees

_NEWEST_RULE = (payees.c.valid_from.desc(), payees.c.id.desc())
_RULES = select(payees).where(
    payees.c.merchant_id == bindparam("merchant"),
    payees.c.terminal_id.in_(("", bindparam("terminal"))),
)
_OF_DAY = _RULES.where(payees.c.valid_from <= bindparam("day")).order_by(*_NEWEST_RULE)


class TooLate(Exception):
    """The change would reach back to days that may have been paid out."""


def of(connection: Connection, merchant_id: str, terminal_id: str, day: str) -> str:
    """The account (masked) for a business date; "" where none was ever told."""
    row = _rule(connection, merchant_id, terminal_id, day)
    return row.account if row else ""


def history(connection: Connection) -> list[Row]:
    return list(connection.execute(select(payees).order_by(payees.c.id)))


def change(
    connection: Connection, content: dict[str, Any], version: int, today: date, now: datetime
) -> None:
    """Takes over what signed parameters say about the account. Raises TooLate."""
    settlement = content.get("settlement")
    if not settlement:
        return
    merchant_id, terminal_id = content["merchant_id"], content.get("terminal_id", "")
    account, cycle = settlement["account"], settlement["cycle"]
    begins = date(*settlement["valid_from"])
    before = _rule(connection, merchant_id, terminal_id, begins.isoformat())
    if before and (before.account, before.cycle) == (account, cycle):
        return  # said again
    if before and begins < today:
        raise TooLate(f"settlement.valid_from: {begins} is past; {today} is the first possible day")
    connection.execute(
        payees.insert().values(
            merchant_id=merchant_id,
            terminal_id=terminal_id,
            account=account,
            cycle=cycle,
            valid_from=begins.isoformat(),
            version=version,
            published_at=book.stamp(now),
        )
    )
    told = f"{before.account if before else 'none'} -> {account} from {begins}, version {version}"
    subject = f"{merchant_id} {version}"
    book.notice(connection, "event", "settlement_account", subject, now, detail=told)


def _rule(connection: Connection, merchant_id: str, terminal_id: str, day: str) -> Row | None:
    names = {"merchant": merchant_id, "terminal": terminal_id, "day": day}
    return connection.execute(_OF_DAY, names).first()
