"""The entry point: pre-processing, the candidate list, final selection and the ways out of it."""

import emv_cases
from emv_card import tlv

import emv
from emv import entry, selection
from emv.config import Application, Config
from emv.outcome import SELECT_NEXT, Ended

_AID = bytes.fromhex("A000000333010101")


def _app(aid=_AID, kernel=7, **limits):
    app = Application(aid, kernel, bytes.fromhex("26C00080"))
    for name, value in limits.items():
        setattr(app, name, value)
    return app


def _qualified(amount_fen, online_able=False, ttq="26C00080", **limits):
    app = _app(**limits)
    app.ttq = bytes.fromhex(ttq)
    request = emv_cases.request(amount_fen, online_able=online_able)
    return entry.Combination(app, request)


def test_the_transient_bits_of_the_ttq_are_ours_alone():
    assert _qualified(1).ttq == bytes.fromhex("26000080")
    assert _qualified(1, online_able=True).ttq == bytes.fromhex("26800080")
    assert _qualified(1, online_able=True, ttq="2E000000").ttq == bytes.fromhex("2E000000")


def test_limits_count_from_their_own_amount_and_the_floor_from_above_it():
    assert _qualified(99, limit_fen=100).allowed
    assert not _qualified(100, limit_fen=100).allowed
    assert not _qualified(99, cvm_limit_fen=100).cvm_required
    assert _qualified(100, cvm_limit_fen=100).ttq[1] == 0x40
    assert not _qualified(100, floor_limit_fen=100).floor_exceeded
    assert _qualified(101, floor_limit_fen=100).ttq[1] == 0x80


def test_zero_is_refused_unless_allowed_and_then_goes_online():
    assert not _qualified(0).allowed
    assert _qualified(0, zero_amount_allowed=True).ttq[1] == 0x80
    assert not _qualified(0, zero_amount_allowed=True, ttq="2E000000").allowed


def _approves(session):
    raise Ended(emv.APPROVED, session.aid.hex())
    yield


def _play(apps, apdus, amount_fen=1, kernels=None, otherwise="6A82"):
    request = emv_cases.request(amount_fen)
    kernels = kernels or {app.kernel: _approves for app in apps}
    transaction = entry.transaction(Config(1, {}, apps), request, kernels)
    return emv_cases.play(transaction, emv_cases.scripted(apdus, otherwise))


_PPSE = "00A404000E325041592E5359532E444446303100"


def _directory(*entries):
    """SELECT PPSE with its answer; an entry is a str of objects in hex."""
    entries = b"".join([tlv(0x61, entry) for entry in entries])
    return [_PPSE, (tlv(0x6F, tlv(0xA5, tlv(0xBF0C, entries))) + b"\x90\x00").hex()]


def _select(aid):
    aid = bytes.fromhex(aid)
    command = b"\x00\xa4\x04\x00" + bytes((len(aid),)) + aid + b"\x00"
    return [command.hex(), (tlv(0x6F, tlv(0x84, aid)) + b"\x90\x00").hex()]


_DEBIT, _CREDIT = "A000000333010101", "A000000333010102"


def _entry(aid, priority=None, more=""):
    return "4F08" + aid + ("8701%02X" % priority if priority is not None else "") + more


def _chosen(apps, *entries, selectable=(_DEBIT, _CREDIT)):
    outcome, _ = _play(apps, [_directory(*entries)] + [_select(aid) for aid in selectable])
    return outcome.aid.hex().upper() if outcome.result == emv.APPROVED else outcome.reason


_UNIONPAY = [_app(bytes.fromhex("A0000003330101"))]


def test_priority_one_goes_first_and_none_goes_last():
    assert _chosen(_UNIONPAY, _entry(_DEBIT, 2), _entry(_CREDIT, 1)) == _CREDIT
    assert _chosen(_UNIONPAY, _entry(_DEBIT, 0), _entry(_CREDIT, 15)) == _CREDIT
    assert _chosen(_UNIONPAY, _entry(_DEBIT), _entry(_CREDIT, 15)) == _CREDIT
    assert _chosen(_UNIONPAY, _entry(_DEBIT, 0x81), _entry(_CREDIT, 2)) == _DEBIT


def test_of_equals_the_card_has_the_order():
    assert _chosen(_UNIONPAY, _entry(_CREDIT, 1), _entry(_DEBIT, 1)) == _CREDIT


def test_an_application_that_will_not_be_selected_makes_room_for_the_next():
    entries = _entry(_DEBIT, 1), _entry(_CREDIT, 2)
    assert _chosen(_UNIONPAY, *entries, selectable=(_CREDIT,)) == _CREDIT
    assert _chosen(_UNIONPAY, *entries, selectable=()) == "card_not_supported"


def test_a_kernel_may_pass_on_to_the_next_application():
    tried = []

    def passes_debit_on(session):
        tried.append(session.aid.hex().upper())
        raise Ended(SELECT_NEXT if tried == [_DEBIT] else emv.ONLINE, "online_needed")
        yield

    apdus = [_directory(_entry(_DEBIT, 1), _entry(_CREDIT, 2)), _select(_DEBIT), _select(_CREDIT)]
    outcome, _ = _play(_UNIONPAY, apdus, kernels={7: passes_debit_on})
    assert tried == [_DEBIT, _CREDIT]
    assert outcome.result == emv.ONLINE


def test_the_longer_of_two_matching_aids_sets_the_limits():
    apps = [_app(_AID), _UNIONPAY[0]]
    for order in (apps, apps[::-1]):
        outcome, _ = _play(order, [_directory(_entry(_DEBIT, 1)), _select(_DEBIT)])
        assert outcome.result == emv.APPROVED
        picked = candidates_of(order)
        assert picked is apps[0]


