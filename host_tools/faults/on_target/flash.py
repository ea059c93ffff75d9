"""A NOR flash in memory that obeys the rules, fails as real cells fail, and tells on its user.

Bits that a power cut left between 0 and 1 are `weak`: they read anew each time, until a program
drives them to 0 or an erase completes. Every broken rule of the strictest parts (a unit programmed
twice, a program that is not aligned, a bit set to 1) ends up in `broken`.
"""

import random

BLOCK = 4096
PAGE = 256
UNIT = 32  # what the strictest parts protect with one checksum
_BLANK = memoryview(b"\xff" * PAGE)


class Flash:
    def __init__(self, blocks, program_bytes):
        self.blocks = blocks
        self.program_bytes = program_bytes
        self.data = bytearray(b"\xff" * (blocks * BLOCK))
        self.spent = bytearray(blocks * BLOCK // UNIT)  # 1: programmed since the erase
        self.weak = {}  # page -> {address: mask}
        self.nonces = None  # slot's address -> nonces ever programmed there, once watched
        self.broken = []
        self.before = None  # before(flash, kind, address, data), ahead of each program and erase
        self.level = 0
        self.reads = self.programs = self.erases = 0
        self._view = memoryview(self.data)

    def watch_nonces(self):
        """From here on; those of a whole life would only make each copy slow."""
        self.nonces = {}

    def copy(self, other):
        """Becomes what `other` is; its hooks and counters are not taken over."""
        self._view[:] = other._view
        self.spent[:] = other.spent
        self.weak = {page: dict(masks) for page, masks in other.weak.items()}
        self.nonces = {address: list(seen) for address, seen in other.nonces.items()}
        self.broken = []
        self.reads = self.programs = self.erases = 0

    # The block protocol

    def readblocks(self, block, buffer, offset=0):
        self.reads += 1
        address = block * BLOCK + offset
        buffer[:] = self._view[address : address + len(buffer)]
        if self.weak:
            self._flicker(address, buffer)

    def writeblocks(self, block, buffer, offset=None):
        if offset is None:
            self.broken.append("the form of write that erases")
            return
        address = block * BLOCK + offset
        if self.before:
            self.before(self, "program", address, buffer)
        self.programs += 1
        self.check_program(address, buffer)
        self.program(address, buffer)

    def ioctl(self, request, argument):
        if request == 4:
            return self.blocks
        if request == 5:
            return BLOCK
        if self.before:
            self.before(self, "erase", argument * BLOCK, b"")
        self.erases += 1
        self.erase(argument * BLOCK)
        return 0

    # The cells

    def _flicker(self, address, buffer):
        masks = self.weak.get(address // PAGE)  # nothing that is read crosses a page
        if masks:
            for at, mask in masks.items():
                if address <= at < address + len(buffer):
                    buffer[at - address] ^= mask & random.getrandbits(8)

    def check_program(self, address, data):
        """Notes what the strictest parts forbid, and nonces that come again."""
        if address % self.program_bytes or len(data) % self.program_bytes:
            self.broken.append("a program that is not aligned at %x" % address)
        for unit in range(address // UNIT, (address + len(data) - 1) // UNIT + 1):
            if self.spent[unit]:
                self.broken.append("a unit programmed twice at %x" % (unit * UNIT))
            self.spent[unit] = 1
        if self.nonces is not None and address % BLOCK >= PAGE:
            seen = self.nonces.setdefault(address, [])
            nonce = bytes(data[16:28])
            if nonce in seen:
                self.broken.append("a nonce used twice at %x" % address)
            seen.append(nonce)

    def forget_blank(self, address, length):
        """Units that read blank count as never programmed."""
        for unit in range(address // UNIT, (address + length) // UNIT):
            if self._view[unit * UNIT : (unit + 1) * UNIT] == _BLANK[:UNIT]:
                self.spent[unit] = 0

    def program(self, address, data):
        cells = self._view[address : address + len(data)]
        if cells == _BLANK[: len(data)]:
            cells[:] = data
        else:
            for i, byte in enumerate(data):
                cells[i] &= byte
        masks = self.weak.get(address // PAGE)
        if masks:
            self._firm(masks, address, data)

    def _firm(self, masks, address, data):
        """Bits that are driven to 0 are 0 from now on."""
        for at in list(masks):
            if address <= at < address + len(data):
                masks[at] &= data[at - address]

    def erase(self, address):
        self._view[address : address + BLOCK] = b"\xff" * BLOCK
        self.mark_blank(address)
        for page in range(address // PAGE, (address + BLOCK) // PAGE):
            self.weak.pop(page, None)

    def mark_blank(self, address):
        self.spent[address // UNIT : (address + BLOCK) // UNIT] = bytes(BLOCK // UNIT)

    def weaken(self, address, mask):
        if mask:
            masks = self.weak.setdefault(address // PAGE, {})
            masks[address] = masks.get(address, 0) | mask
