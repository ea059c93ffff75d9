"""AES-DUKPT, terminal side (ANSI X9.24-3), AES-128 initial and working keys.

Working keys are derived from the initial key for any counter. This is simple and needs no durable
register file, but it keeps the initial key in the device: a device that is opened gives up its past
keys too. `docs/decisions.md` says why this stands for now.
"""

from cryptolib import aes
from micropython import const

MAC_REQUEST = const(0x2000)
MAC_REPLY = const(0x2001)
MAC_RECEIPT = const(0x2002)
DATA_ENCRYPTION = const(0x3000)

_KEY_DERIVATION = const(0x8000)
_ECB = const(1)
_MOST_ONES = const(16)
_MOST_KEPT = const(32)  # keys of 16 bytes
_DERIVATION_DATA = b"\x01\x01\0\0\0\x02\0\x80\0\0\0\0\0\0\0\0"


def counter_is_usable(counter):
    """X9.24-3 6.3.3: counters with more than 16 one-bits are skipped."""
    return 0 <= counter <= 0xFFFFFFFF and _ones(counter) <= _MOST_ONES


def _ones(number):
    count = 0
    while number:
        number &= number - 1
        count += 1
    return count


class Dukpt:
    def __init__(self, initial_key_id, initial_key):
        if len(initial_key_id) != 8 or len(initial_key) != 16:
            raise ValueError("DUKPT needs an 8-byte key id and a 16-byte initial key")
        self.initial_key_id = initial_key_id
        self._initial_key = initial_key
        self._derived = {}  # counter -> its derivation key: neighbours share most of their path

    def ksn(self, counter):
        """The 12-byte key serial number that names the keys of `counter`."""
        return self.initial_key_id + counter.to_bytes(4, "big")

    def working_key(self, usage, counter):
        """The 16-byte key for one use in one transaction; ValueError if the counter is skipped."""
        if not counter_is_usable(counter):
            raise ValueError("this DUKPT counter is to be skipped")
        return self._derive(self._derivation_key(counter), usage, counter)

    def _derivation_key(self, counter):
        """X9.24-3 6.3.3: bit by bit from the highest, so that its parent lacks the lowest bit."""
        if not counter:
            return self._initial_key
        key = self._derived.get(counter)
        if key is None:
            parent = self._derivation_key(counter & (counter - 1))
            key = self._derive(parent, _KEY_DERIVATION, counter)
            if len(self._derived) >= _MOST_KEPT:
                self._derived.clear()
            self._derived[counter] = key
        return key

    def _derive(self, key, usage, counter):
        """X9.24-3 table 3: version 1, block 1, usage, AES-128 (2), 128 bits, id, counter."""
        data = bytearray(_DERIVATION_DATA)
        data[2], data[3] = usage >> 8, usage & 0xFF
        data[8:12] = self.initial_key_id[4:8]
        data[12:16] = counter.to_bytes(4, "big")
        return aes(key, _ECB).encrypt(data)
