"""ISO/IEC 14443 at block level, without CRC: the card's half, and the small reader's half that the
PN532 runs for InDataExchange.
"""

from collections.abc import Awaitable, Callable
from typing import Protocol

_FRAME_SIZES = (16, 24, 32, 40, 48, 64, 96, 128, 256)  # by FSCI or FSDI
_FWT_UNIT_S = 256 * 16 / 13.56e6
_WTX_MAX = 59

_CID_FOLLOWS = 0x08
_CHAINING = 0x10
_DESELECT = 0xC2
_WTX = 0xF2


def frame_size(code: int) -> int:
    return _FRAME_SIZES[min(code, 8)]


class Card(Protocol):
    """What is put into the field. Optional: `thinking_ms` per APDU (0), `fwi` (7)."""

    kind: str  # "A" or "B"
    uid: bytes  # 4 bytes; type B gives it as its PUPI
    fsci: int

    def apdu(self, command: bytes) -> bytes | None:
        """The R-APDU with SW; None: the card left the field before it answered."""
        ...


class Picc:
    """One card in the field: activation, blocks, chaining, waiting time extension."""

    def __init__(self, card: Card):
        self.card = card
        self.left = False
        self.fwi: int = getattr(card, "fwi", 7)
        self.pause_s = 0.0  # how long the card takes for the block that frame() just returned
        self.field_off()

    @property
    def identity_a(self) -> bytes:
        """SENS_RES, SEL_RES (ISO-DEP supported), the length of the UID, the UID."""
        return b"\x00\x04\x20\x04" + self.card.uid

    @property
    def ats(self) -> bytes:
        """TL, T0, TA (106 kbit/s only), TB (FWI, SFGI 0), TC (CID supported)."""
        return bytes((5, 0x70 | self.card.fsci, 0x80, self.fwi << 4, 0x02))

    @property
    def atqb(self) -> bytes:
        """PUPI, application data, 106 kbit/s only, FSCI and ISO-DEP, FWI and CID supported."""
        protocol = bytes((0, self.card.fsci << 4 | 1, self.fwi << 4 | 1))
        return b"\x50" + self.card.uid + bytes(4) + protocol

    def field_off(self) -> None:
        self._halted = False
        self._reset()

    def _reset(self) -> None:
        self._selected = self._active = False
        self._number = 1
        self._fsd = self._cid = 0
        self._command = self._rest = self._last = b""

    def request(self) -> bool:
        """REQA or REQB, and selection: only an idle card answers (14443-3, 6.3 and 7.4).

        One that is selected falls back to idle; one that speaks ISO-DEP does not even listen.
        """
        if self._halted or self._active or self.left:
            return False
        self._selected = not self._selected
        return self._selected

    def frame(self, frame: bytes) -> bytes | None:
        """The card's answer to one frame, None for silence; pause_s says how long it took."""
        self.pause_s = 0.0
        if self.left or not frame or len(frame) > frame_size(self.card.fsci) - 2:
            return None
        if self.card.kind == "B" and frame[0] == 0x05 and len(frame) == 3:
            return self._wake_up_b(all_cards=bool(frame[2] & 0x08))
        if self._selected:
            return self._activate(frame)
        return self._block(frame) if self._active else None

    def _wake_up_b(self, all_cards: bool) -> bytes | None:
        if self._active or (self._halted and not all_cards):
            return None
        self.field_off()
        self._selected = True
        return self.atqb

    def _activate(self, frame: bytes) -> bytes | None:
        """RATS or ATTRIB."""
        if self.card.kind == "A" and frame[0] == 0xE0 and len(frame) == 2:
            self._begin(frame[1] >> 4, frame[1] & 15)
            return self.ats
        if frame[0] == 0x1D and len(frame) >= 9 and frame[1:5] == self.card.uid:
            self._begin(frame[6] & 15, frame[8] & 15)
            return bytes([self._cid])
        return None

    def _begin(self, fsdi: int, cid: int) -> None:
        self._reset()
        self._active = True
        self._fsd, self._cid = frame_size(fsdi), cid

    def _block(self, frame: bytes) -> bytes | None:
        pcb, has_cid = frame[0], bool(frame[0] & _CID_FOLLOWS)
        if (frame[1] & 15 if has_cid and len(frame) > 1 else 0) != self._cid:
            return None  # for another card
        inf = frame[2:] if has_cid else frame[1:]
        prologue = bytes([self._cid]) if has_cid else b""
        if pcb & 0xE2 == 0x02:
            answer = self._i_block(pcb, inf)
        elif pcb & 0xE6 == 0xA2:
            answer = self._r_block(pcb)
        else:
            answer = self._s_block(pcb & ~_CID_FOLLOWS)
        if not answer:
            return None
        head = answer[0] | (_CID_FOLLOWS if has_cid else 0)
        return bytes([head]) + prologue + answer[1:]

    def _i_block(self, pcb: int, inf: bytes) -> bytes | None:
        self._number ^= 1  # rule D
        self._command += inf
        if pcb & _CHAINING:
            self._last = bytes([0xA2 | self._number])
            return self._last
        command, self._command = self._command, b""
        answer = self.card.apdu(command)
        if answer is None:
            self.left = True
            return None
        self._rest = answer
        thinking_s = getattr(self.card, "thinking_ms", 0) / 1000
        fwt_s = _FWT_UNIT_S * 2**self.fwi
        if thinking_s <= fwt_s:
            return self._next_part(thinking_s)
        self._thinking_s = thinking_s
        self._last = bytes([_WTX, min(int(thinking_s / fwt_s) + 1, _WTX_MAX)])
        return self._last

    def _next_part(self, pause_s: float = 0.0) -> bytes:
        self.pause_s = pause_s
        size = self._fsd - 3 - (1 if self._cid else 0)
        part, self._rest = self._rest[:size], self._rest[size:]
        self._last = bytes([0x02 | (_CHAINING if self._rest else 0) | self._number]) + part
        return self._last

    def _r_block(self, pcb: int) -> bytes | None:
        if pcb & 1 == self._number:
            return self._last  # rule 11
        if pcb & 0x10:
            return bytes([0xA2 | self._number])  # rule 12: R(NAK) for what never came
        if not self._rest:
            return None
        self._number ^= 1  # rule E
        return self._next_part()

    def _s_block(self, pcb: int) -> bytes | None:
        if pcb == _DESELECT:
            self._reset()
            self._halted = True
            return bytes([_DESELECT])
        return self._next_part(self._thinking_s) if pcb == _WTX else None


