"""A flash in memory for tests: counts, and refuses what the strictest parts refuse."""

BLOCK = 4096
PAGE = 256


class RamFlash:
    def __init__(self, blocks=8, program_bytes=32, data=None):
        """`data`: blank cells, where the test has them already."""
        self.blocks = blocks
        self.program_bytes = program_bytes
        self.data = bytearray(b"\xff" * (blocks * BLOCK)) if data is None else data
        self.erase_result = 0
        self.forget()

    def forget(self):
        """Sets the counters to nothing."""
        self.programs = self.erases = 0

    def readblocks(self, block, buffer, offset=0):
        at = block * BLOCK + offset
        buffer[:] = self.data[at : at + len(buffer)]

    def writeblocks(self, block, buffer, offset):
        at = block * BLOCK + offset
        assert len(buffer) % self.program_bytes == 0 == at % self.program_bytes
        assert all(byte == 0xFF for byte in self.data[at : at + len(buffer)]), "programmed twice"
        self.data[at : at + len(buffer)] = buffer
        self.programs += 1

    def ioctl(self, request, argument):
        if request == 4:
            return self.blocks
        if request == 5:
            return BLOCK
        if self.erase_result == 0:
            self.data[argument * BLOCK : (argument + 1) * BLOCK] = b"\xff" * BLOCK
            self.erases += 1
        return self.erase_result

    def record_at(self, pos):
        """The address of the record page at journal position `pos`."""
        return (pos // 15 % self.blocks) * BLOCK + (1 + pos % 15) * PAGE

    def damage(self, pos):
        """Destroys the record page at journal position `pos`. Returns its address."""
        at = self.record_at(pos)
        for i in range(at + 40, at + 60):
            self.data[i] &= 0x5A
        return at
