"""The driver of SPI NOR flash, against a scripted chip."""

from drivers.nor import NorFlash

WREN, PP, SE, RD, RDSR, JEDEC, WAKE = 0x06, 0x02, 0x20, 0x03, 0x05, 0x9F, 0xAB


class Chip:
    """An SPI bus and chip select with a chip on it; remembers the commands it was given."""

    def __init__(self, size=20, busy=0):
        self.size, self.busy = size, busy
        self.commands = []
        self.enabled = self.selected = False
        self.waits = 0
        self.data = bytearray(b"\xff" * 8192)

    def select(self, level):
        if level == 0:
            assert not self.selected
            self.sent = b""
        elif self.selected:
            self._finish()
        self.selected = level == 0

    def write(self, buffer):
        assert self.selected
        self.sent += bytes(buffer)

    def readinto(self, buffer):
        code = self.sent[0]
        if code == JEDEC:
            buffer[:] = bytes((0xEF, 0x40, self.size))
        elif code == RDSR:
            buffer[0] = (1 if self.waits else 0) | (2 if self.enabled else 0)
            self.waits = max(0, self.waits - 1)
        elif code == RD:
            at = int.from_bytes(self.sent[1:4], "big")
            buffer[:] = self.data[at : at + len(buffer)]

    def _finish(self):
        code = self.sent[0]
        if code != RDSR:
            self.commands.append(self.sent)
        if code == WREN:
            self.enabled = self.size != 0
        if code in (PP, SE) and self.enabled:
            self.enabled, self.waits = False, self.busy
        if code == PP:
            at = int.from_bytes(self.sent[1:4], "big")
            for i, byte in enumerate(self.sent[4:]):
                self.data[at + i] &= byte

    def asked(self, code):
        return [sent for sent in self.commands if sent[0] == code]


def driver(chip):
    return NorFlash(chip, chip.select)


def fails(function, *arguments):
    try:
        function(*arguments)
    except OSError:
        return True
    return False


def test_it_wakes_the_chip_and_learns_its_size():
    chip = Chip()
    flash = driver(chip)
    assert chip.commands[0] == bytes((WAKE,))
    assert flash.ioctl(4, 0) == 256
    assert flash.ioctl(5, 0) == 4096


def test_no_chip_is_an_error():
    for size in (0, 0xFF, 5):
        chip = Chip(size)
        assert fails(driver, chip), size


def test_what_was_programmed_can_be_read():
    chip = Chip()
    flash = driver(chip)
    flash.writeblocks(1, b"abc", 7)
    buffer = bytearray(5)
    flash.readblocks(1, buffer, 6)
    assert buffer == b"\xffabc\xff"
    assert len(chip.asked(WREN)) == 1


def test_a_program_is_split_at_pages():
    chip = Chip()
    driver(chip).writeblocks(0, bytes(300), 250)
    asked = [(int.from_bytes(sent[1:4], "big"), len(sent) - 4) for sent in chip.asked(PP)]
    assert asked == [(250, 6), (256, 256), (512, 38)]
    assert len(chip.asked(WREN)) == 3


def test_the_form_that_erases_is_refused():
    chip = Chip()
    assert fails(driver(chip).writeblocks, 0, bytes(256))
    assert not chip.asked(SE) and not chip.asked(PP)


def test_erase_goes_to_the_block_and_waits_for_the_chip():
    chip = Chip(busy=3)
    assert driver(chip).ioctl(6, 2) == 0
    assert chip.asked(SE) == [b"\x20\x00\x20\x00"]
    assert chip.waits == 0


def test_a_chip_that_stays_busy_is_an_error():
    chip = Chip(busy=1 << 29)
    assert fails(driver(chip).writeblocks, 0, b"a", 0)


def test_a_chip_that_does_not_take_write_enable_is_an_error():
    chip = Chip()
    flash = driver(chip)
    chip.size = 0
    assert fails(flash.writeblocks, 0, b"a", 0)
    assert not chip.asked(PP)
