"""Status look-up: where is the money of one sale? (0800 with network code 401, DE 63.10)."""

from datetime import datetime

from sqlalchemy import Connection, Row, select

from host_tools.acquirer import fields, rules
from host_tools.acquirer.book import REVERSAL_KIND
from host_tools.acquirer.request import Request
from host_tools.acquirer.schema import requests, settlements
from host_tools.acquirer.wire import Message

_UNKNOWN, _REFUSED, _WAITING = 0, 5, 6
_STATES = {
    "posted": 1,
    "exception": 2,
    "declined": 3,
    "refused": 3,
    "reversed": 4,
    "refunded": 4,
    "returned": 4,
    "waiting": _WAITING,
}
_NOTHING = b"0" * 12 + bytes(17)


def answer(request: Request, connection: Connection, _now: datetime, reply: Message) -> None:
    if fields.TRANSACTION_ID not in request.message.private:
        reply.fields["39"] = rules.FORMAT
        return
    reply.private[fields.STATUS] = _status(connection, _found(request, connection))


def _found(request: Request, connection: Connection) -> Row | None:
    """The sale, or its reversal that came alone; only what this very terminal has sent."""
    query = select(requests).where(
        requests.c.transaction_id == request.transaction_id,
        requests.c.terminal_id == request.field(41),
        requests.c.merchant_id == request.field(42),
    )
    return connection.execute(query.order_by(requests.c.kind)).first()


def _status(connection: Connection, row: Row | None) -> bytes:
    """DE 63.10 (docs/protocol.md)."""
    if row is None:
        return bytes([_UNKNOWN]) + _NOTHING
    state = _REFUSED if row.kind == REVERSAL_KIND else _STATES[row.state]
    received = datetime.fromisoformat(row.received_at).strftime("%Y%m%d%H%M%S")
    said = bytes([state]) + (row.rrn + row.code).encode() + bytes.fromhex(received)
    if row.settled_in is None:
        return said + bytes.fromhex(row.batch) + bytes(5)
    mine = select(settlements).where(settlements.c.id == row.settled_in)
    settled = connection.execute(mine).one()
    pays_on = settled.pays_on.replace("-", "")
    return said + bytes.fromhex(settled.batch) + b"\x01" + bytes.fromhex(pays_on)
