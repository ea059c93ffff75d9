"""The keys that terminal and host share. Derived keys are remembered from life to life: every life
uses the same test keys, and their derivation is proved by published vectors elsewhere.

Test keys, not for live cards.
"""

from binascii import hexlify, unhexlify

from micropython import const

from crypto import dukpt
from crypto.cmac import cmac
from crypto.ctr import crypt

IKID = unhexlify("1234567890123456")
NEXT_IKID = unhexlify("1234567890123457")  # of the terminal that replaces it
INITIAL_KEY = unhexlify("1273671EA26AC29AFA4D1084127652A1")
SEAL_KEY = bytes(range(16))
_MOST = const(4000)

_derive = dukpt.Dukpt.working_key
_known = {}


def text(key):
    """As it stands in a provisioning file."""
    return hexlify(key).decode()


def _remembered(self, usage, counter):
    name = (self.initial_key_id, usage, counter)
    if name not in _known:
        if len(_known) > _MOST:
            _known.clear()
        _known[name] = _derive(self, usage, counter)
    return _known[name]


def remember():
    dukpt.Dukpt.working_key = _remembered


class HostKeys:
    """The host's half of docs/protocol.md, "Keys and the MAC"."""

    def __init__(self, key_id, initial_key):
        self.key_id = key_id
        self._dukpt = dukpt.Dukpt(key_id, initial_key)

    def _key(self, usage, counter):
        return self._dukpt.working_key(usage, counter)

    def request_mac(self, counter, body):
        return cmac(self._key(dukpt.MAC_REQUEST, counter), body)[:8]

    def reply_mac(self, counter, body):
        return cmac(self._key(dukpt.MAC_REPLY, counter), body)[:8]

    def token(self, counter, said):
        return cmac(self._key(dukpt.MAC_RECEIPT, counter), said)

    def track2(self, counter, data):
        plain = bytearray(data)
        crypt(self._key(dukpt.DATA_ENCRYPTION, counter), bytes(12), plain)
        return bytes(plain)
