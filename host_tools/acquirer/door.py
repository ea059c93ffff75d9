"""The door: accepts connections and shakes hands, so that nobody can stand in it for long.

Whoever is still shaking hands has proved nothing yet. There is room for so many of them, and the
one who has been there longest gives way to the next: a silent crowd keeps no terminal out.
"""

import asyncio
import logging
import socket
import ssl
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

Connected = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
_BACKLOG = 1024
_PAUSE_S = 0.1
log = logging.getLogger(__name__)


class Door:
    def __init__(self, connected: Connected, context: ssl.SSLContext, room: int, patience_s: float):
        """`connected(reader, writer)` gets each connection whose handshake was good; `room`: how
        many may shake hands at once, each for `patience_s` at the longest."""
        self._connected = connected
        self._context = context
        self._room = room
        self._patience_s = patience_s
        self._shaking: dict[socket.socket, None] = {}  # the oldest first
        self._tasks: set[asyncio.Task] = set()
        self._listener: socket.socket | None = None

    def open(self, host: str, port: int) -> int:
        """Listens; -> the port. Raises OSError when the port is taken."""
        self._listener = socket.create_server((host, port), backlog=_BACKLOG)
        self._listener.setblocking(False)
        self._start(self._accept(self._listener))
        return self._listener.getsockname()[1]

    async def close(self) -> None:
        """Stops listening and drops all lines."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._listener:
            self._listener.close()

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                peer, _ = await asyncio.get_running_loop().sock_accept(listener)
            except OSError as error:  # no descriptors left, or the peer has left already
                log.warning("could not accept a connection: %s", error)
                await asyncio.sleep(_PAUSE_S)
                continue
            if len(self._shaking) >= self._room:
                _hang_up(next(iter(self._shaking)))
            self._shaking[peer] = None
            self._start(self._welcome(peer))

    async def _welcome(self, peer: socket.socket) -> None:
        reader = asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(reader)
        loop = asyncio.get_running_loop()
        try:
            transport, _ = await loop.connect_accepted_socket(
                lambda: protocol,
                peer,
                ssl=self._context,
                ssl_handshake_timeout=self._patience_s,
            )
        except OSError:
            return  # it left, was silent, or has no certificate of ours
        finally:
            self._shaking.pop(peer, None)
        await self._connected(reader, asyncio.StreamWriter(transport, protocol, reader, loop))


def _hang_up(peer: socket.socket) -> None:
    try:
        peer.shutdown(socket.SHUT_RDWR)  # its handshake ends by that
    except OSError:
        pass  # it has left just now
