"""A TCP line with a round-trip time and loss, to stand between terminal and acquirer.

Loss is what TCP makes of it: the bytes come later, and those behind them wait. A segment that is
lost costs one retransmission time-out: 200 ms, or the round trip and a half where that is longer.
Fast retransmission, which is often quicker, is left out: the figures are on the careful side.
"""

import asyncio
import random

from host_tools.simulator.network import Network

_SEGMENT_BYTES = 1400
_LEAST_TIMEOUT_S = 0.2
_APART_S = 1e-6  # what is due at the same time would not keep its order


class Line(Network):
    """A network that is always up; counts the bytes of both ways."""

    def __init__(self, rtt_s: float, loss: float, seed: int = 1):
        super().__init__()
        self.rtt_s = rtt_s
        self.loss = loss
        self.random = random.Random(seed)  # noqa: S311  decides which segments are lost
        self.bytes = 0
        self.ends: set[_End] = set()

    async def open(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _End(self), "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        if self._server:
            self._server.close()
        for end in list(self.ends):
            end.hang_up()

    def delay_s(self, size: int) -> float:
        """One way, for so many bytes."""
        segments = 1 + (size - 1) // _SEGMENT_BYTES
        lost = sum(self.random.random() < self.loss for _ in range(segments))
        return self.rtt_s / 2 + lost * max(_LEAST_TIMEOUT_S, 1.5 * self.rtt_s)


class _End(asyncio.Protocol):
    """One end of a connection; what comes in leaves at its peer, later, in order."""

    def __init__(self, line: Line, peer: "_End | None" = None):
        self._line = line
        self._peer = peer
        self._loop = asyncio.get_running_loop()
        # Who opens a connection hears of it a round trip later.
        self._leaves_s = self._loop.time() + (0 if peer else line.rtt_s)
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # what a TCP connection has
        self._transport = transport
        self._line.ends.add(self)
        if self._peer is None:
            transport.pause_reading()  # nobody is there yet to pass it on to
            asyncio.ensure_future(self._join())

    async def _join(self) -> None:
        try:
            await self._loop.create_connection(self._other, "127.0.0.1", self._line.host_port)
        except OSError:
            self.hang_up()
        else:
            assert self._transport  # set when this end was made
            self._transport.resume_reading()

    def _other(self) -> "_End":
        self._peer = _End(self._line, self)
        return self._peer

    def data_received(self, data: bytes) -> None:
        self._line.bytes += len(data)
        due_s = self._loop.time() + self._line.delay_s(len(data))
        self._leaves_s = max(self._leaves_s + _APART_S, due_s)
        self._loop.call_at(self._leaves_s, self._pass, data)

    def _pass(self, data: bytes) -> None:
        if self._peer and self._peer._transport and not self._peer._transport.is_closing():
            self._peer._transport.write(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._line.ends.discard(self)
        if self._peer:
            self._loop.call_at(self._leaves_s, self._peer.hang_up)

    def hang_up(self) -> None:
        if self._transport:
            self._transport.abort()
