"""Cases about single rules: restrictions, risk management, CVM lists, AFL and GPO."""

import player
from verdict import objects, same, unhex

from emv import card, config, cvm, entry, kernel2, restrictions, risk, tlv
from emv.outcome import OTHER_CARD, SELECT_NEXT, Ended
from emv.session import Session
from emv.tags import has, mark

_CDA_FAILED = (1, 3)
_OVER_FLOOR_LIMIT = (4, 8)
_CDA_FROM_CARD = b"\x19\x80"  # AIP: EMV mode, CVM, terminal risk management, CDA
_REFUSALS = {0x6985: (SELECT_NEXT, "card_not_supported")}
_FCI_TEMPLATES = (0x6F, 0xA5, 0xBF0C)
_KERNEL2 = {
    "cvm_capability_cvm_required": "20",
    "cvm_capability_no_cvm_required": "08",
    "tac_denial": "0000000000",
    "tac_online": "0000000000",
    "tac_default": "0000000000",
}


def run_restrictions(case):
    tvr = bytearray(5)
    restrictions.judge(objects(case["card"]), objects(case["terminal"]), tvr)
    same("TVR", case["expect"]["tvr_95"], tvr.hex().upper())


def run_risk(case):
    """With the log and the counters that a contact terminal has."""
    tvr, pan = bytearray(5), case["card"].get("5A", "")
    log = [entry for entry in case.get("transaction_log", ()) if entry["pan"].rstrip("F") == pan]
    logged = log[-1]["amount"] if log else 0
    amount, floor_limit = [int(case["terminal"][tag], 16) for tag in ("81", "9F1B")]
    if risk.over_floor(amount, floor_limit, logged):
        mark(tvr, _OVER_FLOOR_LIMIT)
    counters = [_counter(case, tag) for tag in ("9F36", "9F13")]
    risk.check_velocity(objects(case["card"]), *counters, tvr)
    same("TVR", case["expect"]["tvr_95"], tvr.hex().upper())


def _counter(case, tag):
    """What GET DATA gave for a counter; None where the card refused."""
    for command, reply in case["apdus"]:
        if command[4:8] == tag and reply.endswith("9000"):
            return int(reply[6:10], 16)
    return None


def run_cvm_list(case):
    try:
        x, y, rules = cvm.parse(unhex(case["hex"]))
    except tlv.TlvError:
        same("list", case.get("rules", "refused"), "refused")
        return
    same("verdict", "refused" if "error" in case else "read", "read")
    same("X, Y", [case["x"], case["y"]], [x, y])
    same("rules", case["rules"], [["%02X" % a, "%02X" % b] for a, b in rules])


def _session(terminal):
    """A session with kernel 2, its terminal data as given."""
    loaded = config.load(player.section("A0000000031003", 2, **_KERNEL2))
    session = Session(loaded, player.request(1, date="220101"))
    combination = entry.Combination(loaded.applications[0], session.request)
    session.begin(combination, unhex("A0000000031003"))
    session.terminal.update(terminal)
    return session


def _answers(apdus):
    known = {unhex(command): unhex(reply) for command, reply in apdus}
    return lambda command: known.get(command, b"\x6a\x82")


def _terminated(work, apdus):
    """What the generator returns, or the result of the Ended that it raised, as (value, result)."""
    try:
        return player.play(work, _answers(apdus))[0], None
    except Ended as end:
        return None, end.result
    except tlv.TlvError:
        return None, OTHER_CARD


def run_afl(case):
    """Reads the records, then judges them as kernel 2 does: mandatory data, and what was signed."""
    session = _session({})
    session.take(((0x82, _CDA_FROM_CARD),))
    work = _read(session, unhex(case["afl"] or ""))
    tvr, ended = _terminated(work, case["apdus"])
    expect = case["expect"]
    if expect.startswith(("terminate", "card_error", "error")):
        same("reading", expect, "went on" if ended is None else expect)
        return
    same("reading", expect, "ended" if ended is not None else expect)
    if "oda_failed" in expect:
        same("authentication", "failed", "failed" if has(tvr, _CDA_FAILED) else "possible")


def _read(session, afl):
    found = kernel2.Findings(session)
    found.static = yield from card.read_records(session, card.locate(afl))
    found.judge()
    return found.tvr


def run_gpo(case):
    session = _session(objects(case["terminal"]))
    try:
        session.take(tlv.flatten(unhex(case["fci"]), _FCI_TEMPLATES))
    except tlv.TlvError as error:
        same("FCI", "read", str(error))
    work = card.initiate(session, _REFUSALS, (OTHER_CARD, "card_error"))
    _, ended = _terminated(work, case["apdus"])
    expect = case["expect"]
    if not expect.startswith("ok"):
        same("GPO", expect, "accepted" if ended is None else expect)
        if any(word in expect for word in ("next", "accepted")):
            same("GPO", SELECT_NEXT, ended)
        return
    same("GPO", expect, "ended" if ended is not None else expect)
    for name, tag in (("aip_82", 0x82), ("afl_94", 0x94)):
        if name in case:
            same(name, case[name], session.card.get(tag, b"").hex().upper())
