"""Card reader: NXP PN532 over its high speed UART, with ISO-DEP on this side of the wire.

The chip's own ISO-DEP offers cards 64-byte frames; EMV asks for 256. So automatic RATS is off, and
the blocks are ours, carried by InCommunicateThru (UM0701-02, 7.3.9).
"""

import asyncio
from errno import EIO, ENODEV, ETIMEDOUT
from time import ticks_add, ticks_diff, ticks_ms

from micropython import const

from drivers.isodep import DESELECT, IsoDep
from drivers.pn532_frame import ACK, BROKEN, NACK, FrameReader, FrameWriter

_DIAGNOSE = const(0x00)
_GET_FIRMWARE_VERSION = const(0x02)
_SET_SERIAL_BAUDRATE = const(0x10)
_SET_PARAMETERS = const(0x12)
_SAM_CONFIGURATION = const(0x14)
_RF_CONFIGURATION = const(0x32)
_IN_COMMUNICATE_THRU = const(0x42)
_IN_LIST_PASSIVE_TARGET = const(0x4A)

_COLD_BAUD = const(115200)  # the chip's speed after power-up
_FAST_BAUD = const(921600)
_FAST_BAUD_CODE = b"\x07"
_PN532 = const(0x32)

# Five rising edges wake the chip; the zeros give its oscillator time to start.
_WAKE = b"\x55\x55" + bytes(14)

_SETUP = (
    (_SET_PARAMETERS, b"\x00"),  # no automatic RATS, no DID, no NAD
    (_RF_CONFIGURATION, b"\x04\x00"),  # MaxRtyCOM: repeating blocks is ISO-DEP's business
    (_RF_CONFIGURATION, b"\x05\x00\x00\x01"),  # MaxRetries: look twice; the default never returns
    (_RF_CONFIGURATION, b"\x01\x00"),  # field off
)

_ACK_MS = const(100)  # the chip takes 15
_QUICK_MS = const(150)
_LIST_MS = const(400)
_MARGIN_MS = const(100)  # what the wire and the chip may add to a card's time
_GUARD_MS = const(6)  # EMV contactless level 1: 5.1 ms of plain field around a poll, or of none
_PAUSE_MS = const(20)
_RESET_ROUNDS = const(10)

_RATS = b"\xe0\x80"  # FSDI 8: 256 bytes; CID 0
_RATS_MS = const(8)  # 14443-4, 5.1: 4.8 ms
_SAK_ISO_DEP = const(0x20)
_DESELECT_CID_1 = b"\xca\x01"
_WUPB = b"\x05\x00\x08"
_ATTRIB = b"\x1d"  # then the card's PUPI, then: defaults, FSDI 8 at 106 kbit/s, ISO-DEP, CID 0
_ATTRIB_PARAMETERS = b"\x00\x08\x01\x00"
_REQUEST_B_MS = const(8)
_PRESENCE_TRIES = const(2)


