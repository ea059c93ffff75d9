"""The TLS server: connections, frames, idle lines, overload. Meaning is `service`'s affair."""

import asyncio
import logging
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from host_tools.acquirer import rules
from host_tools.acquirer.door import Door
from host_tools.acquirer.replies import refuse
from host_tools.acquirer.request import Request
from host_tools.acquirer.service import Service
from host_tools.acquirer.store import Store, Unavailable
from host_tools.acquirer.tls import fingerprint
from host_tools.acquirer.wire import BadFrame, Message, decode, framed, read_frame

Clock = Callable[[], datetime]
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Limits:
    """What one peer, and all of them together, may take of us."""

    idle_s: float = 900.0  # terminals echo more often than that
    frame_s: float = 30.0  # for a handshake, for a frame that began, for sending a reply
    under_way: int = 32  # requests of one connection
    backlog: int = 1024  # requests of all connections that wait for their commit
    connections: int = 10_000
    handshakes: int = 512  # connections that have not proved yet who they are
    per_terminal: int = 8  # a terminal needs one, another to try a network, some left half open


class Server:
    def __init__(self, service: Service, store: Store, clock: Clock, limits: Limits):
        """`clock()` is the time in UTC."""
        self._service = service
        self._store = store
        self._clock = clock
        self._limits = limits
        self._lines: dict[str, list[asyncio.StreamWriter]] = {}  # by certificate, oldest first
        self._door: Door | None = None

    async def open(self, host: str, port: int, context: ssl.SSLContext) -> int:
        """Listens; -> the port. Raises OSError when the port is taken."""
        limits = self._limits
        self._door = Door(self._connected, context, limits.handshakes, limits.frame_s)
        return self._door.open(host, port)

    async def close(self) -> None:
        """Stops listening and drops the lines; what was submitted is still committed."""
        if self._door:
            await self._door.close()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tls = writer.get_extra_info("ssl_object")
        certificate = fingerprint(tls.getpeercert(binary_form=True))
        if not self._let_in(certificate, writer):
            writer.transport.abort()
            return
        try:
            await self._converse(reader, writer, certificate)
        except asyncio.CancelledError:
            writer.transport.abort()  # the server closes
        finally:
            self._leaves(certificate, writer)
            writer.close()

    def _let_in(self, certificate: str, writer: asyncio.StreamWriter) -> bool:
        """A terminal with too many lines loses its oldest: that one is most likely dead."""
        lines = self._lines.get(certificate, [])
        if len(lines) >= self._limits.per_terminal:
            lines.pop(0).transport.abort()
        elif sum(map(len, self._lines.values())) >= self._limits.connections:
            return False
        self._lines[certificate] = [*lines, writer]
        return True

    def _leaves(self, certificate: str, writer: asyncio.StreamWriter) -> None:
        others = [line for line in self._lines.get(certificate, []) if line is not writer]
        self._lines[certificate] = others
        if not others:
            del self._lines[certificate]

    async def _converse(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, certificate: str
    ) -> None:
        """Reads until the peer leaves or misbehaves, then lets the answers under way go out."""
        window = asyncio.Semaphore(self._limits.under_way)
        async with asyncio.TaskGroup() as answers:
            try:
                while True:
                    frame = await read_frame(reader, self._limits.idle_s, self._limits.frame_s)
                    message = decode(frame)
                    await window.acquire()
                    answers.create_task(self._serve(message, certificate, writer, window))
            except BadFrame as error:
                log.warning("hung up on a peer that does not speak the protocol: %s", error)
            except (TimeoutError, asyncio.IncompleteReadError, OSError):
                pass  # it left, or was silent for too long: it will connect again

    async def _serve(
        self,
        message: Message,
        certificate: str,
        writer: asyncio.StreamWriter,
        window: asyncio.Semaphore,
    ) -> None:
        """One request: from the message to its reply on the line. Replies keep the order."""
        request = self._service.prepare(message, certificate)
        reply = await self._answer(request)
        writer.write(framed(self._service.sealed(request, reply, self._clock())))
        try:
            async with asyncio.timeout(self._limits.frame_s):
                await writer.drain()
        except (TimeoutError, OSError):
            writer.transport.abort()  # it will ask again; the answer is kept
        window.release()

    async def _answer(self, request: Request) -> Message:
        """Committed when it returns, unless the code says that nothing was done."""
        if self._store.backlog >= self._limits.backlog:
            return refuse(request, rules.BUSY)
        now = self._clock()
        try:
            return await self._store.run(
                lambda connection: self._service.answer(request, connection, now)
            )
        except Unavailable:
            return refuse(request, rules.FAULT)
        except Exception:
            log.exception("a request could not be handled")
            return refuse(request, rules.FAULT)
