"""What a durable record costs: counts, so the same on every machine."""

import json

import pytest
from typer.testing import CliRunner

from host_tools.cli import app
from host_tools.flash import bench


@pytest.fixture(scope="module")
def found():
    done = CliRunner().invoke(app, ["bench", "journal", "--json"])
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
