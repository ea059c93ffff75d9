"""The acquirer as a process beside the virtual terminal."""

import asyncio
import signal
import sys
from pathlib import Path

from host_tools.errors import Unusable

_START_S = 20


class BenchError(Unusable):
    """The bench could not be set up or started; the text says what to do."""


async def _first_line(process: asyncio.subprocess.Process) -> bytes:
    return await process.stdout.readline() if process.stdout else b""


class Acquirer:
    """The acquirer as a process of its own, so that it can be killed like one."""

    def __init__(self, data: Path):
        self.data = data
        self._process: asyncio.subprocess.Process | None = None
        self._starting = asyncio.Lock()
        self.port = 0

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    async def start(self) -> None:
        async with self._starting:
            if not self.running:
                await self._start()

    async def _start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "host_tools.acquirer",
            "--data", str(self.data), "--port", str(self.port),
            "--while-stdin",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
        try:
            line = await asyncio.wait_for(_first_line(self._process), _START_S)
        except TimeoutError:
            raise BenchError("the acquirer did not start in time") from None
        word, _, port = line.decode().partition(" ")
        if word != "ready":
            raise BenchError(f"the acquirer did not start: {line.decode().strip()}")
        self.port = int(port)

    async def stop(self, how: int = signal.SIGTERM) -> None:
        if self._process and self.running:
            self._process.send_signal(how)
            await self._process.wait()
