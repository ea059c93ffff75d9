"""Loads and checks what the technician provisioned. Every error names the field."""

import json
from binascii import a2b_base64, unhexlify

from terminal.checks import POLICY, POLICY_DEFAULTS, Section, date, number, text


class BadSettings(Exception):
    """The provisioning file is missing a field or has a wrong value; the text names it."""


# field -> check; nested sections are walked by name.
_TERMINAL = {
    "serial": text(1, 16),
    "terminal_id": text(8, 8),
    "merchant_id": text(15, 15),
    "currency": text(3, 3),
    "issued": date,
    "utc_offset_min": number(-720, 840),
    "batch": number(1, 999999),
    "support": text(0, 32),
}
_HOST = {
    "address": text(1, 253),
    "port": number(1, 65535),
    "name": text(1, 253),
    "reply_ms": number(1000, 90000),
    "echo_ms": number(1000, 600000),
    "window": number(1, 24),  # forwarded messages under way at once; some hosts take only one
}
_HOST_DEFAULTS = {"window": 24}
_LANGUAGES = ("zh", "en")
_KEYS = {"ikid": 8, "initial_key": 16, "seal_key": 16}
_CERTIFICATES = ("ca", "cert", "key")
_SIGNER_BYTES = 384  # the modulus of the RSA key that signs documents of the acquirer


def _section(data, name, checks, defaults=None):
    values = data.get(name)
    if not isinstance(values, dict):
        raise BadSettings("%s is missing" % name)
    section = Section()
    for field, check in checks.items():
        value = values.get(field, (defaults or {}).get(field))
        if not check(value):
            raise BadSettings("%s.%s is missing or wrong" % (name, field))
        setattr(section, field, value)
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
        self.host = _section(data, "host", _HOST, _HOST_DEFAULTS)
        self.policy = _section(data, "policy", POLICY, POLICY_DEFAULTS)
        for field in _CERTIFICATES:
            setattr(self.host, field, _bytes(data, "host", field, a2b_base64))
        self.keys = Section()
        for field, length in _KEYS.items():
            setattr(self.keys, field, _bytes(data, "keys", field, unhexlify, length))
        self.signer = None  # provisioned before there were signed documents: it takes none
        if "signer" in data["keys"]:
            self.signer = _bytes(data, "keys", "signer", unhexlify, _SIGNER_BYTES)
        self.emv = data.get("emv")
        self.emv_currency = _section(data, "emv", {"currency": text(4, 4)}).currency
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
