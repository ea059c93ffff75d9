"""What the payment applications on our cards share: selection, records, risk and cryptograms."""

from collections.abc import Callable

from host_tools import issuer
from host_tools.cards import tlv
from host_tools.cards.memory import Memory
from host_tools.cards.personal import KEY_SFI, STATIC_SFI, Personal

OK = b"\x90\x00"
WRONG_LENGTH = b"\x67\x00"
NOT_NOW = b"\x69\x85"  # conditions of use not satisfied
WRONG_DATA = b"\x6a\x80"
NOT_FOUND = b"\x6a\x82"
_CUT_BYTES = 3  # what a card with short records leaves out
NO_RECORD = b"\x6a\x83"
WRONG_P1_P2 = b"\x6a\x86"
UNKNOWN_COMMAND = b"\x6d\x00"

_CID = {issuer.AAC: b"\x00", issuer.TC: b"\x40", issuer.ARQC: b"\x80"}


class Application:
    """One application; the kernels' differences are in the subclasses.

    Every command returns the whole response with its status bytes.
    """

    def __init__(self, personal: Personal, memory: Memory, random: Callable[[int], bytes]):
        self.personal = personal
        self.profile = personal.profile
        self.scheme = personal.scheme
        self.memory = memory
        self.random = random
        self.records: dict[tuple[int, int], bytes] = {}
        self.started = False

    def select(self, aid: str, priority: int) -> bytes:
        """Starts afresh and answers the file control information (Book 1, table 45)."""
        self.started = False
        self.records = dict(self.personal.records)
        described = tlv.encode_all(
            (
                (0x50, self.profile.label.encode()),
                (0x87, bytes([priority])),
                (0x9F38, bytes.fromhex(self.scheme.pdol)),
                (0x5F2D, b"zhen"),
            )
        )
        return (
            tlv.encode(0x6F, tlv.encode(0x84, bytes.fromhex(aid)), tlv.encode(0xA5, described)) + OK
        )

    def read_record(self, sfi: int, number: int) -> bytes:
        record = self.records.get((sfi, number))
        if record is None:
            return NO_RECORD
        if self.profile.short_records:
            record = record[:-_CUT_BYTES]
        return tlv.encode(0x70, record) + OK

    def processing_options(self, template: bytes) -> bytes:
        """GET PROCESSING OPTIONS, once a selection; `template` is 83 with the PDOL values."""
        if self.started:
            return NOT_NOW
        if template[:1] != b"\x83" or len(template) != 2 + template[1]:
            return WRONG_DATA
        fields = tlv.split(bytes.fromhex(self.scheme.pdol), template[2:])
        if fields is None:
            return WRONG_LENGTH
        self.started = True
        return self.start(fields)

    def start(self, fields: dict[int, bytes]) -> bytes:
        """The application's answer to well-formed processing options."""
        raise NotImplementedError

    def generate_ac(self, control: int, data: bytes) -> bytes:
        return UNKNOWN_COMMAND

    def decide(self, fields: dict[int, bytes], online: bool, offline_only: bool = False) -> str:
        """Card risk management: which cryptogram this transaction gets."""
        if self.profile.declines:
            return issuer.AAC
        if online:
            return issuer.ARQC
        amount_fen = _amount_fen(fields)
        total_fen = self.memory.offline_total_fen + amount_fen
        within = amount_fen <= self.profile.offline_limit_fen
        if within and total_fen <= self.profile.offline_total_fen and fields[0x5F2A] == b"\x01\x56":
            return issuer.TC
        return issuer.AAC if offline_only else issuer.ARQC

    def certify(self, kind: str, fields: dict[int, bytes], atc: bytes) -> dict[int, bytes]:
        """Makes the cryptogram and remembers it; the objects that every answer carries."""
        made = {
            0x82: bytes.fromhex(self.scheme.aip),
            0x9F27: _CID[kind],
            0x9F36: atc,
            0x9F10: issuer.issuer_application_data(kind),
        }
        made[0x9F26] = issuer.cryptogram(self.personal.card_key, fields | made)
        self.memory.add(
            {
                "atc": self.memory.atc,
                "type": kind,
                "amount_fen": _amount_fen(fields),
                "un": fields[0x9F37].hex().upper(),
                "date": fields[0x9A].hex(),
                "cryptogram": made[0x9F26].hex().upper(),
            }
        )
        return made

    def sign(self, data: bytes, beside: bytes) -> bytes:
        """9F4B; a card of the wrong-signature profile signs one byte too many."""
        return self.personal.key.sign_dynamic(data, beside + b"\0" * self.profile.wrong_signature)

    def file_locator(self) -> bytes:
        """The AFL: one signed record, then those with the keys."""
        _, last = self.last_record()
        return bytes([STATIC_SFI << 3, 1, 1, 1, KEY_SFI << 3, 1, last, 0])

    def last_record(self) -> tuple[int, int]:
        return max(self.records)


def valid_amount(fields: dict[int, bytes]) -> bool:
    return fields[0x9F02].hex().isdecimal()


def _amount_fen(fields: dict[int, bytes]) -> int:
    return int(fields[0x9F02].hex())
