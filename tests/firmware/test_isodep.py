"""The reader's half of ISO-DEP, block by block (the scenarios of ISO/IEC 14443-4, annex B)."""

from drivers.isodep import IsoDep


def h(text):
    return bytes.fromhex(text.replace(" ", ""))


def activated(ats="05 70 80 70 00"):
    dep = IsoDep()
    assert dep.use_ats(h(ats))
    return dep


def play(dep, apdu, script):
    """Runs an exchange whose blocks must be those of `script`: (ours, the card's or None), ..."""
    talk, got = dep.exchange(h(apdu)), None
    for ours, cards in script:
        sent = bytes(talk.send(got)).hex()
        assert sent == h(ours).hex(), "sent %s instead of %s" % (sent, ours)
        got = memoryview(h(cards)) if cards is not None else None
    try:
        return "also sent " + bytes(talk.send(got)).hex()
    except StopIteration as stop:
        return stop.value


def test_block_numbers_alternate():
    dep = activated()
    assert play(dep, "0102", [("02 0102", "02 9000")]) == h("9000")
    assert play(dep, "03", [("03 03", "03 6A82")]) == h("6A82")
    assert play(dep, "04", [("02 04", "02 9000")]) == h("9000")


def test_long_commands_are_chained():
    script = [
        ("12 00010203040506070809 0A0B0C", "A2"),
        ("13 0D0E0F10111213141516 171819", "A3"),
        ("02 1A", "02 9000"),
    ]
    apdu = "".join("%02x" % i for i in range(27))
    assert play(activated("05 70 80 70 00"), apdu, script) == h("9000")


def test_long_answers_are_gathered():
    script = [("02 01", "12 0102"), ("A3", "13 0304"), ("A2", "02 9000")]
    assert play(activated(), "01", script) == h("010203049000")


def test_a_lost_answer_is_asked_for():
    assert play(activated(), "01", [("02 01", None), ("B2", "02 9000")]) == h("9000")


def test_a_lost_command_is_sent_again_only_when_the_card_says_so():
    script = [("02 01", None), ("B2", "A3"), ("02 01", "02 9000")]
    assert play(activated(), "01", script) == h("9000")


def test_a_lost_part_of_an_answer_is_asked_for():
    script = [("02 01", "12 0102"), ("A3", None), ("A3", "03 9000")]
    assert play(activated(), "01", script) == h("01029000")


def test_waiting_time_is_granted_for_one_block():
    dep = activated()
    normal_ms = dep.wait_ms
    talk = dep.exchange(b"\x01")
    talk.send(None)
    assert bytes(talk.send(h("F2 05"))) == h("F2 05")
    assert dep.wait_ms == 5 * normal_ms
    assert bytes(talk.send(None)) == h("B2")
    assert dep.wait_ms == normal_ms


def test_the_power_bits_of_a_waiting_time_are_not_sent_back():
    assert play(activated(), "01", [("02 01", "F2 C3"), ("F2 03", "02 9000")]) == h("9000")


def test_silence_is_given_up_after_two_requests():
    assert play(activated(), "01", [("02 01", None), ("B2", None), ("B2", None)]) is None


def test_nonsense_is_given_up_as_silence_is():
    for nonsense in ("", "00", "FF", "03 9000", "0A 01 9000", "A2", "C2", "F2"):
        script = [("02 01", nonsense), ("B2", nonsense), ("B2", nonsense)]
        assert play(activated(), "01", script) is None, nonsense


def test_an_ats_sets_frame_size_and_times():
    dep = activated("05 78 80 84 02")
    assert dep.wait_ms == 77 + 5  # FWI 8
    assert dep.guard_ms == 4 + 1  # SFGI 4
    assert len(bytes(next(dep.exchange(bytes(600))))) == 254  # FSCI 8


def test_an_ats_without_interface_bytes_means_defaults():
    for ats in ("01", "02 02", "06 02 11 22 33 44"):
        dep = activated(ats)
        assert dep.wait_ms == 4 + 5  # FWI 4
        assert len(bytes(next(dep.exchange(bytes(600))))) == 30  # FSCI 2: 32 bytes with CRC


def test_a_malformed_ats_is_refused():
    for ats in (b"", h("05 78 80 70"), h("02 28"), None):
        assert not IsoDep().use_ats(ats), ats


def test_an_atqb_sets_frame_size_and_time():
    dep = IsoDep()
    assert dep.use_atqb(h("50 04A1B2C3 00000000 00 81 71"))
    assert dep.wait_ms == 38 + 5
    assert len(bytes(next(dep.exchange(bytes(600))))) == 254


def test_an_atqb_without_iso_dep_is_refused():
    for atqb in (b"", h("50 04A1B2C3 00000000 00 80 71"), h("50 04A1B2C3"), None):
        assert not IsoDep().use_atqb(atqb), atqb
