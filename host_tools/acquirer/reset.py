"""Factory reset of a terminal that still holds something: an operator grants it, the host releases
just that loss and never forgets it (0800 with network code 381, docs/protocol.md).
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, delete, or_, select

from host_tools.acquirer import book, dukpt, fields, rules
from host_tools.acquirer.reading import reading
from host_tools.acquirer.request import Request
from host_tools.acquirer.schema import grants, requests, resets, terminals, transaction
from host_tools.acquirer.wire import Message, cmac
from host_tools.errors import Unusable

VALID = timedelta(hours=24)
_NOT_PERMITTED = "58"
_NAMES = {1: "stored", 2: "in_doubt", 3: "for_people", 4: "returns", 5: "unsettled"}
_RETURNS, _UNSETTLED = 4, 5
_HEAD_BYTES, _ITEM_BYTES, _MOST_BYTES = 8, 9, 98


class NoTerminal(Unusable):
    """There is no such terminal, or more than one; the text says what to do."""


@dataclass(frozen=True)
class Loss:
    """DE 63.1B. `parts`: name -> (count, fen)."""

    released: int
    highest: int
    parts: dict[str, tuple[int, int]]

    @property
    def count(self) -> int:
        """How many sales and returns the host does not have."""
        return sum(count for name, (count, _) in self.parts.items() if name != _NAMES[_UNSETTLED])

    @property
    def fen(self) -> int:
        """The sum of the sales among them."""
        others = (_NAMES[_RETURNS], _NAMES[_UNSETTLED])
        return sum(fen for name, (_, fen) in self.parts.items() if name not in others)


def parse(said: bytes) -> Loss | None:
    """None where it is no statement of a loss."""
    items = said[_HEAD_BYTES:]
    if not _HEAD_BYTES < len(said) <= _MOST_BYTES or len(items) % _ITEM_BYTES:
        return None
    parts = {}
    for at in range(0, len(items), _ITEM_BYTES):
        name = _NAMES.get(items[at])
        if name is None or name in parts:
            return None
        numbers = (items[at + 1 : at + 3], items[at + 3 : at + _ITEM_BYTES])
        parts[name] = (int.from_bytes(numbers[0], "big"), int.from_bytes(numbers[1], "big"))
    released, highest = (int.from_bytes(said[at : at + 4], "big") for at in (0, 4))
    return Loss(released, highest, parts)


def answer(request: Request, connection: Connection, now: datetime, reply: Message) -> None:
    """Releases a loss that was granted, once and then again for the same words."""
    said = request.message.private.get(fields.LOSS, b"")
    loss = parse(said)
    if loss is None:
        reply.fields["39"] = rules.FORMAT
    elif _allowed(request, connection, now, said, loss):
        reply.private[fields.RELEASE] = _token(request, said)
    else:
        reply.fields["39"] = _NOT_PERMITTED


def _token(request: Request, said: bytes) -> bytes:
    covered = b"\x08\x10" + request.message.private[fields.NONCE] + request.field(41).encode()
    return cmac(request.keys.working_key(dukpt.MAC_RECEIPT), covered + said)


def _allowed(
    request: Request, connection: Connection, now: datetime, said: bytes, loss: Loss
) -> bool:
    key_id, told = request.message.key_id.hex(), _told(loss)
    same = resets.c.key_id == key_id, resets.c.said == said.hex()
    if connection.execute(select(resets.c.id).where(*same)).first():
        return True
    mine = grants.c.key_id == key_id
    grant = connection.execute(select(grants).where(mine)).first()
    if grant is None or not _covers(grant, loss, now):
        subject = f"{request.sender} {loss.count} {loss.fen}"
        book.notice(connection, "alarm", "reset_wanted", subject, now, detail=told)
        return False
    connection.execute(delete(grants).where(mine))
    values = {"lost_count": loss.count, "lost_fen": loss.fen, "allowed_at": book.stamp(now)}
    numbers = {"released": loss.released, "highest": loss.highest}
    connection.execute(resets.insert().values(key_id=key_id, said=said.hex(), **values, **numbers))
    subject = f"{request.sender} {loss.highest}"
    book.notice(connection, "alarm", "lost_in_reset", subject, now, detail=told)
    return True


def _covers(grant: Row, loss: Loss, now: datetime) -> bool:
    fresh = now - datetime.fromisoformat(grant.granted_at) <= VALID
    return fresh and loss.count <= grant.most_count and loss.fen <= grant.most_fen


def _told(loss: Loss) -> str:
    parts = (f"{name} {count} ({fen / 100:.2f})" for name, (count, fen) in loss.parts.items())
    return ", ".join(parts) + f"; numbers {loss.released + 1} to {loss.highest}"


# The operator


def grant(
    directory: Path,
    name: str,
    count: int | None = None,
    fen: int | None = None,
    now: datetime | None = None,
) -> dict[str, Any]:
    """Grants one reset of a terminal (its id, or its initial key id) that loses at most so much;
    by default what it said last that it holds. It takes the place of an earlier grant.

    Raises NoTerminal.
    """
    with transaction(directory) as connection:
        terminal = _terminal(connection, name)
        made = {
            "key_id": terminal.key_id,
            "most_count": terminal.held_count if count is None else count,
            "most_fen": terminal.held_fen if fen is None else fen,
            "granted_at": book.stamp(now or datetime.now(UTC)),
        }
        connection.execute(delete(grants).where(grants.c.key_id == terminal.key_id))
        connection.execute(grants.insert().values(**made))
        return made | {"terminal_id": terminal.terminal_id, "seen_at": terminal.seen_at}


def _terminal(connection: Connection, name: str) -> Row:
    in_service = (terminals.c.terminal_id == name) & (terminals.c.retired == 0)
    either = or_(in_service, terminals.c.key_id == name.lower())
    found = connection.execute(select(terminals).where(either)).first()
    if found is None:
        raise NoTerminal(f"no terminal in service is called {name}; a replaced one has its key id")
    return found


def listed(directory: Path) -> list[dict[str, Any]]:
    """What was lost, newest first; `missing`: numbers that have still not come, at most these."""
    with reading(directory) as connection:
        query = select(resets, terminals.c.terminal_id, terminals.c.seen_at)
        joined = query.join(terminals).order_by(resets.c.id.desc())
        return [_row(connection, row) for row in connection.execute(joined)]


def _row(connection: Connection, row: Row) -> dict[str, Any]:
    loss = parse(bytes.fromhex(row.said))
    between = requests.c.counter.between(row.released + 1, row.highest)
    query = select(requests.c.counter).where(requests.c.key_id == row.key_id, between)
    here = set(connection.scalars(query))
    numbers = range(row.released + 1, row.highest + 1)
    missing = [n for n in numbers if n not in here and dukpt.counter_is_usable(n)]
    return {
        "terminal_id": row.terminal_id,
        "key_id": row.key_id,
        "allowed_at": row.allowed_at,
        "count": row.lost_count,
        "fen": row.lost_fen,
        "parts": {name: list(part) for name, part in loss.parts.items()} if loss else {},
        "missing": ranges(missing),
        "heard_of_later": (row.seen_at or "") > row.allowed_at,
    }


def ranges(numbers: list[int]) -> str:
    """[1, 2, 3, 7] -> "1-3, 7"."""
    parts: list[list[int]] = []
    for number in numbers:
        if parts and parts[-1][1] == number - 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in parts)
