"""The entry point against the shared cases, with a kernel that only notes how it was activated."""

import emv_cases

import emv
from emv import dol, entry, tlv
from emv.config import Application, Config
from emv.outcome import SELECT_NEXT, Ended

_RESULTS = {
    "APPROVED": emv.APPROVED,
    "DECLINED": emv.DECLINED,
    "ONLINE_REQUEST": emv.ONLINE,
    "TRY_AGAIN": emv.TRY_AGAIN,
    "SELECT_NEXT": SELECT_NEXT,
    "TRY_ANOTHER_INTERFACE": emv.OTHER_CARD,
    "END_APPLICATION": emv.OTHER_CARD,
}
# What the bench's PDOLs ask for that is the bench's own: flags, its terminal data, the FCI, 9F2A.
_BENCH = "D1 D2 6F 9B 9F01 9F09 9F15 9F16 9F1A 9F1C 9F1E 9F2A 9F33 9F35 9F39 9F40 9F4E".split()


def _applications(setting, transaction_type):
    found = []
    for group in setting["combination_sets"]:
        if transaction_type in group["transaction_types"]:
            found.extend([_application(c, group["config"]) for c in group["combinations"]])
    return found


def _application(combination, limits):
    ttq = limits.get("ttq")
    app = Application(
        bytes.fromhex(combination["aid"]),
        int(combination["kernel_id"], 16),
        ttq and bytes.fromhex(ttq),
    )
    app.limit_fen = limits.get("reader_contactless_transaction_limit")
    app.cvm_limit_fen = limits.get("reader_cvm_required_limit")
    floor = "reader_contactless_floor_limit", "terminal_floor_limit"
    app.floor_limit_fen = limits.get(floor[0], limits.get(floor[1]))
    app.zero_amount_allowed = limits.get("zero_amount_allowed", True)
    app.status_check_fen = 1 if limits.get("status_check_support") else None
    app.extended_selection = limits.get("extended_selection_support", False)
    return app


def _kernel(case, activations):
    """A kernel that notes how it was activated and ends as the case says."""

    def kernel(session):
        index = len(activations)
        activations.append(_seen(session, case["kernel_activations"][index]))
        result = _RESULTS[case["final_outcomes"][index]["outcome"]]
        raise Ended(result, "card_not_supported")
        yield  # a generator, as kernels are

    return kernel


def _seen(session, wanted):
    """What of the activation the case knows, with our values."""
    combination = session.combination
    seen = {
        "aid": session.aid.hex().upper(),
        "kernel_id": combination.app.kernel,
        "ttq": (combination.ttq or bytes(4)).hex().upper(),
        "zero_amount": combination.zero_amount,
        "status_check_requested": combination.status_check,
        "floor_limit_exceeded": combination.floor_exceeded,
        "cvm_required_limit_exceeded": combination.cvm_required,
        "contactless_application_not_allowed": not combination.allowed,
    }
    for tag, value in _dol(wanted):
        entry_bytes = bytes.fromhex("%s%02X" % (tag, len(value) // 2))
        seen[tag] = dol.fill(entry_bytes, session.get).hex().upper()
    return seen


def _dol(activation):
    items = activation.get("pdol_data", {}).items()
    return [(tag, value) for tag, value in items if value != "*" and tag not in _BENCH]


def _expected(activation):
    found = dict(activation["pre_processing_indicators"])
    found.update(_dol(activation))
    found["aid"] = activation["aid"]
    found["kernel_id"] = int(activation["kernel_id"], 16)
    found["ttq"] = activation["ttq"]
    return found


def _asked(case, setting):
    """(transaction type, amount, cash back, whether it is pre-processed)."""
    if case["transactions"] == "AUTORUN":
        given = setting["autorun"]
        return given["transaction_type"], given["amount_authorised"], 0, False
    given = case["transactions"][0]
    return given["transaction_type"], given["amount_authorised"], given["amount_other"], True


def _given_back(case, index):
    """What the issuer gives back before the activation at `index`, or None."""
    activations = case["kernel_activations"]
    answer = activations[index].get("online_response") if index < len(activations) else None
    return answer and {tag: bytes(v) for tag, v in tlv.objects(bytes.fromhex(answer))}


def _check(case, setting):
    kind, amount_fen, other_fen, preprocess = _asked(case, setting)
    apps = _applications(setting, kind)
    config = Config(1, {}, apps)
    request = emv_cases.request(amount_fen, other_fen=other_fen, type=int(kind, 16))
    activations, sent = [], []
    kernel = _kernel(case, activations)
    kernels = {app.kernel: kernel for app in apps}
    for final in case["final_outcomes"]:
        if final["outcome"] == "SELECT_NEXT":
            continue  # inside of one transaction
        given = _given_back(case, len(activations))
        transaction = entry.transaction(config, request, kernels, preprocess, given)
        outcome, steps = emv_cases.play(transaction, emv_cases.scripted(case["apdus"]))
        sent.extend([bytes(step).hex().upper() for step in steps])
        assert outcome.result == _RESULTS[final["outcome"]], case["id"]
    wanted = [_expected(a) for a in case["kernel_activations"]]
    assert activations == wanted, (case["id"], activations, wanted)
    assert sent == [c for c, _ in case["apdus"] if c.startswith("00A4")], case["id"]


def test_the_cases():
    if not emv_cases.present():
        return emv_cases.ABSENT
    played = 0
    for case in emv_cases.each("entry_point", "cases"):
        for setting in emv_cases.each("entry_point", "terminal_settings"):
            if setting["id"] == case["terminal_setting"]:
                _check(case, setting)
                played += 1
    assert played >= 24, played
    return None
