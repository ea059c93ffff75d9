"""Kernels 3 and 7 against a card that really signs: who approves, who asks, who refuses."""

import emv_cases
from emv_card import Card, ca_key

import emv

_VISA = "A0000000031010"
_UNIONPAY = "A000000333010101"
_KERNELS = ((3, _VISA), (7, _UNIONPAY))

_PLAIN = "26000000"  # EMV mode, online PIN, signature
_NO_SIGNATURE = "24000000"
_OFFLINE_ONLY = "2E000000"
_WITH_CONTACT = "36000000"
_ODA_FOR_ONLINE = "27000000"

_SPOILT = "00" * 96


def _section(kernel, aid, ttq=_PLAIN, **more):
    found = emv_cases.section(aid, kernel, ttq, **more)
    found["ca_keys"] = [ca_key(bytes.fromhex(aid)[:5])]
    return found


def _pay(kernel, aid, section=None, cid=0x40, ttq=_PLAIN, amount_fen=1, **objects):
    online_able = objects.pop("online_able", False)
    date = objects.pop("date", (26, 4, 12))
    card = Card(aid, cid=cid, **objects)
    config = emv.config.load(section or _section(kernel, aid, ttq))
    request = emv_cases.request(amount_fen, date=date, online_able=online_able)
    outcome, steps = emv_cases.play(emv.entry.transaction(config, request), card)
    return outcome, steps


def _both(**how):
    """The (result, reason) that both kernels agree on."""
    found = {(o.result, o.reason) for o, _ in [_pay(k, aid, **how) for k, aid in _KERNELS]}
    assert len(found) == 1, found
    return found.pop()


def test_a_card_that_proves_itself_approves_offline():
    for kernel, aid in _KERNELS:
        outcome, _ = _pay(kernel, aid)
        assert (outcome.result, outcome.oda, outcome.cvm) == (emv.APPROVED, emv.OK, emv.NO_CVM)
        assert outcome.kernel == kernel and outcome.aid == bytes.fromhex(aid)
        assert outcome.masked_pan == "621094******0011"
        assert outcome.label == "TEST CARD"
        assert outcome.chip[0x8A] == b"Y1" and outcome.chip[0x9F27] == b"\x40"


def test_commit_comes_before_gpo_and_card_done_after_the_last_record():
    _, steps = _pay(7, _UNIONPAY)
    marks = [step if isinstance(step, int) else step[1] for step in steps]
    assert marks == [0xA4, 0xA4, emv.COMMIT, 0xA8, 0xB2, 0xB2, 0xB2, emv.CARD_DONE]


def test_the_card_may_ask_or_refuse():
    assert _both(cid=0x80) == (emv.ONLINE, "online_needed")
    assert _both(cid=0x00) == (emv.DECLINED, "card_declined")


def test_an_unknown_kind_of_cryptogram_is_an_error():
    assert _both(t9F27="C0") == (emv.OTHER_CARD, "card_error")
    assert _both(t9F10="0701010200") == (emv.OTHER_CARD, "card_error")


def test_cid_goes_before_the_issuer_data():
    assert _both(cid=0x40, t9F27="80") == (emv.ONLINE, "online_needed")


def test_a_wish_for_online_is_followed_by_a_card_that_says_tc():
    assert _both(online_able=True) == (emv.ONLINE, "online_needed")
    assert _both(amount_fen=20001) == (emv.ONLINE, "online_needed")


def test_an_offline_only_reader_never_asks_for_online():
    _, steps = _pay(3, _VISA, ttq=_OFFLINE_ONLY, online_able=True)
    gpo = steps[steps.index(emv.COMMIT) + 1]
    assert gpo[7:11] == bytes.fromhex(_OFFLINE_ONLY)


def test_failed_authentication_never_approves():
    assert _both(t9F4B=_SPOILT) == (emv.DECLINED, "oda_failed")
    assert _both(t9F4B=_SPOILT, t9F6C="2000") == (emv.ONLINE, "online_needed")
    assert _both(t9F4B=_SPOILT, t9F6C="2000", ttq=_OFFLINE_ONLY) == (emv.DECLINED, "oda_failed")
    assert _both(t9F4B=_SPOILT, t9F6C="1000") == (emv.DECLINED, "oda_failed")
    switched = (emv.OTHER_CARD, "use_other_interface")
    assert _both(t9F4B=_SPOILT, t9F6C="1000", ttq=_WITH_CONTACT) == switched


