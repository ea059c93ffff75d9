"""A host that was restored from a backup: how it finds out, and what it takes back in.

Sign-in and echo say how far the terminal's sales were acknowledged (DE 63.0F). Where that is beyond
what this database knows, the terminal is asked for all from the first number that may be missing
(63.11). It offers the messages again; an online sale carries the proof (63.0B) that this host gave
with its approval, and that only this host can make. That it has told all counts in an echo only,
and with the challenge of the sign-in that asked. No database has that: it is another after each
start, so that an echo of before yet another restoring, late or copied on the way, says nothing.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row

from host_tools.acquirer import book, fields
from host_tools.acquirer.keys import HostKeys
from host_tools.acquirer.request import Request
from host_tools.acquirer.wire import Message

_NUMBER_BYTES, _HEAD_BYTES = 4, 6
START_BYTES, _CHALLENGE_BYTES = 16, 8


@dataclass(frozen=True)
class Acknowledged:
    """DE 63.0F: all up to `number`, `beyond` more of them, the highest reference that was heard."""

    number: int
    beyond: int
    reference: str


def note(
    request: Request, connection: Connection, now: datetime, reply: Message, signs_in: bool
) -> None:
    """Notes what a terminal says is acknowledged; asks at sign-in for what is not here."""
    terminal = book.terminal(connection, request.message.key_id.hex())
    said = _acknowledged(request)
    if terminal is None or said is None:
        return
    done = not signs_in and _was_told_again(request, terminal, connection, now)
    if done or _knows(said, terminal, connection):
        book.acknowledge(connection, terminal.key_id, said.number, None)
    elif signs_in and (first := _missing_from(said, terminal)):
        if said.reference:
            detail = f"reference {said.reference} is not here; asked for all from number {first}"
            book.notice(connection, "alarm", "restored", request.sender, now, detail=detail)
        book.acknowledge(connection, terminal.key_id, terminal.acknowledged, first)
        number = first.to_bytes(_NUMBER_BYTES, "big")
        reply.private[fields.AGAIN_FROM] = number + request.challenge


def _acknowledged(request: Request) -> Acknowledged | None:
    raw = request.message.private.get(fields.ACKNOWLEDGED, b"")
    if len(raw) < _HEAD_BYTES or not raw[_HEAD_BYTES:].isascii():
        return None
    number, beyond = (int.from_bytes(part, "big") for part in (raw[:4], raw[4:_HEAD_BYTES]))
    return Acknowledged(number, beyond, raw[_HEAD_BYTES:].decode())


def _was_told_again(request: Request, terminal: Row, connection: Connection, now: datetime) -> bool:
    """Whether the terminal has offered all that was asked for; what it no longer holds is gone."""
    raw = request.message.private.get(fields.AGAIN_FROM, b"")
    if not hmac.compare_digest(raw[_HEAD_BYTES:], request.challenge):
        return False
    if int.from_bytes(raw[:_NUMBER_BYTES], "big") != terminal.again_from:
        return False
    if missing := int.from_bytes(raw[_NUMBER_BYTES:_HEAD_BYTES], "big"):
        detail = f"up to {missing} sales from number {terminal.again_from} on are on neither side"
        book.notice(connection, "alarm", "sales_missing", request.sender, now, detail=detail)
    return True


def _knows(said: Acknowledged, terminal: Row, connection: Connection) -> bool:
    """Commits are in one order: who has the last one has them all. Unless some are still asked for,
    because what the terminal heard last may be from after the restoring."""
    if terminal.again_from is not None:
        return False
    return bool(said.reference) and book.gave(connection, terminal.key_id, said.reference)


def _missing_from(said: Acknowledged, terminal: Row) -> int | None:
    """The first number of this terminal that may be missing here, None if nothing can be.

    Without a reference (the terminal has just started) nobody knows: then all that was acknowledged
    since it was noted last is offered again, which is little.
    """
    if terminal.again_from is not None:
        return terminal.again_from
    more = said.beyond or said.number > terminal.acknowledged
    return terminal.acknowledged + 1 if more else None


def challenge(start: bytes, key_id: bytes) -> bytes:
    """What goes with 63.11 to this terminal, from the random bytes of this start of the host."""
    return hmac.digest(start, key_id, hashlib.sha256)[:_CHALLENGE_BYTES]


def proof(keys: HostKeys, request: Request, fingerprint: str, reference: str, code: str) -> bytes:
    """DE 63.0B: that this very sale was posted under this reference and approval code.

    It covers terminal, incarnation, number, batch and, in the fingerprint, identity, amount,
    currency, time and card.
    """
    sale = request.key(book.SALE_KIND)
    names = ("merchant_id", "terminal_id", "key_id", "batch", "counter")
    said = [str(sale[name]) for name in names] + [fingerprint, reference, code]
    return keys.prove("|".join(said).encode())
