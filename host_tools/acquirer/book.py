"""What the message handlers read and write in the database.

Each function takes the connection of the one transaction that a request is handled in. The
statements are built once: building them costs more than running them.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, func, or_, select

from host_tools.acquirer.schema import accounts, entries, notices, requests, terminals
from host_tools.acquirer.wire import Message

SALE_KIND, REVERSAL_KIND = "2", "4"


class Conflict(Exception):
    """The request contradicts an earlier one. Nothing was written."""


_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_KEY = ("merchant_id", "terminal_id", "key_id", "batch", "counter", "kind")
_HAS_KEY = and_(*(requests.c[name] == bindparam(name) for name in _KEY))
_HAS_ID = and_(
    requests.c.transaction_id == bindparam("transaction_id"),
    requests.c.kind == bindparam("kind"),
)
_FIND = select(requests).where(or_(_HAS_KEY, _HAS_ID))
_BY_ID = select(requests).where(_HAS_ID)
_GAVE = select(requests.c.id).where(
    requests.c.rrn == bindparam("reference"), requests.c.key_id == bindparam("key_id")
)
_HAS_REFERENCE = select(requests.c.id).where(requests.c.rrn == bindparam("reference"))
_ACKNOWLEDGE = terminals.update().where(terminals.c.key_id == bindparam("its_key_id"))
_LAST_ID = select(func.max(requests.c.id))
_CRYPTOGRAM = select(requests.c.id).where(
    requests.c.card_hash == bindparam("card_hash"),
    requests.c.cryptogram == bindparam("cryptogram"),
)
_SET_STATE = requests.update().where(requests.c.id == bindparam("request_id"))
_RETURNED = (
    requests.update()
    .where(requests.c.id == bindparam("request_id"))
    .values(returned_fen=requests.c.returned_fen + bindparam("more_fen"))
)
_SET = requests.update().where(requests.c.id == bindparam("its_id"))
_ROW = select(requests).where(requests.c.id == bindparam("its_id"))
_TERMINAL = select(terminals).where(terminals.c.key_id == bindparam("key_id"))
_SEEN = terminals.update().where(terminals.c.key_id == bindparam("seen_key_id"))
_ACCOUNT = select(accounts).where(accounts.c.card_hash == bindparam("card_hash"))
_CHARGE = (
    accounts.update()
    .where(accounts.c.card_hash == bindparam("charged"))
    .values(balance_fen=accounts.c.balance_fen - bindparam("amount_fen"))
)
_NOTICE_AGAIN = (
    notices.update()
    .where(
        notices.c.level == bindparam("its_level"),
        notices.c.code == bindparam("its_code"),
        notices.c.subject == bindparam("its_subject"),
    )
    .values(count=notices.c.count + 1, last_at=bindparam("now"))
)


def stamp(now: datetime) -> str:
    return now.strftime("%Y-%m-%dT%H:%M:%SZ")


def terminal(connection: Connection, key_id: str) -> Row | None:
    return connection.execute(_TERMINAL, {"key_id": key_id}).first()


def seen(connection: Connection, key_id: str, held: bytes, now: datetime) -> None:
    """Notes that the terminal is alive and what it holds (DE 63.05: count, then fen)."""
    values = {
        "seen_at": stamp(now),
        "held_count": int.from_bytes(held[:2], "big"),
        "held_fen": int.from_bytes(held[2:], "big"),
    }
    connection.execute(_SEEN, {"seen_key_id": key_id, **values})


def acknowledge(connection: Connection, key_id: str, number: int, again_from: int | None) -> None:
    """Notes how far a terminal's sales are acknowledged, and from where on they are asked for."""
    values = {"acknowledged": number, "again_from": again_from}
    connection.execute(_ACKNOWLEDGE, {"its_key_id": key_id, **values})


def gave(connection: Connection, key_id: str, reference: str) -> bool:
    """Whether this reference (DE 37) was given to this terminal."""
    sought = {"key_id": key_id, "reference": reference}
    return connection.execute(_GAVE, sought).first() is not None


