"""Network management: what an 0800 asks for by its network code, and what its 0810 says."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection

from host_tools.acquirer import (
    book,
    documents,
    downloads,
    fields,
    lookup,
    reset,
    restore,
    rules,
)
from host_tools.acquirer.replies import echo
from host_tools.acquirer.request import Request
from host_tools.acquirer.wire import Message

# (request, database connection, now, the reply so far): adds to the reply, or changes its code.
Answer = Callable[[Request, Connection, datetime, Message], None]


def answer(request: Request, connection: Connection, now: datetime) -> Message:
    """The reply to an authentic 0800. A code that nobody here knows is answered like an echo."""
    reply = echo(request, rules.APPROVED)
    reply.private[fields.HOST_TIME] = bytes.fromhex(now.strftime("%Y%m%d%H%M%S"))
    downloads.offer(request, connection, now, reply)
    if add := _ANSWERS.get(request.field(60)[8:]):
        add(request, connection, now, reply)
    return reply


def _sign_in(request: Request, connection: Connection, now: datetime, reply: Message) -> None:
    book.notice(connection, "event", "sign_in", request.sender, now)
    restore.note(request, connection, now, reply, signs_in=True)


def _echo(request: Request, connection: Connection, now: datetime, reply: Message) -> None:
    restore.note(request, connection, now, reply, signs_in=False)
    if padding := request.message.private.get(fields.PADDING):
        reply.private[fields.PADDING] = padding


_ANSWERS: dict[str, Answer] = {
    "001": _sign_in,
    "301": _echo,
    "360": downloads.sender(documents.PARAMETERS),
    "372": downloads.sender(documents.NOTICES),
    "381": reset.answer,
    "401": lookup.answer,
}