def test_each_missing_piece_of_the_chain_fails_authentication():
    for tag in ("t8F", "t90", "t92", "t9F32", "t9F46", "t9F47", "t9F48", "t9F4B", "t9F69"):
        assert _both(**{tag: None}) == (emv.DECLINED, "oda_failed"), tag


def test_fdda_of_version_00_is_a_failure():
    assert _both(t9F69="005EED5EED0000") == (emv.DECLINED, "oda_failed")


def test_a_static_data_list_with_more_than_the_aip_fails():
    assert _both(t9F4A="8257") == (emv.DECLINED, "oda_failed")


def test_a_card_that_says_it_cannot_sign_is_not_believed_to_have_signed():
    assert _both(t82="0000") == (emv.DECLINED, "oda_failed")


def test_without_our_key_or_with_an_expired_one_nothing_is_approved_offline():
    for kernel, aid in _KERNELS:
        section = _section(kernel, aid)
        section["ca_keys"] = []
        assert _pay(kernel, aid, section)[0].reason == "oda_failed"
        section["ca_keys"] = [ca_key(bytes.fromhex(aid)[:5], "2026-04-11")]
        assert _pay(kernel, aid, section)[0].reason == "oda_failed"
        section["ca_keys"] = [ca_key(bytes.fromhex(aid)[:5], "2026-04-12")]
        assert _pay(kernel, aid, section)[0].result == emv.APPROVED


def test_a_revoked_issuer_is_not_approved_offline():
    section = _section(7, _UNIONPAY)
    section["revoked"] = [{"rid": _UNIONPAY[:10], "index": "E1", "serial": "000007"}]
    assert _pay(7, _UNIONPAY, section)[0].reason == "oda_failed"


def test_a_hotlisted_number_is_declined_whatever_the_card_says():
    for entry in ("621094-621094", "153d78ffa7bd6184"):
        section = _section(7, _UNIONPAY)
        section["hotlist"] = [entry]
        for cid in (0x40, 0x80):
            outcome, _ = _pay(7, _UNIONPAY, section, cid=cid)
            assert (outcome.result, outcome.reason) == (emv.DECLINED, "card_blocked"), entry


def test_an_expired_card_is_declined_or_asks_as_it_prefers():
    late = {"date": (30, 1, 1)}
    assert _both(**late) == (emv.DECLINED, "card_expired")
    assert _both(t9F6C="0800", **late) == (emv.ONLINE, "online_needed")
    assert _both(cid=0x80, **late) == (emv.ONLINE, "online_needed")


def test_oda_for_online_is_reported_and_decides_nothing():
    outcome, _ = _pay(3, _VISA, cid=0x80, ttq=_ODA_FOR_ONLINE)
    assert (outcome.result, outcome.oda) == (emv.ONLINE, emv.OK)
    outcome, _ = _pay(3, _VISA, cid=0x80, ttq=_ODA_FOR_ONLINE, t9F4B=_SPOILT)
    assert (outcome.result, outcome.oda) == (emv.ONLINE, emv.FAILED)
    outcome, _ = _pay(3, _VISA, cid=0x80)
    assert outcome.oda == emv.NOT_DONE


# Cardholder verification: amounts from 100000 fen need it. (CTQ, TTQ, CID) -> (result, CVM)
_NEEDED = 100000
_CVM = (
    ("8000", _PLAIN, 0x80, emv.ONLINE, emv.ONLINE_PIN),
    ("4000", _PLAIN, 0x80, emv.ONLINE, emv.SIGNATURE),
    ("C000", _PLAIN, 0x80, emv.ONLINE, emv.ONLINE_PIN),
    ("0000", _PLAIN, 0x80, emv.DECLINED, emv.NO_CVM),
    ("4000", _NO_SIGNATURE, 0x80, emv.DECLINED, emv.NO_CVM),
    (None, _PLAIN, 0x80, emv.ONLINE, emv.SIGNATURE),
    (None, _NO_SIGNATURE, 0x80, emv.ONLINE, emv.ONLINE_PIN),
    (None, "20000000", 0x80, emv.DECLINED, emv.NO_CVM),
)


def test_the_cvm_is_what_card_and_terminal_have_in_common():
    for ctq, ttq, cid, result, cvm in _CVM:
        for kernel, aid in _KERNELS:
            outcome, _ = _pay(kernel, aid, ttq=ttq, cid=cid, amount_fen=_NEEDED, t9F6C=ctq)
            assert (outcome.result, outcome.cvm) == (result, cvm), (kernel, ctq, ttq)
            assert result != emv.DECLINED or outcome.reason == "cvm_failed"


