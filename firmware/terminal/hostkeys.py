"""The keys shared with the host, as the messages need them: each DUKPT key put to its use."""

from crypto import dukpt
from crypto.cmac import Cmac, same
from crypto.ctr import crypt

_MAC_BYTES = 8
_ONE_USE_NONCE = bytes(12)  # each data key encrypts exactly one text: see docs/protocol.md


class HostKeys:
    def __init__(self, initial_key_id, initial_key):
        self._dukpt = dukpt.Dukpt(initial_key_id, initial_key)

    def ksn(self, counter):
        return self._dukpt.ksn(counter)

    def cmac(self, usage, counter):
        return Cmac(self._dukpt.working_key(usage, counter))

    def mac(self, counter, body):
        return self.cmac(dukpt.MAC_REQUEST, counter).tag(body)[:_MAC_BYTES]

    def reply_mac_is_right(self, counter, body, mac):
        if not dukpt.counter_is_usable(counter):
            return False
        return same(self.cmac(dukpt.MAC_REPLY, counter).tag(body)[:_MAC_BYTES], mac)

    def receipt_is_right(self, counter, said, token):
        return same(self.cmac(dukpt.MAC_RECEIPT, counter).tag(said), token)

    def encrypt_card_data(self, counter, track2):
        """The track 2 equivalent as it is stored and sent (DE 62)."""
        data = bytearray(track2)
        crypt(self._dukpt.working_key(dukpt.DATA_ENCRYPTION, counter), _ONE_USE_NONCE, data)
        return bytes(data)
