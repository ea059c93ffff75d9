"""Settlement: a terminal's batch is compared with what was posted, and closed once.

An 0500 tells the terminal's totals. They are compared with all that the host has posted for this
terminal up to this batch and not settled yet: so what came too late for its own batch is in the
next one, and nothing is in two. Where they differ, the host asks for the list (0320) and closes
with the differences, for people to look at. The identity in 63.01 is that of the closing: the same
again gets the stored reply.
"""

import json
import os
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from host_tools.acquirer import book, fields, replies, rules, totals
from host_tools.acquirer.outcome import POSTED
from host_tools.acquirer.request import CURRENCY, Request
from host_tools.acquirer.schema import listed, requests, settlements
from host_tools.acquirer.terms import Terms
from host_tools.acquirer.wire import Message

# States of a request that brings or takes money; all others are settled with nothing.
LINE_STATES = (*POSTED, "refund", "returned")
_LAST_BATCH = 999_999
_OPEN, _CLOSED = "open", "closed"


def is_after(batch: int, other: int) -> bool:
    """Batch numbers go from 1 to 999,999 and begin again."""
    return 0 < (batch - other) % _LAST_BATCH < _LAST_BATCH // 2


def reference_of(settlement_id: int) -> str:
    """DE 37 of the 0510 that closed it."""
    return f"S{settlement_id:011d}"


def settle(request: Request, connection: Connection, now: datetime, terms: Terms) -> Message:
    """The reply to an 0500. Raises Conflict."""
    row = _find(connection, request) or _begin(connection, request, now)
    declared = request.message.private[fields.TOTALS].hex()
    if (row.identity, row.declared) != (request.transaction_id, declared):
        raise book.Conflict
    if row.state == _CLOSED:
        reply = book.stored_reply(row)
        reply.fields["11"] = request.field(11)  # of this asking, by which it is matched
        return reply
    lines = unsettled(connection, row.key_id, int(row.batch))
    counted = _totals(lines)
    differences: list[dict] = []
    if totals.accountable(counted) != totals.parse(bytes.fromhex(declared)):
        if not _list_is_here(connection, request, row):
            return _asks_for_list(connection, request, row)
        differences = _differences(connection, row, lines)
    return _close(request, connection, now, terms, row, lines, differences)


def take_list(request: Request, connection: Connection) -> Message:
    """The reply to an 0320: it says which item is wanted next. Raises Conflict."""
    row = _find(connection, request)
    if row is None:
        return replies.refuse(request, rules.UNKNOWN_ORIGINAL)
    if row.identity != request.transaction_id:
        raise book.Conflict
    first, items = totals.parse_items(request.message.private[fields.LIST])
    here = _count_listed(connection, row)
    if row.state == _OPEN and first <= here:
        values = [
            {"settlement_id": row.id, "position": first + at, **vars(item)}
            for at, item in enumerate(items)
            if first + at >= here
        ]
        if values:
            connection.execute(listed.insert(), values)
    return _with_next(connection, replies.refuse(request, rules.APPROVED), row)


# -- finding ------------------------------------------------------------------------------------


def unsettled(connection: Connection, key_id: str, batch: int | None = None) -> list[Row]:
    """What is to be settled with this batch: all that was posted up to it, in order of arrival.

    Without a batch: all that is not settled yet.
    """
    query = select(requests).where(
        requests.c.key_id == key_id,
        requests.c.settled_in.is_(None),
        requests.c.state.in_(LINE_STATES),
    )
    rows = connection.execute(query.order_by(requests.c.id))
    return [row for row in rows if batch is None or not is_after(int(row.batch), batch)]


def _find(connection: Connection, request: Request) -> Row | None:
    key = (settlements.c.key_id == request.message.key_id.hex(), settlements.c.batch)
    query = select(settlements).where(key[0], key[1] == request.batch)
    return connection.execute(query.order_by(settlements.c.id.desc())).first()


def _begin(connection: Connection, request: Request, now: datetime) -> Row:
    """Batches are closed in order: one that is not after the last closed one is nobody's."""
    key_id = request.message.key_id.hex()
    query = select(settlements).where(
        settlements.c.key_id == key_id, settlements.c.state == _CLOSED
    )
    last = connection.execute(query.order_by(settlements.c.id.desc())).first()
    if last and not is_after(int(request.batch), int(last.batch)):
        raise book.Conflict
    held = request.message.private[fields.HELD]
    connection.execute(
        settlements.insert().values(
            merchant_id=request.field(42),
            terminal_id=request.field(41),
            key_id=key_id,
            batch=request.batch,
            identity=request.transaction_id,
            state=_OPEN,
            declared=request.message.private[fields.TOTALS].hex(),
            held_count=int.from_bytes(held[:2], "big"),
            held_fen=int.from_bytes(held[2:], "big"),
            opened_at=book.stamp(now),
        )
    )
    row = _find(connection, request)
    assert row
    return row


def _totals(lines: list[Row]) -> totals.Totals:
    found: totals.Totals = {}
    for line in lines:
        totals.add(found, line.product, CURRENCY, line.amount_fen)
    return found


