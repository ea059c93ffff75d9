"""The texts of the screen, read one by one from the file that the build makes of `texts.py`.

Only its index, eight bytes a text, and the last few texts are in memory: the heap belongs to sales.
`host_tools/release/texts.py` describes the file.
"""

import binascii
import struct

from micropython import const

_HEAD_BYTES = const(6)
_RECORD = "<II"
_LENGTHS = "<BHH"
_KEPT = const(24)


class NotTexts(Exception):
    """The file does not hold packed texts."""


class Words:
    """`file`: a binary file, which stays open."""

    def __init__(self, file):
        self._file = file
        head = file.read(_HEAD_BYTES)
        if head[:4] != b"TST1":
            raise NotTexts
        self._count = head[4] | head[5] << 8
        self._index = file.read(self._count * struct.calcsize(_RECORD))
        self._kept = {}  # key -> pair or None

    def get(self, key):
        """(Chinese, English), or None for a key that has no text."""
        if key not in self._kept:
            if len(self._kept) >= _KEPT:
                self._kept.clear()
            self._kept[key] = self._read(key.encode())
        return self._kept[key]

    def _read(self, key):
        place = self._place(binascii.crc32(key))
        if place is None:
            return None
        self._file.seek(place)
        lengths = struct.unpack(_LENGTHS, self._file.read(struct.calcsize(_LENGTHS)))
        found, chinese, english = [self._file.read(length) for length in lengths]
        return (chinese.decode(), english.decode()) if found == key else None

    def _place(self, crc):
        """Binary search in the index."""
        low, high = 0, self._count
        while low < high:
            middle = (low + high) >> 1
            seen, place = struct.unpack_from(_RECORD, self._index, 8 * middle)
            if seen == crc:
                return place
            if seen < crc:
                low = middle + 1
            else:
                high = middle
        return None
