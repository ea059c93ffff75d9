"""Published card sessions, byte by byte: what was sent, what was understood, what came of it."""

import emv_cases

import emv

# The terminal that each session was recorded with.
_TERMINALS = {
    "MHN-mock-visa-offline": (3, {"ttq": "24004000"}, {"country": "0840"}),
    "QPBOC-online": (7, {"ttq": "36800000", "floor_limit_fen": 0}, {}),
}
_RESULTS = {"offline-approve": emv.APPROVED, "online-request": emv.ONLINE}
_ODA = {True: emv.OK, None: emv.NOT_DONE}


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
        int(given["9F02"]), given["5F2A"], _digits(given["9A"]), given["9F37"]
    )
    return emv.entry.transaction(emv.config.load(section), request)


def _play(session, keys, apdus=None):
    card = emv_cases.scripted(apdus or session["apdus"], session["unmatched_command_response"])
    return emv_cases.play(_transaction(session, keys), card)


def test_each_session_runs_as_recorded():
    if not emv_cases.present():
        return emv_cases.ABSENT
    for name in _TERMINALS:
        session, keys = _session(name), _keys()
        session["unmatched_command_response"] = session.get("unmatched_command_response") or "6A82"
        expect = session["expect"]
        outcome, steps = _play(session, keys)
        sent = [bytes(step).hex().upper() for step in steps if not isinstance(step, str)]
        assert sent == [command for command, _ in session["apdus"]], name
        assert outcome.result == _RESULTS[expect["outcome_class"].split()[0]], name
        assert outcome.oda == _ODA[expect.get("oda", {}).get("icc")], name
        for tag, value in expect["card_data"].items():
            known = outcome.chip.get(int(tag, 16))
            assert known is None or known == bytes.fromhex(value), (name, tag)
    return None


def test_a_flipped_bit_in_a_signed_record_never_approves():
    if not emv_cases.present():
        return emv_cases.ABSENT
    session, keys = _session("MHN-mock-visa-offline"), _keys()
    apdus = session["apdus"]
    for index in (3, 4, 5):
        command, reply = apdus[index]
        for at in range(0, len(reply) - 4, 6):  # every third byte
            flipped = "%02X" % (int(reply[at : at + 2], 16) ^ 1 << at % 8)
            spoilt = list(apdus)
            spoilt[index] = [command, reply[:at] + flipped + reply[at + 2 :]]
            outcome, _ = _play(session, keys, spoilt)
            assert outcome.result != emv.APPROVED, (index, at)
    return None


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
