"""ISO/IEC 14443-4 block protocol, reader side, as a pure state machine.

Generators yield each block to send (without CRC) and take the card's block back, or None when
none came; whoever drives them allows `wait_ms` for each. One card, no CID, no NAD.
"""

from micropython import const

_FSC = (16, 24, 32, 40, 48, 64, 96, 128, 256)  # by FSCI; larger ones do not fit the chip
_ANSWER_MAX = const(1024)
_TRIES = const(3)  # a block is sent, and asked for again twice
_FWT_UNIT_US = const(302)  # 256 * 16 / 13.56 MHz
_FWT_SLACK_MS = const(5)  # delta FWT is 49152 / 13.56 MHz = 3.6 ms
_FWI_MAX = const(14)

_CHAINING = const(0x10)
_WTX = const(0xF2)
_R_ACK = (b"\xa2", b"\xa3")  # by block number
_R_NAK = (b"\xb2", b"\xb3")
# (mask, value) of the PCB that settles a block; the block number is checked apart.
_WANT_I = (0xEE, 0x02)
_WANT_R_ACK = (0xFE, 0xA2)

DESELECT = b"\xc2"


class IsoDep:
    """The protocol state of one activated card."""

    def __init__(self):
        self._block = bytearray(_FSC[-1] - 2)
        self._answer = bytearray(_ANSWER_MAX)
        self._begin(0, 0, 0)

    def use_ats(self, ats):
        """Takes a type A card's answer to RATS (14443-4, 5.2); False if it is malformed."""
        if not ats or ats[0] != len(ats):
            return False
        t0 = ats[1] if len(ats) > 1 else 0x02
        tb = 2 + (t0 >> 4 & 1)
        if t0 & 0x20 and tb >= len(ats):
            return False
        times = ats[tb] if t0 & 0x20 else 0x40
        self._begin(t0 & 15, times >> 4, times & 15)
        return True

    def use_atqb(self, atqb):
        """Takes a type B card's ATQB (14443-3, 7.9); False if malformed or without ISO-DEP."""
        if not atqb or len(atqb) < 12 or atqb[0] != 0x50 or not atqb[10] & 1:
            return False
        self._begin(atqb[10] >> 4, atqb[11] >> 4, 0)
        return True

    def _begin(self, fsci, fwi, sfgi):
        self._number = 0
        self._fsc = _FSC[min(fsci, len(_FSC) - 1)]
        # FWI 15 and SFGI 15 are reserved and count as their defaults (14443-4, 5.2.5).
        self._fwt_ms = (_FWT_UNIT_US << (fwi if fwi <= _FWI_MAX else 4)) // 1000 + _FWT_SLACK_MS
        self.guard_ms = (_FWT_UNIT_US << sfgi) // 1000 + 1 if 0 < sfgi < 15 else 0
        self.wait_ms = self._fwt_ms

    def presence(self):
        """A block that a card in the field always answers (14443-4, rules 11 and 12)."""
        self.wait_ms = self._fwt_ms
        return _R_NAK[self._number]

    def exchange(self, apdu):
        """Carries one APDU; returns the answer as bytes, or None when the card failed or left."""
        apdu = memoryview(apdu)
        size = self._fsc - 3  # the PCB and two bytes of CRC
        start = 0
        while len(apdu) - start > size:
            block = self._i_block(apdu[start : start + size], _CHAINING)
            if (yield from self._settle(block, _R_NAK[self._number], _WANT_R_ACK)) is None:
                return None
            start += size
        block = self._i_block(apdu[start:], 0)
        got = yield from self._settle(block, _R_NAK[self._number], _WANT_I)
        return (yield from self._gather(got))

    def _i_block(self, part, chaining):
        length = len(part) + 1
        self._block[0] = 0x02 | chaining | self._number
        self._block[1:length] = part
        return memoryview(self._block)[:length]

    def _settle(self, mine, again, want):
        """Sends `mine` until the block that answers it comes; None after too many losses.

        `again` asks for a repetition: R(NAK) after an I-block, R(ACK) inside the card's chain
        (rules 4 and 5). An R(ACK) with the other number means that `mine` was lost (rule 6); only
        then is it sent twice, so a card never runs a command twice.
        """
        mask, value = want
        sending, losses = mine, 0
        self.wait_ms = self._fwt_ms
        while losses < _TRIES:
            got = yield sending
            self.wait_ms = self._fwt_ms
            pcb = got[0] if got else 0
            if pcb & mask == value and pcb & 1 == self._number:
                self._number ^= 1
                return got
            if pcb == _WTX and len(got) == 2:
                sending = self._grant(got[1] & 0x3F)
            elif pcb == 0xA2 | self._number ^ 1 and mine is not again:
                sending = mine
            else:
                losses += 1
                sending = again
        return None

    def _grant(self, times):
        """The S(WTX) answer; the next block may take `times` waiting times (14443-4, 7.3)."""
        self.wait_ms = self._fwt_ms * max(1, min(times, 59))
        return bytes((_WTX, times))

    def _gather(self, got):
        """Collects the card's chain, which begins with block `got`."""
        answer, length = self._answer, 0
        while got is not None:
            part = got[1:]
            end = length + len(part)
            if end > len(answer):
                return None
            answer[length:end] = part
            length = end
            if not got[0] & _CHAINING:
                return bytes(memoryview(answer)[:length])
            ack = _R_ACK[self._number]
            got = yield from self._settle(ack, ack, _WANT_I)
        return None
