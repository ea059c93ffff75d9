"""The real driver inside MicroPython, wired to the virtual PN532; and a card to put before it."""

import asyncio
import json
import os
import subprocess
import tempfile
import threading
import zlib
from pathlib import Path

from host_tools import paths
from host_tools.simulator.pn532 import PN532

ROOT = Path(__file__).resolve().parents[2]
CONSOLE = ROOT / "tests" / "host" / "on_target" / "reader_console.py"

SELECT_PPSE = bytes.fromhex("00A404000E325041592E5359532E444446303100")
PPSE = bytes.fromhex("6F15840E325041592E5359532E4444463031A503880101") + b"\x90\x00"


def give(length: int) -> bytes:
    """The command that lets a SampleCard answer with `length` bytes, SW included."""
    return b"\x80\xca" + length.to_bytes(2, "big") + b"\x00"


def given(length: int) -> bytes:
    return bytes(i & 0xFF for i in range(length - 2)) + b"\x90\x00"


def digest_command(length: int) -> bytes:
    """A command of `length` bytes that is answered with its checksum."""
    return b"\x80\xcc\x00\x00" + bytes((7 * i) & 0xFF for i in range(length - 4))


def digest(command: bytes) -> bytes:
    return zlib.crc32(command).to_bytes(4, "big") + b"\x90\x00"


class SampleCard:
    """Knows the commands above, and remembers each one it ran."""

    def __init__(self, kind: str = "A", fsci: int = 8, thinking_ms: int = 0):
        self.kind, self.fsci, self.thinking_ms = kind, fsci, thinking_ms
        self.uid = bytes.fromhex("04A1B2C3")
        self.ran: list[bytes] = []
        self.leaves_at = b""

    def apdu(self, command: bytes) -> bytes | None:
        self.ran.append(command)
        if self.leaves_at and command.startswith(self.leaves_at):
            return None
        if command == SELECT_PPSE:
            return PPSE
        if command[:2] == b"\x80\xca":
            return given(int.from_bytes(command[2:4], "big"))
        if command[:2] == b"\x80\xcc":
            return digest(command)
        return b"\x6d\x00"


class ReaderError(Exception):
    """The driver raised OSError; `code` is its errno, `ms` how long it took."""

    def __init__(self, code: int, ms: int):
        super().__init__(f"errno {code} after {ms} ms")
        self.code, self.ms = code, ms


class Rig:
    """`chip` is the virtual chip; `call(method, ...)` calls the driver in its MicroPython."""

    def __init__(self, timed: bool = False):
        self.chip = PN532(self._send, sleep=asyncio.sleep if timed else None)
        self.received = self.sent = 0  # bytes on the wire, seen from the chip
        self.ms = 0  # how long the last call took
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self):
        self._folder = tempfile.TemporaryDirectory(prefix="reader")
        self._thread.start()
        self._in_loop(asyncio.start_unix_server(self._serve, f"{self._folder.name}/uart1"))
        self._board = self._start_board()
        return self

    def __exit__(self, *_):
        self._stop_board()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._folder.cleanup()

    def _in_loop(self, work):
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _start_board(self):
        search = f"{ROOT / 'build' / 'unix'}:.frozen"
        return subprocess.Popen(
            [paths.micropython(), "-X", "heapsize=512k", str(CONSOLE)],
            env={**os.environ, "MICROPYPATH": search, "TAPSTONE_DEVICES": self._folder.name},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def _stop_board(self):
        self._board.stdin.close()
        self._board.wait(10)
        self._board.stdout.close()

    def restart_board(self):
        """Another MicroPython process; the chip keeps its power."""
        self._stop_board()
        self._board = self._start_board()

    async def _serve(self, reader, writer):
        self._writer = writer
        while data := await reader.read(4096):
            self.received += len(data)
            self.chip.feed(data)

    def _send(self, data: bytes):
        self.sent += len(data)
        self._writer.write(data)

    def call(self, method: str, *arguments):
        """What the driver's method returns. Bytes come back as bytes; OSError as ReaderError."""
        line = [method, *(a.hex() if isinstance(a, bytes) else a for a in arguments)]
        self._board.stdin.write(json.dumps(line) + "\n")
        self._board.stdin.flush()
        answer = json.loads(self._board.stdout.readline())
        self.ms = answer["ms"]
        if "errno" in answer:
            raise ReaderError(answer["errno"], answer["ms"])
        return answer["value"]

    def transceive(self, apdu: bytes, deadline_ms: int = 2000) -> bytes | None:
        answer = self.call("transceive", apdu, deadline_ms)
        return None if answer is None else bytes.fromhex(answer)

    def tap(self, card) -> str | None:
        """Puts the card into the field and looks for it."""
        self.chip.place(card)
        return self.call("poll", 0)

    def later(self, seconds: float, action):
        """Lets something happen in the world while the driver is at work."""
        self._loop.call_soon_threadsafe(self._loop.call_later, seconds, action)
