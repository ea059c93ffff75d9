"""What a durable record costs: counts, so the same on every machine."""

import json
import sys

import pytest
from command import tapstone
from PIL import Image

from host_tools.flash import bench, chart


@pytest.fixture(scope="module")
def picture(tmp_path_factory):
    return tmp_path_factory.mktemp("bench") / "new" / "chart.png"


@pytest.fixture(scope="module")
def found(picture):
    done = tapstone("bench", "journal", "--json", "--chart", picture)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_a_record_takes_one_program_and_no_erase_while_somebody_waits(found):
    assert found["erases_critical"] == 0
    assert found["programs_per_record"] < 1.1
    assert found["ways"]["3000"][bench.OURS]["most_programs"] == 2  # where a sector begins


def test_little_more_is_programmed_than_the_record(found):
    assert found["bytes_per_byte"] <= 1.05


def test_it_is_a_hundred_times_faster_than_appending_with_littlefs(found):
    assert found["ratio_to_littlefs"] >= 100


def test_a_start_reads_little_and_the_open_journal_is_small(found):
    assert found["boot_reads"] <= 40
    assert 0 < found["open_heap_bytes"] <= 4096


def test_every_way_is_measured_in_both_lengths(found):
    assert set(found["ways"]) == {"1000", "3000"}
    assert all(set(ways) == set(bench.WAYS) for ways in found["ways"].values())


def test_the_chart_shows_a_bar_for_every_way(found, picture):
    """Behind the line where the bars of the first panel begin, from above: one of ours, dark."""
    with Image.open(picture) as image:
        dark, light = 80, 195
        column = [image.convert("L").getpixel((300, y)) for y in range(180, image.height)]
    shades = ["#" if shade < dark + 20 else "=" if shade < light + 20 else " " for shade in column]
    bars = "".join(shades).split()
    assert [bar[0] for bar in bars] == ["#", *"=" * (len(bench.WAYS) - 1)]


@pytest.mark.parametrize(
    ("value", "share"), [(0.05, 0), (0.1, 0), (1.0, 1 / 3), (10.0, 2 / 3), (100.0, 1)]
)
def test_times_are_drawn_by_their_logarithm(value, share):
    assert chart.PANELS[0].share(value, 100.0) == pytest.approx(share)


def test_without_the_library_that_draws_it_is_said_at_once(monkeypatch):
    monkeypatch.setitem(sys.modules, "PIL", None)
    done = tapstone("bench", "journal", "--chart", "x.png")
    assert done.exit_code == 1
    assert "pip install 'tapstone[charts]'" in done.output
