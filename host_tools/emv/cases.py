"""Case files: recognised by their "format", taken apart into cases that each stand for themselves.

A case for MicroPython is {"run": name, ...}; one with a "verdict" was judged here already.
"""

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

from host_tools import issuer, jsonfile
from host_tools.errors import WrongUse, in_words

_EXPIRES = "2049-12-31"  # CA keys in the cases have no date of their own
_ISSUED_HERE = ("VisaCVN18", "VisaCVN22")  # host_tools.issuer makes this kind of cryptogram
_NOT_OURS = {
    "verdict": "not applicable",
    "why": "our issuer makes no cryptogram of this version",
}
_STEPS = ("issuer", "sda", "icc", "fdda", "dda", "cda")

Case = dict[str, Any]
Named = Iterator[tuple[str, Case]]


class BadFile(WrongUse):
    """A file that cannot be used; the text says which and why."""


def load(path: Path) -> dict[str, Any]:
    """The parsed file. Raises BadFile if it is not a case file of a known format."""
    try:
        document = jsonfile.read(path)
    except OSError as error:
        raise BadFile(in_words(error)) from None
    except jsonfile.NotJson as error:
        raise BadFile(str(error)) from None
    if not isinstance(document, dict) or document.get("format") not in FORMATS:
        known = ", ".join(FORMATS)
        raise BadFile(f'{path}: its "format" is none of {known}')
    return document


def take_apart(path: Path, keys: list[dict[str, str]]) -> list[tuple[str, Case]]:
    """(id, case) for each case in the file. `keys`: CA keys for the sessions."""
    document = load(path)
    try:
        return list(FORMATS[document["format"]](document, keys))
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise BadFile(f"{path}: a case is incomplete: {type(error).__name__} {error}") from error


def ca_keys(beside: Path) -> list[dict[str, str]]:
    """The public test keys, and before them those of case files in the same folder."""
    found = []
    for name, pick in (("oda.json", _chain_keys), ("capk.json", _listed_keys)):
        if (beside / name).exists():
            found += pick(load(beside / name))
    own = Path(__file__).with_name("test_ca_keys.json")
    return found + json.loads(own.read_text(encoding="utf-8"))["keys"]


def _chain_keys(document: dict[str, Any]) -> list[dict[str, str]]:
    return [chain["capk"] for chain in document.get("chains", [])]


def _listed_keys(document: dict[str, Any]) -> list[dict[str, str]]:
    """Those that the schemes gave out for tests first: some names carry two keys."""
    return sorted(document.get("keys", []), key=lambda key: key.get("kind") != "test")


def _tlv(document: Case, _: Any) -> Named:
    for case in document["cases"]:
        yield case["id"], {"run": "tlv", **case}


def _dol(document: Case, _: Any) -> Named:
    for case in document["cases"]:
        yield case["id"], {"run": "dol", **case}


def _capk(document: Case, _: Any) -> Named:
    for key in document["keys"]:
        fields = {name: key[name] for name in ("rid", "index", "modulus", "exponent", "sha1")}
        yield f"{key['rid']} {key['index']}", {"run": "capk", **fields}


def _afl_gpo(document: Case, _: Any) -> Named:
    for case in document.get("read_application_data", []):
        yield case["id"], {"run": "afl", **case}
    for case in document.get("get_processing_options", []):
        yield case["id"], {"run": "gpo", **case}


def _tvr(document: Case, _: Any) -> Named:
    for case in document.get("processing_restrictions", []):
        yield case["id"], {"run": "restrictions", **case}
    for case in document.get("terminal_risk_management", []):
        yield case["id"], {"run": "risk", **case}
    for case in document.get("cvm_list_parse", []):
        yield f"CVM list {case['hex']}", {"run": "cvm list", **case}


def _oda(document: Case, _: Any) -> Named:
    """Each step of a chain is a case, and so is each way of spoiling one."""
    chains = {chain["id"]: chain for chain in document["chains"]}
    for name, chain in chains.items():
        for step in _STEPS:
            if step in chain["expect"]:
                yield f"{name}/{step}", _step(chain, step, chain["expect"][step])
    for number, negative in enumerate(document.get("negatives", []), 1):
        chain = deepcopy(chains[negative["base"]])
        *outer, last = negative["mutate"].split(".")
        part = chain
        for name in outer:
            part = part[name]
        part[last] = negative["value"]
        step = negative["expect_fail"].split()[0]
        name = f"negative {number} {negative['base']} {negative['mutate']}"
        yield name, _step(chain, step, {"ok": False})


