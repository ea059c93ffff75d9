"""Signed documents on the wire: the newest is offered in sign-in and echo, and sent in chunks.

DE 63.15 and 63.16 of docs/protocol.md. What a terminal refuses is for people to look at.
"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, Row, bindparam, select

from host_tools.acquirer import book, fields
from host_tools.acquirer.documents import NAMES, NOTICES, PARAMETERS
from host_tools.acquirer.request import Request
from host_tools.acquirer.schema import documents, terminals
from host_tools.acquirer.wire import Message

CHUNK_BYTES = 240
_KINDS = tuple(enumerate((PARAMETERS, NOTICES)))  # their places in 63.15
_REASONS = {
    1: "wrong signature",
    2: "not newer than the one in use",
    3: "for another terminal",
    4: "unknown field",
    5: "value missing or out of range",
    6: "not a document of this kind",
    7: "the terminal cannot store it",
    8: "too long",
}
_FOR_IT = (
    select(documents)
    .where(
        documents.c.kind == bindparam("kind"),
        documents.c.merchant_id.in_(("", bindparam("merchant"))),
        documents.c.terminal_id.in_(("", bindparam("terminal"))),
    )
    .order_by(documents.c.version.desc())
    .limit(1)
)
_IN_USE = terminals.update().where(terminals.c.key_id == bindparam("its_key_id"))


def offer(request: Request, connection: Connection, now: datetime, reply: Message) -> None:
    """Notes what the terminal has in use and what it refused; tells it the newest versions."""
    said = request.message.private.get(fields.DOCUMENT_VERSIONS, b"")
    if len(said) < 8:
        return  # it knows no documents
    versions = {NAMES[kind]: int.from_bytes(said[4 * at :][:4], "big") for at, kind in _KINDS}
    its = {"its_key_id": request.message.key_id.hex()}
    connection.execute(_IN_USE, its | versions)
    if len(said) >= 14:
        _refused(request, connection, now, said[8:])
    newest = (_newest(request, connection, kind) for _, kind in _KINDS)
    numbers = (document.version if document else 0 for document in newest)
    reply.private[fields.DOCUMENT_VERSIONS] = b"".join(n.to_bytes(4, "big") for n in numbers)


def sender(kind: int) -> Callable[[Request, Connection, datetime, Message], None]:
    """The answer to a request for a chunk of a document of this kind."""

    def answer(request: Request, connection: Connection, _now: datetime, reply: Message) -> None:
        wanted = request.message.private.get(fields.DOCUMENT_CHUNK, b"")
        document = _newest(request, connection, kind)
        if document is None or len(wanted) != 6:
            return
        same = int.from_bytes(wanted[:4], "big") == document.version
        offset = int.from_bytes(wanted[4:], "big") if same else 0
        data = document.signed[offset : offset + CHUNK_BYTES]
        head = ((document.version, 4), (len(document.signed), 2), (offset, 2))
        numbers = b"".join(number.to_bytes(size, "big") for number, size in head)
        reply.private[fields.DOCUMENT_CHUNK] = numbers + data

    return answer


def _newest(request: Request, connection: Connection, kind: int) -> Row | None:
    names = {"kind": kind, "merchant": request.field(42), "terminal": request.field(41)}
    return connection.execute(_FOR_IT, names).first()


def _refused(request: Request, connection: Connection, now: datetime, told: bytes) -> None:
    """kind, version u32, reason, and the name of the field."""
    kind, version, reason = told[0], int.from_bytes(told[1:5], "big"), told[5]
    why = _REASONS.get(reason, f"reason {reason}")
    field = told[6:].decode("ascii", "replace")
    name = NAMES.get(kind, "document")
    book.notice(
        connection,
        "alarm",
        f"{name}_refused",
        f"{request.sender} {version}",
        now,
        detail=f"{name} {version}: {why}" + (f": {field}" if field else ""),
    )
