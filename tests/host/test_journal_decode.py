"""What the page and the technician see of a flash image is what the firmware's own reader sees."""

import json
import os
import subprocess
import time
from pathlib import Path

import pytest
from command import tapstone

from host_tools import paths
from host_tools.device import journal, target

KEY = bytes(range(16))
STORY = Path(__file__).parent / "on_target" / "journal_story.py"
SECTORS = 256


@pytest.fixture
def image(tmp_path):
    return _story(tmp_path)


def _story(tmp_path, *more):
    path = tmp_path / "flash.bin"
    path.write_bytes(b"\xff" * (4096 * SECTORS))
    programs = Path(target.__file__).parent / "on_target"
    search = f"{paths.firmware_dir()}:{programs}:.frozen"
    command = [paths.micropython(), "-X", "heapsize=16m", STORY, path, KEY.hex(), *more]
    subprocess.run(command, check=True, env={**os.environ, "MICROPYPATH": search})
    return path


def page_address(pos):
    return pos // 15 % SECTORS * 4096 + (1 + pos % 15) * 256


def test_records_are_told_newest_first_with_the_sale_in_them(image):
    found = journal.decode(image, KEY)
    assert [(r["kind"], r["seq"]) for r in found["records"]] == [
        ("intent", 5), ("intent", 4), ("stored", 3), ("intent", 3), ("stored", 2), ("intent", 2),
        ("paid", 1), ("request", 1), ("intent", 1),
    ]  # fmt: skip
    assert found["records"][0]["sale"] == {
        "number": 5, "amount_fen": 600, "time": "04:05:06", "card": "621094******0011",
    }  # fmt: skip
    assert found["released"] == 2
    assert found["pending"] == 3
    assert found["torn"] == []


def test_it_says_what_the_next_start_would_do(image):
    found = journal.decode(image, KEY)
    newest = found["records"][0]["pos"]
    assert found["boot"] == {"keeps": newest, "voids_from": newest, "writes_at": newest + 2}


def test_sectors_are_open_full_or_blank(image):
    sectors = journal.decode(image, KEY)["sectors"]
    assert len(sectors) == SECTORS
    assert (sectors[0]["state"], sectors[0]["erases"]) == ("open", 1)
    assert sectors[0]["fill"] == 10  # nine records and what the first start wrote
    assert sectors[1]["state"] == "blank"


def test_a_torn_page_is_told(image):
    newest = journal.decode(image, KEY)["records"][0]["pos"]
    with image.open("r+b") as file:
        file.seek(page_address(newest + 1))
        file.write(os.urandom(100))
    found = journal.decode(image, KEY)
    assert found["torn"] == [newest + 1]
    assert found["boot"]["writes_at"] == newest + 3


def test_decoding_never_changes_the_image(image):
    before = image.read_bytes()
    journal.decode(image, KEY)
    assert image.read_bytes() == before


def test_what_cannot_be_read_is_told_as_an_error(tmp_path, image):
    assert journal.decode(image, bytes(16))["error"].startswith("WrongKey")
    blank = tmp_path / "blank.bin"
    blank.write_bytes(b"\xff" * 65536)
    assert journal.decode(blank, KEY)["error"].startswith("NotAJournal")


def test_the_page_shows_each_sale_by_its_newest_record(image):
    view = journal.page_view(image, KEY)
    states = {(row["seq"], row["kind"]): row["state"] for row in view["records"]}
    assert states[1, "paid"] == "paid"
    assert states[1, "intent"] == "released"
    assert states[2, "stored"] == "paid"  # released: the host has it
    assert states[3, "stored"] == "stored"
    assert states[5, "intent"] == "checking"
    assert view["pending"] == {"count": 1, "fen": 75}
    assert view["checking"] == {"count": 2, "fen": 10500}


def test_a_return_is_a_record_more_and_that_much_less_money(tmp_path):
    view = journal.page_view(_story(tmp_path, "gives back"), KEY)
    newest = {key: view["records"][0][key] for key in ("kind", "amount_fen", "state")}
    assert newest == {"kind": "return", "amount_fen": -25, "state": "stored"}
    assert view["pending"] == {"count": 2, "fen": 50}


def test_it_is_fast_enough_to_follow_every_change(image):
    took = []
    for _ in range(3):
        began = time.monotonic()
        journal.page_view(image, KEY)
        took.append(time.monotonic() - began)
    print(took)
    assert min(took) < 0.3  # 0.07 s on an idle machine


# As a technician meets it


@pytest.fixture
def show(tmp_path):
    """Runs `journal show` on an image with the key of the story, or another one."""

    def run(image, *options, key=KEY):
        provision = tmp_path / "provision.json"
        document = {"format": "tapstone-provision/1", "keys": {"seal_key": key.hex()}}
        provision.write_text(json.dumps(document))
        return tapstone("journal", "show", image, "--provision", provision, *options)

    return run


def test_the_command_shows_records_sectors_and_what_a_start_would_do(image, show):
    done = show(image)
    assert done.exit_code == 0, done.output
    assert "621094******0011" in done.stdout
    assert f"sectors: {SECTORS}" in done.stdout
    assert "     0  o·" in done.stdout
    assert "not released: 3 (stored: 1, 0.75; checking: 2, 105.00)" in done.stdout
    assert "a start would write at" in done.stdout


@pytest.mark.parametrize(
    ("size", "said"),
    [(0, "0 bytes"), (100, "100 bytes"), (16_383, "16,383 bytes"), (3 << 30, "larger than 32 MiB")],
)
def test_a_file_of_an_impossible_size_is_told_in_words(tmp_path, show, size, said):
    file = tmp_path / "other.bin"
    with file.open("wb") as out:
        out.truncate(size)
    done = show(file)
    assert done.exit_code == 1
    assert said in done.stderr
    assert "Traceback" not in done.output


def test_an_image_that_was_cut_short_says_so(image, show):
    os.truncate(image, 5 * 4096 + 100)
    done = show(image)
    assert done.exit_code == 0
    assert "its marks speak of 256 sectors, and here are 5" in done.stderr
    assert "100 bytes behind the last whole sector" in done.stderr
    assert len(json.loads(show(image, "--json").stdout)["notes"]) == 2


def test_another_terminal_s_key_is_told_and_the_sectors_are_still_shown(image, show):
    done = show(image, key=bytes(16))
    assert done.exit_code == 1
    assert "provision.json of the terminal" in done.stderr
    assert "     0  █" in done.stdout


def test_noise_is_no_journal(tmp_path, show):
    file = tmp_path / "noise.bin"
    file.write_bytes(bytes(range(256)) * 256)
    done = show(file)
    assert done.exit_code == 1
    assert "no journal is here" in done.stderr


def test_a_missing_provisioning_file_is_named_with_the_option_that_helps(image):
    done = tapstone("journal", "show", image)
    assert done.exit_code == 2
    assert "provision.json: No such file" in done.stderr
    assert "--provision" in done.stderr
