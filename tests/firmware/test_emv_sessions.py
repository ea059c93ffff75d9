"""Published card sessions, spoilt: no broken answer raises, no changed byte is approved."""

import emv_cases

import emv

# The terminal that each session was recorded with.
_MCHIP = {
    "limit_device_cvm_fen": 500000,
    "cvm_capability_cvm_required": "60",
    "cvm_capability_no_cvm_required": "08",
    "tac_denial": "0000000000",
    "tac_online": "F45084800C",
    "tac_default": "F45084800C",
}
_TERMINALS = {
    "MHN-mock-msc-offline": (2, _MCHIP, {"country": "0056", "terminal_type": "26"}),
    "MHN-mock-visa-offline": (3, {"ttq": "24004000"}, {"country": "0840"}),
    "QPBOC-online": (7, {"ttq": "36800000", "floor_limit_fen": 0}, {}),
}


def _digits(text):
    return tuple([int(text[i : i + 2]) for i in (0, 2, 4)])


def _session(name):
    for session in emv_cases.each("sessions", "sessions"):
        if session["id"] == name:
            return session
    return None


def _keys():
    return [chain["capk"] for chain in emv_cases.each("oda", "chains")]


def _transaction(session, keys):
    kernel, application, more = _TERMINALS[session["id"]]
    given = session["terminal"]
    section = emv_cases.section(session["expect"]["selected_aid"], kernel, keys=keys, **application)
    section.update(more)
    request = emv_cases.request(
        int(given["9F02"]),
        given["5F2A"],
        _digits(given["9A"]),
        given["9F37"],
        time=_digits(given.get("9F21", "000000")),
    )
    return emv.entry.transaction(emv.config.load(section), request)


def _play(session, keys, apdus=None):
    otherwise = session.get("unmatched_command_response") or "6A82"
    card = emv_cases.scripted(apdus or session["apdus"], otherwise)
    return emv_cases.play(_transaction(session, keys), card)


def test_a_flipped_bit_in_a_signed_record_never_approves():
    if not emv_cases.present():
        return emv_cases.ABSENT
    for name, signed in (("MHN-mock-visa-offline", (3, 4, 5)), ("MHN-mock-msc-offline", (3, 4, 6))):
        session, keys = _session(name), _keys()
        for index in signed:
            _flip(session, keys, index)
    return None


def _flip(session, keys, index):
    """Every fifth byte in turn, one bit of it."""
    command, reply = session["apdus"][index]
    for at in range(0, len(reply) - 4, 10):
        flipped = "%02X" % (int(reply[at : at + 2], 16) ^ 1 << at % 8)
        spoilt = list(session["apdus"])
        spoilt[index] = [command, reply[:at] + flipped + reply[at + 2 :]]
        outcome, _ = _play(session, keys, spoilt)
        assert outcome.result != emv.APPROVED, (session["id"], index, at)


def test_no_answer_however_broken_raises():
    """Cuts, insertions and noise at places drawn from a fixed seed: there is always an Outcome."""
    if not emv_cases.present():
        return emv_cases.ABSENT
    seed = 20260412
    for name in _TERMINALS:
        session, keys = _session(name), _keys()
        for _ in range(120):
            seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
            spoilt = _spoil(session["apdus"], seed)
            outcome, _ = _play(session, keys, spoilt)
            assert outcome.reason in emv.REASONS, seed
    return None


def _spoil(apdus, seed):
    index = seed % len(apdus)
    command, reply = apdus[index]
    at = seed // 64 % (len(reply) // 2) * 2
    how = seed // 16 % 4
    noise = "%02X" % (seed // 1024 % 256)
    changed = (
        reply[:at],
        reply[:at] + reply[-4:],
        reply[:at] + noise + reply[at:],
        reply[:at] + noise + reply[at + 2 :],
    )[how]
    spoilt = list(apdus)
    spoilt[index] = [command, changed]
    return spoilt


def test_another_amount_or_number_than_the_card_signed_never_approves():
    if not emv_cases.present():
        return emv_cases.ABSENT
    session, keys = _session("MHN-mock-visa-offline"), _keys()
    gpo = session["apdus"][2]
    for change in ({"9F02": "000000000100"}, {"9F37": "ABABABAC"}):
        session["terminal"].update(change)
        transaction = _transaction(session, keys)
        answers = emv_cases.scripted(session["apdus"], gpo[1])  # it answers any GPO alike
        outcome, _ = emv_cases.play(transaction, answers)
        assert (outcome.result, outcome.reason) == (emv.DECLINED, "oda_failed"), change
    return None
