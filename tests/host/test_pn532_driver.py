"""The reader driver, in MicroPython, against the virtual PN532 over a socket."""

import errno

import pytest
from reader_rig import (
    PPSE,
    SELECT_PPSE,
    ReaderError,
    Rig,
    SampleCard,
    digest,
    digest_command,
    give,
    given,
)

from host_tools.simulator.reader_faults import FAULTS

AIR = [name for name, fault in FAULTS.items() if fault.place in ("to_card", "from_card")]
WIRE = [name for name in FAULTS if name not in AIR]
BOUND_MS = 1500
ALWAYS = 1_000_000


@pytest.fixture
def rig():
    """A started reader with its field on; nothing takes time."""
    with Rig() as rig:
        rig.call("start")
        rig.call("field", True)
        yield rig


@pytest.fixture
def slow_rig():
    """The same, where the air and thinking cards take their time."""
    with Rig(timed=True) as rig:
        rig.call("start")
        rig.call("field", True)
        yield rig


def blocks_sent(chip):
    return [data for code, data in chip.log if code == 0x42]


# --- starting


def test_start_leaves_a_fast_chip_with_its_field_off():
    with Rig() as rig:
        rig.call("start")
        assert rig.chip.baud == 921600
        assert not rig.chip.field


def test_start_never_lets_the_chip_search_for_ever(rig):
    retries = [data[1:] for code, data in rig.chip.log if code == 0x32 and data[0] == 0x05]
    assert retries
    assert all(0xFF not in data for data in retries)


def test_a_restarted_terminal_finds_the_chip_again(rig):
    rig.restart_board()
    rig.call("start")
    rig.call("field", True)
    assert rig.tap(SampleCard()) == "A"


# --- finding a card


def test_no_card_is_none_in_time(rig):
    assert rig.call("poll", 100) is None
    assert 100 <= rig.ms < 600


@pytest.mark.parametrize("kind", ["A", "B"])
def test_a_card_is_found_and_answers(rig, kind):
    assert rig.tap(SampleCard(kind)) == kind
    assert rig.transceive(SELECT_PPSE) == PPSE


def test_a_card_that_comes_late_is_found(rig):
    rig.later(0.1, lambda: rig.chip.place(SampleCard()))
    assert rig.call("poll", 5000) == "A"
    assert rig.ms < 1000


def test_type_a_is_offered_256_byte_frames(rig):
    rig.tap(SampleCard("A"))
    assert b"\xe0\x80" in blocks_sent(rig.chip)


def test_type_b_is_activated_again_with_256_byte_frames(rig):
    card = SampleCard("B")
    rig.tap(card)
    attrib = b"\x1d" + card.uid + b"\x00\x08\x01\x00"
    assert blocks_sent(rig.chip) == [b"\xca\x01", b"\x05\x00\x08", attrib]


@pytest.mark.parametrize(("kind", "limit_ms"), [("A", 250), ("B", 2000)])
def test_an_activation_that_fails_is_tried_again(rig, kind, limit_ms):
    """The chip itself activates type B, and does not tell when that goes wrong."""
    rig.chip.inject("reply_lost")
    rig.chip.place(SampleCard(kind))
    assert rig.call("poll", 5000) == kind
    assert rig.ms < limit_ms


# --- exchanging


@pytest.mark.parametrize("length", [2, 61, 253, 254, 256, 258, 602])
@pytest.mark.parametrize("kind", ["A", "B"])
def test_answers_of_any_length_arrive_whole(rig, kind, length):
    rig.tap(SampleCard(kind))
    assert rig.transceive(give(length)) == given(length)


@pytest.mark.parametrize("fsci", [0, 2, 5, 8])
@pytest.mark.parametrize("length", [4, 13, 14, 61, 62, 253, 254, 261, 600])
def test_commands_are_cut_to_what_the_card_can_take(rig, fsci, length):
    """The card ignores frames that are longer than its FSC."""
    card = SampleCard(fsci=fsci)
    rig.tap(card)
    command = digest_command(length)
    assert rig.transceive(command) == digest(command)
    assert card.ran == [command]


def test_an_answer_that_never_ends_is_given_up(rig):
    rig.tap(SampleCard())
    assert rig.transceive(give(5000)) is None


def test_a_card_may_ask_for_more_time(rig):
    card = SampleCard(thinking_ms=1500)
    rig.tap(card)
    assert rig.transceive(SELECT_PPSE) == PPSE
    assert any(block[0] == 0xF2 for block in blocks_sent(rig.chip))
    assert len(card.ran) == 1


def test_a_slow_card_is_waited_for(slow_rig):
    slow_rig.tap(SampleCard(thinking_ms=300))
    assert slow_rig.transceive(SELECT_PPSE) == PPSE
    assert slow_rig.ms >= 300


def test_a_card_that_is_too_slow_is_not_waited_for(slow_rig):
    slow_rig.tap(SampleCard(thinking_ms=3000))
    assert slow_rig.transceive(SELECT_PPSE, 200) is None
    assert slow_rig.ms < 600


def test_after_a_deadline_the_next_card_is_read(slow_rig):
    slow_rig.tap(SampleCard(thinking_ms=3000))
    slow_rig.transceive(SELECT_PPSE, 200)
    slow_rig.call("field", False)
    slow_rig.call("field", True)
    assert slow_rig.tap(SampleCard()) == "A"
    assert slow_rig.transceive(SELECT_PPSE) == PPSE


# --- leaving


def test_a_card_that_leaves_during_a_command_gives_none(rig):
    card = SampleCard()
    card.leaves_at = SELECT_PPSE
    rig.tap(card)
    assert rig.transceive(SELECT_PPSE) is None
    assert rig.call("present") is False
    assert rig.tap(SampleCard()) == "A"


