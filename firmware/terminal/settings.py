"""Loads and checks what the technician provisioned. Every error names the field."""

import json
from binascii import a2b_base64, unhexlify


class BadSettings(Exception):
    """The provisioning file is missing a field or has a wrong value; the text names it."""


# field -> check; nested sections are walked by name.
_TERMINAL = {
    "serial": lambda v: 1 <= len(v) <= 16,
    "terminal_id": lambda v: len(v) == 8,
    "merchant_id": lambda v: len(v) == 15,
    "currency": lambda v: len(v) == 3 and v.isdigit(),
    "issued": lambda v: len(v) == 3 and 2020 <= v[0] < 2100 and 1 <= v[1] <= 12,
    "utc_offset_min": lambda v: -720 <= v <= 840,
    "batch": lambda v: 1 <= v <= 999999,
    "support": lambda v: len(v) <= 32,
}
_HOST = {
    "address": lambda v: len(v) > 0,
    "port": lambda v: 0 < v < 65536,
    "name": lambda v: len(v) > 0,
    "reply_ms": lambda v: 1000 <= v <= 90000,
    "echo_ms": lambda v: 1000 <= v <= 600000,
}
_POLICY = {
    "sale_limit_fen": lambda v: v > 0,
    "stored_count_limit": lambda v: 0 <= v <= 500,
    "stored_sum_limit_fen": lambda v: v >= 0,
}
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
        try:
            good = check(values[field])
        except (KeyError, TypeError, AttributeError):
            good = False
        if not good:
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
        if data.get("format") != "tapstone-provision/1":
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
        self.language = data.get("language", "zh")


def load(path):
    """Reads the file at `path`. Raises BadSettings with a text for the technician."""
    try:
        with open(path) as file:
            return Settings(json.load(file))
    except OSError:
        raise BadSettings("not provisioned: %s is missing" % path) from None
    except ValueError:
        raise BadSettings("%s is not valid JSON" % path) from None
