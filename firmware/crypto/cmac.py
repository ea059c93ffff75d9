"""AES-CMAC (RFC 4493, NIST SP 800-38B).

One CBC call over the whole message does the chaining in C; only the last block is prepared here.
"""

from cryptolib import aes
from micropython import const

_ECB = const(1)
_CBC = const(2)
_BLOCK = const(16)
_ZERO = bytes(_BLOCK)


def _double(block):
    """Multiplication by x in GF(2^128), RFC 4493 section 2.3; free of branches on key bits."""
    out = bytearray(_BLOCK)
    carry = 0
    for i in range(_BLOCK - 1, -1, -1):
        value = block[i] << 1 | carry
        out[i] = value & 0xFF
        carry = value >> 8
    out[_BLOCK - 1] ^= 0x87 * carry
    return out


class Cmac:
    """`Cmac(key16).tag(message)` -> 16 bytes. The two subkeys are derived once per key."""

    def __init__(self, key):
        self._key = key
        self._whole = _double(aes(key, _ECB).encrypt(_ZERO))
        self._padded = _double(self._whole)

    def tag(self, message):
        length = len(message)
        blocks = max(1, (length + _BLOCK - 1) // _BLOCK)
        work = bytearray(blocks * _BLOCK)
        work[:length] = message
        if length == len(work):
            subkey = self._whole
        else:
            work[length] = 0x80
            subkey = self._padded
        last = len(work) - _BLOCK
        for i in range(_BLOCK):
            work[last + i] ^= subkey[i]
        aes(self._key, _CBC, _ZERO).encrypt(work, work)
        return bytes(work[last:])


def cmac(key, message):
    return Cmac(key).tag(message)


def same(a, b):
    """Compares two tags in time that does not depend on where they differ."""
    if len(a) != len(b):
        return False
    difference = 0
    for x, y in zip(a, b):
        difference |= x ^ y
    return difference == 0
