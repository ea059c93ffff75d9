"""Kernel 5 against a card that really signs: who approves, who asks, who refuses."""

import emv_cases
from emv_card import SpeedyCard, ca_key

import emv

_AID = "A0000000651010"
_GENERATE = 0xAE
_NEEDED = 100000  # fen: from here on the holder is verified
_SIGNATURE, _PIN, _ALL = "400000", "200000", "700000"


def _config(profile=_SIGNATURE, **more):
    section = emv_cases.section(_AID, 5, terminal_interchange_profile=profile)
    section["applications"][0].update(more)
    section["ca_keys"] = [ca_key(bytes.fromhex(_AID)[:5])]
    for name in ("terminal_type", "hotlist"):
        if name in more:
            section[name] = section["applications"][0].pop(name)
    return emv.config.load(section)


def _play(card, config=None, amount_fen=1, **request):
    asked = emv_cases.request(amount_fen, **request)
    return emv_cases.play(emv.entry.transaction(config or _config(), asked), card)


def _pay(card, config=None, amount_fen=1, **request):
    return _play(card, config, amount_fen, **request)[0]


def _verdict(outcome):
    return outcome.result, outcome.reason


def _asked(card):
    """The reference control parameters of GENERATE AC."""
    return [command[2] for command in card.log if command[1] == _GENERATE]


def test_a_signed_tc_approves():
    card = SpeedyCard()
    outcome = _pay(card)
    assert _verdict(outcome) == (emv.APPROVED, "offline_approved")
    assert (outcome.oda, outcome.cvm, outcome.kernel) == (emv.OK, emv.NO_CVM, 5)
    assert _asked(card) == [0x50]
    assert outcome.chip[0x9F26] == bytes.fromhex("8877665544332211")  # out of the signature
    assert outcome.chip[0x95] == bytes(5)
    assert outcome.chip[0x9F34] == bytes.fromhex("1F0002")
    assert outcome.masked_pan == "353011******0000"


def test_commit_comes_before_generate_ac_and_card_done_after_it():
    _, steps = _play(SpeedyCard())
    marks = [step if isinstance(step, int) else step[1] for step in steps]
    assert marks == [0xA4, 0xA4, 0xA8, 0xB2, 0xB2, 0xB2, emv.COMMIT, _GENERATE, emv.CARD_DONE]


def test_the_card_is_told_our_modes_and_what_we_can_verify():
    card = SpeedyCard()
    _pay(card, _config("F08000"), _NEEDED)
    assert card.pdol_data.hex().upper() == "02" + "700000"  # EMV mode; no bit of this payment yet
    assert card.cdol_data[-3:].hex().upper() == "F00000"  # the holder has to be verified


def test_the_card_may_ask_or_refuse():
    assert _verdict(_pay(SpeedyCard(cid=0x80))) == (emv.ONLINE, "online_needed")
    assert _verdict(_pay(SpeedyCard(cid=0x00))) == (emv.DECLINED, "card_declined")


def test_the_floor_limit_counts_from_its_own_amount():
    for amount_fen, result, tvr in (
        (19999, emv.APPROVED, "0000000000"),
        (20000, emv.ONLINE, "0000008000"),
    ):
        outcome = _pay(SpeedyCard(), amount_fen=amount_fen)
        assert (outcome.result, outcome.chip[0x95].hex()) == (result, tvr)


def test_a_link_that_is_up_asks_for_an_online_cryptogram():
    card = SpeedyCard()
    assert _pay(card, online_able=True).result == emv.ONLINE
    assert _asked(card) == [0x90]


def test_an_amount_over_the_limit_is_refused_with_and_without_pre_processing():
    for preprocess in (True, False):
        asked = emv_cases.request(500000)
        transaction = emv.entry.transaction(_config(), asked, preprocess=preprocess)
        outcome, _ = emv_cases.play(transaction, SpeedyCard())
        assert _verdict(outcome) == (emv.OTHER_CARD, "amount_over_limit"), preprocess


def test_a_refusal_of_ours_asks_for_no_cryptogram():
    for trouble, config, reason in (
        ({"t9F07": "FE00"}, _config(), "usage_not_allowed"),
        ({"t5F28": None}, _config(), "usage_not_allowed"),
        ({}, _config(hotlist=["353011-353011"]), "card_blocked"),
        ({"t5F24": "251231"}, _config(terminal_type="23"), "card_expired"),
    ):
        card = SpeedyCard(**trouble)
        assert _verdict(_pay(card, config)) == (emv.DECLINED, reason), reason
        assert _asked(card) == []
    card = SpeedyCard()
    assert _verdict(_pay(card, type=0x20)) == (emv.DECLINED, "terminal_declined")
    assert _asked(card) == []


def test_an_expired_card_goes_online():
    assert _pay(SpeedyCard(t5F24="251231")).result == emv.ONLINE


def test_the_issuers_country_may_stand_in_jcbs_own_tag():
    assert _pay(SpeedyCard(t5F28=None, t9F57="0156")).result == emv.APPROVED
    abroad_only = {"t9F07": "1500"}
    assert _pay(SpeedyCard(t9F57="0392", **abroad_only)).result == emv.APPROVED
    assert _pay(SpeedyCard(**abroad_only)).reason == "usage_not_allowed"


