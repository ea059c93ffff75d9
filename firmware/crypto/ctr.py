"""AES in counter mode, built on ECB because no port's `cryptolib` has CTR switched on."""

from cryptolib import aes
from micropython import const

_ECB = const(1)
_BLOCK = const(16)
_LAST = const(15)
_MOST_BLOCKS = const(256)  # so that the last byte is the whole block number
_ZEROS = bytes(4)


def crypt(key, nonce, data):
    """Encrypts or decrypts the bytearray or memoryview `data` in place.

    Counter block: `nonce` (12 bytes) and a 32-bit big-endian block number from 0. A pair of key
    and nonce must never meet two different plaintexts. At most 4,096 bytes.
    """
    if len(nonce) != 12:
        raise ValueError("CTR needs a 12-byte nonce")
    blocks = (len(data) + _BLOCK - 1) // _BLOCK
    if blocks > _MOST_BLOCKS:
        raise ValueError("CTR for at most 4,096 bytes")
    stream = bytearray((bytes(nonce) + _ZEROS) * blocks)
    for i in range(1, blocks):
        stream[i * _BLOCK + _LAST] = i
    aes(key, _ECB).encrypt(stream, stream)
    # As one large number each: four times faster than byte by byte.
    mixed = int.from_bytes(data, "big") ^ int.from_bytes(stream[: len(data)], "big")
    data[:] = mixed.to_bytes(len(data), "big")
