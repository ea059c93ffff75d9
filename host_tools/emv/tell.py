"""Says in words what a data object holds. Card numbers are masked, names and tracks left out.

Names, forms and bits are data: `tags.toml`.
"""

from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import tomllib

from host_tools.emv import tree
from host_tools.emv.tree import Node

_LONG_BYTES = 24  # longer values are shown by their ends
_ELSE = ", else the next"


@cache
def _table() -> dict:
    return tomllib.loads(Path(__file__).with_name("tags.toml").read_text(encoding="utf-8"))


def tags() -> list[str]:
    """All tags that have a name."""
    return sorted(_table()["tags"])


def name(tag: str) -> str:
    return _table()["tags"].get(tag, ["unknown"])[0]


def word(table: str, key: str) -> str | None:
    """An entry of [words.TABLE], or None."""
    return _table()["words"][table].get(key)


def words(tag: str, value: bytes) -> list[str]:
    """What the value says, a line or more; the first is short."""
    form = _table()["tags"].get(tag, ["", "hex"])[1]
    kind, _, argument = form.partition(" ")
    if kind == "bits":
        return [value.hex().upper(), *bits(argument, value)]
    return _FORMS[form](value) if value else ["(empty)"]


def bits(table: str, value: bytes) -> list[str]:
    """The texts of the bits that are set, and the places of those that have none."""
    known = _table()["bits"][table]
    found = []
    for byte, octet in enumerate(value, 1):
        for bit in range(8, 0, -1):
            if octet >> (bit - 1) & 1:
                place = f"{byte}.{bit}"
                found.append(known.get(place, f"byte {byte} bit {bit}, without a meaning here"))
    return found


def masked(pan: str) -> str:
    """Of a card number, the first six and the last four digits."""
    return f"{pan[:6]}{'*' * (len(pan) - 10)}{pan[-4:]}" if len(pan) > 10 else "*" * len(pan)


def pans(nodes: Iterable[Node]) -> set[str]:
    """The card numbers in some objects, so that they can be masked wherever else they stand."""
    inner = [node for top in nodes for node in top.walk()]
    numbers = {node.value.hex().rstrip("f") for node in inner if node.tag == "5A"}
    tracks = {_track(node.value)[0] for node in inner if node.tag in ("57", "9F6B")}
    return {pan for pan in numbers | tracks if len(pan) > 10}


def without(text: str, numbers: Iterable[str]) -> str:
    """`text` with each of these card numbers masked, be they digits or digits as characters."""
    for pan in numbers:
        as_text = pan.encode().hex().upper()
        text = text.replace(pan, masked(pan)).replace(as_text, "*" * len(as_text))
    return text


def filled(definition: bytes, data: bytes) -> list[tuple[str, bytes]]:
    """What a terminal answered to a data object list, as (tag, value)."""
    found, at = [], 0
    for tag, size in tree.pairs(definition):
        found.append((tag, data[at : at + size]))
        at += size
    if data[at:]:
        found.append(("", data[at:]))
    return found


# --- forms: bytes to lines


def _hex(value: bytes) -> list[str]:
    if len(value) <= _LONG_BYTES:
        return [value.hex().upper()]
    return [f"{value[:8].hex().upper()}...{value[-4:].hex().upper()} ({len(value)} bytes)"]


def _text(value: bytes) -> list[str]:
    shown = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in value)
    return [f'"{shown}"']


def _amount(value: bytes) -> list[str]:
    digits = value.hex()
    return [f"{int(digits) / 100:,.2f}" if digits.isdecimal() else f"{digits}: not a number"]


def _date(value: bytes) -> list[str]:
    digits = value.hex()
    return [f"{digits[:2]}-{digits[2:4]}-{digits[4:]}" + (" (YY-MM-DD)" if len(value) == 3 else "")]


def _track(value: bytes) -> tuple[str, str]:
    pan, _, rest = value.hex().partition("d")
    return pan, rest


def _secret_track(value: bytes) -> list[str]:
    pan, rest = _track(value)
    return [f"{masked(pan)}, expires {rest[:2]}-{rest[2:4]} (YY-MM), the rest left out"]


def _aid(value: bytes) -> list[str]:
    return _text(value) if value[1:4] == b"PAY" else _hex(value)


def _dol(value: bytes) -> list[str]:
    return [", ".join(f"{name(tag)} {tag}:{size}" for tag, size in tree.pairs(value))]


def _tag_list(value: bytes) -> list[str]:
    return [" ".join(f"{byte:02X} {name(f'{byte:02X}')}" for byte in value)]


