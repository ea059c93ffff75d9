"""What the message handlers read and write in the database. Each function takes the connection of
the one transaction that a request is handled in."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, func, or_, select

from host_tools.acquirer.schema import accounts, entries, notices, requests, terminals
from host_tools.acquirer.wire import Message

SALE_KIND, REVERSAL_KIND = "2", "4"


def stamp(now: datetime) -> str:
    return now.strftime("%Y-%m-%dT%H:%M:%SZ")


def terminal(connection: Connection, key_id: str) -> Row | None:
    return connection.execute(select(terminals).where(terminals.c.key_id == key_id)).first()


def seen(connection: Connection, key_id: str, held: bytes, now: datetime) -> None:
    """Notes that the terminal is alive and what it holds (DE 63.05: count, then fen)."""
    connection.execute(
        terminals.update()
        .where(terminals.c.key_id == key_id)
        .values(
            seen_at=stamp(now),
            held_count=int.from_bytes(held[:2], "big"),
            held_fen=int.from_bytes(held[2:], "big"),
        )
    )


def same_key(row: Row, key: Mapping[str, str]) -> bool:
    return all(row._mapping[name] == value for name, value in key.items())


def find(connection: Connection, key: Mapping[str, str], transaction_id: str) -> list[Row]:
    """The requests of this class with this business key or this transaction id: 0, 1 or 2 rows."""
    by_key = and_(*(requests.c[name] == value for name, value in key.items()))
    by_id = and_(requests.c.transaction_id == transaction_id, requests.c.kind == key["kind"])
    return list(connection.execute(select(requests).where(or_(by_key, by_id))))


def next_reference(connection: Connection, now: datetime) -> tuple[int, str]:
    """-> (id of the next request, its RRN: last digit of the year, day of the year, number)."""
    number = (connection.scalar(select(func.max(requests.c.id))) or 0) + 1
    return number, f"{now:%y%j}"[1:] + f"{number % 10**8:08d}"


def keep(connection: Connection, **values: Any) -> None:
    connection.execute(requests.insert().values(**values))


def stored_reply(row: Row) -> Message:
    stored = json.loads(row.reply)
    private = {int(tag): bytes.fromhex(value) for tag, value in stored["private"].items()}
    return Message(stored["mti"], stored["fields"], private)


def storable(reply: Message) -> str:
    private = {tag: value.hex() for tag, value in reply.private.items()}
    return json.dumps({"mti": reply.mti, "fields": reply.fields, "private": private})


def account(connection: Connection, card_hash: str) -> Row | None:
    return connection.execute(select(accounts).where(accounts.c.card_hash == card_hash)).first()


def cryptogram_is_new(connection: Connection, card_hash: str, cryptogram: str) -> bool:
    same = and_(requests.c.card_hash == card_hash, requests.c.cryptogram == cryptogram)
    return connection.execute(select(requests.c.id).where(same)).first() is None


def post(
    connection: Connection, request_id: int, card_hash: str, merchant_id: str, amount_fen: int
) -> None:
    """Moves money from the card's account to the merchant; a negative amount moves it back."""
    parts = ((f"card:{card_hash}", -amount_fen), (f"merchant:{merchant_id}", amount_fen))
    rows = [{"request_id": request_id, "account": a, "amount_fen": fen} for a, fen in parts]
    connection.execute(entries.insert(), rows)
    connection.execute(
        accounts.update()
        .where(accounts.c.card_hash == card_hash)
        .values(balance_fen=accounts.c.balance_fen - amount_fen)
    )


def set_state(connection: Connection, request_id: int, state: str) -> None:
    connection.execute(requests.update().where(requests.c.id == request_id).values(state=state))


def notice(
    connection: Connection,
    level: str,
    code: str,
    subject: str,
    now: datetime,
    request_id: int | None = None,
    detail: str = "",
) -> None:
    """Tells people: "event", "alarm" or "exception". The same again only counts up."""
    same = (notices.c.level == level, notices.c.code == code, notices.c.subject == subject)
    again = notices.update().where(*same)
    counted = again.values(count=notices.c.count + 1, last_at=stamp(now))
    if not connection.execute(counted).rowcount:
        connection.execute(
            notices.insert().values(
                level=level,
                code=code,
                subject=subject,
                request_id=request_id,
                detail=detail,
                count=1,
                first_at=stamp(now),
                last_at=stamp(now),
            )
        )
