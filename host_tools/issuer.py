"""What card issuers compute: card keys, session keys and application cryptograms.

One cryptogram version for every test card: key derivation option A, EMV common session keys and
ISO 9797-1 algorithm 3 over the EMV minimum data plus 9F10 (EMV Book 2, 8.1 and Annex A1).
Shared by the virtual cards, which make cryptograms, and the acquirer, which checks them.
Test keys, not for live cards.
"""

import hmac

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes

AAC, TC, ARQC = "AAC", "TC", "ARQC"

_ZERO_BLOCK = bytes(8)
_KIND_BITS = {0x00: AAC, 0x10: TC, 0x20: ARQC}
# Book 2, table 26, then the issuer application data that carries the card's own verdict.
_CRYPTOGRAM_INPUT = (
    *(0x9F02, 0x9F03, 0x9F1A, 0x95, 0x5F2A, 0x9A, 0x9C, 0x9F37),  # from the terminal
    *(0x82, 0x9F36, 0x9F10),  # from the card
)


def card_key(master_key: bytes, pan: str, psn: bytes) -> bytes:
    """The card's own key from the issuer master key, 16 bytes (Book 2 Annex A1.4.1, option A).

    `psn` is tag 5F34, one BCD byte. Parity bits are left as derived: DES ignores them.
    """
    block = bytes.fromhex((pan + psn.hex())[-16:].zfill(16))
    return _encrypt(master_key, block) + _encrypt(master_key, _inverted(block))


def session_key(key: bytes, atc: bytes) -> bytes:
    """The key for one transaction, 16 bytes (Book 2 Annex A1.3.1, branch by ATC only)."""
    return b"".join(_encrypt(key, (atc + marker).ljust(8, b"\0")) for marker in (b"\xf0", b"\x0f"))


def cryptogram(key: bytes, data: dict[int, bytes]) -> bytes:
    """The application cryptogram (9F26, 8 bytes); KeyError names a tag that is missing."""
    return _mac(session_key(key, data[0x9F36]), b"".join(data[tag] for tag in _CRYPTOGRAM_INPUT))


def verify_cryptogram(icc: dict[int, bytes], pan: str, psn: bytes, master_key: bytes) -> bool:
    """Whether the chip data (tag -> value) carries the cryptogram that this card would make.

    `pan` is digits, `psn` tag 5F34. A missing object is a wrong cryptogram.
    """
    if any(tag not in icc for tag in (*_CRYPTOGRAM_INPUT, 0x9F26)) or len(icc[0x9F36]) != 2:
        return False
    return hmac.compare_digest(cryptogram(card_key(master_key, pan, psn), icc), icc[0x9F26])


def issuer_application_data(kind: str) -> bytes:
    """Tag 9F10: key index 1, cryptogram version 18, and the kind of cryptogram in the CVR."""
    bits = next(bits for bits, name in _KIND_BITS.items() if name == kind)
    second_not_requested = 0x80
    return bytes([0x06, 0x01, 0x12, 0x03, second_not_requested | bits, 0x00, 0x00])


def cryptogram_kind(iad: bytes) -> str | None:
    """AAC, TC or ARQC as the card says it in 9F10; None where it says none of them."""
    return _KIND_BITS.get(iad[4] & 0x30) if len(iad) > 4 else None


def _mac(key: bytes, data: bytes) -> bytes:
    """ISO 9797-1 MAC algorithm 3, padding method 2: single DES, both key halves at the end."""
    data += b"\x80"
    data += bytes(-len(data) % 8)
    left = key[:8] * 2
    chained = _encrypt(left, data[:-8])[-8:] if len(data) > 8 else _ZERO_BLOCK
    return _encrypt(key, data[-8:], chained)


def _encrypt(key: bytes, data: bytes, start: bytes = _ZERO_BLOCK) -> bytes:
    """Two-key triple DES in CBC mode; with two equal halves it is single DES."""
    encryptor = Cipher(TripleDES(key + key[:8]), modes.CBC(start)).encryptor()
    return encryptor.update(data)


def _inverted(block: bytes) -> bytes:
    return bytes(byte ^ 0xFF for byte in block)
