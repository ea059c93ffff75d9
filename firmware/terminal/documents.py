"""Opens a signed document: signature, addressee, version, and then every field of it.

The bytes are a JSON object and behind it the signature of the acquirer over just those bytes. A
field that this firmware does not know is refused, not ignored: it may forbid something.
"""

import json

import emv
from crypto import signature
from message.documents import (
    FOR_ANOTHER,
    NO_DOCUMENT,
    NOTICES,
    OLDER,
    PARAMETERS,
    UNKNOWN_FIELD,
    WRONG_SIGNATURE,
    WRONG_VALUE,
    Refused,
)
from terminal.checks import POLICY, POLICY_DEFAULTS, Section, date, number, text

SCOPES = ("all", "online", "settlement", "qr")
CYCLES = ("D+0", "D+1", "T+0", "T+1")


# Checks of values


def _one_of(choices):
    return lambda value: value in choices


def _masked(value):
    """An account number of which six digits in front and four behind may be seen."""
    if not isinstance(value, str) or not 8 <= len(value) <= 32 or "*" not in value:
        return False
    first, last = value.find("*"), value.rfind("*") + 1
    stars, seen = value[first:last], value[:first] + value[last:]
    hidden = len(stars) >= 4 and stars == "*" * len(stars)
    return hidden and seen.isdigit() and first <= 6 and len(value) - last <= 4


def _words(most):
    """Any text, of at most so many characters."""
    return lambda value: isinstance(value, str) and 0 < len(value) <= most


def _moment(value):
    """[year, month, day, hour, minute] in UTC."""
    whole = isinstance(value, list) and len(value) == 5
    return whole and date(value[:3]) and number(0, 23)(value[3]) and number(0, 59)(value[4])


def _list(value):
    return isinstance(value, list)  # emv.config.Hotlist looks at the entries


# What a document may hold: field -> check, or the fields of an object in it; in a tuple: how many
# such objects at most. A name that ends in "?" may be absent.
_FEE = {"rate_bp": number(0, 10000), "cap_fen?": number(1, 10**9)}
_HEAD = {
    "format": _words(32),
    "version": number(1, 0xFFFFFFFF),
    "terminal_id?": text(8, 8),
}
_PARAMETERS = {
    "merchant_id": text(15, 15),
    "policy": {name + "?" * (name in POLICY_DEFAULTS): check for name, check in POLICY.items()},
    "fees?": {"credit?": _FEE, "debit?": _FEE, "qr?": _FEE},
    "settlement?": {"account": _masked, "cycle": _one_of(CYCLES), "valid_from": date},
    "support?": text(0, 32),
    "hotlist?": _list,
}
_NOTICE = {
    "from": _moment,
    "to": _moment,
    "recovery": _moment,
    "scope": _one_of(SCOPES),
    "zh": _words(60),
    "en": text(1, 120),
}
_NOTICES = {"merchant_id?": text(15, 15), "notices": (4, _NOTICE)}

_FORMATS = {
    PARAMETERS: ("tapstone-parameters/1", _PARAMETERS),
    NOTICES: ("tapstone-notices/1", _NOTICES),
}


def opened(kind, blob, signer, terminal, held):
    """The document's content as dict, checked; "policy" and "hotlist" are ready for use.

    Raises Refused. `signer`: modulus or None; `terminal`: its section of the settings; `held`: the
    version in use.
    """
    size = len(signer) if signer else 0
    body = blob[: len(blob) - size]
    if not signer or not signature.is_right(signer, body, blob[len(body) :]):
        raise Refused(WRONG_SIGNATURE)
    content = _parsed(kind, body)
    for name in ("merchant_id", "terminal_id"):
        if content.get(name) not in (None, getattr(terminal, name)):
            raise Refused(FOR_ANOTHER, name)
    if content["version"] <= held:
        raise Refused(OLDER, "version")
    for i, notice in enumerate(content.get("notices", ())):
        if not notice["from"] < notice["to"] <= notice["recovery"]:
            raise Refused(WRONG_VALUE, "notices[%d].to" % i)
    if kind == PARAMETERS:
        content["policy"] = _policy(content["policy"])
        content["hotlist"] = _hotlist(content)
    return content


def _parsed(kind, body):
    form, fields = _FORMATS[kind]
    try:
        content = json.loads(body)
    except ValueError:
        raise Refused(NO_DOCUMENT) from None
    if not isinstance(content, dict) or content.get("format") != form:
        raise Refused(NO_DOCUMENT, "format")
    rules = dict(_HEAD)
    rules.update(fields)
    _check(content, rules, "")
    return content


def _check(value, rule, name):
    if isinstance(rule, dict):
        _check_object(value, rule, name)
    elif isinstance(rule, tuple):
        if not isinstance(value, list) or len(value) > rule[0]:
            raise Refused(WRONG_VALUE, name)
        for i, item in enumerate(value):
            _check(item, rule[1], "%s[%d]" % (name, i))
    elif not rule(value):
        raise Refused(WRONG_VALUE, name)


def _check_object(value, rules, name):
    if not isinstance(value, dict):
        raise Refused(WRONG_VALUE, name)
    inside = name + "." if name else ""
    for field in value:
        if field not in rules and field + "?" not in rules:
            raise Refused(UNKNOWN_FIELD, inside + field)
    for field, rule in rules.items():
        bare = field.rstrip("?")
        if bare in value:
            _check(value[bare], rule, inside + bare)
        elif bare == field:
            raise Refused(WRONG_VALUE, inside + bare)


def _policy(values):
    section = Section()
    for name in POLICY:
        setattr(section, name, values.get(name, POLICY_DEFAULTS.get(name)))
    return section


def _hotlist(content):
    try:
        return emv.config.Hotlist(content, "")
    except emv.config.ConfigError as error:
        raise Refused(WRONG_VALUE, str(error).split(":")[0].lstrip(".")) from None
