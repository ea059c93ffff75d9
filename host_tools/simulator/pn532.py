"""A virtual PN532 (firmware 1.6) with up to one card, as a pure class: bytes in, bytes out.

It speaks the chip's serial protocol well enough for libnfc and nfcpy. Without `sleep` everything
answers at once; with an async `sleep(seconds)` the air, and cards that think, take their time.
"""

import asyncio
from collections.abc import Callable, Coroutine

from host_tools.simulator import hsu
from host_tools.simulator.antenna import OK, Antenna, Sleep
from host_tools.simulator.isodep import Card
from host_tools.simulator.reader_faults import TIMEOUT, Faults

_BAD_PARAMETER, _WRONG_CONTEXT = 0x10, 0x27  # status, besides OK and TIMEOUT (UM0701-02, 7.1)
_FIRMWARE = bytes.fromhex("32010607")
_BAUD_RATES = (9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600, 1288000)
_TX_MODE, _RX_MODE, _FIFO_DATA = 0x6302, 0x6303, 0x6339
_MODE = {"A": 0x80, "B": 0x83}  # CRC on, and the modulation
_MODULATION = 0x03
_REQUEST_A = 0x26
_KINDS = {0: "A", 3: "B"}  # BrTy of InListPassiveTarget
_AUTO_POLL_KINDS = {0x00: "A", 0x10: "A", 0x20: "A", 0x03: "B", 0x23: "B"}
_AUTOMATIC_RATS = 0x10
_PRESENCE, _DESELECT = 0xB2, 0xC2
_EXCHANGE_MAX = 262  # bytes of InDataExchange in one answer
_ENDLESS = 0xFF
_POWER_DOWN = 0x16


