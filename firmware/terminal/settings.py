"""Loads and checks what the technician provisioned. Every error names the field."""

import json
from binascii import a2b_base64, unhexlify


class BadSettings(Exception):
    """The provisioning file is missing a field or has a wrong value; the text names it."""


def _text(shortest, longest):
    """ASCII, because these go into messages as they are."""

    def check(value):
        plain = isinstance(value, str) and all(0x20 <= ord(c) < 0x7F for c in value)
        return plain and shortest <= len(value) <= longest

    return check


def _number(lowest, highest):
    return lambda value: isinstance(value, int) and lowest <= value <= highest


def _date(value):
    whole = isinstance(value, list) and len(value) == 3
    limits = ((2020, 2099), (1, 12), (1, 31))
    return whole and all(_number(low, high)(v) for v, (low, high) in zip(value, limits))


# field -> check; nested sections are walked by name.
_TERMINAL = {
    "serial": _text(1, 16),
    "terminal_id": _text(8, 8),
    "merchant_id": _text(15, 15),
    "currency": _text(3, 3),
    "issued": _date,
    "utc_offset_min": _number(-720, 840),
    "batch": _number(1, 999999),
    "support": _text(0, 32),
}
_HOST = {
    "address": _text(1, 253),
    "port": _number(1, 65535),
    "name": _text(1, 253),
    "reply_ms": _number(1000, 90000),
    "echo_ms": _number(1000, 600000),
}
_POLICY = {
    "sale_limit_fen": _number(1, 10**12 - 1),
    "stored_count_limit": _number(0, 500),
    "stored_sum_limit_fen": _number(0, 10**14),
}
_LANGUAGES = ("zh", "en")
_KEYS = {"ikid": 8, "initial_key": 16, "seal_key": 16}
_CERTIFICATES = ("ca", "cert", "key")


class Section:
    """A checked section: its fields are attributes."""

    def __getattr__(self, name):
        raise AttributeError(name)


def _section(data, name, checks):
    values = data.get(name)
    if not isinstance(values, dict):
        raise BadSettings("%s is missing" % name)
    section = Section()
    for field, check in checks.items():
        if field not in values or not check(values[field]):
            raise BadSettings("%s.%s is missing or wrong" % (name, field))
        setattr(section, field, values[field])
    return section


def _bytes(data, section, field, decode, length=None):
    try:
        value = decode(data[section][field])
    except (KeyError, TypeError, ValueError):
        value = None
    if not value or length not in (None, len(value)):
        raise BadSettings("%s.%s is missing or wrong" % (section, field))
    return value


class Settings:
    def __init__(self, data):
        if not isinstance(data, dict) or data.get("format") != "tapstone-provision/1":
            raise BadSettings("format is not tapstone-provision/1")
        self.test_keys = data.get("test_keys") is not False  # unless somebody says otherwise
        self.terminal = _section(data, "terminal", _TERMINAL)
        self.host = _section(data, "host", _HOST)
        self.policy = _section(data, "policy", _POLICY)
        for field in _CERTIFICATES:
            setattr(self.host, field, _bytes(data, "host", field, a2b_base64))
        self.keys = Section()
        for field, length in _KEYS.items():
            setattr(self.keys, field, _bytes(data, "keys", field, unhexlify, length))
        self.emv = data.get("emv")
        self.emv_currency = _section(data, "emv", {"currency": _text(4, 4)}).currency
        self.language = data.get("language", "zh")
        if self.language not in _LANGUAGES:
            raise BadSettings("language is not one of zh, en")


def load(path):
    """Reads the file at `path`. Raises BadSettings with a text for the technician."""
    try:
        with open(path) as file:
            return Settings(json.load(file))
    except OSError:
        raise BadSettings("not provisioned: %s is missing" % path) from None
    except ValueError:
        raise BadSettings("%s is not valid JSON" % path) from None
