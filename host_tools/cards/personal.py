"""Personalisation: what a scheme and its issuer put on a card, as records ready to be read.

Static data, certificates and file layout follow the sessions that real cards show; each scheme is
one row of data.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from host_tools.cards import ca, tlv
from host_tools.cards.profile import Profile

STATIC_SFI, KEY_SFI = 2, 3
WITHDRAWN_SERIAL = "0000FF"  # of issuer certificates on the revocation list

_RECORD_BYTES = 251  # of a body: with its template and status it fills a response of 256
_ISSUER_EXPIRY = "1231"  # MMYY
_ISSUER_SERIAL = "000001"
_CARD_SERIAL = "000001"
_TERMINAL_DATA = "9F02069F03069F1A0295055F2A029A039C019F3704"
_CREDIT_OR_DEBIT = {
    0x5F25: "240101",  # valid from
    0x5F28: "0156",  # issuer country
    0x9F07: "FF00",  # usable everywhere, no cashback
    0x9F4A: "82",  # the AIP is signed too
}
_MCHIP = {
    0x8C: _TERMINAL_DATA + "9F35019F45029F4C089F34039F21039F7C14",
    0x8D: "910A8A0295059F37049F4C08",
    0x8E: "00000000000000001E031F03",  # signature if the terminal can, else no verification
    0x9F08: "0002",
    0x9F0D: "F840642000",
    0x9F0E: "0010880000",
    0x9F0F: "F86064F800",
    0x9F42: "0156",
}
_JCB = {
    0x8C: _TERMINAL_DATA + "9F5303",
    0x9F0D: "9040008000",
    0x9F0E: "0410000000",
    0x9F0F: "9060009000",
}


@dataclass(frozen=True)
class Scheme:
    """RSA sizes (bits), the application's fixed data, and what its GPO answers, in order."""

    rid: str
    kernel: int
    ca_key: tuple[int, int]  # bits, exponent
    issuer_bits: int
    card_bits: int
    aip: str
    pdol: str
    answers: tuple[int, ...]
    static: dict[int, str]


SCHEMES = {
    "unionpay": Scheme(
        rid="A000000333",
        kernel=7,
        ca_key=(1984, 3),
        issuer_bits=1408,
        card_bits=1152,
        aip="7C00",
        pdol="9F6604" + _TERMINAL_DATA,
        answers=(0x82, 0x94, 0x9F36, 0x57, 0x9F10, 0x9F26, 0x9F27, 0x5F34, 0x9F6C, 0x9F4B),
        static=_CREDIT_OR_DEBIT,
    ),
    "visa": Scheme(
        rid="A000000003",
        kernel=3,
        ca_key=(1408, 65537),
        issuer_bits=1152,
        card_bits=1024,
        aip="2000",
        pdol="9F6604" + _TERMINAL_DATA,
        answers=(0x82, 0x94, 0x57, 0x5F34, 0x9F10, 0x9F36, 0x9F26, 0x9F6C, 0x9F4B),  # no 9F27
        static=_CREDIT_OR_DEBIT,
    ),
    "mastercard": Scheme(
        rid="A000000004",
        kernel=2,
        ca_key=(1984, 3),
        issuer_bits=1408,
        card_bits=1024,
        aip="1980",
        pdol="9F1A029F3501",
        answers=(0x82, 0x94),
        static=_CREDIT_OR_DEBIT | _MCHIP,
    ),
    "jcb": Scheme(
        rid="A000000065",
        kernel=5,
        ca_key=(1984, 3),
        issuer_bits=1408,
        card_bits=1152,
        aip="1980",
        pdol="9F52019F5303",
        answers=(0x82, 0x94),
        static=_CREDIT_OR_DEBIT | _JCB,
    ),
}


@dataclass(frozen=True)
class Personal:
    """A card as it leaves the issuer: bodies of `records` by (SFI, record number)."""

    profile: Profile
    scheme: Scheme
    key: ca.Key  # of the card, for dynamic signatures
    card_key: bytes  # for application cryptograms
    track2: bytes
    records: dict[tuple[int, int], bytes]


def personalise(
    profile: Profile, issuer: ca.Key, authority: ca.Key, key: ca.Key, card_key: bytes
) -> Personal:
    """Signs the card's data and lays it out; the same input gives the same card."""
    scheme = SCHEMES[profile.scheme]
    track2 = _packed(f"{profile.pan}D{profile.yymm}2010000000000")
    static = _static(profile, scheme, track2)
    protected = static + bytes.fromhex(scheme.aip)  # 9F4A = 82 (Book 2, 5.1.1)
    records = {(STATIC_SFI, 1): static}
    chain = _chain(profile, issuer, authority, key, protected)
    for number, body in enumerate(_bodies(chain, profile), 1):
        records[KEY_SFI, number] = body
    return Personal(profile, scheme, key, card_key, track2, records)


def _static(profile: Profile, scheme: Scheme, track2: bytes) -> bytes:
    objects = {
        0x5A: _packed(profile.pan),
        0x5F24: bytes.fromhex(profile.last_day),
        0x5F34: bytes.fromhex(profile.psn),
        **{tag: bytes.fromhex(value) for tag, value in scheme.static.items()},
    }
    if 0x57 not in scheme.answers:
        objects[0x57] = track2
    (body,) = _bodies(objects.items(), profile)
    return body


def _chain(
    profile: Profile, issuer: ca.Key, authority: ca.Key, key: ca.Key, protected: bytes
) -> list[tuple[int, bytes]]:
    """The certificate objects: CA key index, issuer and card certificate with their remainders."""
    serial = WITHDRAWN_SERIAL if profile.revoked else _ISSUER_SERIAL
    mmyy = profile.yymm[2:] + profile.yymm[:2]
    of_issuer = bytes.fromhex(profile.bin + "FF" + _ISSUER_EXPIRY + serial)
    of_card = _packed(profile.pan, 10) + bytes.fromhex(mmyy + _CARD_SERIAL)
    by_ca = ca.certify(authority, issuer, bytes([ca.ISSUER]) + of_issuer)
    by_issuer = ca.certify(issuer, key, bytes([ca.CARD]) + of_card, protected)
    objects = [
        (0x90, by_ca.certificate),  # first: with a CA key of 1984 bits it fills a record
        (0x8F, bytes([ca.INDEX])),
        (0x92, by_ca.remainder),
        (0x9F32, by_ca.exponent),
        (0x9F46, by_issuer.certificate),
        (0x9F48, by_issuer.remainder),
        (0x9F47, by_issuer.exponent),
    ]
    return [(tag, value) for tag, value in objects if value]


def _bodies(objects: Iterable[tuple[int, bytes]], profile: Profile) -> list[bytes]:
    """Fills records in order; the padding profile's 00 bytes are legal (Book 3 Annex B1)."""
    gap = b"\0" if profile.padding else b""
    bodies = [b""]
    for tag, value in objects:
        encoded = gap + tlv.encode(tag, value)
        if len(bodies[-1] + encoded) > _RECORD_BYTES:
            bodies.append(b"")
        bodies[-1] += encoded
    return [body for body in bodies if body]


def _packed(digits: str, size_bytes: int = 0) -> bytes:
    """Compressed numeric: padded with F on the right, to whole bytes or to the size asked for."""
    digits += "F" * (len(digits) % 2)
    return bytes.fromhex(digits.ljust(2 * size_bytes, "F"))
