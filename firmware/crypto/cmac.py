"""AES-CMAC (RFC 4493, NIST SP 800-38B).

One CBC call over the whole message does the chaining in C; only the last block is prepared here.
"""

from cryptolib import aes
from micropython import const

_ECB = const(1)
_CBC = const(2)
_BLOCK = const(16)
_ZERO = bytes(_BLOCK)
_BITS = const(128)
_TOP = 1 << _BITS
_REDUCTION = _TOP | 0x87


def _double(number):
    """Multiplication by x in GF(2^128), RFC 4493 section 2.3; free of branches on key bits."""
    doubled = number << 1
    return doubled ^ (doubled >> _BITS) * _REDUCTION


class Cmac:
    """`Cmac(key16).tag(message)` -> 16 bytes. The two subkeys are derived once per key.

    Blocks are mixed as one large number each: several times faster than byte by byte.
    """

    def __init__(self, key):
        self._key = key
        self._whole = _double(int.from_bytes(aes(key, _ECB).encrypt(_ZERO), "big"))
        self._padded = _double(self._whole)

    def tag(self, message):
        rest = len(message) % _BLOCK
        work = bytearray(message)
        if rest or not message:
            work += b"\x80" + _ZERO[rest + 1 :]
            subkey = self._padded
        else:
            subkey = self._whole
        last = len(work) - _BLOCK
        mixed = int.from_bytes(work[last:], "big") ^ subkey
        work[last:] = mixed.to_bytes(_BLOCK, "big")
        aes(self._key, _CBC, _ZERO).encrypt(work, work)
        return bytes(work[last:])


def cmac(key, message):
    return Cmac(key).tag(message)


def same(a, b):
    """Compares two tags in time that does not depend on where they differ."""
    if len(a) != len(b):
        return False
    difference = 0
    for i in range(len(a)):
        difference |= a[i] ^ b[i]
    return difference == 0
