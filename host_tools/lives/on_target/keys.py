"""The keys that terminal and host share. What is derived from them is remembered from life to life:
every life uses the same test keys, and derivation is proved by published vectors elsewhere.

Test keys, not for live cards.
"""

from binascii import hexlify, unhexlify

from micropython import const

from crypto import dukpt
from crypto.cmac import Cmac
from crypto.ctr import crypt
from terminal import hostkeys

IKID = unhexlify("1234567890123456")
NEXT_IKID = unhexlify("1234567890123457")  # of the terminal that replaces it
INITIAL_KEY = unhexlify("1273671EA26AC29AFA4D1084127652A1")
SEAL_KEY = bytes(range(16))
_MOST = const(4000)

_cmacs = {IKID: {}, NEXT_IKID: {}}  # key id -> {use and counter in one number: Cmac}


def text(key):
    """As it stands in a provisioning file."""
    return hexlify(key).decode()


def _remembered(self, usage, counter):
    """In place of terminal.hostkeys.HostKeys.cmac, and the host's own."""
    known, name = _cmacs[self._dukpt.initial_key_id], usage << 32 | counter
    if name not in known:
        if len(known) > _MOST:
            known.clear()
        known[name] = Cmac(self._dukpt.working_key(usage, counter))
    return known[name]


def remember():
    hostkeys.HostKeys.cmac = _remembered


class HostKeys:
    """The host's half of docs/protocol.md, "Keys and the MAC"."""

    def __init__(self, key_id, initial_key):
        self.key_id = key_id
        self._dukpt = dukpt.Dukpt(key_id, initial_key)

    cmac = _remembered

    def request_mac(self, counter, body):
        return self.cmac(dukpt.MAC_REQUEST, counter).tag(body)[:8]

    def reply_mac(self, counter, body):
        return self.cmac(dukpt.MAC_REPLY, counter).tag(body)[:8]

    def token(self, counter, said):
        return self.cmac(dukpt.MAC_RECEIPT, counter).tag(said)

    def track2(self, counter, data):
        plain = bytearray(data)
        crypt(self._dukpt.working_key(dukpt.DATA_ENCRYPTION, counter), bytes(12), plain)
        return bytes(plain)
