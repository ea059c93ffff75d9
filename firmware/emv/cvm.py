"""Cardholder verification of kernel 2 (C-2 7.5): the first rule of the card that we can follow."""

from .outcome import DEVICE, NO_CVM, ONLINE_PIN, SIGNATURE
from .tags import has, mark
from .tlv import TlvError

# Terminal verification results
_DATA_MISSING = (1, 6)
_NOT_SUCCESSFUL = (3, 8)
_UNRECOGNISED = (3, 7)
_PIN_ENTERED = (3, 3)

_AIP_VERIFICATION = (1, 5)

# Methods of Book 3 C3. Those we can carry out: our CVM, bit of 9F33, last byte of the CVM results.
_FAIL = 0x00
_RECOGNISED = (_FAIL, 0x01, 0x02, 0x03, 0x04, 0x05, 0x1E, 0x1F)
_METHODS = {
    0x02: (ONLINE_PIN, (2, 7), 0),
    0x1E: (SIGNATURE, (2, 6), 0),
    0x1F: (NO_CVM, (2, 4), 2),
}
_NEXT_IF_UNSUCCESSFUL = 0x40

_CASH = 0x01
_CASHBACK = 0x09


def parse(data):
    """A CVM list (8E) as (X, Y, [(method, condition), ...]). Raises TlvError if it has no rule."""
    if len(data) < 10 or len(data) % 2:
        raise TlvError("CVM list")
    rules = [(data[at], data[at + 1]) for at in range(8, len(data), 2)]
    return int.from_bytes(data[:4], "big"), int.from_bytes(data[4:8], "big"), rules


def select(session, tvr, on_device, required):
    """(CVM, CVM results of 3 bytes), and what speaks against it marked in the bytearray `tvr`.

    `on_device`: card and kernel leave it to the customer's device. `required`: by our limit. 3F at
    the head of the results: no CVM was performed (Book 4 Annex A4).
    """
    if on_device:
        return (DEVICE, b"\x01\x00\x02") if required else (NO_CVM, b"\x3f\x00\x02")
    if not has(session.card[0x82], _AIP_VERIFICATION):
        return NO_CVM, b"\x3f\x00\x00"
    if 0x8E not in session.card:
        mark(tvr, _DATA_MISSING)
        return NO_CVM, b"\x3f\x00\x00"
    return _by_list(session, tvr)


def _by_list(session, tvr):
    x, y, rules = parse(session.card[0x8E])
    failed = b"\x3f\x00\x01"
    for rule, condition in rules:
        method = rule & 0x3F
        if not _applies(condition, method, session, x, y):
            continue
        if _supported(method, session):
            if method == 0x02:
                mark(tvr, _PIN_ENTERED)
            cvm, _, result = _METHODS[method]
            return cvm, bytes((rule, condition, result))
        if method not in _RECOGNISED:
            mark(tvr, _UNRECOGNISED)
        if not rule & _NEXT_IF_UNSUCCESSFUL:
            if method == _FAIL:
                failed = bytes((rule, condition, 1))
            break
    mark(tvr, _NOT_SUCCESSFUL)
    return NO_CVM, failed


def _supported(method, session):
    return method in _METHODS and has(session.terminal[0x9F33], _METHODS[method][1])


def _applies(condition, method, session, x, y):
    """Book 3 table 40; a condition that we do not know, or lack data for, does not apply."""
    kind = session.request.type
    if condition == 0x00:
        return True
    if condition <= 0x05:
        unattended = session.terminal[0x9F35][0] & 0x0F > 3
        return (
            kind == _CASH and unattended,
            kind not in (_CASH, _CASHBACK),
            method == _FAIL or _supported(method, session),
            kind == _CASH and not unattended,
            kind == _CASHBACK,
        )[condition - 1]
    amount = session.request.amount_fen
    if condition > 0x09 or session.card.get(0x9F42) != session.terminal[0x5F2A]:
        return False
    return (amount < x, amount > x, amount < y, amount > y)[condition - 6]
