"""The model host's signed documents: published by a plan, offered in sign-in and echo, sent in
chunks, and taken only as they were published.

The signature is a stand-in: 3,072-bit RSA would cost more than all the rest of a life, and it has
tests of its own. What counts here is that a document that nobody signed is refused.
"""

import json
import time
from hashlib import sha256

from micropython import const

from crypto import signature

PARAMETERS, NOTICES = const(1), const(2)
SIGNER = "ab" * 384  # as provisioned
CODES = {"360": PARAMETERS, "372": NOTICES}
_FORMATS = {PARAMETERS: "tapstone-parameters/1", NOTICES: "tapstone-notices/1"}
_CHUNK_BYTES = const(240)
_VERSIONS, _CHUNK = const(0x15), const(0x16)


def _stand_in(modulus, body, signed):
    return signed == sha256(body).digest() * 12


def stand_in():
    """Once, before a terminal lives."""
    signature.is_right = _stand_in


def moment(seconds):
    return list(time.gmtime(seconds)[:5])


class Documents:
    def __init__(self, merchant_id):
        self._merchant_id = merchant_id
        self._signed = {}  # kind -> (version, bytes)
        self.policies = {}  # version -> limits, as published
        self.refused = []  # (kind, version, reason code, field) as terminals told them
        self.in_use = {PARAMETERS: 0, NOTICES: 0}  # as a terminal said last

    def publish(self, kind, spoilt=False, version=None, **content):
        """`spoilt`: somebody on the way has altered it. -> its version."""
        version = version or self._newest(kind) + 1
        content["format"], content["version"] = _FORMATS[kind], version
        content["merchant_id"] = self._merchant_id
        body = json.dumps(content).encode()
        signed = sha256(body + b"x" * spoilt).digest() * 12
        self._signed[kind] = version, body + signed
        if kind == PARAMETERS and not spoilt:
            self.policies[version] = content["policy"]
        return version

    def _newest(self, kind):
        return self._signed[kind][0] if kind in self._signed else 0

    def answer(self, code, private):
        """What an 0810 says of documents: {tag: bytes}."""
        told = {}
        said = private.get(_VERSIONS)
        if said:
            self._note(said)
            newest = [self._newest(kind) for kind in (PARAMETERS, NOTICES)]
            told[_VERSIONS] = b"".join([n.to_bytes(4, "big") for n in newest])
        kind = CODES.get(code)
        if kind in self._signed:
            told[_CHUNK] = self._chunk(private[_CHUNK], *self._signed[kind])
        return told

    def _chunk(self, wanted, version, signed):
        same = int.from_bytes(wanted[:4], "big") == version
        offset = int.from_bytes(wanted[4:], "big") if same else 0
        head = version.to_bytes(4, "big") + len(signed).to_bytes(2, "big")
        return head + offset.to_bytes(2, "big") + signed[offset : offset + _CHUNK_BYTES]

    def _note(self, said):
        for i, kind in enumerate((PARAMETERS, NOTICES)):
            self.in_use[kind] = int.from_bytes(said[4 * i : 4 * i + 4], "big")
        if len(said) > 8:
            version = int.from_bytes(said[9:13], "big")
            self.refused.append((said[8], version, said[13], said[14:].decode()))