def test_a_ctq_other_than_the_signed_one_is_no_proof():
    """Somebody in between leaves out that the card wants a PIN, or that it wants anything."""
    related = "015EED5EED" + "8000"
    assert _both(t9F69=related, t9F6C="8000") == (emv.ONLINE, "online_needed")
    for changed in ("4000", "0000", None):
        assert _both(t9F69=related, t9F6C=changed) == (emv.DECLINED, "oda_failed"), changed
    assert _both(t9F69="015EED5EED", t9F6C="0000") == (emv.APPROVED, "offline_approved")


def test_a_phone_that_verified_its_owner_must_prove_it():
    related = "015EED5EED"
    for cid, extra, result in (
        (0x80, {"t9F69": related + "0080"}, emv.ONLINE),
        (0x80, {"t9F69": related + "0000"}, emv.DECLINED),
        (0x80, {"t9F69": None}, emv.ONLINE),
        (0x40, {"t9F69": related + "0080"}, emv.APPROVED),
    ):
        how = {"t9F6C": "0080", "amount_fen": 1}
        how.update(extra)
        for kernel, aid in _KERNELS:
            outcome, _ = _pay(kernel, aid, cid=cid, **how)
            assert outcome.result == result, (cid, extra)
            assert outcome.cvm == (emv.NO_CVM if result == emv.DECLINED else emv.DEVICE)


def test_online_pin_turns_an_offline_approval_into_a_question():
    assert _both(t9F6C="8000") == (emv.ONLINE, "online_needed")


def test_missing_mandatory_data_is_an_error():
    for tag in ("t57", "t9F10", "t9F26", "t9F36"):
        assert _both(**{tag: None}) == (emv.OTHER_CARD, "card_error"), tag


def test_two_different_card_numbers_are_an_error():
    assert _both(t57="6210948000000029D29122010000") == (emv.OTHER_CARD, "card_error")


def test_a_card_without_our_ttq_in_its_pdol_is_passed_over():
    assert _both(t9F38="9F02069F3704") == (emv.OTHER_CARD, "card_not_supported")


def test_the_card_cannot_speak_for_the_terminal():
    """Objects of the terminal in a record are passed over: the next DOL still gets ours."""
    outcome, _ = _pay(7, _UNIONPAY, cid=0x80, t9F02="000000000099", t9F66="00000000")
    assert outcome.chip[0x9F02] == bytes.fromhex("000000000001")
    assert outcome.chip[0x9F66] == bytes.fromhex(_PLAIN)


class _Refuses(Card):
    def __init__(self, sw, *args, **more):
        super().__init__(*args, **more)
        self.sw = sw

    def options(self, command):
        return self.sw


class _Leaves(Card):
    """Falls silent after so many answers."""

    def __init__(self, answers, *args, **more):
        super().__init__(*args, **more)
        self.answers = answers

    def __call__(self, command):
        return super().__call__(command) if len(self.log) < self.answers else None


def test_status_words_of_gpo():
    config = emv.config.load(_section(7, _UNIONPAY))
    for sw, result, reason in (
        (b"\x69\x84", emv.OTHER_CARD, "use_other_interface"),
        (b"\x69\x85", emv.OTHER_CARD, "card_not_supported"),
        (b"\x69\x86", emv.SEE_PHONE, "see_phone"),
        (b"\x6a\x80", emv.OTHER_CARD, "card_error"),
        (b"\x90\x00", emv.OTHER_CARD, "card_error"),
        (b"\x90", emv.OTHER_CARD, "card_error"),
        (None, emv.TRY_AGAIN, "card_lost"),
    ):
        transaction = emv.entry.transaction(config, emv_cases.request())
        outcome, _ = emv_cases.play(transaction, _Refuses(sw, _UNIONPAY))
        assert (outcome.result, outcome.reason) == (result, reason), sw


def test_a_card_that_leaves_at_any_step_is_to_be_presented_again():
    config = emv.config.load(_section(7, _UNIONPAY))
    _, steps = _pay(7, _UNIONPAY)
    for last in range(len([s for s in steps if not isinstance(s, int)])):
        transaction = emv.entry.transaction(config, emv_cases.request())
        outcome, _ = emv_cases.play(transaction, _Leaves(last, _UNIONPAY))
        assert (outcome.result, outcome.reason) == (emv.TRY_AGAIN, "card_lost"), last


def test_every_reason_is_a_known_one():
    for cid in (0x00, 0x40, 0x80):
        assert _pay(7, _UNIONPAY, cid=cid)[0].reason in emv.REASONS
