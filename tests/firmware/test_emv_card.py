"""GET PROCESSING OPTIONS and the AFL: what a terminal may read, and where it stops."""

import emv_cases

import emv
from emv import card, config, outcome, tlv
from emv.session import Session

_ERROR = (emv.OTHER_CARD, "card_error")


def _session(fci=None, terminal=()):
    loaded = config.load(emv_cases.section("A0000000031010", 3, "26000000"))
    session = Session(loaded, emv_cases.request())
    session.begin(emv.entry.Combination(loaded.applications[0], session.request), b"")
    session.terminal.update({int(tag, 16): bytes.fromhex(value) for tag, value in terminal})
    if fci:
        session.take(tlv.flatten(bytes.fromhex(fci), (0x6F, 0xA5)))
    return session


def _ends(function, *args):
    try:
        function(*args)
    except (outcome.Ended, tlv.TlvError):
        return True
    return False


def _read(afl, apdus):
    """ "terminate", "continue" or "continue_oda_failed", and the commands sent."""
    sent = []

    def scripted(command):
        sent.append(bytes(command).hex().upper())
        return emv_cases.scripted(apdus)(command)

    session = _session()
    try:
        reading = card.read_records(session, card.locate(bytes.fromhex(afl)))
        static, _ = emv_cases.play(reading, scripted)
    except (outcome.Ended, tlv.TlvError):
        return "terminate", sent
    return "continue" if static is not None else "continue_oda_failed", sent


def test_a_malformed_afl_is_refused():
    for afl in (
        "",
        "080101",  # not a multiple of four
        "00010100",  # SFI 0
        "F8010100",  # SFI 31
        "09010100",  # RFU bits
        "08000100",  # record 0
        "08020100",  # last before first
        "08010102",  # more signed records than records
        "08012100",  # 33 records
        "0801200010010100",  # 32 and one more
    ):
        assert _ends(card.locate, bytes.fromhex(afl)), afl


def test_an_afl_is_read_in_its_order():
    assert card.locate(bytes.fromhex("1001020108030300")) == [
        (2, 1, True),
        (2, 2, False),
        (1, 3, False),
    ]


def test_signed_records_are_kept_as_they_came():
    record = "700700" + "5F340101" + "0000"
    session = _session()
    apdus = [["00B2010C00", record + "9000"], ["00B2016400", "700311010A" + "9000"]]
    reading = card.read_records(session, card.locate(bytes.fromhex("0801010160010101")))
    static, _ = emv_cases.play(reading, emv_cases.scripted(apdus))
    assert static == [bytes.fromhex("005F3401010000"), bytes.fromhex("700311010A")]


def test_a_record_may_not_repeat_an_object():
    apdus = [["00B2010C00", "70045F3401019000"], ["00B2020C00", "70045F3401019000"]]
    assert _read("08010200", apdus)[0] == "terminate"


def test_a_record_that_is_not_there_ends_it():
    assert _read("08010100", [["00B2010C00", "6A83"]])[0] == "terminate"


def test_something_behind_the_record_template_ends_it():
    assert _read("08010100", [["00B2010C00", "70045F340101" + "8200" + "9000"]])[0] == "terminate"


def test_an_object_of_impossible_length_ends_it():
    assert _read("08010100", [["00B2010C00", "70055F340201019000"]])[0] == "terminate"


def test_gpo_answers_that_are_neither_format_are_refused():
    for answer in ("", "8001FF", "82025900", "77008000", "7005820259"):
        session = _session()
        apdus = [["80A8000002830000", answer + "9000"]]
        assert _ends(
            emv_cases.play, card.initiate(session, {}, _ERROR), emv_cases.scripted(apdus)
        ), answer


def test_the_card_number_comes_from_57_or_5a_and_must_agree():
    number, track = "6210948000000011", "6210948000000011D29122010000000F"
    for objects, good in (
        ({0x57: track}, True),
        ({0x5A: number}, True),
        ({0x57: track, 0x5A: number}, True),
        ({0x57: track, 0x5A: "6210948000000029"}, False),
        ({0x57: number + "0000"}, False),  # no separator
        ({0x5A: "62109480000000AA"}, False),
        ({}, False),
    ):
        session = _session()
        session.card = {tag: bytes.fromhex(value) for tag, value in objects.items()}
        assert _ends(session.read_pan) != good, objects
        assert not good or session.pan == number