# -- the terminal's list ------------------------------------------------------------------------


def _count_listed(connection: Connection, row: Row) -> int:
    count = select(func.count()).select_from(listed).where(listed.c.settlement_id == row.id)
    return connection.execute(count).scalar_one()


def _list_is_here(connection: Connection, request: Request, row: Row) -> bool:
    announced = request.message.private.get(fields.LIST)
    here = _count_listed(connection, row)
    return announced is not None and int.from_bytes(announced, "big") == here


def _asks_for_list(connection: Connection, request: Request, row: Row) -> Message:
    return _with_next(connection, replies.refuse(request, rules.TOTALS_DIFFER), row)


def _with_next(connection: Connection, reply: Message, row: Row) -> Message:
    reply.private[fields.LIST] = totals.pack_count(_count_listed(connection, row))
    return reply


def _differences(connection: Connection, row: Row, lines: list[Row]) -> list[dict]:
    items = connection.execute(select(listed).where(listed.c.settlement_id == row.id)).all()
    settled = select(requests.c.counter).where(
        requests.c.key_id == row.key_id,
        requests.c.settled_in.is_not(None),
        requests.c.counter.in_([item.number for item in items]),
    )
    accountable = [line for line in lines if line.product != totals.ADJUSTMENT]
    declared = totals.parse(bytes.fromhex(row.declared))
    unlisted = totals.unlisted(declared, items)
    return unlisted + totals.compare(items, accountable, set(connection.scalars(settled)))


# -- closing ------------------------------------------------------------------------------------


def _close(
    request: Request,
    connection: Connection,
    now: datetime,
    terms: Terms,
    row: Row,
    lines: list[Row],
    differences: list[dict],
) -> Message:
    """Lines, fees, sums and reply: all in the one transaction of this request."""
    dates = _dates(terms, now)
    counted = _totals(lines)
    reply = replies.echo(request, rules.APPROVED)
    reply.fields["37"] = reference_of(row.id)
    reply.private[fields.TOTALS] = totals.pack(counted)
    reply.private[fields.BUSINESS_DATE] = bytes.fromhex("".join(dates.values()).replace("-", ""))
    if differences:
        reply.private[fields.DIFFERENCES] = totals.pack_differences(differences)
        subject = f"{row.terminal_id} {row.batch} {row.id}"
        detail = f"{len(differences)} differences"
        book.notice(connection, "exception", "batch_differs", subject, now, detail=detail)
    replies.add_receipt(request, reply)
    sums = _settle_lines(connection, terms, row.id, lines)
    _update(
        connection,
        row.id,
        **sums,
        **dates,
        state=_CLOSED,
        differences=json.dumps(differences),
        closed_at=book.stamp(now),
        reply=book.storable(reply),
    )
    return reply


def _dates(terms: Terms, now: datetime) -> dict[str, str]:
    day = terms.business_date("", False, now)
    return {"business_date": day.isoformat(), "pays_on": terms.pays_on(day).isoformat()}


def _settle_lines(
    connection: Connection, terms: Terms, settlement_id: int, lines: list[Row]
) -> dict[str, int]:
    """Marks the lines as settled, each with its fee; -> the sums of the settlement."""
    gross = fees = 0
    for line in lines:
        amount_fen = totals.signed_fen(line.product, line.amount_fen)
        fee_fen = terms.fee_fen(amount_fen)
        gross, fees = gross + amount_fen, fees + fee_fen
        mine = requests.update().where(requests.c.id == line.id)
        connection.execute(mine.values(settled_in=settlement_id, fee_fen=fee_fen))
    return {"count": len(lines), "gross_fen": gross, "fee_fen": fees, "net_fen": gross - fees}


def _update(connection: Connection, settlement_id: int, **values: Any) -> None:
    mine = settlements.update().where(settlements.c.id == settlement_id)
    connection.execute(mine.values(**values))


def close_for(connection: Connection, key_id: str, now: datetime, terms: Terms) -> int | None:
    """Settles what a retired incarnation left behind: nobody is there to close its batch.

    -> the settlement's id, None if there is nothing. Raises ValueError if it is not retired.
    """
    terminal = book.terminal(connection, key_id)
    if terminal is None or not terminal.retired:
        raise ValueError(f"{key_id} is no retired terminal: it settles by itself")
    lines = unsettled(connection, key_id)
    if not lines:
        return None
    done = connection.execute(
        settlements.insert().values(
            merchant_id=terminal.merchant_id,
            terminal_id=terminal.terminal_id,
            key_id=key_id,
            batch="000000",
            identity=os.urandom(16).hex(),
            state=_CLOSED,
            declared="",
            opened_at=book.stamp(now),
            closed_at=book.stamp(now),
            **_dates(terms, now),
        )
    )
    assert done.inserted_primary_key
    settlement_id = done.inserted_primary_key[0]
    _update(connection, settlement_id, **_settle_lines(connection, terms, settlement_id, lines))
    return settlement_id