def test_a_card_that_leaves_while_it_thinks_gives_none(slow_rig):
    slow_rig.tap(SampleCard(thinking_ms=500))
    slow_rig.later(0.2, slow_rig.chip.remove)
    assert slow_rig.transceive(SELECT_PPSE, 5000) is None
    assert slow_rig.ms < 3000


@pytest.mark.parametrize("kind", ["A", "B"])
def test_presence_is_noticed_and_disturbs_nothing(rig, kind):
    rig.tap(SampleCard(kind))
    assert rig.call("present") is True
    assert rig.transceive(SELECT_PPSE) == PPSE
    assert rig.call("present") is True
    rig.chip.remove()
    assert rig.call("present") is False


@pytest.mark.parametrize("kind", ["A", "B"])
def test_a_released_card_stays_mute_until_the_field_was_off(rig, kind):
    card = SampleCard(kind)
    rig.tap(card)
    rig.call("release")
    assert rig.transceive(SELECT_PPSE) is None
    assert rig.call("poll", 0) is None
    rig.call("field", False)
    rig.call("field", True)
    assert rig.call("poll", 0) == kind
    assert not card.ran


def test_without_a_field_no_card_answers(rig):
    rig.tap(SampleCard())
    rig.call("field", False)
    assert not rig.chip.field
    assert rig.transceive(SELECT_PPSE) is None
    assert rig.call("present") is False


# --- a bad line, a bad air


@pytest.mark.parametrize("fault", WIRE)
def test_one_fault_on_the_line_costs_time_only(rig, fault):
    """And no command runs twice, not even where only the chip's word about it was lost."""
    card = SampleCard()
    rig.tap(card)
    rig.transceive(SELECT_PPSE)  # the chip knows the card's waiting time now: only blocks follow
    rig.chip.inject(fault)
    assert rig.transceive(give(20)) == given(20)
    assert card.ran == [SELECT_PPSE, give(20)]
    assert rig.transceive(give(602)) == given(602)


def test_a_broken_answer_is_asked_for_again(rig):
    rig.tap(SampleCard())
    rig.transceive(SELECT_PPSE)
    rig.chip.log.clear()
    rig.chip.inject("bad_checksum")
    assert rig.transceive(SELECT_PPSE) == PPSE
    assert len(rig.chip.log) == 1


@pytest.mark.parametrize("fault", WIRE)
def test_one_fault_on_the_line_does_not_keep_the_reader_from_starting(fault):
    with Rig() as rig:
        rig.chip.inject(fault)
        if fault in ("error_frame", "wrong_answer"):  # such a chip is told apart, not retried
            with pytest.raises(ReaderError):
                rig.call("start")
        rig.call("start")
        rig.call("field", True)
        assert rig.tap(SampleCard()) == "A"


@pytest.mark.parametrize("fault", AIR)
@pytest.mark.parametrize("times", [1, 2])
def test_a_lost_block_is_repeated_but_a_command_runs_once(rig, fault, times):
    card = SampleCard()
    rig.tap(card)
    rig.chip.inject(fault, times)
    command = digest_command(600)
    assert rig.transceive(command) == digest(command)
    assert card.ran == [command]
    rig.chip.inject(fault, times)
    assert rig.transceive(give(602)) == given(602)
    assert len(card.ran) == 2


@pytest.mark.parametrize("fault", AIR)
def test_a_card_that_cannot_be_heard_is_given_up(rig, fault):
    rig.tap(SampleCard())
    rig.chip.inject(fault, ALWAYS)
    assert rig.transceive(SELECT_PPSE) is None


# --- a chip that fails


DEATHS = ["silent", "no_ack", "no_answer", "half_answer", "bad_checksum"]
CALLS = [("start",), ("field", True), ("poll", 5000), ("present",), ("release",)]


@pytest.mark.parametrize(
    ("fault", "call"),
    [("silent", call) for call in CALLS]
    + [(fault, ("transceive", SELECT_PPSE, 5000)) for fault in DEATHS],
)
def test_a_dead_chip_is_an_error_soon_and_start_brings_it_back(rig, fault, call):
    rig.tap(SampleCard())
    rig.chip.inject(fault, ALWAYS)
    with pytest.raises(ReaderError) as raised:
        rig.call(*call)
    assert raised.value.code == errno.ETIMEDOUT
    assert raised.value.ms < BOUND_MS
    rig.chip.inject(fault, 0)
    rig.call("start")
    rig.call("field", True)
    assert rig.tap(SampleCard()) == "A"


def test_a_chip_that_lost_its_power_is_started_again(rig):
    rig.tap(SampleCard())
    rig.chip.power_cycle()
    rig.call("start")
    rig.call("field", True)
    assert rig.call("poll", 0) == "A"
    assert rig.transceive(SELECT_PPSE) == PPSE


def test_a_cancelled_call_leaves_a_usable_reader(slow_rig):
    slow_rig.tap(SampleCard(thinking_ms=1000))
    cancelled = slow_rig.call("within", 100, "transceive", SELECT_PPSE, 5000)
    assert cancelled == "cancelled"
    assert slow_rig.call("present") in (True, False)  # it answers, and in time
    assert slow_rig.ms < BOUND_MS
    slow_rig.chip.remove()
    assert slow_rig.call("within", 50, "poll", 5000) == "cancelled"
    slow_rig.call("field", False)
    slow_rig.call("field", True)
    assert slow_rig.tap(SampleCard()) == "A"
    assert slow_rig.transceive(SELECT_PPSE) == PPSE
