"""The product's own journal, inside MicroPython, under every fault that a flash can have."""

from host_tools.faults import cuts

# A start on the small flashes of these lives; the large one is searched as a whole at the worst.
MOST_READS = 400


def test_no_power_cut_loses_invents_or_changes_a_record():
    """Each operation cut in every way, the start after it cut again, and again: one story."""
    found = cuts.run(60_000, seed=1, depth=3)
    print(found)
    assert found["cases"] >= 60_000
    assert found["violations"] == 0, found["failures"]
    assert found["most_reads"] <= MOST_READS


def test_a_flash_that_fails_is_refused_aloud_and_keeps_what_was_accepted():
    found = cuts.device_errors(2_000)
    assert found["cases"] >= 2_000
    assert found["violations"] == 0, found["failures"]


def test_one_flipped_bit_is_put_right_and_two_are_told():
    found = cuts.bit_flips(12_000)
    assert found["violations"] == 0, found["failures"]
    assert found["alarms"] > 1_000
