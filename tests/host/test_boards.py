"""What can be known of a board without having it: layout, pins, and its place in the code."""

import ast
import csv
import re
from itertools import pairwise
from pathlib import Path

import pytest
import tomllib

BOARDS = Path(__file__).resolve().parents[2] / "boards"
DRIVERS = BOARDS.parent / "firmware" / "drivers"
JOURNAL_DRIVER = {"unix": "nor.py", "pico2w": "nor.py", "esp32s3": "partition.py"}
NAMES = sorted(folder.name for folder in BOARDS.iterdir() if folder.is_dir())

# GPIO numbers that a part may hang on. ESP32-S3: 0, 3, 45 and 46 are strapping pins, 19 and 20 USB,
# 26 to 37 flash and PSRAM, 43 and 44 the console. Pico 2 W: 23 to 25 and 29 belong to the radio.
USABLE = {
    "esp32s3": {1, 2, *range(4, 19), 21, *range(38, 43), 47, 48},
    "pico2w": {*range(23), 26, 27, 28},
    "unix": set(range(64)),
}


def read(board):
    return tomllib.loads((BOARDS / board / "board.toml").read_text())


def tree(board):
    return ast.parse((BOARDS / board / "board.py").read_text())


def pins(board):
    """Every (name, number) of board.toml; several pins of one name are listed one by one."""
    for name, value in read(board)["pins"].items():
        for number in value if isinstance(value, list) else [value]:
            yield name, number


def constants(board):
    """Name -> value of the module's constants."""
    found = {}
    for node in tree(board).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            try:
                found[node.targets[0].id] = ast.literal_eval(node.value)
            except ValueError:
                continue  # made by a call
    return found


def offers(board):
    """The public methods of class Board with their arguments, and its public attributes."""
    (cls,) = [n for n in tree(board).body if isinstance(n, ast.ClassDef) and n.name == "Board"]
    names = set()
    for node in ast.walk(cls):
        if isinstance(node, ast.FunctionDef):
            names.add(f"{node.name}({', '.join(argument.arg for argument in node.args.args)})")
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            names.add(node.attr)
    names |= {node.targets[0].id for node in cls.body if isinstance(node, ast.Assign)}
    return {name for name in names if not name.startswith("_")}


def test_there_are_boards_to_check():
    assert set(NAMES) == set(USABLE)


@pytest.mark.parametrize("board", NAMES)
def test_the_description_names_its_board_and_has_every_section(board):
    described = read(board)
    assert described["name"] == board == constants(board)["NAME"]
    assert {"chip", "port", "march", "buses", "pins", "flash"} <= set(described)


@pytest.mark.parametrize("board", NAMES)
def test_flash_regions_fit_their_chip_whole_erase_blocks_each_without_overlap(board):
    for chip in read(board)["flash"]:
        regions = sorted(chip["regions"], key=lambda region: region["offset"])
        for region in regions:
            assert region["size"] > 0
            assert region["offset"] % chip["erase_bytes"] == 0
            assert region["size"] % chip["erase_bytes"] == 0
            assert region["offset"] + region["size"] <= chip["size_bytes"]
        for before, after in pairwise(regions):
            assert before["offset"] + before["size"] <= after["offset"], (before, after)


@pytest.mark.parametrize("board", NAMES)
def test_there_is_one_journal_of_a_mebibyte_or_more(board):
    regions = [region for chip in read(board)["flash"] for region in chip["regions"]]
    (journal,) = [region for region in regions if region["name"] == "journal"]
    assert journal["size"] >= 1 << 20


@pytest.mark.parametrize("board", NAMES)
def test_the_journal_is_programmed_in_the_units_that_its_driver_tells(board):
    (chip,) = [c for c in read(board)["flash"] if c["regions"][-1]["name"] == "journal"]
    driver = ast.parse((DRIVERS / JOURNAL_DRIVER[board]).read_text())
    (unit,) = [
        node.value.value
        for node in ast.walk(driver)
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "program_bytes"
    ]
    assert chip["program_bytes"] == unit


def test_the_partition_table_is_the_layout_that_is_described():
    (chip,) = read("esp32s3")["flash"]
    described = [(r["name"], r["offset"], r["size"]) for r in chip["regions"]]
    lines = (BOARDS / "esp32s3" / "partitions.csv").read_text().splitlines()
    rows = csv.reader(line for line in lines if not line.startswith("#"))
    table = [[cell.strip() for cell in row] for row in rows]
    assert [(row[0], int(row[3], 0), int(row[4], 0)) for row in table] == described[2:]
    assert all("encrypted" not in row for row in table)


@pytest.mark.parametrize("board", NAMES)
def test_no_pin_has_two_jobs_and_each_pin_may_have_one(board):
    numbers = [number for _, number in pins(board)]
    assert len(numbers) == len(set(numbers))
    assert set(numbers) <= USABLE[board]


@pytest.mark.parametrize("board", NAMES)
def test_the_code_uses_the_pins_that_the_description_gives_and_no_others(board):
    in_code = {
        name.lstrip("_").lower(): list(value) if isinstance(value, tuple) else value
        for name, value in constants(board).items()
        if name != "NAME" and not name.endswith(("_HZ", "_MS"))
    }
    assert in_code == read(board)["pins"]


@pytest.mark.parametrize("board", [name for name in NAMES if name != "unix"])
def test_the_wiring_page_tells_the_same_pins(board):
    page = (BOARDS / board / "WIRING.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \| ([\d, ]+) \|", page, re.MULTILINE)
    told = [(name, int(number)) for name, numbers in rows for number in numbers.split(",")]
    assert told == list(pins(board))


def test_the_rp2350_reaches_its_buses_on_these_pins():
    """By the data sheet, a pin's role repeats every four pins, and the bus changes every eight."""
    pin = dict(pins("pico2w"))
    assert [pin[name] % 4 for name in ("display_sck", "display_mosi")] == [2, 3]
    assert [pin[name] % 4 for name in ("flash_miso", "flash_sck", "flash_mosi")] == [0, 2, 3]
    assert {pin[name] // 8 % 2 for name in ("display_sck", "display_mosi")} == {0}
    assert {pin[name] // 8 % 2 for name in ("flash_miso", "flash_sck", "flash_mosi")} == {1}
    assert [pin[name] % 4 for name in ("reader_tx", "reader_rx")] == [0, 1]
    assert {(pin[name] + 4) // 8 % 2 for name in ("reader_tx", "reader_rx")} == {1}
    assert pin["scanner_rx"] % 4 == 1 and (pin["scanner_rx"] + 4) // 8 % 2 == 0


def test_the_pin_that_the_pico_lends_to_the_scanner_is_taken_back_by_the_keypad():
    """A TX pin of UART 0, and made an output again by whoever asks for the keypad later."""
    row = read("pico2w")["pins"]["rows"][0]
    assert row % 4 == 0 and (row + 4) // 8 % 2 == 0
    source = (BOARDS / "pico2w" / "board.py").read_text()
    assert source.index("machine.UART(0") < source.index("def keypad")


def test_the_esp32s3_drives_its_display_from_the_direct_pins():
    pin = dict(pins("esp32s3"))
    assert [pin["display_" + name] for name in ("cs", "mosi", "sck")] == [10, 11, 12]


@pytest.mark.parametrize("board", NAMES)
def test_every_board_offers_what_the_virtual_one_does(board):
    assert offers(board) == offers("unix")
