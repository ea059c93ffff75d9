"""The "emv" section of the provisioning file, checked field by field before a card is read with it.

An error names the field and never repeats a value. Test keys, not for live cards.
"""

import hashlib

# Terminal data: field, tag, kind ("hex" digits or "text"), bytes, value where the field is absent.
_TERMINAL = (
    ("country", 0x9F1A, "hex", 2, None),
    ("terminal_type", 0x9F35, "hex", 1, None),
    ("capabilities", 0x9F33, "hex", 3, "E0E8C8"),
    ("additional_capabilities", 0x9F40, "hex", 5, "6000F00001"),
    ("terminal_serial", 0x9F1E, "text", 8, None),
    ("merchant_category", 0x9F15, "hex", 2, "0000"),
    ("acquirer", 0x9F01, "hex", 6, "000000000000"),
    ("merchant_id", 0x9F16, "text", 15, ""),
    ("terminal_id", 0x9F1C, "text", 8, ""),
    ("merchant_name", 0x9F4E, "text", 40, ""),
)

# Kernel 2 data objects, by their names in the book: field, tag, bytes, value where absent.
_KERNEL2 = (
    ("card_data_input_capability", 0xDF8117, 1, "00"),
    ("cvm_capability_cvm_required", 0xDF8118, 1, None),
    ("cvm_capability_no_cvm_required", 0xDF8119, 1, None),
    ("kernel_configuration", 0xDF811B, 1, "B0"),
    ("max_lifetime_of_torn_record", 0xDF811C, 2, "012C"),
    ("max_number_of_torn_records", 0xDF811D, 1, "00"),
    ("security_capability", 0xDF811F, 1, "08"),
    ("tac_default", 0xDF8120, 5, None),
    ("tac_denial", 0xDF8121, 5, None),
    ("tac_online", 0xDF8122, 5, None),
    ("min_relay_grace_period", 0xDF8132, 2, "0014"),
    ("max_relay_grace_period", 0xDF8133, 2, "0032"),
    ("expected_command_time", 0xDF8134, 2, "0012"),
    ("expected_response_time", 0xDF8135, 2, "0018"),
    ("relay_accuracy_threshold", 0xDF8136, 2, "012C"),
    ("relay_mismatch_threshold", 0xDF8137, 1, "32"),
)

# Kernel 5: as above; the action codes are the book's where the configuration has none (5.7.1.3).
_KERNEL5 = (
    ("terminal_interchange_profile", 0x9F53, 3, None),
    ("tac_default", 0xDF8120, 5, "9040008000"),
    ("tac_denial", 0xDF8121, 5, "0410000000"),
    ("tac_online", 0xDF8122, 5, "9060009000"),
)

_OBJECTS = {2: _KERNEL2, 5: _KERNEL5}  # the other kernels have a TTQ
_EXPONENTS = ("03", "010001")


class ConfigError(Exception):
    """A field of the section that cannot be used; the text names it."""


class Application:
    """One application we accept, with its limits in fen (None: no such limit)."""

    def __init__(self, aid, kernel, ttq=None, version=b"\0\0"):
        self.aid = aid
        self.kernel = kernel
        self.ttq = ttq
        self.version = version
        self.limit_fen: int | None = None
        self.limit_device_cvm_fen: int | None = None  # kernel 2: where the phone verifies its owner
        self.cvm_limit_fen: int | None = None
        self.floor_limit_fen: int | None = None
        self.offline_floor_fen: int | None = None  # the floor limit where it may pay offline at all
        self.zero_amount_allowed = False
        self.status_check_fen = None
        self.extended_selection = False
        self.objects = {}  # kernels 2 and 5: configuration by tag

    def over_limit(self, amount_fen):
        """The transaction limit counts from its own amount; of two the higher decides ..."""
        limit_fen = self.limit_fen
        if self.limit_device_cvm_fen is not None:
            limit_fen = max(limit_fen or 0, self.limit_device_cvm_fen)
        return limit_fen is not None and amount_fen >= limit_fen

    def needs_cvm(self, amount_fen):
        """... the CVM limit does so too ..."""
        return self.cvm_limit_fen is not None and amount_fen >= self.cvm_limit_fen

    def over_floor(self, amount_fen):
        """... and the floor limit from above it (Book B 3.1.1)."""
        return self.floor_limit_fen is not None and amount_fen > self.floor_limit_fen


class Config:
    """What a transaction may rely on. `terminal` maps tag to bytes."""

    def __init__(self, version, terminal, applications):
        self.version = version
        self.terminal = terminal
        self.applications = applications
        self.record_sessions = False  # a technician looks for a fault: see record.py
        self.torn = []  # kernel 2's log of transactions that were torn off
        self.revoked = set()  # RID, CA key index, certificate serial number: 9 bytes
        self._keys = {}
        self.hotlists = []

    def ca_key(self, name, today):
        """(modulus bytes, exponent int) by RID and index, or None where no key is still good."""
        key = self._keys.get(name)
        return key[:2] if key and today <= key[2] else None

    def hotlisted(self, pan):
        """Whether the card number, a str of digits, is on a list."""
        return any(hotlist.has(pan) for hotlist in self.hotlists)

    def allow_offline(self, beginnings):
        """Applications whose names begin otherwise always go online; with no beginnings, all may
        pay offline."""
        for app in self.applications:
            allowed = not beginnings or any(app.aid.startswith(name) for name in beginnings)
            app.floor_limit_fen = app.offline_floor_fen if allowed else 0