class PN532:
    """One reader, one card at a time. Not for use by two tasks at once.

    `uart`: a stream like machine.UART; `set_baud(int)` gives it another speed. Methods raise
    OSError when the chip itself fails, within about a second; `start()` then begins anew. A
    method may be cancelled: the next one aborts what the chip was still doing.
    """

    def __init__(self, uart, set_baud):
        self._in = asyncio.StreamReader(uart)
        self._out = asyncio.StreamWriter(uart)
        self._set_baud = set_baud
        self._frames = FrameReader()
        self._writer = FrameWriter()
        self._busy = False  # the last command did not come to its end
        self._nonce = 0
        self._card_time = 0  # the chip's RF timeout as last configured
        self._card = None  # "A" or "B" while a card is activated
        self._rounds = 0  # polls without a card since the last reset
        self._dep = IsoDep()

    async def start(self):
        """Wakes and configures the chip, and goes to 921600 baud. The field stays off."""
        self._card, self._card_time, self._busy = None, 0, False
        baud = await self._wake()
        await self._resync()
        version = await self._command(_GET_FIRMWARE_VERSION, b"", _QUICK_MS)
        if len(version) != 4 or version[0] != _PN532:
            raise OSError(ENODEV)
        for code, data in _SETUP:
            await self._command(code, data, _QUICK_MS)
        if baud != _FAST_BAUD:
            await self._speed_up()

    async def field(self, on):
        """Switches the field, and waits until a card may have noticed."""
        self._card = None
        await self._command(_RF_CONFIGURATION, b"\x01\x01" if on else b"\x01\x00", _QUICK_MS)
        await asyncio.sleep_ms(_GUARD_MS)

    async def poll(self, timeout_ms):
        """Looks for a card, for `timeout_ms` or a little longer. The field must be on.

        Returns "A" or "B" with one card activated at ISO-DEP level, or None. A card that was
        released stays mute until the field was off; every few rounds without a card end so, too,
        because a card whose activation went wrong unnoticed hears nothing else.
        """
        end = ticks_add(ticks_ms(), timeout_ms)
        while True:
            for kind, activate in (("A", self._activate_a), ("B", self._activate_b)):
                if await activate():
                    self._card = kind
                    await asyncio.sleep_ms(self._dep.guard_ms)
                    return kind
                await asyncio.sleep_ms(_GUARD_MS)
            self._rounds = (self._rounds + 1) % _RESET_ROUNDS
            if not self._rounds:
                await self._start_over()
            if ticks_diff(end, ticks_ms()) <= 0:
                return None
            await asyncio.sleep_ms(_PAUSE_MS)

    async def transceive(self, apdu, deadline_ms):
        """Sends a C-APDU; returns the R-APDU with SW as bytes.

        None when the card left, broke the protocol, or took longer than `deadline_ms` from now.
        """
        if self._card is None:
            return None
        end = ticks_add(ticks_ms(), deadline_ms)
        talk = self._dep.exchange(apdu)
        got = failure = None
        while True:
            try:
                block = talk.send(got)
            except StopIteration as stop:
                answer = stop.value
                break
            left_ms = ticks_diff(end, ticks_ms())
            if left_ms <= 0:
                return None
            try:
                got, failure = await self._air(block, self._dep.wait_ms, left_ms), None
            except OSError as error:
                # Did the card get the block? ISO-DEP finds out, without running a command twice.
                got, failure = None, error
        if answer is None and failure:
            raise failure
        return answer

    async def present(self):
        """Whether the activated card still answers."""
        for _ in range(_PRESENCE_TRIES if self._card else 0):
            if await self._air(self._dep.presence(), self._dep.wait_ms):
                return True
        return False

    async def release(self):
        """Lets the card go (S(DESELECT)); it stays mute until the field was off."""
        if self._card:
            self._card = None
            await self._air(DESELECT, self._dep.wait_ms)

    # --- cards

    async def _activate_a(self):
        found = await self._command(_IN_LIST_PASSIVE_TARGET, b"\x01\x00", _LIST_MS)
        # NbTg, Tg, SENS_RES (2), SEL_RES, ...
        if len(found) < 5 or not found[0] or not found[4] & _SAK_ISO_DEP:
            return False
        return self._dep.use_ats(await self._air(_RATS, _RATS_MS)) or await self._start_over()

    async def _activate_b(self):
        found = await self._command(_IN_LIST_PASSIVE_TARGET, b"\x01\x03\x00", _LIST_MS)
        if not found or not found[0]:
            return False
        # The chip has sent its own ATTRIB, with CID 1 and 64-byte frames: undo it, wake the card
        # again and offer 256 bytes.
        await self._air(_DESELECT_CID_1, _REQUEST_B_MS)
        atqb = await self._air(_WUPB, _REQUEST_B_MS)
        if atqb and self._dep.use_atqb(atqb):
            attrib = _ATTRIB + bytes(atqb[1:5]) + _ATTRIB_PARAMETERS
            answer = await self._air(attrib, self._dep.wait_ms)
            if answer and not answer[0] & 0x0F:
                return True
        return await self._start_over()

    async def _start_over(self):
        """Resets the card: after half an activation it hears no request; returns False."""
        await self.field(False)
        await self.field(True)
        return False

    async def _air(self, block, card_ms, limit_ms=10_000):
        """Sends one block to the card, which may take `card_ms`; returns its block or None."""
        code = 1  # the chip waits 100 us * 2 ** (code - 1), at most 3.3 s
        while (100 << code - 1) < card_ms * 1000 and code < 16:
            code += 1
        if code != self._card_time:
            await self._command(_RF_CONFIGURATION, bytes((2, 0, 0x0B, code)), _QUICK_MS)
            self._card_time = code
        wait_ms = (100 << code - 1) // 1000 + _MARGIN_MS
        answer = await self._once(_IN_COMMUNICATE_THRU, block, min(wait_ms, limit_ms))
        return answer[1:] if len(answer) and not answer[0] else None

    # --- the chip

    async def _wake(self):
        """Wakes the chip at whichever speed it has; returns that speed."""
        for baud in (_COLD_BAUD, _FAST_BAUD):  # it kept the fast one if only we were restarted
            self._set_baud(baud)
            self._out.write(_WAKE)
            await self._out.drain()
            try:
                await self._command(_SAM_CONFIGURATION, b"\x01\x00\x01", _QUICK_MS)
                return baud
            except OSError as error:
                if error.errno != ETIMEDOUT:
                    raise
        raise OSError(ETIMEDOUT)

    async def _speed_up(self):
        await self._command(_SET_SERIAL_BAUDRATE, _FAST_BAUD_CODE, _QUICK_MS)
        # The chip changes its speed when it has seen our ACK (UM0701-02, 7.2.8).
        self._out.write(ACK)
        await self._out.drain()
        await asyncio.sleep_ms(2)
        self._set_baud(_FAST_BAUD)
        await self._command(_GET_FIRMWARE_VERSION, b"", _QUICK_MS)

    async def _command(self, code, data, wait_ms):
        """One command that may be sent twice; returns the answer's data, valid until the next."""
        try:
            return await self._once(code, data, wait_ms)
        except OSError as error:
            if error.errno != ETIMEDOUT:
                raise
        return await self._once(code, data, wait_ms)

    async def _once(self, code, data, wait_ms):
        """One command, sent once: ACK, then the answer."""
        if self._busy:
            await self._resync()
        self._frames.clear()
        self._busy = True
        self._out.write(self._writer.command(code, data))
        await _within(self._acknowledged(), _ACK_MS)
        answer = await _within(self._answer(code), wait_ms)
        self._busy = False
        return answer

    async def _resync(self):
        """Aborts the running command; what arrives before our echo is stale and is dropped."""
        self._nonce = self._nonce + 1 & 0xFF
        self._frames.clear()
        self._out.write(ACK)  # from the host, this is an abort (UM0701-02, 6.2.1.3)
        self._out.write(self._writer.command(_DIAGNOSE, bytes((0, self._nonce))))
        await _within(self._echo(), _QUICK_MS)
        self._busy = False

    async def _acknowledged(self):
        """Without a look at anything else: an answer before the ACK belongs to an older command."""
        await self._out.drain()
        while await self._next_frame() is not ACK:
            pass

    async def _answer(self, code):
        frame = await self._next_answer()
        if frame is BROKEN:
            self._out.write(NACK)  # say that again
            await self._out.drain()
            frame = await self._next_answer()
        if frame is BROKEN:
            raise OSError(ETIMEDOUT)
        if len(frame) < 2 or frame[0] != 0xD5 or frame[1] != code + 1:
            raise OSError(EIO)  # 7F, the chip refuses the command; or not an answer to it
        return frame[2:]

    async def _next_answer(self):
        while True:
            frame = await self._next_frame()
            if frame is not ACK and frame is not NACK:
                return frame

    async def _echo(self):
        await self._out.drain()
        echo = bytes((0xD5, _DIAGNOSE + 1, 0, self._nonce))
        while await self._next_frame() != echo:
            pass

    async def _next_frame(self):
        while True:
            frame = self._frames.next()
            if frame is not None:
                return frame
            count = await self._in.readinto(self._frames.space())
            if count == 0:
                raise OSError(EIO)  # the port is closed: it would stay readable for ever
            self._frames.took(count or 0)


async def _within(work, limit_ms):
    try:
        return await asyncio.wait_for_ms(work, limit_ms)
    except asyncio.TimeoutError:
        raise OSError(ETIMEDOUT) from None