class Pcd:
    """The chip's own ISO-DEP: 64-byte frames, no repetition, one card."""

    def __init__(self, fsci: int, cid: int | None):
        self._size = frame_size(fsci) - 3 - (cid is not None)
        self._cid = cid
        self._number = 0

    def block(self, pcb: int, inf: bytes = b"") -> bytes:
        if self._cid is None:
            return bytes([pcb]) + inf
        return bytes([pcb | _CID_FOLLOWS, self._cid]) + inf

    async def exchange(
        self, apdu: bytes, air: Callable[[bytes], Awaitable[bytes | None]]
    ) -> bytes | None:
        """The R-APDU; None when a block went unanswered or the card broke the protocol."""
        while len(apdu) > self._size:
            got = await self._settle(0x12, apdu[: self._size], air)
            if got is None:
                return None
            apdu = apdu[self._size :]
        got = await self._settle(0x02, apdu, air)
        answer = b""
        while got is not None:
            answer += got[1:] if self._cid is None else got[2:]
            if not got[0] & _CHAINING:
                return answer
            got = await self._settle(0xA2, b"", air)
        return None

    async def _settle(
        self, pcb: int, inf: bytes, air: Callable[[bytes], Awaitable[bytes | None]]
    ) -> bytes | None:
        got = await air(self.block(pcb | self._number, inf))
        while got and got[0] & ~_CID_FOLLOWS == _WTX:
            got = await air(got)
        if not got or got[0] & 0xC0 == 0xC0 or got[0] & 1 != self._number:
            return None
        self._number ^= 1
        return got
