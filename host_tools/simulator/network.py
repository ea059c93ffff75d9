"""The network between terminal and acquirer: a TCP proxy that can be cut, slowed and made lossy."""

import asyncio
from pathlib import Path

MODES = ("up", "down", "slow", "drop")
_SLOW_S = 0.8
_CHUNK = 4096


class Network:
    """Listens for the terminal and passes bytes to the acquirer as the mode allows.

    up: as they come. down: nothing connects, what was connected breaks. slow: 0.8 s each way.
    drop: requests arrive, replies vanish; such a connection is broken when the mode changes.
    """

    def __init__(self):
        self.mode = "up"
        self.host_port = 0
        self.port = 0
        self._server: asyncio.Server | None = None
        self._connections: dict[asyncio.Task, bool] = {}  # -> whether it has lost bytes

    async def open(self) -> None:
        await self._listen()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._accepted, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        if self._server:
            self._server.close()
            self._server = None
        self._break(every=True)

    async def set_mode(self, mode: str) -> None:
        if mode not in MODES:
            raise ValueError(f"no network mode {mode!r}: one of {', '.join(MODES)}")
        self.mode = mode
        if mode == "down":
            await self.close()
        else:
            self._break(every=False)
            if self._server is None:
                await self._listen()

    def _break(self, every: bool) -> None:
        for task, lossy in list(self._connections.items()):
            if every or lossy:
                task.cancel()

    async def _accepted(self, reader, writer) -> None:
        task = asyncio.current_task()
        assert task is not None  # this is one
        self._connections[task] = False
        host_writer = None
        try:
            host_reader, host_writer = await asyncio.open_connection("127.0.0.1", self.host_port)
            await self._join(task, reader, writer, host_reader, host_writer)
        except (OSError, asyncio.CancelledError):
            pass  # the acquirer is down, or the plug was pulled: the terminal sees a broken line
        finally:
            del self._connections[task]
            writer.transport.abort()
            if host_writer:
                host_writer.transport.abort()

    async def _join(self, task, reader, writer, host_reader, host_writer) -> None:
        there = asyncio.ensure_future(self._pump(reader, host_writer, None))
        back = asyncio.ensure_future(self._pump(host_reader, writer, task))
        try:
            await asyncio.wait((there, back), return_when=asyncio.FIRST_COMPLETED)
        finally:
            there.cancel()
            back.cancel()

    async def _pump(self, reader, writer, lossy_task) -> None:
        while data := await reader.read(_CHUNK):
            if self.mode == "slow":
                await asyncio.sleep(_SLOW_S)
            if self.mode == "drop" and lossy_task:
                self._connections[lossy_task] = True
                continue
            writer.write(data)
            await writer.drain()


def short_socket_folder(data: Path) -> Path:
    """Unix socket paths may have about 100 characters: a deep data folder needs another place."""
    folder = data / "devices"
    if len(str(folder)) < 80:
        return folder
    import tempfile

    return Path(tempfile.mkdtemp(prefix="tapstone-"))
