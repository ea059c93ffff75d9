"""What a document for terminals may say: the rules of docs/protocol.md, "Signed documents".

Checked before it is signed, so that a slip is found by the person who made it and not by a thousand
terminals. The terminal has its own checks (firmware/terminal/documents.py).
"""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

PARAMETERS, NOTICES = 1, 2
NAMES = {PARAMETERS: "parameters", NOTICES: "notices"}
FORMATS = {"tapstone-parameters/1": PARAMETERS, "tapstone-notices/1": NOTICES}
LONGEST_BYTES = 4096  # with the signature

_SCOPES = ("all", "online", "settlement", "qr")
_CYCLES = ("D+0", "D+1", "T+0", "T+1")
_MASKED = re.compile(r"(?=.{8,32}$)(?=.*\d)\d{0,6}\*{4,}\d{0,4}")
_HOT = re.compile(r"[0-9a-fA-F]{16}|(\d{1,19})-(\d{1,19})")

Rule = Callable[[Any], bool] | dict[str, Any] | list[Any]


class BadDocument(Exception):
    """The text names the field and says what it should be."""


def kind_of(content: dict[str, Any]) -> int:
    """Checks a document, its version aside. -> PARAMETERS or NOTICES. Raises BadDocument."""
    if not isinstance(content, dict) or content.get("format") not in FORMATS:
        raise BadDocument(f"format: one of {', '.join(FORMATS)}")
    kind = FORMATS[content["format"]]
    _check({**content, "version": content.get("version", 1)}, _HEAD | _RULES[kind], "")
    for at, notice in enumerate(content.get("notices", ())):
        if not notice["from"] < notice["to"] <= notice["recovery"]:
            raise BadDocument(f"notices[{at}]: from, to and recovery follow each other")
    return kind


def _check(value: Any, rule: Rule, name: str) -> None:
    if isinstance(rule, dict):
        _check_object(value, rule, name)
    elif isinstance(rule, list):
        most, item_rule = rule
        if not isinstance(value, list) or len(value) > most:
            raise BadDocument(f"{name}: a list of at most {most}")
        for at, item in enumerate(value):
            _check(item, item_rule, f"{name}[{at}]")
    elif not rule(value):
        raise BadDocument(f"{name}: {rule.__doc__}")


def _check_object(value: Any, rules: dict[str, Any], name: str) -> None:
    if not isinstance(value, dict):
        raise BadDocument(f"{name}: an object")
    inside = f"{name}." if name else ""
    known = {field.rstrip("?"): field for field in rules}
    for field in value.keys() - known.keys():
        raise BadDocument(f"{inside}{field}: terminals do not know this field")
    for bare, field in known.items():
        if bare in value:
            _check(value[bare], rules[field], inside + bare)
        elif bare == field:
            raise BadDocument(f"{inside}{bare}: is missing")


# Rules for one value: the docstring says what it should be.


def _told(test: Callable[[Any], bool], what: str) -> Callable[[Any], bool]:
    def rule(value: Any) -> bool:
        return test(value)

    rule.__doc__ = what
    return rule


def _number(low: int, high: int) -> Rule:
    return _told(lambda v: type(v) is int and low <= v <= high, f"a whole number, {low} to {high}")


def _text(low: int, high: int) -> Rule:
    def plain(value: Any) -> bool:
        return isinstance(value, str) and value.isascii() and value.isprintable()

    return _told(lambda v: plain(v) and low <= len(v) <= high, f"{low} to {high} ASCII characters")


def _matching(pattern: re.Pattern[str], what: str) -> Rule:
    return _told(lambda v: isinstance(v, str) and bool(pattern.fullmatch(v)), what)


def _one_of(*choices: str) -> Rule:
    return _told(lambda v: v in choices, "one of " + ", ".join(choices))


def _is_time(value: Any, kind: type, parts: int) -> bool:
    try:
        return len(value) == parts and 2020 <= kind(*value).year <= 2099
    except (TypeError, ValueError):
        return False


def _is_hot(value: Any) -> bool:
    found = _HOT.fullmatch(value) if isinstance(value, str) else None
    return bool(found) and (found[1] is None or len(found[1]) == len(found[2]) <= 19)


_DATE = _told(lambda v: _is_time(v, date, 3), "[year, month, day]")
_MOMENT = _told(lambda v: _is_time(v, datetime, 5), "[year, month, day, hour, minute] in UTC")
_TIME_OF_DAY = _matching(re.compile(r"(([01]\d|2[0-3]):[0-5]\d)?"), "hh:mm, or nothing")
_FLAG = _told(lambda v: isinstance(v, bool), "true or false")
_AID = _matching(re.compile(r"([0-9a-fA-F]{2}){5,16}"), "5 to 16 bytes in hex")
_ACCOUNT = _matching(_MASKED, "masked, like 6222****1234: at most six and four digits")
_CHINESE = _told(lambda v: isinstance(v, str) and 0 < len(v) <= 60, "1 to 60 characters")
_HOT_CARD = _told(_is_hot, "a range of leading digits low-high, or 16 hex digits of a hash")

# A field whose name ends in "?" may be absent.
_FEE = {"rate_bp": _number(0, 10_000), "cap_fen?": _number(1, 10**9)}
POLICY = {
    "sale_limit_fen": _number(1, 10**12 - 1),
    "stored_count_limit": _number(0, 500),
    "stored_sum_limit_fen": _number(0, 10**14),
    "stored_age_limit_h?": _number(1, 720),
    "offline_aids?": [16, _AID],
    "settle_at?": _TIME_OF_DAY,
    "deferred?": _FLAG,
}
_HEAD = {
    "format": _text(1, 32),
    "version": _number(1, 2**32 - 1),
    "terminal_id?": _text(8, 8),
}
_RULES: dict[int, dict[str, Any]] = {
    PARAMETERS: {
        "merchant_id": _text(15, 15),
        "policy": POLICY,
        "fees?": {"credit?": _FEE, "debit?": _FEE, "qr?": _FEE},
        "settlement?": {"account": _ACCOUNT, "cycle": _one_of(*_CYCLES), "valid_from": _DATE},
        "support?": _text(0, 32),
        "hotlist?": [200, _HOT_CARD],
    },
    NOTICES: {
        "merchant_id?": _text(15, 15),
        "notices": [
            4,
            {
                "from": _MOMENT,
                "to": _MOMENT,
                "recovery": _MOMENT,
                "scope": _one_of(*_SCOPES),
                "zh": _CHINESE,
                "en": _text(1, 120),
            },
        ],
    },
}
