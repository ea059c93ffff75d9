"""Sealing of journal records: encrypt, then authenticate (AES-CTR and truncated AES-CMAC)."""

from crypto.cmac import Cmac, cmac, same
from crypto.ctr import crypt

TAG_BYTES = 8


class Sealer:
    """Seals with two keys that are derived from the one of 16 bytes that was provisioned."""

    def __init__(self, key):
        if len(key) != 16:
            raise ValueError("the sealing key has 16 bytes")
        self._encryption_key = cmac(key, b"tapstone journal encryption")
        self._mac = Cmac(cmac(key, b"tapstone journal authentication"))

    def _tag(self, header, body):
        return self._mac.tag(bytes(header) + bytes(body))[:TAG_BYTES]

    def seal(self, nonce, header, body, tag):
        """Encrypts `body` in place under the 12-byte `nonce` and writes the tag over both parts."""
        crypt(self._encryption_key, nonce, body)
        tag[:] = self._tag(header, body)

    def open(self, nonce, header, body, tag):
        """True and `body` decrypted in place, or False and `body` untouched."""
        if not same(self._tag(header, body), tag):
            return False
        crypt(self._encryption_key, nonce, body)
        return True