class Hotlist:
    """Card numbers that are refused. `section["hotlist"]` is a list of ranges "low-high" of leading
    digits and of hashes: the first 8 bytes of SHA-256(digits). Raises ConfigError."""

    def __init__(self, section, where):
        self._hashes = set()
        self._ranges = []
        for entry, place in _items(section, "hotlist", where, str):
            self._add(entry, place)

    def _add(self, entry, where):
        low, dash, high = entry.partition("-")
        if not dash:
            self._hashes.add(_unhex(entry, where, 8))
        elif len(low) != len(high) or not (low + high).isdigit() or low > high:
            raise ConfigError(where + ": low-high, as many digits each")
        else:
            self._ranges.append((low, high))

    def has(self, pan):
        """`pan`: a str of digits."""
        if hashlib.sha256(pan.encode()).digest()[:8] in self._hashes:
            return True
        return any(low <= pan[: len(low)] <= high for low, high in self._ranges)


def load(section):
    """Config from the parsed "emv" section. Raises ConfigError, which names the field."""
    where = "emv"
    if not isinstance(section, dict):
        raise ConfigError("emv: an object")
    terminal = {
        tag: _KINDS[kind](section, name, where, size, absent)
        for name, tag, kind, size, absent in _TERMINAL
    }
    applications = [_application(a, w) for a, w in _items(section, "applications", where)]
    if not applications:
        raise ConfigError("emv.applications: at least one")
    config = Config(_int(section, "version", where), terminal, applications)
    config.record_sessions = section.get("record_sessions") is True
    for entry, place in _items(section, "ca_keys", where):
        config._keys.update((_ca_key(entry, place),))
    for entry, place in _items(section, "revoked", where):
        config.revoked.add(b"".join([_hex(entry, *part) for part in _revoked_parts(place)]))
    config.hotlists.append(Hotlist(section, where))
    return config


def _application(entry, where):
    kernel = _int(entry, "kernel", where)
    ttq = None if kernel in _OBJECTS else _hex(entry, "ttq", where, 4)
    found = Application(_aid(entry, where), kernel, ttq, _hex(entry, "version", where, 2))
    for name in ("limit_fen", "cvm_limit_fen", "floor_limit_fen"):
        setattr(found, name, _int(entry, name, where))
    found.offline_floor_fen = found.floor_limit_fen
    found.zero_amount_allowed = entry.get("zero_amount_allowed") is True
    found.extended_selection = entry.get("extended_selection") is True
    if kernel == 2:
        found.limit_device_cvm_fen = _int(entry, "limit_device_cvm_fen", where)
    found.objects = {
        tag: _hex(entry, name, where, size, absent)
        for name, tag, size, absent in _OBJECTS.get(kernel, ())
    }
    return found


def _aid(entry, where):
    aid = _hex(entry, "aid", where, None)
    if not 5 <= len(aid) <= 16:
        raise ConfigError(where + ".aid: 5 to 16 bytes")
    return aid


def _ca_key(entry, where):
    """Book 2 11.2.2: the checksum is SHA-1 over RID, index, modulus and exponent."""
    name = _hex(entry, "rid", where, 5) + _hex(entry, "index", where, 1)
    modulus = _hex(entry, "modulus", where, None)
    if entry.get("exponent") not in _EXPONENTS:
        raise ConfigError(where + ".exponent: 03 or 010001")
    exponent = bytes.fromhex(entry["exponent"])
    if hashlib.sha1(name + modulus + exponent).digest() != _hex(entry, "sha1", where, 20):  # noqa: S324
        raise ConfigError(where + ".sha1: does not fit the key")
    if not 96 <= len(modulus) <= 248:
        raise ConfigError(where + ".modulus: 96 to 248 bytes")
    return name, (modulus, int.from_bytes(exponent, "big"), _day(entry, "expires", where))


def _revoked_parts(where):
    return ("rid", where, 5), ("index", where, 1), ("serial", where, 3)


def _items(section, name, where, kind: type = dict):
    """(entry, its place) of a list that may be absent; every entry of one kind."""
    entries = section.get(name, [])
    if not isinstance(entries, list):
        raise ConfigError("%s.%s: a list" % (where, name))
    found = [(entry, "%s.%s[%d]" % (where, name, i)) for i, entry in enumerate(entries)]
    for entry, place in found:
        if not isinstance(entry, kind):
            raise ConfigError(place + (": an object" if kind is dict else ": a string"))
    return found


def _int(section, name, where):
    value = section.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 10**12:
        raise ConfigError("%s.%s: a whole number" % (where, name))
    return value


def _unhex(text, where, size):
    try:
        value = bytes.fromhex(text)
    except (ValueError, TypeError):
        value = b""
    if not value or len(value) * 2 != len(text) or size not in (None, len(value)):
        raise ConfigError("%s: %s bytes in hex" % (where, size or "some"))
    return value


def _hex(section, name, where, size, absent=None):
    return _unhex(section.get(name, absent), "%s.%s" % (where, name), size)


def _text(section, name, where, size, absent=None):
    value = section.get(name, absent)
    if not isinstance(value, str) or len(value.encode()) > size:
        raise ConfigError("%s.%s: up to %d characters" % (where, name, size))
    return value.encode()


def _day(section, name, where):
    """ "2032-12-31" as (2032, 12, 31)."""
    text = section.get(name)
    parts = text.split("-") if isinstance(text, str) else []
    if [len(part) for part in parts] == [4, 2, 2] and "".join(parts).isdigit():
        year, month, day = [int(part) for part in parts]
        if 1 <= month <= 12 and 1 <= day <= 31:
            return year, month, day
    raise ConfigError("%s.%s: YYYY-MM-DD" % (where, name))


_KINDS = {"hex": _hex, "text": _text}
