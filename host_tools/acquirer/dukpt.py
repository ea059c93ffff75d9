"""AES-DUKPT, host side (ANSI X9.24-3): from the base derivation key to the keys of one message.

AES-128 throughout. The terminal side is `firmware/crypto/dukpt.py`; both are held to the published
vectors.
"""

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

MAC_REQUEST = 0x2000
MAC_REPLY = 0x2001
MAC_RECEIPT = 0x2002
DATA_ENCRYPTION = 0x3000

_KEY_DERIVATION = 0x8000
_INITIAL_KEY = 0x8001
_MOST_ONES = 16


def counter_is_usable(counter: int) -> bool:
    """X9.24-3: counters with more than 16 one-bits are skipped."""
    return counter.bit_count() <= _MOST_ONES


def initial_key(base_key: bytes, key_id: bytes) -> bytes:
    """The 16-byte initial key of the terminal that was given this 8-byte initial key id."""
    return _derive(base_key, _INITIAL_KEY, key_id)


class TransactionKeys:
    """The keys of one transaction, by usage."""

    def __init__(self, initial: bytes, key_id: bytes, counter: int):
        self._context = key_id[4:] + counter.to_bytes(4, "big")
        self._key, reached = initial, 0
        for shift in range(31, -1, -1):
            if counter >> shift & 1:
                reached |= 1 << shift
                step = key_id[4:] + reached.to_bytes(4, "big")
                self._key = _derive(self._key, _KEY_DERIVATION, step)

    def working_key(self, usage: int) -> bytes:
        """The 16-byte key for one usage."""
        return _derive(self._key, usage, self._context)


def _derive(key: bytes, usage: int, context: bytes) -> bytes:
    """Derivation data: version 1, block 1, usage, AES-128 (2), 128 bits, 8 bytes of context."""
    data = b"\x01\x01" + usage.to_bytes(2, "big") + b"\x00\x02\x00\x80" + context
    return Cipher(algorithms.AES(key), modes.ECB()).encryptor().update(data)  # noqa: S305
