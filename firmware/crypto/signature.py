"""RSA signatures: PKCS #1 v1.5 with SHA-256 (RFC 8017 8.2), public exponent 65537.

It only verifies. The whole block is compared, byte for byte, so that nothing can hide behind the
padding.
"""

from hashlib import sha256

_EXPONENT = 65537
# The digest's description in front of it: RFC 8017 9.2, note 1.
_SHA256_INFO = b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"


def is_right(modulus, message, signature):
    """Whether `signature` over `message` is by the owner of the key; all three are bytes."""
    size = len(modulus)
    number, n = int.from_bytes(signature, "big"), int.from_bytes(modulus, "big")
    if len(signature) != size or number >= n:
        return False
    digest = _SHA256_INFO + sha256(message).digest()
    block = b"\0\1" + b"\xff" * (size - 3 - len(digest)) + b"\0" + digest
    return pow(number, _EXPONENT, n).to_bytes(size, "big") == block