def has(connection: Connection, reference: str) -> bool:
    """Whether this reference is taken."""
    return connection.execute(_HAS_REFERENCE, {"reference": reference}).first() is not None


def same_key(row: Row, key: Mapping[str, str | int]) -> bool:
    return all(row._mapping[name] == key[name] for name in _KEY)


def find(connection: Connection, key: Mapping[str, str | int], transaction_id: str) -> list[Row]:
    """The requests of this class with this business key or this transaction id: 0, 1 or 2 rows."""
    return list(connection.execute(_FIND, {**key, "transaction_id": transaction_id}))


def sale(connection: Connection, transaction_id: str) -> Row | None:
    """The sale, advice or return with this transaction id."""
    sought = {"transaction_id": transaction_id, "kind": SALE_KIND}
    return connection.execute(_BY_ID, sought).first()


def next_reference(connection: Connection, now: datetime) -> tuple[int, str]:
    """-> (id of the next request, its RRN).

    The RRN is the last digit of the year, the day, the second, and three characters of the number:
    it rises, and a host that was restored from a backup gives none for a second time.
    """
    number = (connection.scalar(_LAST_ID) or 0) + 1
    second = now.hour * 3600 + now.minute * 60 + now.second
    return number, f"{now:%y%j}"[1:] + f"{second:05d}" + _in_letters(number)


def _in_letters(number: int) -> str:
    """The last three of its digits to the base 36."""
    return "".join(_DIGITS[number // 36**place % 36] for place in (2, 1, 0))


def keep(connection: Connection, **values: Any) -> None:
    connection.execute(requests.insert(), values)


def drop(connection: Connection, request_id: int) -> None:
    """For one that has moved no money."""
    connection.execute(requests.delete().where(requests.c.id == request_id))


def set_state(connection: Connection, request_id: int, state: str) -> None:
    connection.execute(_SET_STATE, {"request_id": request_id, "state": state})


def give_back(connection: Connection, request_id: int, amount_fen: int) -> None:
    """Notes at a sale that so much more of it was returned; more than all is an IntegrityError."""
    connection.execute(_RETURNED, {"request_id": request_id, "more_fen": amount_fen})


def stored_reply(row: Row) -> Message:
    stored = json.loads(row.reply)
    private = {int(tag): bytes.fromhex(value) for tag, value in stored["private"].items()}
    return Message(stored["mti"], stored["fields"], private)


def storable(reply: Message) -> str:
    private = {tag: value.hex() for tag, value in reply.private.items()}
    return json.dumps({"mti": reply.mti, "fields": reply.fields, "private": private})


def conclude(connection: Connection, request_id: int, **values: Any) -> Row:
    """The row of a request that had been waiting, as it is now."""
    connection.execute(_SET, {"its_id": request_id, **values})
    return connection.execute(_ROW, {"its_id": request_id}).one()


def account(connection: Connection, card_hash: str) -> Row | None:
    return connection.execute(_ACCOUNT, {"card_hash": card_hash}).first()


def cryptogram_is_new(connection: Connection, card_hash: str, cryptogram: str) -> bool:
    sought = {"card_hash": card_hash, "cryptogram": cryptogram}
    return connection.execute(_CRYPTOGRAM, sought).first() is None


def post(
    connection: Connection, request_id: int, card_hash: str, merchant_id: str, amount_fen: int
) -> None:
    """Moves money from the card's account to the merchant; a negative amount moves it back."""
    parts = ((f"card:{card_hash}", -amount_fen), (f"merchant:{merchant_id}", amount_fen))
    rows = [{"request_id": request_id, "account": a, "amount_fen": fen} for a, fen in parts]
    connection.execute(entries.insert(), rows)
    connection.execute(_CHARGE, {"charged": card_hash, "amount_fen": amount_fen})


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
    at = stamp(now)
    again = {"its_level": level, "its_code": code, "its_subject": subject, "now": at}
    if connection.execute(_NOTICE_AGAIN, again).rowcount:
        return
    names = {"level": level, "code": code, "subject": subject, "detail": detail}
    first = {"request_id": request_id, "count": 1, "first_at": at, "last_at": at}
    connection.execute(notices.insert(), {**names, **first})