class PN532:
    """`write(bytes)` takes what the chip sends; `feed(bytes)` gives it what the host sends."""

    def __init__(self, write: Callable[[bytes], object], sleep: Sleep | None = None):
        self._write = write
        self._timed = sleep is not None
        self._faults = Faults()
        self._antenna = Antenna(self._faults, sleep)
        self._task: asyncio.Task[None] | None = None
        self.log: list[tuple[int, bytes]] = []  # commands executed: (code, parameters)
        self.power_cycle()

    def power_cycle(self) -> None:
        """Back to the state after power-up, asleep. A card in the field loses its power, too."""
        self._cancel()
        self._waker: hsu.Waker | None = hsu.Waker()
        self._deframer = hsu.Deframer()
        self.baud, self._next_baud = _BAUD_RATES[4], 0
        self._last_answer = b""
        self._registers: dict[int, int] = {}
        self._attempts = 1 + _ENDLESS
        self._sending = self._receiving = b""  # the chains of InDataExchange
        self._antenna.power_up()

    # --- the world

    @property
    def card(self) -> Card | None:
        """The card in the field."""
        return self._antenna.card

    @property
    def field(self) -> bool:
        return self._antenna.field

    def place(self, card: Card) -> None:
        self._antenna.place(card)
        if self._waiting:
            self._execute(*self._waiting)

    def remove(self) -> None:
        self._antenna.remove()

    def inject(self, name: str, times: int = 1) -> None:
        """Lets the fault of that name (reader_faults.FAULTS) strike the next `times` times."""
        self._faults.inject(name, times)

    # --- the line

    def feed(self, data: bytes) -> None:
        """Takes bytes from the host. With a `sleep`, call it inside the running event loop."""
        if self._waker:
            rest = self._waker.feed(data)
            if rest is None:
                return
            self._waker, data = None, rest
        for frame in self._deframer.feed(data):
            if not self._faults.strike("line"):
                self._received(frame)

    def _received(self, frame: bytes) -> None:
        if frame == hsu.NACK:
            self._send("answer", self._last_answer)
            return
        self._cancel()  # an ACK ends the running command, and so does a new one
        if frame == hsu.ACK:
            self.baud, self._next_baud = self._next_baud or self.baud, 0
            return
        self._send("ack", hsu.ACK)
        if len(frame) < 2 or frame[0] != 0xD4:
            self._send("answer", hsu.ERROR)
        else:
            self._execute(frame[1], frame[2:])

    def _send(self, place: str, frame: bytes) -> None:
        fault = self._faults.strike(place)
        sent = fault.change(frame) if fault else frame
        if sent:
            self._write(sent)

    def _cancel(self) -> None:
        self._waiting: tuple[int, bytes] | None = None
        if self._task:
            self._task.cancel()
            self._task = None

    def _execute(self, code: int, data: bytes) -> None:
        self._waiting = None
        self.log.append((code, data))
        work = self._answer(code, data)
        if self._timed:
            self._task = asyncio.get_running_loop().create_task(work)
        else:
            _finish(work)

    async def _answer(self, code: int, data: bytes) -> None:
        command = _COMMANDS.get(code)
        try:
            answer = await command(self, data) if command else None
        except IndexError:  # parameters are missing
            answer = None
        if self._waiting:
            return
        frame = hsu.ERROR if answer is None else hsu.encode(bytes((0xD5, code + 1)) + answer)
        self._last_answer = frame
        self._send("answer", frame)
        if code == _POWER_DOWN:
            self._waker = hsu.Waker()

    # --- commands (UM0701-02, 7.2 and 7.3): parameters in; the answer, or None for an error frame

    async def _diagnose(self, data: bytes) -> bytes:
        if data[0] == 0:  # line test: echo
            return data
        if data[0] in (1, 2):  # ROM, RAM
            return bytes((OK,))
        if data[0] != 6:  # attention request
            return bytes((_BAD_PARAMETER,))
        there = await self._antenna.block(self._antenna.pcd.block(_PRESENCE))
        return bytes((TIMEOUT if there is None else OK,))

    async def _firmware_version(self, data: bytes) -> bytes:
        return _FIRMWARE

    async def _general_status(self, data: bytes) -> bytes:
        targets = b"\x01\x01\x00\x00\x00" if self._antenna.target else b"\x00"
        return bytes((OK, self.field)) + targets + b"\x00"

    async def _read_register(self, data: bytes) -> bytes:
        addresses = (data[i] << 8 | data[i + 1] for i in range(0, len(data), 2))
        return bytes(self._registers.get(address, 0) for address in addresses)

    async def _write_register(self, data: bytes) -> bytes:
        for i in range(0, len(data), 3):
            self._registers[data[i] << 8 | data[i + 1]] = data[i + 2]
        return b""

    async def _read_gpio(self, data: bytes) -> bytes:
        return bytes(3)

    async def _write_gpio(self, data: bytes) -> bytes:
        return b""

    async def _set_serial_baudrate(self, data: bytes) -> bytes | None:
        if data[0] >= len(_BAUD_RATES):
            return None
        self._next_baud = _BAUD_RATES[data[0]]  # from the host's ACK on
        return b""

    async def _set_parameters(self, data: bytes) -> bytes:
        self._antenna.automatic_rats = bool(data[0] & _AUTOMATIC_RATS)
        return b""

    async def _sam_configuration(self, data: bytes) -> bytes | None:
        return b"" if 1 <= data[0] <= 4 else None

    async def _power_down(self, data: bytes) -> bytes:
        self._antenna.switch(False)
        return bytes((OK,))

    async def _rf_configuration(self, data: bytes) -> bytes | None:
        item, values = data[0], data[1:]
        if item == 0x01:
            self._antenna.switch(bool(values[0] & 1))
        elif item == 0x02:
            self._antenna.timeout_s = 100e-6 * 2 ** (values[2] - 1) if values[2] else 3600.0
        elif item == 0x05:
            self._attempts = 1 + values[2]
        elif item not in (0x04, 0x0A, 0x0B, 0x0C, 0x0D):  # retries and analog settings
            return None
        return b""

    async def _find(self, kind: str, attempts: int) -> bytes | None:
        self._sending = self._receiving = b""
        found = await self._antenna.find(kind, attempts)
        if found is None:
            self._registers[_FIFO_DATA] = _REQUEST_A  # unanswered, it is still in there
        else:
            self._registers[_TX_MODE] = self._registers[_RX_MODE] = _MODE[kind]
        return found

    async def _in_list_passive_target(self, data: bytes) -> bytes:
        found = await self._find(_KINDS.get(data[1], ""), self._attempts)
        if found is None and self._attempts > _ENDLESS:
            self._waiting = (0x4A, data)
        return b"\x00" if found is None else b"\x01\x01" + found

    async def _in_auto_poll(self, data: bytes) -> bytes:
        for wanted in data[2:]:
            found = await self._find(_AUTO_POLL_KINDS.get(wanted, ""), 2)
            if found is not None:
                return bytes((1, wanted, len(found) + 1, 1)) + found
        if data[0] == _ENDLESS:
            self._waiting = (0x60, data)
        return b"\x00"

    async def _in_data_exchange(self, data: bytes) -> bytes:
        if not self._antenna.target or data[0] & 0x3F != 1:
            return bytes((_WRONG_CONTEXT,))
        if not self._receiving:
            self._sending += data[1:]
            if data[0] & 0x40:  # more to come
                return bytes((OK,))
            apdu, self._sending = self._sending, b""
            answer = await self._antenna.pcd.exchange(apdu, self._antenna.block)
            if answer is None:
                return bytes((TIMEOUT,))
            self._receiving = answer
        part, self._receiving = self._receiving[:_EXCHANGE_MAX], self._receiving[_EXCHANGE_MAX:]
        return bytes((0x40 if self._receiving else OK,)) + part

    async def _in_communicate_thru(self, data: bytes) -> bytes:
        target = self._antenna.target
        mode = self._registers.get(_TX_MODE, 0)
        if target and (mode ^ _MODE[target.card.kind]) & _MODULATION:
            return bytes((TIMEOUT,))  # the card does not understand this modulation
        status, reply = await self._antenna.exchange(data, self._antenna.timeout_s)
        return bytes((status,)) + reply

    async def _in_deselect(self, data: bytes) -> bytes:
        if self._antenna.target:
            await self._antenna.block(self._antenna.pcd.block(_DESELECT))
        return bytes((OK,))

    async def _in_release(self, data: bytes) -> bytes:
        await self._in_deselect(data)
        self._antenna.forget()
        return bytes((OK,))

    async def _in_select(self, data: bytes) -> bytes:
        return bytes((OK if self._antenna.target else _WRONG_CONTEXT,))

    async def _no_partner(self, data: bytes) -> bytes:
        return bytes((TIMEOUT,))


_COMMANDS: dict[int, Callable[[PN532, bytes], Coroutine[None, None, bytes | None]]] = {
    0x00: PN532._diagnose,
    0x02: PN532._firmware_version,
    0x04: PN532._general_status,
    0x06: PN532._read_register,
    0x08: PN532._write_register,
    0x0C: PN532._read_gpio,
    0x0E: PN532._write_gpio,
    0x10: PN532._set_serial_baudrate,
    0x12: PN532._set_parameters,
    0x14: PN532._sam_configuration,
    _POWER_DOWN: PN532._power_down,
    0x32: PN532._rf_configuration,
    0x40: PN532._in_data_exchange,
    0x42: PN532._in_communicate_thru,
    0x44: PN532._in_deselect,
    0x46: PN532._no_partner,  # InJumpForPSL
    0x4A: PN532._in_list_passive_target,
    0x52: PN532._in_release,
    0x54: PN532._in_select,
    0x56: PN532._no_partner,  # InJumpForDEP
    0x60: PN532._in_auto_poll,
}


def _finish(work: Coroutine[None, None, None]) -> None:
    """Runs a coroutine that never waits."""
    try:
        work.send(None)
    except StopIteration:
        return
    raise RuntimeError("a chip without a clock cannot wait")