def candidates_of(apps):
    directory = bytes.fromhex(_directory(_entry(_DEBIT, 1))[1])[:-2]
    combinations = [entry.Combination(app, emv_cases.request()) for app in apps]
    return selection.candidates(directory, combinations)[0][0].app


def test_kernel_ids_of_the_directory():
    for identifier, good in (
        ("", True),  # UnionPay's by default
        ("9F2A00", True),
        ("9F2A0100", True),  # any
        ("9F2A0107", True),
        ("9F2A0103", False),
        ("9F2A0187", False),  # domestic, but too short
        ("9F2A03870156", False),  # a domestic kernel we do not have
        ("9F2A03800156", False),  # no short id
    ):
        found = _chosen(_UNIONPAY, _entry(_DEBIT, 1, identifier))
        assert found == (_DEBIT if good else "card_not_supported"), identifier


def test_directory_entries_without_a_usable_name_are_passed_over():
    assert _chosen(_UNIONPAY, "870101", _entry(_CREDIT, 2)) == _CREDIT
    assert _chosen(_UNIONPAY, "4F04A0000003", _entry(_CREDIT, 2)) == _CREDIT


def test_cards_we_do_not_take():
    for answer, reason in (
        ("6A82", "card_not_supported"),
        ("6F009000", "card_not_supported"),
        ("6F", "card_error"),
        ("6F05A5039000", "card_error"),
        ("90", "card_error"),
    ):
        outcome, steps = _play(_UNIONPAY, [[_PPSE, answer]])
        assert (outcome.result, outcome.reason) == (emv.OTHER_CARD, reason), answer
        assert len(steps) == 1


def test_an_amount_over_every_limit_needs_no_card():
    outcome, steps = _play([_app(limit_fen=100)], [], amount_fen=100)
    assert (outcome.result, outcome.reason) == (emv.OTHER_CARD, "amount_over_limit")
    assert steps == []


def test_an_amount_over_the_limit_of_this_card_is_said_to_be_so():
    apps = [_app(limit_fen=100), _app(bytes.fromhex("A0000000031010"), 3)]
    outcome, _ = _play(apps, [_directory(_entry(_DEBIT, 1))], amount_fen=100)
    assert (outcome.result, outcome.reason) == (emv.OTHER_CARD, "amount_over_limit")


def test_an_application_without_its_kernel_is_passed_over():
    apps = [_app(), _app(bytes.fromhex("A0000000041010"), 99)]
    directory = _directory("4F07A0000000041010" + "870101")
    outcome, _ = _play(apps, [directory], kernels={7: _approves})
    assert (outcome.result, outcome.reason) == (emv.OTHER_CARD, "card_not_supported")


def test_a_silent_card_is_to_be_presented_again():
    transaction = entry.transaction(Config(1, {}, _UNIONPAY), emv_cases.request())
    outcome, _ = emv_cases.play(transaction, lambda command: None)
    assert (outcome.result, outcome.reason) == (emv.TRY_AGAIN, "card_lost")


def _seen_by_kernel(app, **how):
    """What a kernel finds, as (the combination's indicators and TTQ, lookup of terminal data)."""
    seen = []

    def looks(session):
        combination = session.combination
        flags = ("zero_amount", "status_check", "floor_exceeded", "cvm_required")
        seen.append([getattr(combination, flag) for flag in flags])
        seen.append(combination.ttq)
        seen.append(session.get)
        raise Ended(emv.ONLINE, "online_needed")
        yield

    apdus = [_directory(_entry(_DEBIT, 1)), _select(_DEBIT)]
    request = how.pop("request", emv_cases.request(50000, online_able=True))
    transaction = entry.transaction(Config(1, {}, [app]), request, {7: looks}, **how)
    emv_cases.play(transaction, emv_cases.scripted(apdus))
    return seen


def test_without_pre_processing_nothing_is_indicated_and_the_ttq_is_as_configured():
    app = _app(limit_fen=100, floor_limit_fen=10, cvm_limit_fen=20, status_check_fen=50000)
    flags, ttq, _ = _seen_by_kernel(app, preprocess=False)
    assert flags == [False] * 4
    assert ttq == bytes.fromhex("26C00080")


def test_a_restart_hands_the_issuers_answer_to_the_kernel():
    given = {0x91: b"\x01\x02", 0x8A: b"00", 0x9F02: bytes(6)}
    _, _, get = _seen_by_kernel(_app(), given=given)
    assert (get(0x91), get(0x8A)) == (b"\x01\x02", b"00")
    assert get(0x9F02) == bytes.fromhex("000000050000")  # the amount stays ours
    _, _, get = _seen_by_kernel(_app())
    assert get(0x91) is None


def test_no_kernel_makes_a_second_cryptogram_in_a_restart():
    for kernel, run in entry.KERNELS.items():
        app = _app(kernel=kernel)
        entries = _directory(_entry(_DEBIT, 1, "9F2A01%02X" % kernel)), _select(_DEBIT)
        request = emv_cases.request()
        transaction = entry.transaction(Config(1, {}, [app]), request, {kernel: run}, given={})
        outcome, steps = emv_cases.play(transaction, emv_cases.scripted(entries))
        assert (outcome.result, outcome.reason) == (emv.OTHER_CARD, "card_not_supported"), kernel
        assert emv.COMMIT not in steps and len(steps) == 2


def test_cash_back_is_told_as_the_other_amount():
    request = emv_cases.request(50000, other_fen=20000)
    _, _, get = _seen_by_kernel(_app(), request=request)
    assert get(0x9F03) == bytes.fromhex("000000020000")
    assert get(0x9F02) == bytes.fromhex("000000050000")
