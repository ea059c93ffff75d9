"""What a financial request says about the payer: DE 62 decrypted, DE 55 taken apart."""

import hashlib
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from host_tools import wallet

_APPLICATION_CRYPTOGRAM = 0x9F26
_ATC = 0x9F36
_SHORTEST_CODE, _LONGEST_CODE = 18, 24


class BadCardData(Exception):
    """The chip data, the card number or the pay code cannot be read; the text holds none of it."""


@dataclass(frozen=True)
class Card:
    """The clear number lives here and nowhere else, as long as the request does."""

    pan: str = field(repr=False)
    yymm: str
    psn: bytes
    icc: dict[int, bytes] = field(repr=False)

    @property
    def masked(self) -> str:
        return masked(self.pan)

    @property
    def atc(self) -> int | None:
        raw = self.icc.get(_ATC)
        return int.from_bytes(raw, "big") if raw else None

    @property
    def cryptogram(self) -> str:
        return self.icc.get(_APPLICATION_CRYPTOGRAM, b"").hex()


def masked(pan: str) -> str:
    """First six and last four: the most that may be shown or stored."""
    return pan[:6] + "*" * (len(pan) - 10) + pan[-4:]


def read(fields: dict[str, str], data_key: bytes) -> Card:
    """The card of a sale or an advice. Raises BadCardData."""
    pan, _, rest = _decrypted(fields, data_key).hex().upper().partition("D")
    if not (pan.isdigit() and 12 <= len(pan) <= 19 and _luhn(pan) and rest[:4].isdigit()):
        raise BadCardData("DE 62 holds no card number")
    return Card(
        pan, rest[:4], bytes.fromhex(fields["23"])[1:], parse_tlv(bytes.fromhex(fields["55"]))
    )


def parse_tlv(data: bytes) -> dict[int, bytes]:
    """A flat run of BER-TLV objects as {tag: value} (EMV Book 3 Annex B). Raises BadCardData."""
    found: dict[int, bytes] = {}
    at = 0
    while at < len(data):
        size = 2 if data[at] & 0x1F == 0x1F else 1
        tag, at = int.from_bytes(data[at : at + size], "big"), at + size
        length, at = _length(data, at)
        if tag in found or at + length > len(data):
            raise BadCardData("DE 55 is not well formed")
        found[tag] = data[at : at + length]
        at += length
    return found


def _length(data: bytes, at: int) -> tuple[int, int]:
    """One length field -> (length, where the value begins). DE 55 never needs more than 81 xx."""
    head = data[at : at + 2]
    if head[:1] and head[0] < 0x80:
        return head[0], at + 1
    if len(head) == 2 and head[0] == 0x81:
        return head[1], at + 2
    raise BadCardData("DE 55 is not well formed")


def _luhn(pan: str) -> bool:
    doubled = (int(digit) * (1 + at % 2) for at, digit in enumerate(reversed(pan)))
    return sum(value - 9 * (value > 9) for value in doubled) % 10 == 0


@dataclass(frozen=True)
class PayCode:
    """In the place of a `card.Card`: the clear digits live as long as the request does."""

    digits: str = field(repr=False)
    atc: None = None

    @property
    def pan(self) -> str:
        return wallet.account_of(self.digits)

    @property
    def masked(self) -> str:
        return wallet.masked(self.digits)

    @property
    def cryptogram(self) -> str:
        """What tells a code that was used before."""
        return hashlib.sha256(self.digits.encode()).hexdigest()[:16]


def read_code(fields: dict[str, str], data_key: bytes) -> PayCode:
    """The pay code in DE 62. Raises BadCardData."""
    digits = _decrypted(fields, data_key).hex().removesuffix("f")
    if not (digits.isdigit() and _SHORTEST_CODE <= len(digits) <= _LONGEST_CODE):
        raise BadCardData("DE 62 holds no pay code")
    return PayCode(digits)


def _decrypted(fields: dict[str, str], data_key: bytes) -> bytes:
    """The key is used once, so the counter block may start from zero (docs/protocol.md)."""
    decryptor = Cipher(algorithms.AES(data_key), modes.CTR(bytes(16))).decryptor()
    return decryptor.update(bytes.fromhex(fields["62"]))
