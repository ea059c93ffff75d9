"""The contactless side of the virtual PN532: its field, the card in it, the time the air takes."""

from collections.abc import Awaitable, Callable

from host_tools.simulator.isodep import Card, Pcd, Picc
from host_tools.simulator.reader_faults import TIMEOUT, Faults

OK = 0x00
_BITS_PER_S = 13.56e6 / 128
_FRAME_DELAY_S = 100e-6
_SEARCH_S = 0.005
_CARDS_LIMIT_S = 5.0  # the longest waiting time of ISO/IEC 14443-4

_CHIP_FSDI = 5  # 64 bytes: what the chip itself offers to cards
_CHIP_CID = 1  # what it gives to type B cards

Sleep = Callable[[float], Awaitable[object]]


class Antenna:
    """Without `sleep`, nothing here takes time."""

    def __init__(self, faults: Faults, sleep: Sleep | None):
        self._faults = faults
        self._sleep = sleep
        self._picc: Picc | None = None
        self.power_up()

    def power_up(self) -> None:
        self.timeout_s = 0.0512
        self.automatic_rats = True
        self.switch(False)

    @property
    def card(self) -> Card | None:
        return self._picc.card if self._picc else None

    def place(self, card: Card) -> None:
        self._picc = Picc(card)

    def remove(self) -> None:
        if self._picc:
            self._picc.left = True
        self._picc = None

    def switch(self, on: bool) -> None:
        self.field = on
        if not on:
            self.forget()
            if self._picc:
                self._picc.field_off()

    def forget(self) -> None:
        """The chip drops its target; the card is not told."""
        self.target: Picc | None = None
        self.pcd = Pcd(0, None)

    async def exchange(self, block: bytes, limit_s: float) -> tuple[int, bytes]:
        """One frame to the target and back, who may think for `limit_s`: the chip's status, and
        the card's frame if OK."""
        target = self.target
        heard = target is not None and not self._faults.strike("to_card")
        reply = target.frame(block) if target and heard else None
        fault = self._faults.strike("from_card") if reply is not None else None
        if target and reply is not None and target.pause_s <= limit_s:
            await self._wait(_air_s(block) + target.pause_s + _air_s(reply))
        else:
            reply = None
            await self._wait(_air_s(block) + self.timeout_s)
        if target and target.left:  # perhaps while it was thinking
            self._picc = None if self._picc is target else self._picc
            return TIMEOUT, b""
        if fault:
            return fault.status, b""
        return (TIMEOUT, b"") if reply is None else (OK, reply)

    async def block(self, block: bytes) -> bytes | None:
        """The same on the chip's own account, which knows how long cards may take."""
        status, reply = await self.exchange(block, _CARDS_LIMIT_S)
        return reply if status == OK else None

    async def find(self, kind: str, attempts: int) -> bytes | None:
        """Activates a card of that kind as the chip does; what it reports of the card, or None."""
        self.field = True
        self.forget()
        picc = self._picc if self._picc and self._picc.card.kind == kind else None
        # A card that was selected misses the first request and answers the second.
        if not picc or not any(picc.request() for _ in range(min(attempts, 2))):
            await self._wait(_SEARCH_S)
            return None
        self.target = picc
        return await (self._activate_a(picc) if kind == "A" else self._activate_b(picc))

    async def _activate_a(self, picc: Picc) -> bytes | None:
        if not self.automatic_rats:
            return picc.identity_a
        self.pcd = Pcd(picc.card.fsci, None)
        ats = await self.block(bytes((0xE0, _CHIP_FSDI << 4)))
        return None if ats is None else picc.identity_a + ats

    async def _activate_b(self, picc: Picc) -> bytes | None:
        self.pcd = Pcd(picc.card.fsci, _CHIP_CID)
        attrib = b"\x1d" + picc.card.uid + bytes((0, _CHIP_FSDI, 1, _CHIP_CID))
        answer = await self.block(attrib)
        return None if answer is None else picc.atqb + bytes((len(answer),)) + answer

    async def _wait(self, seconds: float) -> None:
        if self._sleep:
            await self._sleep(seconds)


def _air_s(frame: bytes) -> float:
    """A frame with its CRC at 106 kbit/s, parity included, and the gap behind it."""
    return (len(frame) + 2) * 9 / _BITS_PER_S + _FRAME_DELAY_S
