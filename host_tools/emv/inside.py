"""MicroPython processes that run a program of `on_target/` on the compiled firmware.

A board-sized heap, one JSON object a line each way.
"""

import json
import os
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Self

from host_tools import paths
from host_tools.errors import Unusable
from host_tools.release.build import compile_file, sources

HEAP = "512k"  # a 64-bit port needs twice the heap of a board: this is 256 KB on a 32-bit one

_PROGRAMS = Path(__file__).parent / "on_target"
_PARTS = ("emv", "drivers", "machine.py")  # of firmware and board: what the programs import
_ANSWER_S = 60.0


class InsideError(Unusable):
    """The program ended or went silent; the text is what it said last."""


def build(out: Path) -> Path:
    """Compiles the EMV room, the drivers and the programs into `out`; returns it."""
    wanted = {at: file for at, file in sources("unix").items() if at.parts[0] in _PARTS}
    wanted |= {Path(file.name): file for file in _PROGRAMS.glob("*.py")}

    def compiled(item: tuple[Path, Path]) -> None:
        at, source = item
        compile_file(source, str(at), (out / at).with_suffix(".mpy"))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(compiled, wanted.items()))
    return out


def command(program: str, heap: str = HEAP) -> list[str]:
    return [paths.micropython(), "-X", f"heapsize={heap}", "-m", program]


def environment(built: Path, **more: str) -> dict[str, str]:
    return {**os.environ, "MICROPYPATH": f"{built}:.frozen", **more}


class Inside:
    """One running program; a context manager that ends it, as close() does."""

    def __init__(self, built: Path, program: str, **more: str):
        """`built` is what build() returned; `more` goes into the program's environment."""
        self._process = subprocess.Popen(
            command(program),
            env=environment(built, **more),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()

    def tell(self, message: Any) -> None:
        assert self._process.stdin
        try:
            self._process.stdin.write(json.dumps(message) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise InsideError(self._last_words("")) from None

    def hear(self, limit_s: float = _ANSWER_S) -> Any:
        """The next answer. InsideError when the program ended, or said nothing for `limit_s`."""
        assert self._process.stdout
        guard = threading.Timer(limit_s, self._process.kill)
        guard.start()
        try:
            line = self._process.stdout.readline()
        finally:
            guard.cancel()
        try:
            return json.loads(line)
        except ValueError:
            raise InsideError(self._last_words(line)) from None

    def ask(self, message: Any) -> Any:
        self.tell(message)
        return self.hear()

    def _last_words(self, line: str) -> str:
        assert self._process.stdout
        self._process.kill()  # or there would be no end to what it says
        rest = (line + self._process.stdout.read()).strip()
        return rest[-500:] or "it went silent and was ended"
