"""A certificate authority for test cards: RSA keys, certificates, signatures (EMV Book 2, 5 and 6).

Every signed block has one shape: 6A, body, SHA-1, BC. What does not fit the body is hashed with it
and travels beside it. Test keys, not for live cards.
"""

from dataclasses import dataclass
from hashlib import sha1
from typing import Self

from cryptography.hazmat.primitives.asymmetric import rsa

INDEX = 0xE1  # of all our CA keys, outside the indices that schemes use
ISSUER, CARD = 0x02, 0x04  # certificate formats

_FRAME_BYTES = 22  # header 6A, hash, trailer BC


@dataclass(frozen=True)
class Key:
    """An RSA key pair; numbers only, for EMV signs without a standard padding."""

    modulus: int
    exponent: int
    private: int

    @classmethod
    def generate(cls, bits: int, exponent: int) -> Self:
        numbers = rsa.generate_private_key(exponent, bits).private_numbers()
        return cls(numbers.public_numbers.n, exponent, numbers.d)

    @classmethod
    def from_json(cls, stored: dict[str, str]) -> Self:
        return cls(*(int(stored[name], 16) for name in ("modulus", "exponent", "private")))

    def to_json(self) -> dict[str, str]:
        return {name: f"{value:x}" for name, value in vars(self).items()}

    @property
    def size_bytes(self) -> int:
        return (self.modulus.bit_length() + 7) // 8

    @property
    def modulus_bytes(self) -> bytes:
        return self.modulus.to_bytes(self.size_bytes, "big")

    @property
    def exponent_bytes(self) -> bytes:
        return self.exponent.to_bytes(1 if self.exponent == 3 else 3, "big")

    def sign(self, body: bytes, beside: bytes = b"") -> bytes:
        """Signs so that `body` can be recovered; `beside` is only hashed (Book 2 Annex A2.1)."""
        assert len(body) == self.size_bytes - _FRAME_BYTES, "the body must fill the block"
        block = b"\x6a" + body + _sha1(body + beside) + b"\xbc"
        return pow(int.from_bytes(block, "big"), self.private, self.modulus).to_bytes(
            self.size_bytes, "big"
        )

    def sign_dynamic(self, data: bytes, beside: bytes) -> bytes:
        """Signed dynamic application data, 9F4B (Book 2, 6.5 and 6.6)."""
        head = bytes([0x05, 0x01, len(data)]) + data
        return self.sign(head.ljust(self.size_bytes - _FRAME_BYTES, b"\xbb"), beside)


@dataclass(frozen=True)
class Certificate:
    """A certified public key as a card carries it; `remainder` is empty if the key fits inside."""

    certificate: bytes
    remainder: bytes
    exponent: bytes


def certify(signer: Key, subject: Key, head: bytes, static: bytes = b"") -> Certificate:
    """Certifies `subject` (Book 2, 5.1, tables 2 and 14).

    `head` is format, identity, expiry (MMYY) and serial number; `static` the card data to protect.
    """
    head += bytes([0x01, 0x01, subject.size_bytes, len(subject.exponent_bytes)])
    room = signer.size_bytes - _FRAME_BYTES - len(head)
    digits, remainder = subject.modulus_bytes[:room], subject.modulus_bytes[room:]
    body = head + digits.ljust(room, b"\xbb")
    signed = signer.sign(body, remainder + subject.exponent_bytes + static)
    return Certificate(signed, remainder, subject.exponent_bytes)


def public_key_entry(rid: str, key: Key, expires: str) -> dict[str, str]:
    """The CA public key as terminals are provisioned with it, checksum included."""
    index = bytes([INDEX])
    checked = bytes.fromhex(rid) + index + key.modulus_bytes + key.exponent_bytes
    return {
        "rid": rid,
        "index": index.hex().upper(),
        "modulus": key.modulus_bytes.hex().upper(),
        "exponent": key.exponent_bytes.hex().upper(),
        "expires": expires,
        "sha1": _sha1(checked).hex().upper(),
    }


def _sha1(data: bytes) -> bytes:
    return sha1(data, usedforsecurity=False).digest()
