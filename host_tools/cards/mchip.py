"""M/Chip: the Mastercard application, which decides at GENERATE AC and signs with CDA.

Follows the public flow of kernel 2 (Book 2, 6.6; Book 3, 6.5.5).
"""

from hashlib import sha1

from host_tools import issuer
from host_tools.cards import application as base
from host_tools.cards import tlv

_CDA = 0x10  # in P1: combined signature asked for
_ASKED = {0x00: issuer.AAC, 0x40: issuer.TC, 0x80: issuer.ARQC}
_MAG_STRIPE_RECORD = bytes([0x08, 0x01, 0x01, 0x00])  # kernel 2 skips it in EMV mode; we hold none


class MChip(base.Application):
    """GPO, records, one GENERATE AC."""

    shown: tuple[int, ...] = (0x9F27, 0x9F36, 0x9F10)  # in its answer; the cryptogram comes third

    _atc = b""
    _pdol_data = b""
    _done = True

    def start(self, fields: dict[int, bytes]) -> bytes:
        self._atc = self.memory.count()
        self._pdol_data = b"".join(fields.values())
        self._done = False
        answer = ((0x82, bytes.fromhex(self.scheme.aip)), (0x94, self.file_locator()))
        return tlv.encode(0x77, tlv.encode_all(answer)) + base.OK

    def file_locator(self) -> bytes:
        return _MAG_STRIPE_RECORD + super().file_locator()

    def generate_ac(self, control: int, data: bytes) -> bytes:
        if not self.started or self._done:
            return base.NOT_NOW
        fields = tlv.split(bytes.fromhex(self.scheme.static[0x8C]), data)
        if fields is None:
            return base.WRONG_LENGTH
        asked = _ASKED.get(control & 0xC0)
        if asked is None:
            return base.WRONG_P1_P2
        if not base.valid_amount(fields):
            return base.WRONG_DATA
        self._done = True
        kind = asked if asked == issuer.AAC else self.decide(fields, online=asked == issuer.ARQC)
        made = self.certify(kind, fields, self._atc)
        signed = control & _CDA and kind != issuer.AAC  # an AAC is never signed (Book 2, 6.6.1)
        answer = self._signed(made, fields, data) if signed else self._plain(made)
        return tlv.encode(0x77, tlv.encode_all(answer)) + base.OK

    def _signed(self, made: dict[int, bytes], fields: dict[int, bytes], data: bytes):
        """CDA: the cryptogram travels inside the signature, with a hash over the whole dialogue."""
        shown = [(tag, made[tag]) for tag in self.shown]
        dialogue = self._pdol_data + data + tlv.encode_all(shown)
        dialogue_hash = sha1(dialogue, usedforsecurity=False).digest()
        dynamic = b"\x08" + self.random(8) + made[0x9F27] + made[0x9F26] + dialogue_hash
        return [*shown[:2], (0x9F4B, self.sign(dynamic, fields[0x9F37])), *shown[2:]]

    def _plain(self, made: dict[int, bytes]) -> list[tuple[int, bytes]]:
        return [(tag, made[tag]) for tag in (*self.shown[:2], 0x9F26, *self.shown[2:])]
