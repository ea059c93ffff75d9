"""Opens a TLS connection, and leaves nothing open when it fails or is cancelled.

`asyncio.open_connection` keeps the socket when it is cancelled; a board has a dozen sockets, and a
network that swallows connections would use them up.
"""

import asyncio
import select
import socket
from errno import EINPROGRESS

from micropython import const

_LOOK_MS = const(20)
_MOST_BYTES = const(2048)
_MOST_AT_ONCE = const(16)
_TCP, _NO_DELAY = const(6), const(1)  # IPPROTO_TCP, TCP_NODELAY: few ports name them


async def open_tls(address, port, context, name):
    """-> (reader, writer). Raises OSError. The handshake runs with the first bytes.

    `address` had better be a number: looking up a name blocks the board while it lasts.
    """
    place = socket.getaddrinfo(address, port, 0, socket.SOCK_STREAM)[0]
    plug = socket.socket(place[0], place[1], place[2])
    try:
        _send_at_once(plug)
        await _connect(plug, place[-1])
        tls = context.wrap_socket(plug, server_hostname=name, do_handshake_on_connect=False)
    except (OSError, ValueError, asyncio.CancelledError):
        plug.close()
        raise
    stream = asyncio.StreamReader(tls)
    return Reader(stream, tls), stream


class Reader:
    """Takes what is there before it waits: on some ports each wait costs a millisecond, whatever
    has come, and a host answers many messages at once. A host that never ends keeps nobody else
    from their turn."""

    def __init__(self, stream, plug):
        self._stream = stream
        self._plug = plug
        self._held = b""
        self._at_once = 0  # how many pieces were taken without a wait

    async def readexactly(self, count):
        """Raises EOFError when the line ends before."""
        while len(self._held) < count:
            more = await self._piece()
            if not more:
                raise EOFError
            self._held += more
        taken, self._held = self._held[:count], self._held[count:]
        return taken

    async def _piece(self):
        if self._at_once < _MOST_AT_ONCE:
            self._at_once += 1
            more = self._plug.read(_MOST_BYTES)
            if more is not None:
                return more
        self._at_once = 0
        return await self._stream.read(_MOST_BYTES)


def _send_at_once(plug):
    """Several small messages are under way: none may wait for the receipt of the one before."""
    try:
        plug.setsockopt(_TCP, _NO_DELAY, 1)
    except OSError:
        pass  # this port cannot: it is slower, and nothing else


async def _connect(plug, place):
    plug.setblocking(False)
    try:
        plug.connect(place)
    except OSError as error:
        if error.errno != EINPROGRESS:
            raise
    poller = select.poll()
    poller.register(plug, select.POLLOUT)
    while not poller.poll(0):
        await asyncio.sleep_ms(_LOOK_MS)
