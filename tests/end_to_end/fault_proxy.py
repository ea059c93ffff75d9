"""A line between terminal and acquirer that does what lines do at their worst. It sees only TLS."""

import asyncio
import os

from host_tools.simulator.network import Network

_JUNK_BYTES = 40


class FaultProxy(Network):
    """`fault`, at any time one of:

    none      bytes pass
    hole      what comes in is swallowed, both ways
    mute      what comes from the host is swallowed
    half      the host's end is gone, the terminal's end stays open
    crumbs    one byte at a time
    junk      what comes from the host next has junk in front of it
    held      what comes from the terminal is kept, until `release`
    """

    def __init__(self):
        super().__init__()
        self.fault = "none"
        self.connections = 0
        self._held = []
        self._ends = []  # (the terminal's writer, the host's writer) of each connection

    async def _accepted(self, reader, writer):
        self.connections += 1
        try:
            host_reader, host_writer = await asyncio.open_connection("127.0.0.1", self.host_port)
        except OSError:
            writer.transport.abort()
            return
        self._ends.append((writer, host_writer))
        up = asyncio.ensure_future(self._pass(reader, host_writer, up=True))
        down = asyncio.ensure_future(self._pass(host_reader, writer, up=False))
        await asyncio.wait((up, down), return_when=asyncio.FIRST_COMPLETED)
        if self.fault == "half":
            await asyncio.wait((up,))
        if self.fault != "held":
            host_writer.transport.abort()
        writer.transport.abort()

    async def _pass(self, reader, writer, up):
        try:
            while data := await reader.read(4096):
                await self._forward(data, writer, up)
        except OSError:
            pass  # that end is gone: so is this connection

    async def _forward(self, data, writer, up):
        if self.fault == "hole" or writer.transport.is_closing():
            return
        if self.fault == "mute" and not up:
            return
        if self.fault == "held" and up:
            self._held.append((writer, data))
            return
        if self.fault == "junk" and not up:
            self.fault, data = "none", os.urandom(_JUNK_BYTES) + data
        step = 1 if self.fault == "crumbs" else len(data)
        for at in range(0, len(data), step):
            writer.write(data[at : at + step])
            await writer.drain()

    def drop_host_ends(self):
        for _, host_writer in self._ends:
            host_writer.transport.abort()

    def drop_terminal_ends(self):
        for writer, _ in self._ends:
            writer.transport.abort()

    def release(self):
        """What was held arrives after all, on the connections that it was sent on."""
        for writer, data in self._held:
            writer.write(data)
        self._held = []

    async def close(self):
        await super().close()
        for ends in self._ends:
            for writer in ends:
                writer.transport.abort()
