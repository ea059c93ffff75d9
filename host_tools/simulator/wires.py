"""The sockets of the virtual board: they carry wire bytes to the virtual parts, and nothing else.

One Unix stream socket for each peripheral (`docs/architecture.md` gives the framing). A terminal
process connects to all of them when it starts; the parts outlive it, as parts outlive a reset.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

_READ = 0x80


class SpiPart(Protocol):
    """A part on an SPI bus: takes what is clocked in, gives what is clocked out."""

    def feed(self, flags: int, payload: bytes) -> None: ...

    def read(self, flags: int, length: int) -> bytes: ...


class _Wire(asyncio.Protocol):
    def __init__(self, owner: "Wires", name: str):
        self.owner = owner
        self.name = name
        self.buffer = bytearray()

    def connection_made(self, transport):
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.owner.plugged[self.name] = self

    def connection_lost(self, exc):
        if self.owner.plugged.get(self.name) is self:
            del self.owner.plugged[self.name]


class _Spi(_Wire):
    def __init__(self, owner, name, part: SpiPart):
        super().__init__(owner, name)
        self.part = part

    def data_received(self, data):
        self.buffer += data
        at = 0  # a part may cut the power while it is fed: nothing is then left to answer
        while len(self.buffer) - at >= 4:
            flags = self.buffer[at]
            length = int.from_bytes(self.buffer[at + 1 : at + 4], "little")
            if flags & _READ:
                at += 4
                self.transport.write(self.part.read(flags & ~_READ, length))
            elif len(self.buffer) - at - 4 < length:
                break
            else:
                self.part.feed(flags, bytes(self.buffer[at + 4 : at + 4 + length]))
                at += 4 + length
        del self.buffer[:at]


class _Serial(_Wire):
    def __init__(self, owner, name, receive: Callable[[bytes], None]):
        super().__init__(owner, name)
        self.receive = receive

    def data_received(self, data):
        self.receive(data)


class _Lines(_Wire):
    def __init__(self, owner, name, receive: Callable[[str], None]):
        super().__init__(owner, name)
        self.receive = receive

    def data_received(self, data):
        self.buffer += data
        *lines, rest = self.buffer.split(b"\n")
        self.buffer = bytearray(rest)
        for line in lines:
            self.receive(line.decode("ascii", "replace"))


class Wires:
    """The sockets in `folder`; parts are attached by name before `open()`."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.plugged: dict[str, _Wire] = {}
        self._makers: dict[str, Callable[[], _Wire]] = {}
        self._servers: list[asyncio.Server] = []

    def spi(self, name: str, part: SpiPart) -> None:
        self._makers[name] = lambda: _Spi(self, name, part)

    def serial(self, name: str, receive: Callable[[bytes], None]) -> None:
        self._makers[name] = lambda: _Serial(self, name, receive)

    def lines(self, name: str, receive: Callable[[str], None]) -> None:
        self._makers[name] = lambda: _Lines(self, name, receive)

    def send(self, name: str, data: bytes) -> None:
        """To the terminal; into the void while none is plugged in."""
        wire = self.plugged.get(name)
        if wire and not wire.transport.is_closing():
            wire.transport.write(data)

    async def open(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        loop = asyncio.get_running_loop()
        for name, maker in self._makers.items():
            path = self.folder / name
            path.unlink(missing_ok=True)
            self._servers.append(await loop.create_unix_server(maker, str(path)))

    def close(self) -> None:
        for server in self._servers:
            server.close()
        for wire in list(self.plugged.values()):
            wire.transport.abort()
