"""J/Speedy: the JCB application. As M/Chip it decides at GENERATE AC; it also says how to verify.

Follows what public implementations show of kernel 5 in EMV mode.
"""

from host_tools.cards import application as base
from host_tools.cards.mchip import MChip

_CVM_REQUIRED = 0x80  # terminal interchange profile, 9F53, byte 1
# The profile's card transaction qualifiers in the terms of 9F50, cardholder verification status.
_BY_NOTHING = b"\x00"
_STATUS = {"4000": b"\x10", "8000": b"\x20", "0080": b"\x30"}
_BY_DEVICE = _STATUS["0080"]  # was done before the tap, whether or not it is required


class Speedy(MChip):
    """GPO, records, one GENERATE AC whose answer carries 9F50."""

    shown = (*MChip.shown, 0x9F50)

    def file_locator(self) -> bytes:
        return base.Application.file_locator(self)

    def certify(self, kind: str, fields: dict[int, bytes], atc: bytes) -> dict[int, bytes]:
        status = _STATUS[self.profile.ctq]
        asked = fields[0x9F53][0] & _CVM_REQUIRED or status == _BY_DEVICE
        return super().certify(kind, fields, atc) | {0x9F50: status if asked else _BY_NOTHING}
