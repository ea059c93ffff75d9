"""The virtual flash chip keeps the rules of a real one, and its power fails when it is told to."""

import os
import signal
import subprocess
import sys

import pytest

from host_tools.simulator.nor import NorChip

SIZE = 64 * 1024
SELECTED, DESELECTED, READ = 0x00, 0x02, 0x80
WREN, WRDI, PP, SE, RD, RDSR, JEDEC = 0x06, 0x04, 0x02, 0x20, 0x03, 0x05, 0x9F


@pytest.fixture
def chip(tmp_path):
    made = NorChip(tmp_path / "flash.bin", SIZE, seed=1)
    yield made
    made.close()


def command(chip, *parts):
    """One chip select low, the bytes, chip select high."""
    chip.feed(SELECTED, b"")
    for part in parts:
        chip.feed(SELECTED, part)
    chip.feed(DESELECTED, b"")


def ask(chip, sent, length):
    chip.feed(SELECTED, sent)
    answer = chip.read(SELECTED | READ, length)
    chip.feed(DESELECTED, b"")
    return answer


def at(code, address):
    return bytes([code]) + address.to_bytes(3, "big")


def program(chip, address, data, enable=True):
    if enable:
        command(chip, bytes([WREN]))
    command(chip, at(PP, address), data)


def erase(chip, address):
    command(chip, bytes([WREN]))
    command(chip, at(SE, address))


def read(chip, address, length):
    return ask(chip, at(RD, address), length)


def test_it_says_what_it_is_and_how_large(chip):
    maker, _, size = ask(chip, bytes([JEDEC]), 3)
    assert maker not in (0x00, 0xFF)
    assert 1 << size == SIZE


def test_a_new_chip_is_blank(chip):
    assert read(chip, 0, SIZE) == b"\xff" * SIZE


def test_nothing_is_programmed_without_write_enable(chip):
    program(chip, 0, b"abc", enable=False)
    command(chip, bytes([WREN]))
    command(chip, bytes([WRDI]))
    program(chip, 0, b"abc", enable=False)
    assert read(chip, 0, 3) == b"\xff" * 3


def test_write_enable_holds_for_one_operation(chip):
    program(chip, 0, b"a")
    assert ask(chip, bytes([RDSR]), 1) == b"\x00"
    program(chip, 1, b"b", enable=False)
    assert read(chip, 0, 2) == b"a\xff"


def test_programming_only_clears_bits(chip):
    program(chip, 0, b"\xf0")
    program(chip, 0, b"\x3c")
    assert read(chip, 0, 1) == b"\x30"


def test_programming_wraps_inside_its_page(chip):
    program(chip, 0x1FE, b"abcd")
    assert read(chip, 0x1FE, 2) == b"ab"
    assert read(chip, 0x100, 2) == b"cd"
    assert read(chip, 0x200, 2) == b"\xff\xff"


def test_of_more_than_a_page_the_last_256_bytes_count(chip):
    program(chip, 0x100, bytes(4) + bytes(range(256)))
    assert read(chip, 0x104, 4) == bytes(range(4))
    assert read(chip, 0x100, 4) == bytes(range(252, 256))


def test_erase_takes_the_whole_block_and_no_more(chip):
    for address in (0xFFF, 0x1000, 0x1FFF, 0x2000):
        program(chip, address, b"\0")
    erase(chip, 0x1234)
    assert read(chip, 0xFFF, 1) == read(chip, 0x2000, 1) == b"\0"
    assert read(chip, 0x1000, 0x1000) == b"\xff" * 0x1000


def test_operations_are_counted_and_told(chip):
    told = []
    chip.on_operation = lambda *what: told.append(what)
    program(chip, 0x100, b"abc")
    erase(chip, 0)
    assert told == [("program", 0x100, 3), ("erase", 0, 4096)]
    assert chip.operations == {"program": 1, "erase": 1}


@pytest.mark.parametrize(
    ("how", "remains"), [("before", b"\xff" * 256), ("after", b"\0" * 256), ("torn", None)]
)
def test_an_armed_cut_ends_the_operation_it_is_armed_for(chip, how, remains):
    cuts = []
    chip.on_cut = lambda: cuts.append(how)
    chip.arm(2, how)
    program(chip, 0, bytes(256))
    assert cuts == []
    program(chip, 256, bytes(256))
    assert cuts == [how]
    program(chip, 512, bytes(256))  # the chip is dead
    assert read(chip, 0, 4) == b"\xff" * 4
    chip.power_on()
    assert read(chip, 0, 256) == bytes(256)
    assert read(chip, 512, 256) == b"\xff" * 256
    if remains:
        assert read(chip, 256, 256) == remains
    else:
        assert read(chip, 256, 256) not in (bytes(256), b"\xff" * 256)


def test_a_torn_erase_leaves_something_of_both(chip):
    for address in range(0, 4096, 256):
        program(chip, address, bytes(256))
    chip.arm(1, "torn")
    erase(chip, 0)
    chip.power_on()
    left = read(chip, 0, 4096)
    assert left not in (bytes(4096), b"\xff" * 4096)


def test_a_cut_can_be_called_off_and_needs_sense(chip):
    chip.arm(1, "before")
    chip.disarm()
    program(chip, 0, b"a")
    assert read(chip, 0, 1) == b"a"
    with pytest.raises(ValueError):
        chip.arm(0, "before")
    with pytest.raises(ValueError):
        chip.arm(1, "sideways")


def test_the_image_survives_the_death_of_the_process(tmp_path):
    image = tmp_path / "flash.bin"
    life = (
        "import sys, time; from pathlib import Path; from host_tools.simulator.nor import NorChip\n"
        f"chip = NorChip(Path(sys.argv[1]), {SIZE})\n"
        "for sent in (b'\\x06', b'\\x02\\0\\0\\0kept'):\n"
        "    chip.feed(0, sent); chip.feed(2, b'')\n"
        "print('done', flush=True); time.sleep(60)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", life, str(image)], stdout=subprocess.PIPE, env={**os.environ}
    )
    assert process.stdout.readline() == b"done\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert image.read_bytes()[:4] == b"kept"
