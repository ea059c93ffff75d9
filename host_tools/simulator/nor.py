"""A virtual SPI NOR flash chip: real commands, real rules, an image file, and power that can fail.

Programming only clears bits and wraps inside its page; nothing happens without write enable. An
armed cut tears the operation it is armed for, calls `on_cut`, and leaves the chip dead until
`power_on()`. The image is mapped, so that it survives the death of this process.
"""

import mmap
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

HOWS = ("before", "torn", "after")

_PAGE, _BLOCK = 256, 4096
_DESELECTED = 0x02
_WRITE_ENABLE, _WRITE_DISABLE = 0x06, 0x04
_READ_STATUS, _READ, _PROGRAM, _ERASE_4K, _JEDEC_ID, _WAKE = 0x05, 0x03, 0x02, 0x20, 0x9F, 0xAB
_ENABLED = 0x02


class NorChip:
    def __init__(self, image: Path, size_bytes: int, seed: int = 0):
        if not image.exists():
            image.write_bytes(b"\xff" * size_bytes)
        self._file = image.open("r+b")
        self._data = mmap.mmap(self._file.fileno(), 0)
        self._random = random.Random(seed)  # noqa: S311  decides how an operation is torn
        self._cut: tuple[int, str] | None = None
        self.operations = Counter()
        self.on_operation: Callable[[str, int, int], None] = lambda kind, address, length: None
        self.on_cut: Callable[[], None] = lambda: None
        self.power_on()

    # Power

    def power_on(self) -> None:
        self._alive = True
        self._enabled = False
        self._input = bytearray()

    def power_off(self) -> None:
        self._alive = False
        self._cut = None

    def arm(self, operation: int, how: str) -> None:
        """The power fails at the `operation`-th program or erase from now (1 is the next)."""
        if operation < 1 or how not in HOWS:
            raise ValueError(f"arm(operation >= 1, one of {', '.join(HOWS)})")
        self._cut = (operation, how)

    def disarm(self) -> None:
        self._cut = None

    def armed(self) -> dict | None:
        return {"operation": self._cut[0], "how": self._cut[1]} if self._cut else None

    def close(self) -> None:
        self._data.flush()
        self._data.close()
        self._file.close()

    # The wire

    def feed(self, flags: int, payload: bytes) -> None:
        if not self._alive:
            return
        if flags & _DESELECTED:
            command, self._input = self._input, bytearray()
            if command:
                self._execute(command[0], bytes(command))
        else:
            self._input += payload

    def read(self, flags: int, length: int) -> bytes:
        if not self._alive or not self._input:
            return b"\xff" * length
        command = self._input[0]
        if command == _READ_STATUS:
            return bytes([self._enabled * _ENABLED]) * length
        if command == _JEDEC_ID:
            size = (len(self._data) - 1).bit_length()
            return bytes([0xEF, 0x40, size])[:length].ljust(length, b"\xff")
        if command == _READ and len(self._input) >= 4:
            at = self._address(bytes(self._input[:4]))
            return self._data[at : at + length].ljust(length, b"\xff")
        return b"\xff" * length

    def _address(self, command: bytes) -> int:
        return int.from_bytes(command[1:4], "big") % len(self._data)

    def _execute(self, code: int, command: bytes) -> None:
        if code == _WRITE_ENABLE:
            self._enabled = True
        elif code == _WRITE_DISABLE:
            self._enabled = False
        elif code == _PROGRAM and len(command) > 4 and self._enabled:
            self._operate("program", self._address(command), bytes(command[4:]))
        elif code == _ERASE_4K and len(command) == 4 and self._enabled:
            self._operate("erase", self._address(command) // _BLOCK * _BLOCK, b"")

    def _operate(self, kind: str, address: int, data: bytes) -> None:
        self._enabled = False
        how = None
        if self._cut:
            left = self._cut[0] - 1
            how = self._cut[1] if left == 0 else None
            self._cut = (left, self._cut[1]) if left else None
        if how != "before":
            work = self._program if kind == "program" else self._erase
            work(address, data, torn=how == "torn")
            self.operations[kind] += 1
        self.on_operation(kind, address, len(data) or _BLOCK)
        if how:
            self._alive = False
            self.on_cut()

    def _program(self, address: int, data: bytes, torn: bool) -> None:
        page, start = address // _PAGE * _PAGE, address + len(data)
        data = data[-_PAGE:]  # more than a page wraps round: the last of it is what counts
        start -= len(data)
        whole = self._random.randrange(len(data)) if torn else len(data)
        for i, byte in enumerate(data):
            if i >= whole:
                byte |= self._random.getrandbits(8)  # only some of the bits have fallen
            self._data[page + (start + i) % _PAGE] &= byte

    def _erase(self, address: int, data: bytes, torn: bool) -> None:
        whole = self._random.randrange(_BLOCK) if torn else _BLOCK
        self._data[address : address + whole] = b"\xff" * whole
        for at in range(address + whole, address + _BLOCK):
            self._data[at] |= self._random.getrandbits(8)  # only some of the bits have risen
