"""What a financial request says about the card: DE 62 decrypted, DE 55 taken apart."""

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_APPLICATION_CRYPTOGRAM = 0x9F26
_ATC = 0x9F36


class BadCardData(Exception):
    """The chip data or the card number cannot be read; the text holds none of it."""


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
    encrypted = bytes.fromhex(fields["62"])
    # The key is used once, so the counter block may start from zero (docs/protocol.md).
    decryptor = Cipher(algorithms.AES(data_key), modes.CTR(bytes(16))).decryptor()
    pan, _, rest = decryptor.update(encrypted).hex().upper().partition("D")
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
