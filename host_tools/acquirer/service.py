"""The acquirer's answers: (request, database connection, now) -> reply, as docs/protocol.md says.

The caller commits that connection's transaction before it sends the reply.
"""

import os
from datetime import datetime

from sqlalchemy import Connection, Row

from host_tools.acquirer import book, dukpt, fields, network, restore, rules, settlement
from host_tools.acquirer.financial import Financial
from host_tools.acquirer.keys import HostKeys
from host_tools.acquirer.replies import refuse
from host_tools.acquirer.request import Request, prepare
from host_tools.acquirer.terms import Terms
from host_tools.acquirer.wire import Message, seal

_ALARMS = {
    rules.UNKNOWN_TERMINAL: "unknown_terminal",
    rules.BAD_MAC: "wrong_mac",
    rules.FORMAT: "format",
    rules.DUPLICATE: "conflicting_request",
}


class Service:
    def __init__(self, keys: HostKeys, verify: rules.Verify, terms: Terms | None = None):
        """`verify` tells whether chip data carries the card's own cryptogram."""
        self._keys = keys
        self._verify = verify
        self._terms = terms or Terms()
        self._start = os.urandom(restore.START_BYTES)

    def prepare(self, message: Message, certificate: str) -> Request:
        """What can be done about a message without the database."""
        challenge = restore.challenge(self._start, message.key_id)
        return prepare(message, certificate, challenge, self._keys)

    def answer(self, request: Request, connection: Connection, now: datetime) -> Message:
        """The reply; all effects of the request are in the connection's transaction."""
        terminal = book.terminal(connection, request.message.key_id.hex())
        if terminal is None or not _is_of(request, terminal):
            return _alarm(request, connection, now, rules.UNKNOWN_TERMINAL)
        if not request.authentic:
            return _alarm(request, connection, now, rules.BAD_MAC)
        if request.fault:
            return _alarm(request, connection, now, rules.FORMAT)
        if terminal.retired:
            book.notice(connection, "alarm", "retired_terminal", request.sender, now)
        book.seen(connection, terminal.key_id, request.message.private[fields.HELD], now)
        try:
            return _HANDLERS[request.mti](self, request, connection, now)
        except book.Conflict:
            return _alarm(request, connection, now, rules.DUPLICATE)

    def network(self, request: Request, connection: Connection, now: datetime) -> Message:
        return network.answer(request, connection, now)

    def financial(self, request: Request, connection: Connection, now: datetime) -> Message:
        parts = (request, connection, now, self._keys, self._verify, self._terms)
        return Financial(*parts).answer()

    def settle(self, request: Request, connection: Connection, now: datetime) -> Message:
        return settlement.settle(request, connection, now, self._terms)

    def take_list(self, request: Request, connection: Connection, now: datetime) -> Message:
        return settlement.take_list(request, connection)

    def sealed(self, request: Request, reply: Message, now: datetime) -> bytes:
        """The reply as it goes out at `now`."""
        return seal(reply, request.keys.working_key(dukpt.MAC_REPLY), now)


_HANDLERS = {
    "0800": Service.network,
    "0200": Service.financial,
    "0220": Service.financial,
    "0400": Service.financial,
    "0500": Service.settle,
    "0320": Service.take_list,
}


def _is_of(request: Request, terminal: Row) -> bool:
    """Whether key id, names and certificate belong together.

    A retired terminal may still empty its queue, also of deferred sales, but makes no new ones.
    """
    said = request.message.fields
    return (
        terminal.terminal_id == said["41"]
        and terminal.merchant_id == said.get("42", terminal.merchant_id)
        and terminal.certificate == request.certificate
        and not (terminal.retired and request.mti == "0200" and request.form != fields.DEFERRED)
    )


def _alarm(request: Request, connection: Connection, now: datetime, code: str) -> Message:
    detail = request.fault or f"STAN {request.field(11)}"
    book.notice(connection, "alarm", _ALARMS[code], request.sender, now, detail=detail)
    return refuse(request, code)
