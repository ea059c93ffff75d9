"""The terminal itself: the deployed firmware in a MicroPython process with a board-sized heap."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

from host_tools import paths

# 256 KB on a board: objects are twice as large here, and the code, which boards run from flash
# (manifest.py), lies in this heap as well, about 300 KB of it.
HEAP = "768k"
RESET_EXIT = 75
_BY_WATCHDOG = -signal.SIGKILL
_PAUSE_AFTER_CRASH_S = 1.0
_WATCHDOG_LOOK_S = 0.25


class TerminalProcess:
    """Power on and off, resets, crashes and the watchdog, as a board has them."""

    def __init__(
        self,
        program: Path,
        environment: dict[str, str],
        on_line: Callable[[str], None],
        hungry: Callable[[], bool],
    ):
        self._program = program
        self._environment = environment
        self._on_line = on_line
        self._hungry = hungry
        self._process: asyncio.subprocess.Process | None = None
        self._keeper: asyncio.Task | None = None
        self.crashes = 0
        self.boots = 0

    @property
    def powered(self) -> bool:
        return self._keeper is not None

    def power_on(self) -> None:
        if self._keeper is None:
            self._keeper = asyncio.create_task(self._keep())

    def power_off(self) -> None:
        """As pulling the plug: nothing in the process gets a chance to tidy up."""
        if self._keeper:
            self._keeper.cancel()
            self._keeper = None
        self._kill()

    def _kill(self) -> None:
        """Not by the process object: it would look first whether the process has ended, and take
        that news away from the event loop, which waits for it."""
        if self._process and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._process.pid, signal.SIGKILL)

    async def gone(self) -> None:
        """Waits until a process that was killed has really ended."""
        if self._process:
            await self._process.wait()

    async def _keep(self) -> None:
        while True:
            code = await self._live()
            if code not in (RESET_EXIT, _BY_WATCHDOG):
                self.crashes += 1
                self._on_line(f"the firmware ended with exit code {code}; it is started again")
                await asyncio.sleep(_PAUSE_AFTER_CRASH_S)

    async def _live(self) -> int:
        self.boots += 1
        self._process = await asyncio.create_subprocess_exec(
            paths.micropython(),
            "-X",
            f"heapsize={HEAP}",
            str(self._program / "main.py"),
            env={**os.environ, **self._environment, "TZ": "UTC0"},
            cwd=self._program,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for the whole: this one ends by its power
        )
        guard = asyncio.create_task(self._guard())
        try:
            async for line in self._process.stdout or ():
                self._on_line(line.decode("utf-8", "replace").rstrip())
            return await self._process.wait()
        finally:
            guard.cancel()
            self._kill()

    async def _guard(self) -> None:
        """The watchdog of the board: resets a terminal that stopped feeding it."""
        while True:
            await asyncio.sleep(_WATCHDOG_LOOK_S)
            if self._hungry():
                self._on_line("the watchdog was not fed: reset")
                self._kill()


class Stopwatch:
    """Seconds since it was made: the demo and the tests say how long things took."""

    def __init__(self):
        self._start = time.monotonic()

    def __call__(self) -> float:
        return time.monotonic() - self._start