def _afl(value: bytes) -> list[str]:
    if len(value) % 4:
        return _hex(value) + ["not in groups of four bytes"]
    lines = [value.hex().upper()]
    for at in range(0, len(value), 4):
        file, first, last, signed = value[at] >> 3, *value[at + 1 : at + 4]
        records = f"record {first}" if first == last else f"records {first} to {last}"
        lines.append(f"file {file}, {records}, {signed or 'none'} signed")
    return lines


def _priority(value: bytes) -> list[str]:
    return [str(value[0] & 15) if value[0] & 15 else "none"]


def _cryptogram(value: bytes) -> list[str]:
    kind = word("cryptogram", f"{value[0] & 0xC0:02X}") or "reserved"
    advice = word("advice", str(value[0] & 7))
    return [f"{value.hex().upper()} {kind}" + (f", {advice}" if advice else "")]


def _issuer_data(value: bytes) -> list[str]:
    """The kind of cryptogram stands in the second byte of the card verification results."""
    if len(value) > 6 and (value[3] == 3 or value[0] == 0x1F):
        kind = word("cryptogram", f"{(value[4] & 0x30) << 2:02X}") or "reserved"
        return [f"{value.hex().upper()}", f"by Visa's and UnionPay's layout {kind}"]
    return _hex(value)


def _method(code: int) -> str:
    text = word("method", f"{code & 0x3F:02X}") or f"method {code & 0x3F:02X}"
    return text + (_ELSE if code & 0x40 else "")


def _cvm_list(value: bytes) -> list[str]:
    if len(value) < 10 or len(value) % 2:
        return _hex(value) + ["not a CVM list"]
    x, y = int.from_bytes(value[:4], "big"), int.from_bytes(value[4:8], "big")
    lines = [f"X {x}, Y {y}"]
    for code, condition in zip(value[8::2], value[9::2], strict=True):
        when = word("condition", f"{condition:02X}") or f"condition {condition:02X}"
        lines.append(f"{_method(code)}: {when}")
    return lines


def _cvm_results(value: bytes) -> list[str]:
    if len(value) != 3:
        return _hex(value)
    code, condition, result = (f"{byte:02X}" for byte in value)
    when = word("condition", condition) or f"condition {condition}"
    how = word("result", result) or f"result {result}"
    method = _method(value[0]).removesuffix(_ELSE)
    return [f"{value.hex().upper()} {method}: {when}: {how}"]


def _terminal_type(value: bytes) -> list[str]:
    high, low = divmod(value[0], 16)
    place = word("place", str(high)) or "reserved"
    ways = ("", "online only", "offline with online capability", "offline only")
    how = ("un" if low > 3 else "") + "attended, " + ways[(low - 1) % 3 + 1] if low else "reserved"
    return [f"{value.hex().upper()} {place.split(',')[0]}, {how}"]


def _kernel(value: bytes) -> list[str]:
    return [f"{value.hex().upper()} {word('kernel', value[:1].hex().upper()) or 'another kernel'}"]


def _related(value: bytes) -> list[str]:
    if len(value) < 7:
        return _hex(value)
    qualifiers = bits("ctq", value[5:7]) or ["nothing"]
    return [
        value.hex().upper(),
        f"fDDA version {value[0]:02X}, card's number {value[1:5].hex().upper()}",
        f"signed CTQ {value[5:7].hex().upper()}: {'; '.join(qualifiers)}",
    ]


_FORMS: dict[str, Callable[[bytes], list[str]]] = {
    "hex": _hex,
    "template": lambda value: [f"{len(value)} bytes"],
    "text": _text,
    "digits": lambda value: [value.hex().upper()],
    "number": lambda value: [str(int.from_bytes(value, "big"))],
    "amount": _amount,
    "date": _date,
    "time": lambda value: [value.hex(":")],
    "secret": lambda value: [f"left out ({len(value)} bytes)"],
    "secret pan": lambda value: [masked(value.hex().rstrip("f"))],
    "secret track": _secret_track,
    "aid": _aid,
    "dol": _dol,
    "tag list": _tag_list,
    "afl": _afl,
    "priority": _priority,
    "cryptogram": _cryptogram,
    "issuer data": _issuer_data,
    "cvm list": _cvm_list,
    "cvm results": _cvm_results,
    "terminal type": _terminal_type,
    "transaction type": lambda value: [
        f"{value.hex().upper()} {word('transaction', value.hex().upper()) or 'another'}"
    ],
    "kernel": _kernel,
    "related data": _related,
}
