"""How a case ends other than by passing."""


class NotApplicable(Exception):
    """The case asks for something that this firmware does not set out to do; the text says what."""


class Mismatch(Exception):
    """It came out differently: Mismatch(what, expected, got)."""


def same(what, expected, got):
    """Raises Mismatch unless both are equal; of two dicts it shows what differs."""
    if expected == got:
        return
    if isinstance(expected, dict) and isinstance(got, dict):
        names = [name for name in set(expected) | set(got) if expected.get(name) != got.get(name)]
        expected, got = [{name: d.get(name) for name in names} for d in (expected, got)]
    raise Mismatch(what, expected, got)


def unhex(text):
    return bytes.fromhex(text)


def objects(named):
    """{"9F02": "..."} as {0x9F02: bytes}."""
    return {int(tag, 16): unhex(value) for tag, value in named.items()}


def tag_name(tag):
    return "%02X" % tag


def first_byte(tag):
    while tag > 0xFF:
        tag >>= 8
    return tag
