"""Offline data authentication (Book 2 ch. 5 and 6): is the card its issuer's?

It only verifies: no secrets. A failure is an OdaError that names the step, never card data.
"""

import hashlib

from micropython import const

_MIN_KEY_BYTES = const(64)
_ISSUER_FORMAT = const(0x02)
_STATIC_FORMAT = const(0x03)
_ICC_FORMAT = const(0x04)
_DYNAMIC_FORMAT = const(0x05)
_EXPONENTS = (b"\x03", b"\x01\x00\x01")


class OdaError(Exception):
    """The card could not prove that it is genuine."""


def century(yy):
    """The year that two digits stand for (Book 4 6.7.3)."""
    return 2000 + yy if yy < 50 else 1900 + yy


def _recover(key, signed, form, step):
    """Book 2 A2.1: the signature opened; header, format and trailer checked."""
    modulus, exponent = key
    size = len(modulus)
    if len(signed) != size:
        raise OdaError(step + " length")
    number = pow(int.from_bytes(signed, "big"), exponent, int.from_bytes(modulus, "big"))
    plain = number.to_bytes(size, "big")
    if plain[0] != 0x6A or plain[1] != form or plain[size - 1] != 0xBC:
        raise OdaError(step + " format")
    return plain


def _check_hash(plain, step, *rest):
    digest = hashlib.sha1(memoryview(plain)[1:-21])  # noqa: S324  the only one Book 2 has
    for part in rest:
        digest.update(part)
    if digest.digest() != plain[-21:-1]:
        raise OdaError(step + " hash")


def _check_expiry(mmyy, today, step):
    """A certificate is good to the last day of its month."""
    digits = bytes(mmyy).hex()
    if not digits.isdigit() or (century(int(digits[2:])), int(digits[:2])) < today[:2]:
        raise OdaError(step + " expired")


def _embedded_key(plain, at, remainder, exponent, step):
    """The public key in a certificate, its description starting at `at` (tables 6 and 14)."""
    room = len(plain) - at - 25  # four bytes of description before it, hash and trailer after it
    size = plain[at + 2]
    if plain[at] != 1 or plain[at + 1] != 1:
        raise OdaError(step + " algorithm")
    if exponent not in _EXPONENTS or plain[at + 3] != len(exponent):
        raise OdaError(step + " exponent")
    if not _MIN_KEY_BYTES <= size <= len(plain) or len(remainder) != max(0, size - room):
        raise OdaError(step + " key length")
    modulus = plain[at + 4 : at + 4 + min(size, room)] + remainder
    return modulus, int.from_bytes(exponent, "big")


def issuer_key(ca, name, get, pan, today, revoked):
    """The issuer's public key (Book 2 5.3). `name`: RID and CA key index; `get(tag)`: card data."""
    plain = _recover(ca, _need(get, 0x90), _ISSUER_FORMAT, "issuer")
    remainder, exponent = get(0x92, b""), _need(get, 0x9F32)
    _check_hash(plain, "issuer", remainder, exponent)
    digits = plain[2:6].hex().rstrip("f")
    if not 3 <= len(digits) <= 8 or not pan.startswith(digits):
        raise OdaError("issuer identifier")
    _check_expiry(plain[6:8], today, "issuer")
    if name + plain[8:11] in revoked:
        raise OdaError("issuer revoked")
    return _embedded_key(plain, 11, remainder, exponent, "issuer")


def icc_key(issuer, get, static_data, pan, today):
    """The card's public key (Book 2 6.4); its certificate also vouches for the static data."""
    plain = _recover(issuer, _need(get, 0x9F46), _ICC_FORMAT, "icc")
    remainder, exponent = get(0x9F48, b""), _need(get, 0x9F47)
    _check_hash(plain, "icc", remainder, exponent, *static_data)
    if plain[2:12].hex().rstrip("f") != pan:
        raise OdaError("icc number")
    _check_expiry(plain[12:14], today, "icc")
    return _embedded_key(plain, 17, remainder, exponent, "icc")


def static_data(issuer, get, static_parts):
    """SDA (Book 2 5.4): the data authentication code, 2 bytes. No contactless kernel asks for it.

    `static_parts`: the signed records in order, and the AIP where 9F4A lists it.
    """
    plain = _recover(issuer, _need(get, 0x93), _STATIC_FORMAT, "sda")
    if plain[2] != 1:
        raise OdaError("sda algorithm")
    _check_hash(plain, "sda", *static_parts)
    return plain[3:5]


def dynamic_data(icc, signed, *terminal_data):
    """What the card signed just now (Book 2 6.5.2): its dynamic data, or OdaError."""
    plain = _recover(icc, signed, _DYNAMIC_FORMAT, "dynamic")
    size = plain[3]
    if plain[2] != 1 or size > len(plain) - 25:
        raise OdaError("dynamic format")
    _check_hash(plain, "dynamic", *terminal_data)
    return plain[4 : 4 + size]


def combined_data(icc, signed, unpredictable, transaction_data):
    """CDA (Book 2 6.6.2): (CID, cryptogram, what follows the transaction hash), or OdaError.

    `transaction_data`: the parts that are hashed: PDOL and CDOL values, then the answer's objects.
    """
    plain = dynamic_data(icc, signed, unpredictable)
    at = 1 + plain[0] if plain else 0
    if not 3 <= at <= 9 or len(plain) < at + 29:
        raise OdaError("combined format")
    digest = hashlib.sha1()  # noqa: S324  the only one Book 2 has
    for part in transaction_data:
        digest.update(part)
    if digest.digest() != plain[at + 9 : at + 29]:
        raise OdaError("combined hash")
    return plain[at], plain[at + 1 : at + 9], plain[at + 29 :]


def card_key(session, static_data):
    """From the CA key to the card's own. `static_data`: the signed records in order, or None."""
    if static_data is None:
        raise OdaError("static data")
    get, today, config = session.card.get, session.today, session.config
    name = session.aid[:5] + _need(get, 0x8F)
    ca = config.ca_key(name, today)
    if ca is None:
        raise OdaError("no CA key")
    parts = list(static_data)
    listed = get(0x9F4A)
    if listed is not None:
        if listed != b"\x82":  # Book 2 5.4: nothing but the AIP may be listed
            raise OdaError("static data list")
        parts.append(_need(get, 0x82))
    issuer = issuer_key(ca, name, get, session.pan, today, config.revoked)
    return icc_key(issuer, get, parts, session.pan, today)


def _need(get, tag):
    value = get(tag)
    if value is None:
        raise OdaError("data missing")
    return value
