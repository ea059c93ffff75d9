"""Sectors of 4 KiB: page 0 holds marks, the other 15 pages hold records.

Unit 0 of page 0 is the erased-mark, written when the first record is, and only by a life that has
seen the erase complete:

    0 "TJE1" | 4 sector number | 8 erases | 12 sectors in the journal | 14 zeros | 28 CRC-32

The number counts sectors for ever; its remainder by the count of sectors says where it lies, and
position = number * 15 + slot. An old mark can thus never vouch for a new use of its sector.
Units 1 to 7 are acknowledgements, each programmed once, where the program unit allows it:

    0 "TJA1" | 4 released | 8 pos of the last record then | 12 receipt token (16) | 28 CRC-32
"""

import struct
from binascii import crc32

from micropython import const

from journal.page import BLANK, PAGE_BYTES

SLOTS = const(15)
UNREADABLE = const(-1)

_SECTOR_BYTES = const(4096)
_UNIT_BYTES = const(32)
UNITS = const(8)
_CHECKED = const(28)
_MARK = "<4sIIH14x"
_ACK = "<4sII16s"
_LEAST_SECTORS = const(4)  # one for records, two for endless restarts, one to be erased
_EIO = const(5)

_IOCTL_SECTORS = const(4)
_IOCTL_SECTOR_BYTES = const(5)
_IOCTL_ERASE = const(6)

_BLANK_UNIT = BLANK[:_UNIT_BYTES]


def _check(result):
    """esp32.Partition returns a negative number where others raise."""
    if result:
        raise OSError(-result if result < 0 else _EIO)


def _stamp(unit):
    struct.pack_into("<I", unit, _CHECKED, crc32(memoryview(unit)[:_CHECKED]))
    return unit


class Sectors:
    """The device seen as numbered sectors of record slots. Erases and programs; decides nothing."""

    def __init__(self, device):
        self._device = device
        self.count = device.ioctl(_IOCTL_SECTORS, 0)
        if device.ioctl(_IOCTL_SECTOR_BYTES, 0) != _SECTOR_BYTES or self.count < _LEAST_SECTORS:
            raise ValueError("a journal needs at least 4 blocks of 4096 bytes")
        self.has_units = device.program_bytes <= _UNIT_BYTES
        self._marks = bytearray(PAGE_BYTES)  # page 0 of the sector that was looked at last,
        self._mark = memoryview(self._marks)[:_UNIT_BYTES]  # or only its first unit

    # Record pages

    def read(self, pos, buffer):
        at = (1 + pos % SLOTS) * PAGE_BYTES
        _check(self._device.readblocks(pos // SLOTS % self.count, buffer, at))

    def program(self, pos, buffer):
        self._program(pos // SLOTS, (1 + pos % SLOTS) * PAGE_BYTES, buffer)

    def _read_page(self, number, page, buffer):
        _check(self._device.readblocks(number % self.count, buffer, page * PAGE_BYTES))

    def _program(self, number, offset, data):
        # With an offset, even 0: without one, the block protocol erases the sector first.
        _check(self._device.writeblocks(number % self.count, data, offset))

    # Page 0

    def number(self, sector):
        """The number in the erased-mark of physical `sector`, None if blank, or UNREADABLE."""
        _check(self._device.readblocks(sector, self._mark, 0))
        if self._mark == _BLANK_UNIT:
            return None
        if not self._intact(0, b"TJE1"):
            return UNREADABLE
        _, number, _, count = struct.unpack_from(_MARK, self._marks)
        fits = count == self.count and number % count == sector
        return number if fits else UNREADABLE

    def acknowledged(self, number, pos):
        """The highest sequence number acknowledged while `pos` was the last record, or 0."""
        self._read_page(number, 0, self._marks)
        released = 0
        for unit in range(1, UNITS):
            if self._intact(unit, b"TJA1"):
                _, seq, last, _ = struct.unpack_from(_ACK, self._marks, unit * _UNIT_BYTES)
                if last == pos:
                    released = max(released, seq)
        return released

    def acknowledge(self, number, unit, released, pos, token):
        """Programs acknowledgement `unit` (1..7). False if there is no such unit, or it did not
        take: then it is left to the header of the next record.
        """
        if not self.has_units or unit >= UNITS:
            return False
        data = bytearray(_UNIT_BYTES)
        struct.pack_into(_ACK, data, 0, b"TJA1", released, pos, token)
        try:
            self._program(number, unit * _UNIT_BYTES, _stamp(data))
        except OSError:
            return False
        self._read_page(number, 0, self._marks)
        return memoryview(self._marks)[unit * _UNIT_BYTES : (unit + 1) * _UNIT_BYTES] == data

    def _intact(self, unit, magic):
        at = unit * _UNIT_BYTES
        checked = self._marks[at : at + _CHECKED]
        checksum = struct.unpack_from("<I", self._marks, at + _CHECKED)[0]
        return crc32(checked) == checksum and checked[:4] == magic

    # Erasing

    def erase(self, number):
        """Erases the sector of that number and sees to it that it is blank."""
        _check(self._device.ioctl(_IOCTL_ERASE, number % self.count))
        for page in range(1 + SLOTS):
            self._read_page(number, page, self._marks)
            if self._marks != BLANK:
                raise OSError(_EIO, "sector %d did not erase" % (number % self.count))

    def clear(self, number):
        """Erases the sector for its new number. Returns how often that makes; up to 0.4 s."""
        erases = self.erases(number % self.count)
        if erases is None:
            erases = number // self.count  # about once a lap
        self.erase(number)
        return erases + 1

    def mark(self, number, erases):
        """Gives the sector that clear() has erased its new number."""
        data = bytearray(b"\xff" * (_UNIT_BYTES if self.has_units else PAGE_BYTES))
        struct.pack_into(_MARK, data, 0, b"TJE1", number, erases, self.count)
        self._program(number, 0, _stamp(data))
        if self.number(number % self.count) != number:
            raise OSError(_EIO, "sector %d does not keep its mark" % (number % self.count))

    def erases(self, sector):
        """How often physical `sector` was erased, or None where the mark is lost."""
        if self.number(sector) in (None, UNREADABLE):
            return None
        return struct.unpack_from(_MARK, self._marks)[2]
