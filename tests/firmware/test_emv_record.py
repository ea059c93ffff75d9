"""A recorded session: complete enough to be explained, and without the holder's data."""

import json

import emv_cases
from emv_card import Card, ChipCard, SpeedyCard, ca_key, tlv

import emv
from emv import record

_NUMBER = "3530111333300000"
_NAME = "4A444F45"  # JDOE


def _config(aid, kernel, **more):
    section = emv_cases.section(aid, kernel, **more)
    section["ca_keys"] = [ca_key(bytes.fromhex(aid)[:5])]
    return emv.config.load(section)


def _jcb():
    return _config("A0000000651010", 5, terminal_interchange_profile="400000")


def _record(card, config):
    """(the outcome, the recorded session, its lines as one text)."""
    lines = []
    transaction = emv.entry.transaction(config, emv_cases.request())
    outcome, _ = emv_cases.play(record.recorded(transaction, lines.append), card)
    text = "\n".join(lines)
    return outcome, json.loads(text), text


def test_the_transaction_goes_on_as_it_would_without():
    plain, _ = emv_cases.play(emv.entry.transaction(_jcb(), emv_cases.request()), SpeedyCard())
    outcome, _, _ = _record(SpeedyCard(), _jcb())
    assert (outcome.result, outcome.reason) == (plain.result, plain.reason)


def test_every_exchange_is_there_in_order():
    card = SpeedyCard()
    _, session, _ = _record(card, _jcb())
    assert session["format"] == "emv-cases/session/1"
    assert [command for command, _ in session["apdus"]] == [c.hex().upper() for c in card.log]
    assert all(reply.endswith("9000") for _, reply in session["apdus"])


def test_the_number_keeps_six_and_four_digits():
    _, _, text = _record(SpeedyCard(), _jcb())
    assert _NUMBER not in text
    assert "5A08" + "3530110000000000" in text


def test_track_2_keeps_expiry_and_service_code_only():
    track = _NUMBER + "D2912" + "201" + "1234567899"
    _, _, text = _record(SpeedyCard(t57=track), _jcb())
    assert "D2912201" + "0" * 10 in text
    assert "1234567899" not in text


def test_templates_without_end_are_not_followed():
    class Deep(SpeedyCard):
        def options(self, command):
            inside = tlv(0x5A, self.pan)
            for _ in range(60):
                inside = tlv(0x77, inside)
            return inside + b"\x90\x00"

    _, session, text = _record(Deep(), _jcb())
    assert session["apdus"][-1][1] == "9000"
    assert _NUMBER not in text


class _Named(SpeedyCard):
    """Its records tell the holder's name, and CDOL1 asks for the card's own number back."""

    CDOL1 = SpeedyCard.CDOL1 + "5A08"

    def _static(self):
        return super()._static() + tlv(0x5F20, _NAME)


def test_neither_name_nor_a_number_sent_back_to_the_card_is_told():
    outcome, session, text = _record(_Named(), _jcb())
    assert outcome.result == emv.APPROVED
    assert _NAME not in text and _NUMBER not in text
    assert session["apdus"][-1][0].endswith("3530110000000000" + "00")


def test_the_certificate_that_holds_the_number_is_not_told():
    _, session, _ = _record(SpeedyCard(), _jcb())
    record_3 = session["apdus"][5][1]
    start = record_3.index("9F46")
    size = int(record_3[start + 4 : start + 6], 16)
    assert size > 64
    assert record_3[start + 6 :] == "00" * size + "9000"


def test_a_number_too_short_to_be_one_is_not_told_at_all():
    _, _, text = _record(SpeedyCard(t5A="12345678", t57=None), _jcb())
    assert "5A04" + "00000000" in text
    assert "12345678" not in text


def test_of_an_answer_that_does_not_parse_the_status_is_kept():
    class Broken(SpeedyCard):
        def options(self, command):
            return b"\x77\x20" + bytes.fromhex("5A08" + self.pan) + b"\x90\x00"

    _, session, text = _record(Broken(), _jcb())
    assert session["apdus"][-1][1] == "9000"
    assert _NUMBER not in text


def test_a_card_that_left_ends_the_record_with_no_answer():
    class Leaves(SpeedyCard):
        def options(self, command):
            return None

    _, session, _ = _record(Leaves(), _jcb())
    assert session["apdus"][-1][1] == ""


def test_the_other_kernels_are_recorded_alike():
    mchip = {
        "limit_device_cvm_fen": 500000,
        "cvm_capability_cvm_required": "60",
        "cvm_capability_no_cvm_required": "08",
    }
    mchip.update({"tac_" + name: "0000000000" for name in ("default", "denial", "online")})
    for card, config in (
        (ChipCard(), _config("A0000000041010", 2, **mchip)),
        (Card("A000000333010101"), _config("A000000333010101", 7, ttq="26000080")),
    ):
        _, session, text = _record(card, config)
        assert len(session["apdus"]) == len(card.log)
        assert card.pan not in text


def test_nothing_is_recorded_unless_it_is_configured():
    section = emv_cases.section("A000000333010101", 7, "26000080")
    assert not emv.config.load(section).record_sessions
    section["record_sessions"] = True
    assert emv.config.load(section).record_sessions