def _step(chain: Case, step: str, expect: Case) -> Case:
    sent = {name: value for name, value in chain.items() if name not in ("expect", "source")}
    sent["today"] = _month(chain["expect"])
    wanted = ("ok", "modulus", "icc_dynamic_data", "cid", "ac", "dac")
    return {
        "run": "oda",
        "step": step,
        "chain": sent,
        "expect": {name: expect[name] for name in wanted if name in expect},
    }


def _month(expect: Case) -> tuple[int, int, int]:
    """A day on which no certificate of the chain had expired: they are all of the past."""
    ends = [expect.get(name, {}).get("expiry_mmyy") for name in ("issuer", "icc")]
    years = [(2000 + int(end[2:]), int(end[:2]), 1) for end in ends if end]
    return min(years, default=(2000, 1, 1))


def _sessions(document: Case, keys: list[dict[str, str]]) -> Named:
    """Three cases of each session: what was read, what was signed, and what the kernel does."""
    for session in sessions(document):
        case = {**session, "kernel": _kernel(session.get("kernel"))}
        case["ca_keys"] = _needed(session["expect"], keys)
        for run in ("reading", "authentication", "flow"):
            yield f"{session['id']}/{run}", {"run": run, **case}


def _kernel(text: str | None) -> int:
    """Contact sessions name none, or name it in words."""
    try:
        return int(text or "0", 16)
    except ValueError:
        return 0


def sessions(document: Case) -> list[Case]:
    """The sessions in a document: a list of them, or the document itself."""
    return document["sessions"] if "sessions" in document else [document]


def _needed(expect: Case, keys: list[dict[str, str]]) -> list[dict[str, str]]:
    name = expect["selected_aid"][:10], expect.get("card_data", {}).get("8F")
    for key in keys:
        if (key["rid"], key["index"]) == name:
            fields = {part: key[part] for part in ("rid", "index", "modulus", "exponent", "sha1")}
            return [{**fields, "expires": _EXPIRES}]
    return []


def _entry_point(document: Case, _: Any) -> Named:
    names = ("transactions", "apdus", "kernel_activations", "final_outcomes")
    for case in document["cases"]:
        setting = document["terminal_settings"][case["terminal_setting"]]
        sent = {name: case[name] for name in names}
        sent["autorun"] = case["transactions"] == "AUTORUN"
        if sent["autorun"]:
            sent["transactions"] = [setting["autorun"]]
        # Only what these transactions can meet: a whole setting is large for a board.
        kinds = {asked["transaction_type"] for asked in sent["transactions"]}
        sets = [g for g in setting["combination_sets"] if kinds & set(g["transaction_types"])]
        yield case["id"], {"run": "entry point", **sent, "combination_sets": sets}


def _issuer_ac(document: Case, _: Any) -> Named:
    """What the issuer computes, so nothing for the firmware: judged here."""
    for number, vector in enumerate(document["vectors"], 1):
        known = vector["cvn_class"] in _ISSUED_HERE
        yield f"{number} {vector['cvn_class']}", _issued(vector) if known else _NOT_OURS


def _issued(vector: Case) -> Case:
    key = issuer.card_key(
        bytes.fromhex(vector["iss_mk_ac"]), vector["pan"], bytes.fromhex(vector["psn"])
    )
    given = {t: v for t, v in vector["inputs"].items() if t != "cvr"} | {"9F10": vector["tag_9F10"]}
    made = issuer.cryptogram(key, {int(t, 16): bytes.fromhex(v) for t, v in given.items()})
    expected, got = vector["expect_9F26"], made.hex().upper()
    if expected == got:
        return {"verdict": "passed"}
    return {"verdict": "failed", "what": "9F26", "expected": expected, "got": got}


FORMATS: dict[str, Callable[[Case, list[dict[str, str]]], Named]] = {
    "emv-cases/tlv/1": _tlv,
    "emv-cases/dol/1": _dol,
    "emv-cases/oda/1": _oda,
    "emv-cases/session/1": _sessions,
    "emv-cases/entry-point/1": _entry_point,
    "emv-cases/tvr/1": _tvr,
    "emv-cases/afl-gpo/1": _afl_gpo,
    "emv-cases/capk/1": _capk,
    "emv-cases/issuer-ac/1": _issuer_ac,
}
