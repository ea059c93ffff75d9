"""SPI NOR flash (W25Q and its kin) as a block device of MicroPython's extended protocol.

Programs only what it is told, never erases on a write with an offset, and leaves verifying to the
journal. Erase block 4,096 bytes, page 256 bytes, a unit is programmed once between erases.
"""

import time

from micropython import const

_BLOCK_BYTES = const(4096)
_PAGE_BYTES = const(256)
_WRITE_ENABLE = const(0x06)
_READ_STATUS = const(0x05)
_READ = const(0x03)
_PROGRAM = const(0x02)
_ERASE_4K = const(0x20)
_JEDEC_ID = const(0x9F)
_WAKE = const(0xAB)
_BUSY = const(0x01)
_ENABLED = const(0x02)
_PROGRAM_MS = const(20)  # well above the 3 ms and 400 ms that data sheets give as the most
_ERASE_MS = const(1200)

_IOCTL_BLOCKS = const(4)
_IOCTL_BLOCK_SIZE = const(5)
_IOCTL_ERASE = const(6)
_EIO = const(5)
_EINVAL = const(22)


class NorFlash:
    """`select` is the chip select pin (active low). Raises OSError if no chip answers."""

    # The chip programs single bytes; with units of 32 bytes the journal can note an acknowledgement
    # without spending a page, and programs none of them twice.
    program_bytes = 32

    def __init__(self, spi, select):
        self._spi = spi
        self._select = select
        self._head = bytearray(4)
        self._one = bytearray(1)
        select(1)
        self._command(_WAKE)
        self._blocks = self._size_bytes() // _BLOCK_BYTES

    # The block protocol

    def readblocks(self, block, buffer, offset=0):
        self._select(0)
        self._address(_READ, block * _BLOCK_BYTES + offset)
        self._spi.readinto(buffer)
        self._select(1)

    def writeblocks(self, block, buffer, offset=None):
        if offset is None:
            raise OSError(_EINVAL)  # the form that erases: a forgotten offset would cost 15 records
        address = block * _BLOCK_BYTES + offset
        view = memoryview(buffer)
        at = 0
        while at < len(view):
            room = _PAGE_BYTES - (address + at) % _PAGE_BYTES
            self._program(address + at, view[at : at + room])
            at += room

    def ioctl(self, request, argument):
        if request == _IOCTL_BLOCKS:
            return self._blocks
        if request == _IOCTL_BLOCK_SIZE:
            return _BLOCK_BYTES
        if request == _IOCTL_ERASE:
            self._erase(argument * _BLOCK_BYTES)
        return 0

    # The wire

    def _size_bytes(self):
        answer = bytearray(3)
        self._command(_JEDEC_ID, answer)
        if answer[0] in (0x00, 0xFF) or not 16 <= answer[2] <= 24:
            raise OSError(_EIO, "no flash chip answers")
        return 1 << answer[2]  # the third byte is the size as a power of two

    def _address(self, command, address):
        head = self._head
        head[0] = command
        head[1] = address >> 16
        head[2] = address >> 8 & 0xFF
        head[3] = address & 0xFF
        self._spi.write(head)

    def _command(self, command, answer=None):
        self._select(0)
        self._one[0] = command
        self._spi.write(self._one)
        if answer is not None:
            self._spi.readinto(answer)
        self._select(1)

    def _status(self):
        self._command(_READ_STATUS, self._one)
        return self._one[0]

    def _enable(self):
        self._command(_WRITE_ENABLE)
        if not self._status() & _ENABLED:
            raise OSError(_EIO, "the flash chip refuses to write")

    def _program(self, address, data):
        self._enable()
        self._select(0)
        self._address(_PROGRAM, address)
        self._spi.write(data)
        self._select(1)
        self._finish(_PROGRAM_MS)

    def _erase(self, address):
        self._enable()
        self._select(0)
        self._address(_ERASE_4K, address)
        self._select(1)
        self._finish(_ERASE_MS)

    def _finish(self, limit_ms):
        start = time.ticks_ms()
        while self._status() & _BUSY:
            if time.ticks_diff(time.ticks_ms(), start) > limit_ms:
                raise OSError(_EIO, "the flash chip stays busy")
