"""A world of test cards in one directory: keys, cards with their memory, accounts, terminal set-up.

    keys.json      private keys of authority, issuers and cards, made once
    issuer.json    issuer master keys and accounts, for the acquirer's issuer
    cards/ID.json  what each card remembers

Test keys, not for live cards.
"""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from host_tools import issuer, jsonfile
from host_tools.cards import ca, profile
from host_tools.cards.applet import Card
from host_tools.cards.memory import Memory, write_json
from host_tools.cards.personal import SCHEMES, WITHDRAWN_SERIAL, personalise
from host_tools.cards.profile import Profile

_CA_EXPIRES = "2032-12-31"
_LIMITS = {"limit_fen": 500_000, "cvm_limit_fen": 100_000, "floor_limit_fen": 20_000}
# 9F66: contactless EMV, signature, consumer device verification; UnionPay: fDDA version 01.
_UNIONPAY = {"kernel": 7, "ttq": "22004080", "version": "0020"}
_VISA = {"kernel": 3, "ttq": "22004000", "version": "0096"}
_MASTERCARD = {
    "kernel": 2,
    "version": "0002",
    "limit_device_cvm_fen": 500_000,
    "cvm_capability_cvm_required": "20",  # signature
    "cvm_capability_no_cvm_required": "08",
    "tac_denial": "0000000000",
    "tac_online": "F45084800C",
    "tac_default": "F45084800C",
}
_JCB = {"kernel": 5, "version": "0002", "terminal_interchange_profile": "500000"}  # as in 9F66
_APPLICATIONS = {
    "A000000333010101": _UNIONPAY,
    "A000000333010102": _UNIONPAY,
    "A0000000031010": _VISA,
    "A0000000041010": _MASTERCARD,
    "A0000000651010": _JCB,
}
_TERMINAL = {
    "version": 1,
    "country": "0156",
    "terminal_type": "22",  # attended, offline with online capability
    "capabilities": "0028C8",  # no contact chip, no PIN: signature and no verification, CDA
    "additional_capabilities": "6000F0A001",
    "merchant_category": "5411",
}


def create(directory: Path) -> None:
    """Makes what the world does not hold yet; what is there stays as it is."""
    keys = _stored(directory)
    profiles = profile.load_all()
    for scheme in SCHEMES.values():
        _add_key(keys["authorities"], scheme.rid, *scheme.ca_key)
    for each in profiles:
        scheme = SCHEMES[each.scheme]
        _add_key(keys["issuers"], each.bin, scheme.issuer_bits, 3)
        _add_key(keys["cards"], each.id, scheme.card_bits, 3)
        keys["master_keys"].setdefault(each.bin, os.urandom(16).hex().upper())
    write_json(directory / "keys.json", keys)
    write_json(directory / "issuer.json", _accounts(keys, profiles))


def cards(directory: Path, random: Callable[[int], bytes] = os.urandom) -> list[Card]:
    """The cards of a world, in order of appearance, each with the memory it had."""
    keys = _stored(directory)
    return [_card(directory, keys, each, random) for each in profile.load_all()]


def accounts(directory: Path) -> dict[str, Any]:
    """What issuer.json holds: {"master_keys": {bin: hex}, "accounts": [...]}."""
    return jsonfile.read(directory / "issuer.json")


def _hash(pan: str) -> str:
    """A hotlist entry: the first 8 bytes of SHA-256 of the digits."""
    return hashlib.sha256(pan.encode()).hexdigest()[:16]


def emv_section(directory: Path, serial: str) -> dict[str, Any]:
    """The "emv" section of a terminal's provision.json that makes it accept this world's cards."""
    keys = _stored(directory)["authorities"]
    revoked = {SCHEMES[each.scheme].rid for each in profile.load_all() if each.revoked}
    return {
        **_TERMINAL,
        "terminal_serial": serial,
        "applications": [{"aid": aid, **_LIMITS, **row} for aid, row in _APPLICATIONS.items()],
        "ca_keys": [
            ca.public_key_entry(rid, ca.Key.from_json(key), _CA_EXPIRES)
            for rid, key in keys.items()
        ],
        "hotlist": [_hash(each.pan) for each in profile.load_all() if each.hotlisted],
        "revoked": [
            {"rid": rid, "index": f"{ca.INDEX:02X}", "serial": WITHDRAWN_SERIAL}
            for rid in sorted(revoked)
        ],
    }


def _stored(directory: Path) -> dict[str, Any]:
    path = directory / "keys.json"
    stored = jsonfile.read(path) if path.exists() else {}
    names = ("authorities", "issuers", "cards", "master_keys")
    return {"note": "test keys, not for live cards"} | {
        name: stored.get(name, {}) for name in names
    }


def _add_key(keys: dict[str, Any], name: str, bits: int, exponent: int) -> None:
    if name not in keys:
        keys[name] = ca.Key.generate(bits, exponent).to_json()


def _card(
    directory: Path, keys: dict[str, Any], each: Profile, random: Callable[[int], bytes]
) -> Card:
    master_key = bytes.fromhex(keys["master_keys"][each.bin])
    personal = personalise(
        each,
        issuer=ca.Key.from_json(keys["issuers"][each.bin]),
        authority=ca.Key.from_json(keys["authorities"][SCHEMES[each.scheme].rid]),
        key=ca.Key.from_json(keys["cards"][each.id]),
        card_key=issuer.card_key(master_key, each.pan, bytes.fromhex(each.psn)),
    )
    return Card(personal, Memory(directory / "cards" / f"{each.id}.json"), random)


def _accounts(keys: dict[str, Any], profiles: list[Profile]) -> dict[str, Any]:
    columns = ("pan", "psn", "balance_fen", "credit", "status", "name")
    rows = [{name: getattr(each, name) for name in columns} for each in profiles]
    return {"master_keys": keys["master_keys"], "accounts": rows}
