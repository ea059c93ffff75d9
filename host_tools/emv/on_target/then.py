"""The terminal that a session was recorded with, as far as the record tells."""

import player
from verdict import objects

_CLEAR, _SET = player.LIMITLESS_FEN, 0

# CVM results, first byte without "apply next" -> the capability of 9F33 byte 2 that leads to it.
_CAPABILITIES = {0x02: "40", 0x1E: "20", 0x1F: "08"}
_EVERY_BIT, _NO_BIT = "FFFFFFFFFF", "0000000000"


def data(case):
    """What the terminal told the card: tag -> bytes, from the record's several places."""
    found = {}
    expect = case["expect"]
    for told in (expect.get("cdol1_data"), expect.get("pdol_data"), case["terminal"]):
        found.update(objects(told or {}))
    if "9F66" in expect.get("pdol_data", {}):  # as sent, with the bits of this transaction
        found[0x9F66] = bytes.fromhex(expect["pdol_data"]["9F66"])
    return found


def request(case):
    return player.request(**fields(case))


def fields(case):
    """The arguments of player.request()."""
    told = data(case)
    return {
        "amount_fen": int(told.get(0x9F02, bytes(6)).hex()),
        "currency": told.get(0x5F2A, b"\x01\x56").hex(),
        "kind": told.get(0x9C, b"\0")[0],
        "date": told.get(0x9A, b"\x20\x01\x01").hex(),
        "time": told.get(0x9F21, bytes(3)).hex(),
        "unpredictable": told.get(0x9F37, bytes(4)).hex(),
        "sequence": int(told.get(0x9F41, b"\0").hex()),
        "online_able": _online(case, told),
    }


def _online(case, told):
    """Whether it asked for an online cryptogram: by the TTQ, or by GENERATE AC."""
    if case["kernel"] in (2, 5):
        return case["expect"].get("generate_ac_1", {}).get("requested") == "ARQC"
    return bool(told.get(0x9F66, bytes(4))[1] & 0x80)


def section(case):
    told = data(case)
    more = {
        "country": told.get(0x9F1A, b"\x01\x56").hex(),
        "terminal_type": told.get(0x9F35, b"\x22").hex(),
        "additional_capabilities": told.get(0x9F40, b"\x60\x00\xf0\x00\x01").hex(),
        "ca_keys": case["ca_keys"],
    }
    if 0x9F09 in told:
        more["version"] = told[0x9F09].hex()
    if case["kernel"] == 2:
        more.update(_mchip(case["expect"], told))
    elif case["kernel"] == 5:
        more.update(_speedy(told))
    else:
        qualifiers = told.get(0x9F66, b"\x36\0\0\0")
        more["ttq"] = qualifiers.hex()
        more["cvm_limit_fen"] = _SET if qualifiers[1] & 0x40 else _CLEAR
    return player.section(case["expect"]["selected_aid"], case["kernel"], **more)


def _speedy(told):
    profile = told.get(0x9F53, b"\x60\0\0")
    return {
        "terminal_interchange_profile": profile.hex(),
        "cvm_limit_fen": _SET if profile[0] & 0x80 else _CLEAR,
        "floor_limit_fen": _SET if told.get(0x95, bytes(5))[3] & 0x80 else _CLEAR,
    }


def _mchip(expect, told):
    results = told.get(0x9F34, b"\x1f\x03\x02")
    capability = _CAPABILITIES.get(results[0] & 0x3F, "28")
    asked = expect.get("generate_ac_1", {})
    over_floor = told.get(0x95, bytes(5))[3] & 0x80
    found = {
        "floor_limit_fen": _SET if over_floor else _CLEAR,
        "cvm_limit_fen": _SET if results[0] & 0x3F == 0x01 else _CLEAR,
        "cvm_capability_cvm_required": capability,
        "cvm_capability_no_cvm_required": capability,
        "tac_denial": _EVERY_BIT if asked.get("requested") == "AAC" else _NO_BIT,
        "tac_online": _NO_BIT,
        "tac_default": _NO_BIT,
        "security_capability": "08" if asked.get("cda_requested", True) else "00",
    }
    ours = expect.get("cdol1_data", {}).get("9F33") or told.get(0x9F33, b"").hex()
    if ours:
        found["card_data_input_capability"], found["security_capability"] = ours[:2], ours[4:]
        found["cvm_capability_cvm_required"] = found["cvm_capability_no_cvm_required"] = ours[2:4]
    return found
