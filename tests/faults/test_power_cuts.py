"""The product's own journal, inside MicroPython, under every fault that a flash can have."""

import pytest

from host_tools.faults import cuts

# A start on the small flashes of these lives; the large one is searched as a whole at the worst.
MOST_READS = 400


@pytest.mark.parametrize(("cases", "seed", "native"), [(20_000, 1, False), (40_000, 540_000, True)])
def test_no_power_cut_loses_invents_or_changes_a_record(cases, seed, native):
    """Each operation cut in every way, the start after it cut again, and again: one story.

    As bytecode, which devices run, and as code of this processor, which is faster.
    """
    found = cuts.run(cases, seed, depth=3, native=native)
    print(found)
    assert found["cases"] >= cases
    assert found["violations"] == 0, found["failures"]
    assert found["most_reads"] <= MOST_READS


def test_a_note_that_only_some_starts_can_read_makes_none_of_them_erase_too_much():
    """Lives with a full journal, a note of what is released in the reserve, and cuts in a row."""
    for seed in (20_011, 20_081):
        assert cuts.run(500, seed, depth=3, processes=1, native=True)["violations"] == 0


def test_a_sector_whose_mark_became_weak_is_known_by_any_of_its_records():
    """One start began to erase it again, the next saw it in use, and several were cut off in it."""
    assert cuts.run(1_000, 44_000_114, depth=3, processes=1, native=True)["violations"] == 0


def test_no_power_cut_harms_the_largest_journal():
    """16 MiB: each start looks at 4,096 marks where one of them is torn."""
    found = cuts.run(100, seed=512, depth=3, processes=1)
    assert found["violations"] == 0, found["failures"]


def test_a_flash_that_fails_is_refused_aloud_and_keeps_what_was_accepted():
    found = cuts.device_errors(2_000)
    assert found["cases"] >= 2_000
    assert found["violations"] == 0, found["failures"]


def test_one_flipped_bit_is_put_right_and_two_are_told():
    found = cuts.bit_flips(12_000)
    assert found["violations"] == 0, found["failures"]
    assert found["alarms"] > 1_000


def test_a_start_costs_the_same_however_full_the_flash_is():
    """1 MiB: pages of 256 bytes, four of them to read back what is settled, and marks of 32."""
    costs = cuts.start_costs(256)
    assert len(costs) > 50
    for _, pages, marks, programs, erases in costs:
        # Where the settled record begins a new sector, that is erased and seen to be blank.
        assert pages <= (20 if erases == 0 else 23)
        assert marks <= 19 and programs <= 2 and erases <= 1
