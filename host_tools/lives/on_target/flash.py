"""NOR flash under a power that may fail: what a chip does to the operation it is in the middle of.

Programming clears bits, and a unit may be programmed once between two erases: a second time is a
violation, as chips with error correction would not keep it. Bits that an operation was changing
when the power went may read differently each time, until they are erased.
"""

from micropython import const
from world import AFTER, BEFORE, UNSTABLE, Dice

_SECTOR_BYTES = const(4096)
_PAGE_BYTES = const(256)
_SLOTS = const(15)  # pages of a sector that hold records
_UNIT_BYTES = const(32)
_MOST_SECTORS = const(64)
_BLANK = b"\xff" * _SECTOR_BYTES
_CELLS = bytearray(_MOST_SECTORS * _SECTOR_BYTES)  # taken once: the heap has no room for many
_UNTOUCHED = bytes(_SECTOR_BYTES // _UNIT_BYTES)


class Flash:
    """MicroPython's extended block protocol on a bytearray. `check` is told of what is written."""

    def __init__(self, world, check, seed, sectors, program_bytes):
        self.program_bytes = program_bytes
        self.data = memoryview(_CELLS)[: sectors * _SECTOR_BYTES]
        self._touched = bytearray(sectors * _SECTOR_BYTES // _UNIT_BYTES)
        self._world = world
        self._check = check
        self._dice = Dice(seed, 2)
        self._shaky = {}  # address of a page -> (bits that read differently each time, how rarely)
        self.weak_pages = 0  # so many of the next programs do not take
        self.failures = 0
        self.wipe()

    def ioctl(self, request, argument):
        if request == 6:
            self._erase(argument * _SECTOR_BYTES)
            return 0
        return {4: len(self.data) // _SECTOR_BYTES, 5: _SECTOR_BYTES}[request]

    def readblocks(self, block, buffer, offset=0):
        at = block * _SECTOR_BYTES + offset
        buffer[:] = self.data[at : at + len(buffer)]
        if self._shaky and at in self._shaky:
            self._flicker(at, buffer)

    def writeblocks(self, block, buffer, offset):
        self._world.must_be_on()  # what runs while a cut unwinds has no power any more
        at = block * _SECTOR_BYTES + offset
        first, last = at // _UNIT_BYTES, (at + len(buffer)) // _UNIT_BYTES
        self._check.that(self._touched.find(b"\1", first, last) < 0, "F10 programmed twice", at)
        self._check.that(offset + len(buffer) <= _SECTOR_BYTES, "F10 beyond the sector", at)
        self._check.nothing_secret(buffer, "flash")
        how = self._world.flash_step("program", at)
        if how != BEFORE:
            self._program(at, bytes(buffer), how)
        if self.data[at : at + len(buffer)] != _BLANK[: len(buffer)]:
            # What a cut left looking blank can be told from blank by nobody.
            self._touched[first:last] = b"\1" * (last - first)
        if how:
            self._world.power_off()

    # How it goes wrong

    def _program(self, at, wanted, how):
        view = self.data[at : at + len(wanted)]
        if how is None and self.weak_pages:
            self.weak_pages -= 1
            self.failures += 1
            wanted = bytes([wanted[0] ^ 0x80]) + wanted[1:]
        if how in (None, AFTER):
            view[:] = wanted
        else:
            self._leave(view, at, self._half_done(bytes(view), wanted), wanted, how)

    def _half_done(self, before, wanted):
        shape = self._dice.below(4)
        if shape == 0:  # so many bytes were reached
            count = self._dice.below(len(wanted))
            return wanted[:count] + before[count:]
        if shape == 1:  # some bits of all bytes were
            return bytes([b & (w | self._dice.below(256)) for b, w in zip(before, wanted)])
        return before if shape == 2 else wanted

    def _erase(self, at):
        self._world.must_be_on()
        view = self.data[at : at + _SECTOR_BYTES]
        how = self._world.flash_step("erase", at)
        if how != BEFORE:
            for page in range(at, at + _SECTOR_BYTES, _PAGE_BYTES):
                self._shaky.pop(page, None)
        if how in (None, AFTER):
            view[:] = _BLANK
            units = at // _UNIT_BYTES
            self._touched[units : units + len(_UNTOUCHED)] = _UNTOUCHED
        elif how != BEFORE:
            self._erase_in_part(view, at, how)
        if how:
            self._world.power_off()

    def _erase_in_part(self, view, at, how):
        shape, middle = self._dice.below(4), self._dice.below(_SECTOR_BYTES)
        blank = _BLANK[:_PAGE_BYTES]
        for offset in range(0, _SECTOR_BYTES, _PAGE_BYTES):
            page = view[offset : offset + _PAGE_BYTES]
            if shape < 2:  # one end is blank, the other as it was
                done = blank if (offset < middle) == (shape == 0) else bytes(page)
            elif shape == 2:
                done = bytes([byte | self._dice.below(256) for byte in page])
            else:
                done = blank
            self._leave(page, at + offset, done, blank, how)

    def _leave(self, view, at, done, wanted, how):
        """What the power cut left behind: `done`, for good or with bits that hover."""
        if how == UNSTABLE:
            offset = at % _PAGE_BYTES
            weak, _ = self._shaky.get(at - offset, (bytearray(_PAGE_BYTES), 0))
            weak[offset : offset + len(view)] = bytes([b ^ w for b, w in zip(view, wanted)])
            self._shaky[at - offset] = weak, self._dice.between(1, 4)
        view[:] = done

    def _flicker(self, at, buffer):
        weak, rarity = self._shaky[at]
        for i in range(len(buffer)):
            if weak[i]:
                flips = weak[i]
                for _ in range(rarity):
                    flips &= self._dice.bits()
                buffer[i] ^= flips

    def rot(self, pos, bits):
        """Flips so many bits of the journal's page at this position, as the years do."""
        at = pos // _SLOTS * _SECTOR_BYTES % len(self.data) + (1 + pos % _SLOTS) * _PAGE_BYTES
        for _ in range(bits):
            self.data[at + self._dice.below(_PAGE_BYTES)] ^= 1 << self._dice.below(8)

    def wipe(self):
        """A new chip."""
        self._shaky.clear()
        for at in range(0, len(self.data), _SECTOR_BYTES):
            self.data[at : at + _SECTOR_BYTES] = _BLANK
            units = at // _UNIT_BYTES
            self._touched[units : units + len(_UNTOUCHED)] = _UNTOUCHED
