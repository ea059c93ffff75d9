"""The reader driver against a chip of a few lines that also minds the speed of the line.

The whole conversation is tested against the virtual chip in tests/host/test_pn532_driver.py.
"""

import asyncio
import errno
import io

from drivers.pn532 import PN532
from drivers.pn532_frame import ACK, BROKEN, NACK, FrameReader, FrameWriter

SLOW, FAST = 115200, 921600


def frame(code, data=b""):
    """An answer of the chip."""
    body = bytes((0xD5, code)) + data
    length = bytes((len(body), -len(body) & 255))
    return b"\x00\x00\xff" + length + body + bytes((-sum(body) & 255, 0))


class Chip(io.IOBase):
    """Hears and is heard only while both ends have the same speed."""

    def __init__(self, baud=SLOW, version=b"\x32\x01\x06\x07"):
        self.baud, self.line, self.next_baud = baud, 0, baud
        self.answers = {0x02: version, 0x4A: b"\x00"}
        self.late = False  # the next answer comes when the command after it is answered
        self.held = self.out = b""
        self.codes = []  # of the commands it heard
        self.frames = FrameReader()

    def set_baud(self, baud):
        self.line = baud

    def write(self, data):
        if self.line == self.baud:
            for part in range(0, len(data), 64):
                piece = data[part : part + 64]
                self.frames.space()[: len(piece)] = piece
                self.frames.took(len(piece))
                self._answer()
        return len(data)

    def _answer(self):
        while (got := self.frames.next()) is not None:
            if got is ACK:
                self.baud = self.next_baud
                continue
            code, data = got[1], bytes(got[2:])
            self.codes.append(code)
            if code == 0x10:
                self.next_baud = FAST
            said = ACK + frame(code + 1, data if code == 0 else self.answers.get(code, b""))
            if self.late:
                self.held, self.late = said, False
            else:
                self.out += self.held + said
                self.held = b""

    def readinto(self, buffer):
        count = min(len(buffer), len(self.out), 16)  # a few at a time, as a UART has them
        buffer[:count] = self.out[:count]
        self.out = self.out[count:]
        return count or None

    def ioctl(self, request, arg):
        return arg & ((1 if self.out else 0) | 4) if request == 3 else -1


async def start(chip):
    reader = PN532(chip, chip.set_baud)
    await reader.start()
    return reader


async def test_both_ends_end_up_fast():
    chip = Chip()
    await start(chip)
    assert chip.line == chip.baud == FAST


async def test_a_chip_that_is_fast_already_is_found():
    chip = Chip(baud=FAST)
    await start(chip)
    assert chip.line == chip.baud == FAST


async def test_no_chip_is_an_error():
    try:
        await start(Chip(baud=9600))
    except OSError as error:
        assert error.errno == errno.ETIMEDOUT
    else:
        raise AssertionError("no error")


async def test_another_chip_is_refused():
    try:
        await start(Chip(version=b"\x33\x02\x07\x07"))
    except OSError as error:
        assert error.errno == errno.ENODEV
    else:
        raise AssertionError("no error")


async def test_what_an_earlier_life_left_behind_is_not_believed():
    chip = Chip()
    chip.out = ACK + frame(0x15) + ACK + frame(0x03, b"\x33\x02\x07\x07")
    await start(chip)
    assert chip.baud == FAST


async def test_an_answer_that_comes_late_is_not_taken_for_the_next_one():
    chip = Chip()
    reader = await start(chip)
    chip.answers[0x4A] = b"\x01\x01\x00\x04\x20\x04\x01\x02\x03\x04"  # a card, but ...
    chip.late = True
    polling = asyncio.create_task(reader.poll(0))
    await asyncio.sleep_ms(20)
    chip.answers[0x4A] = b"\x00"  # ... it is gone when the command is repeated
    assert await polling is None
    assert 0x42 not in chip.codes  # nobody talked to it


async def test_a_card_without_iso_dep_is_no_card():
    chip = Chip()
    reader = await start(chip)
    chip.answers[0x4A] = b"\x01\x01\x00\x04\x08\x04\x01\x02\x03\x04"
    chip.answers[0x42] = b"\x01"  # nobody answers a type B request
    assert await reader.poll(0) is None


# --- frames


def read(data, step=1000):
    """What a FrameReader finds in `data` when it arrives at most `step` bytes at a time."""
    reader, found = FrameReader(), []
    while data:
        space = reader.space()
        count = min(len(space), len(data), step)
        space[:count] = data[:count]
        reader.took(count)
        data = data[count:]
        while (got := reader.next()) is not None:
            found.append(got if got in (ACK, NACK, BROKEN) else bytes(got))
    return found


def test_commands_are_framed_as_the_manual_shows():
    expected = bytes.fromhex("0000ff02fed4022a00")  # UM0701-02, 7.2.2: GetFirmwareVersion
    assert bytes(FrameWriter().command(0x02, b"")) == expected


def test_long_commands_use_extended_frames():
    for length in (253, 254, 263):
        data = bytes(i & 255 for i in range(length))
        built = bytes(FrameWriter().command(0x42, data))
        assert (built[3:5] == b"\xff\xff") == (length + 2 > 255)
        assert read(built) == [b"\xd4\x42" + data]


def test_frames_are_found_however_they_arrive():
    long = bytes(FrameWriter().command(0x42, bytes(260)))
    data = ACK + frame(0x03, b"\x32\x01\x06\x07") + NACK + long
    whole = read(data)
    assert len(whole) == 4
    for step in (1, 2, 3, 7, 50):
        assert read(data, step) == whole


def test_noise_and_long_preambles_are_skipped():
    noise = bytes.fromhex("5a00ff0412d500a5ff00c3")
    assert read(noise + ACK + bytes(500) + frame(0x03), 100) == [ACK, b"\xd5\x03"]


def test_half_a_header_at_the_end_of_the_buffer_is_no_trouble():
    for length in range(280, 300):
        noise = b"\x5a" * length + b"\x00\xff\xff\xff"
        assert read(noise + b"\x00\x00\x01" + ACK) == [ACK], length


def test_a_broken_frame_is_reported_and_nothing_inside_it_is_believed():
    broken = bytearray(frame(0x43, b"\x00" + ACK + frame(0x43, b"\x00\x90\x00")))
    broken[-2] ^= 1
    assert read(bytes(broken) + ACK) == [BROKEN, ACK]
