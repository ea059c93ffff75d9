"""Ways of keeping records durably, on one counting flash. Run inside MicroPython.

A way has `keep(number)`, which returns when the record cannot be lost any more; `rest(number)`,
what may be done while nobody waits; and `start()`, what a restart does until it knows what is
still pending.
"""

import gc
import json
import os

from micropython import const

from crypto.seal import Sealer
from journal import Journal

PAGE = const(256)
SECTOR = const(4096)
SECTORS = const(256)  # 1 MiB
_FORWARDED_EVERY = const(5)  # records that the host acknowledges together
_KEPT_FILES = const(50)
_KIND = const(3)
_BODY = const(200)
_EMPTY = bytes([255]) * SECTOR


class CountingFlash:
    """Speaks the block protocol of MicroPython, with and without an offset."""

    program_bytes = 32

    def __init__(self):
        self._data = bytearray(_EMPTY * SECTORS)
        self.programs = self.bytes = self.erases = 0  # pages, bytes, sectors
        self.reads = 0  # bytes

    def readblocks(self, block, buffer, offset=0):
        at = block * SECTOR + offset
        buffer[:] = memoryview(self._data)[at : at + len(buffer)]
        self.reads += len(buffer)

    def writeblocks(self, block, buffer, offset=None):
        if offset is None:  # whole blocks: whoever asks so expects that they are erased first
            for sector in range(block, block + len(buffer) // SECTOR):
                self._erase(sector)
        at = block * SECTOR + (offset or 0)
        self._data[at : at + len(buffer)] = buffer
        self.programs += (at + len(buffer) - 1) // PAGE - at // PAGE + 1
        self.bytes += len(buffer)

    def ioctl(self, request, argument):
        if request == 4:
            return SECTORS
        if request == 5:
            return SECTOR
        if request == 6:
            self._erase(argument)
        return 0

    def _erase(self, sector):
        self._data[sector * SECTOR : (sector + 1) * SECTOR] = _EMPTY
        self.erases += 1

    def counts(self):
        return self.programs, self.bytes, self.erases, self.reads


class OurJournal:
    def __init__(self, flash):
        self._sealer = Sealer(bytes(16))
        self._flash = flash
        self._journal = self._new()
        self._journal.format()
        self._journal.mount()

    def _new(self):
        return Journal(self._flash, self._sealer, os.urandom)

    def keep(self, number):
        self._journal.append(_KIND, number, bytes(_BODY))

    def rest(self, number):
        if number % _FORWARDED_EVERY == 0:
            self._journal.release(number, bytes(16))
        while self._journal.idle():
            pass

    def start(self):
        self._journal = None
        gc.collect()
        before = gc.mem_alloc()
        self._journal = self._new()
        self._journal.mount()
        gc.collect()
        self.heap_bytes = gc.mem_alloc() - before
        for _ in self._journal.live():
            pass


class _File:
    """What the ways over a file system share."""

    heap_bytes = None

    def __init__(self, flash):
        self._flash = flash
        self._kind.mkfs(flash, **self._options)
        self._open()

    def _open(self):
        self._fs = self._kind(self._flash, **self._options)
        self._log = self._fs.open("log", "ab")

    def rest(self, number):
        pass

    def keep(self, number):
        self._log.write(bytes(PAGE))
        self._log.flush()

    def start(self):
        """Nothing but the log says what is pending: it is read from end to end."""
        self._open()
        with self._fs.open("log", "rb") as log:
            while log.read(PAGE):
                pass


class LittlefsAppend(_File):
    _kind = os.VfsLfs2
    _options = {"readsize": PAGE, "progsize": PAGE, "lookahead": 32}


class LittlefsState(LittlefsAppend):
    def keep(self, number):
        super().keep(number)
        with self._fs.open("state", "wb") as state:
            state.write(bytes(16))

    def start(self):
        self._open()
        with self._fs.open("state", "rb") as state:
            state.read()


class LittlefsFiles(LittlefsAppend):
    """One file a record, removed when fifty later ones are there: more do not fit 1 MiB."""

    def keep(self, number):
        with self._fs.open("%06d" % number, "wb") as file:
            file.write(bytes(PAGE))

    def rest(self, number):
        if number > _KEPT_FILES:
            self._fs.remove("%06d" % (number - _KEPT_FILES))

    def start(self):
        self._open()
        for name, *_ in self._fs.ilistdir(""):
            with self._fs.open(name, "rb") as file:
                file.read()


class Fat(_File):
    _kind = os.VfsFat
    _options = {}


WAYS = {
    "journal": OurJournal,
    "littlefs append": LittlefsAppend,
    "littlefs append + state": LittlefsState,
    "littlefs file a record": LittlefsFiles,
    "FAT append": Fat,
}


def _difference(after, before):
    return [a - b for a, b in zip(after, before)]


def main(name, records):
    """Prints what each record cost until it was durable, what was done at rest, and the start."""
    flash = CountingFlash()
    way = WAYS[name](flash)
    critical, began = [], flash.counts()
    for number in range(1, int(records) + 1):
        before = flash.counts()
        way.keep(number)
        critical.append(_difference(flash.counts(), before))
        way.rest(number)
    total, before = _difference(flash.counts(), began), flash.counts()
    way.start()
    start = _difference(flash.counts(), before)
    print(
        json.dumps(
            {"critical": critical, "total": total, "start": start, "heap_bytes": way.heap_bytes}
        )
    )
