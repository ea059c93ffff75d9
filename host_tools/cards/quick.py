"""qVSDC and qUICS: the Visa and UnionPay applications, which decide within one command.

Follows the public flow of kernels 3 and 7; fDDA version 01 (Book C-3 Annex C).
"""

from host_tools import issuer
from host_tools.cards import application as base
from host_tools.cards import tlv

# Terminal transaction qualifiers, 9F66
_ODA_FOR_ONLINE = 0x01  # byte 1
_OFFLINE_ONLY = 0x08
_ONLINE_REQUIRED = 0x80  # byte 2
_CVM_REQUIRED = 0x40
_NO_CVM_ASKED = 0x3F  # card transaction qualifiers, byte 1, without online PIN and signature


class Quick(base.Application):
    """One GPO returns the cryptogram; records follow only where the terminal is to authenticate."""

    def start(self, fields: dict[int, bytes]) -> bytes:
        if not base.valid_amount(fields):
            return base.WRONG_DATA
        qualifiers = fields[0x9F66]
        kind = self.decide(
            fields,
            online=bool(qualifiers[1] & _ONLINE_REQUIRED),
            offline_only=bool(qualifiers[0] & _OFFLINE_ONLY),
        )
        answer = self.certify(kind, fields, self.memory.count())
        answer[0x57] = self.personal.track2
        answer[0x9F6C] = self._card_qualifiers(qualifiers)
        if kind == issuer.TC or (kind == issuer.ARQC and qualifiers[0] & _ODA_FOR_ONLINE):
            answer |= self._authentication(fields, answer)
        else:
            answer[0x5F34] = bytes.fromhex(self.profile.psn)  # else it is in the signed record
        chosen = ((tag, answer[tag]) for tag in self.scheme.answers if tag in answer)
        return tlv.encode(0x77, tlv.encode_all(chosen)) + base.OK

    def _authentication(self, fields: dict[int, bytes], answer: dict[int, bytes]):
        """The dynamic signature; 9F69, which it covers too, joins the last record."""
        related = b"\x01" + self.random(4) + answer[0x9F6C]  # fDDA version, card's number, CTQ
        self.records[self.last_record()] += tlv.encode(0x9F69, related)
        beside = fields[0x9F37] + fields[0x9F02] + fields[0x5F2A] + related
        dynamic_number = bytes([len(answer[0x9F36])]) + answer[0x9F36]
        return {0x94: self.file_locator(), 0x9F4B: self.sign(dynamic_number, beside)}

    def _card_qualifiers(self, qualifiers: bytes) -> bytes:
        """9F6C: the card asks for a verification only if the terminal requires one."""
        first, second = bytes.fromhex(self.profile.ctq)
        return bytes([first if qualifiers[1] & _CVM_REQUIRED else first & _NO_CVM_ASKED, second])