def test_without_cda_nothing_is_approved_offline():
    nothing = {"tac_denial": "0000000000"}  # the book's would refuse where a key is missing
    for trouble in ({"t82": "1880"}, {"t8F": "E2"}, {"t90": None}):
        card = SpeedyCard(**trouble)
        outcome = _pay(card, _config(**nothing))
        assert _verdict(outcome) == (emv.ONLINE, "online_needed"), trouble
        assert (outcome.oda, _asked(card)) == (emv.NOT_DONE, [0x80]), trouble
        assert outcome.chip[0x9F26] == bytes.fromhex("1122334455667788")


def test_a_static_data_list_is_not_needed_but_obeyed():
    assert _pay(SpeedyCard(t9F4A="8257")).reason == "oda_failed"


def test_a_spoilt_or_missing_signature_declines_whatever_it_signs():
    for cid in (0x40, 0x80):
        for signature in ("00" * 96, None):
            outcome = _pay(SpeedyCard(cid=cid, t9F4B=signature))
            assert _verdict(outcome) == (emv.DECLINED, "oda_failed"), cid
            assert outcome.oda == emv.FAILED


def test_the_choice_of_verification_is_under_the_signature():
    class Forger(SpeedyCard):
        def last(self):
            return super().last().replace(b"\x9f\x50\x01\x10", b"\x9f\x50\x01\x00")

    assert _verdict(_pay(Forger(t9F50="10"))) == (emv.DECLINED, "oda_failed")


def test_more_than_was_asked_for_or_less_than_must_be_declines():
    class Eager(SpeedyCard):
        def generate(self, command):
            super().generate(command[:2] + bytes((command[2] & 0x3F | 0x40,)) + command[3:])
            return self.last()

    assert _verdict(_pay(Eager(), online_able=True)) == (emv.DECLINED, "card_error")
    for tag in ("t9F27", "t9F36", "t9F50"):
        assert _verdict(_pay(SpeedyCard(**{tag: None}))) == (emv.DECLINED, "card_error"), tag
    card = SpeedyCard(t82="1880", t9F26=None)
    assert _verdict(_pay(card)) == (emv.DECLINED, "card_error")


# Cardholder verification. (9F50, our profile, amount) -> (CVM, CVM results), None: declined
_CVM = (
    ("00", _ALL, 1, emv.NO_CVM, "1F0002"),
    ("00", _ALL, _NEEDED, None, None),
    ("10", _SIGNATURE, 1, emv.SIGNATURE, "1E0000"),
    ("10", _SIGNATURE, _NEEDED, emv.SIGNATURE, "1E0000"),
    ("10", _PIN, _NEEDED, None, None),
    ("20", _PIN, _NEEDED, emv.ONLINE_PIN, "020000"),
    ("20", _SIGNATURE, 1, None, None),
    ("30", _ALL, _NEEDED, emv.DEVICE, "010002"),
    ("3F", _ALL, _NEEDED, emv.DEVICE, "010002"),
    ("30", _SIGNATURE, _NEEDED, None, None),
    ("F0", _ALL, 1, emv.NO_CVM, "1F0002"),  # no preference: then it is ours to say
    ("F0", _ALL, _NEEDED, emv.SIGNATURE, "1E0000"),
    ("F0", _PIN, _NEEDED, emv.ONLINE_PIN, "020000"),
    ("F0", "000000", _NEEDED, None, None),
)


def test_the_holder_is_verified_as_the_card_says():
    for status, profile, amount_fen, cvm, results in _CVM:
        outcome = _pay(SpeedyCard(cid=0x80, t9F50=status), _config(profile), amount_fen)
        case = status, profile, amount_fen
        if cvm is None:
            assert _verdict(outcome) == (emv.DECLINED, "cvm_failed"), case
        else:
            assert (outcome.result, outcome.cvm) == (emv.ONLINE, cvm), case
            assert outcome.chip[0x9F34].hex().upper() == results, case


def test_an_online_pin_is_never_approved_offline():
    outcome = _pay(SpeedyCard(t9F50="20"), _config(_PIN))
    assert outcome.result == emv.DECLINED


def test_cards_of_other_modes_are_passed_over():
    for trouble in ({"t9F38": "9F6604"}, {"t82": "1900"}, {"t8C": None}, {"t5F24": None}):
        card = SpeedyCard(**trouble)
        outcome = _pay(card)
        assert _verdict(outcome) == (emv.OTHER_CARD, "card_not_supported"), trouble
        assert _asked(card) == []


def test_status_words_of_generate_ac():
    class Refuses(SpeedyCard):
        def generate(self, command):
            return self.sw

    for sw, result, reason in (
        (b"\x69\x84", emv.OTHER_CARD, "use_other_interface"),
        (b"\x69\x85", emv.OTHER_CARD, "card_not_supported"),
        (b"\x69\x86", emv.SEE_PHONE, "see_phone"),
        (b"\x90\x00", emv.DECLINED, "card_error"),
        (None, emv.TRY_AGAIN, "card_lost"),
    ):
        card = Refuses()
        card.sw = sw
        assert _verdict(_pay(card)) == (result, reason), sw


def test_the_profile_is_asked_for_and_the_action_codes_are_the_books():
    app = _config().applications[0]
    assert app.objects[0xDF8121] == bytes.fromhex("0410000000")
    try:
        emv.config.load(emv_cases.section(_AID, 5))
    except emv.config.ConfigError as error:
        assert "terminal_interchange_profile" in str(error)
        return
    raise AssertionError("accepted")
