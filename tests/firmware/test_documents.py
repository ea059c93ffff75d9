"""Signed documents: every reason to refuse one, and the field that is wrong by its name."""

import parts
import signer

from message import documents as wire
from message.documents import NOTICES, PARAMETERS, Refused
from terminal.documents import opened

_AID = "A000000333"


class Terminal(parts.Identity):
    serial = "TEST0001"


def _open(content, kind=PARAMETERS, held=0):
    return opened(kind, signer.signed(content), signer.MODULUS, Terminal, held)


def _refusal(blob, kind=PARAMETERS, held=0, key=signer.MODULUS):
    try:
        opened(kind, blob, key, Terminal, held)
    except Refused as why:
        return why.code, why.field
    raise AssertionError("it was taken")


def _refused(content, kind=PARAMETERS, held=0):
    return _refusal(signer.signed(content), kind, held)


def test_a_good_document_is_opened_whole():
    content = _open(
        signer.parameters(
            7,
            {"offline_aids": [_AID], "stored_age_limit_h": 24},
            terminal_id="T0000001",
            fees={"debit": {"rate_bp": 50, "cap_fen": 2000}, "qr": {"rate_bp": 38}},
            settlement={"account": "6222****1234", "cycle": "D+1", "valid_from": [2026, 12, 1]},
            support="400-000-0001",
            hotlist=["621094-621095"],
        )
    )
    assert content["version"] == 7
    assert content["policy"].stored_count_limit == 5
    assert content["policy"].offline_aids == [_AID]
    assert content["policy"].deferred is False
    assert content["hotlist"].has("6210948000000011")
    assert content["fees"]["debit"]["cap_fen"] == 2000


def test_a_wrong_signature_is_refused_before_anything_is_read():
    good = signer.signed(signer.parameters())
    altered = good.replace(b"100000", b"900000")
    assert altered != good
    for blob in (altered, b"{}", b"", good[:-1], good + b"\0"):
        assert _refusal(blob) == (wire.WRONG_SIGNATURE, "")


def test_a_terminal_without_a_signers_key_takes_nothing():
    assert _refusal(signer.signed(signer.parameters()), key=None) == (wire.WRONG_SIGNATURE, "")


def test_only_a_newer_version_is_taken():
    assert _open(signer.parameters(8), held=7)["version"] == 8
    for version in (7, 6, 1):
        assert _refused(signer.parameters(version), held=7) == (wire.OLDER, "version")


def test_a_document_for_another_merchant_or_terminal_is_refused():
    other = signer.parameters(merchant_id="M00000000000002")
    assert _refused(other) == (wire.FOR_ANOTHER, "merchant_id")
    other = signer.parameters(terminal_id="T0000002")
    assert _refused(other) == (wire.FOR_ANOTHER, "terminal_id")


def test_parameters_are_for_one_merchant_and_notices_may_be_for_all():
    content = signer.parameters()
    del content["merchant_id"]
    assert _refused(content) == (wire.WRONG_VALUE, "merchant_id")
    assert _open(signer.notices(1, signer.notice()), NOTICES)["version"] == 1


def test_a_kind_is_not_taken_for_the_other():
    assert _refused(signer.notices(), PARAMETERS) == (wire.NO_DOCUMENT, "format")
    assert _refused(signer.parameters(), NOTICES) == (wire.NO_DOCUMENT, "format")


def test_what_is_signed_but_no_document_is_refused():
    for body in (b"", b"[1]", b"{", b'{"format":"tapstone-parameters/1"'):
        assert _refusal(body + signer.raw(signer.padded(body)))[0] == wire.NO_DOCUMENT


def test_an_unknown_field_is_named():
    unknown = (
        (signer.parameters(colour="red"), "colour"),
        (signer.parameters(policy={"cashback_limit_fen": 1}), "policy.cashback_limit_fen"),
        (signer.parameters(fees={"debit": {"rate": 1}}), "fees.debit.rate"),
        (signer.parameters(fees={"cheque": {"rate_bp": 1}}), "fees.cheque"),
    )
    for content, field in unknown:
        assert _refused(content) == (wire.UNKNOWN_FIELD, field)
    content = signer.notices(1, signer.notice(), signer.notice(colour="red"))
    assert _refused(content, NOTICES) == (wire.UNKNOWN_FIELD, "notices[1].colour")


def test_a_value_out_of_range_is_named():
    settlement = {"account": "6222****1234", "cycle": "D+1", "valid_from": [2026, 12, 1]}

    def settled(**changes):
        return signer.parameters(settlement=dict(settlement, **changes))

    wrong = (
        (signer.parameters(0), "version"),
        (signer.parameters("7"), "version"),
        (signer.parameters(policy={"sale_limit_fen": 0}), "policy.sale_limit_fen"),
        (signer.parameters(policy={"stored_count_limit": 501}), "policy.stored_count_limit"),
        (signer.parameters(policy={"stored_sum_limit_fen": -1}), "policy.stored_sum_limit_fen"),
        (signer.parameters(policy={"stored_sum_limit_fen": 1.5}), "policy.stored_sum_limit_fen"),
        (signer.parameters(policy={"stored_age_limit_h": 721}), "policy.stored_age_limit_h"),
        (signer.parameters(policy={"offline_aids": "all"}), "policy.offline_aids"),
        (signer.parameters(policy={"deferred": "yes"}), "policy.deferred"),
        (signer.parameters(fees={"debit": {"rate_bp": 10001}}), "fees.debit.rate_bp"),
        (signer.parameters(fees=[]), "fees"),
        (settled(cycle="weekly"), "settlement.cycle"),
        (settled(valid_from=[2026, 13, 1]), "settlement.valid_from"),
        (signer.parameters(support="4" * 33), "support"),
        (signer.parameters(hotlist=["621094-62"]), "hotlist[0]"),
        (signer.parameters(hotlist={}), "hotlist"),
    )
    for content, field in wrong:
        assert _refused(content) == (wire.WRONG_VALUE, field), field


def test_an_account_number_comes_masked_or_not_at_all():
    for account in ("6222021234567890123", "6222021****1234", "6222****12345", "6222***1234", ""):
        settlement = {"account": account, "cycle": "D+1", "valid_from": [2026, 12, 1]}
        refusal = _refused(signer.parameters(settlement=settlement))
        assert refusal == (wire.WRONG_VALUE, "settlement.account"), account


def test_a_limit_that_is_missing_is_named():
    content = signer.parameters()
    del content["policy"]["sale_limit_fen"]
    assert _refused(content) == (wire.WRONG_VALUE, "policy.sale_limit_fen")


def test_a_notice_says_when_for_what_and_in_both_languages():
    wrong = (
        ("from", [2026, 11, 25, 24, 0]),
        ("to", [2026, 11, 25]),
        ("recovery", "soon"),
        ("scope", "moon"),
        ("zh", ""),
        ("en", "x" * 121),
        ("en", "系统"),
    )
    for field, value in wrong:
        content = signer.notices(1, signer.notice(**{field: value}))
        assert _refused(content, NOTICES) == (wire.WRONG_VALUE, "notices[0]." + field), field
    early = signer.notices(1, signer.notice(recovery=[2026, 11, 25, 19, 59]))
    assert _refused(early, NOTICES) == (wire.WRONG_VALUE, "notices[0].to")
    many = signer.notices(1, *[signer.notice()] * 5)
    assert _refused(many, NOTICES) == (wire.WRONG_VALUE, "notices")
