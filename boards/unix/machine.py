"""The hardware of the virtual board: the calls of MicroPython's `machine`, answered over sockets.

Each peripheral is one Unix stream socket in the folder `$TAPSTONE_DEVICES`, and what travels on it
are the real wire bytes of the part (PN532 HSU, ST7789, SPI NOR), so that the drivers above are the
ones a real board runs. `docs/architecture.md` gives the framing.
"""

import io
import os
import select
import socket
import struct
import sys
import time

from micropython import const, schedule

_MP_POLL = const(3)
_MP_GET_FILENO = const(10)
_POLL_READ = const(1)
_POLL_WRITE = const(4)
_EXIT_RESET = const(75)
_LONGEST_LINE = const(64)
_ANSWER_MS = const(500)  # a busy machine may take its time to answer
_MOST_QUESTIONS = const(50)

# Traces of the virtual board: bus number -> (data/command pin, chip select pin).
_SPI_PINS = {1: (16, 17), 2: (None, 19)}


def _connect(name):
    folder = os.getenv("TAPSTONE_DEVICES")
    if not folder:
        raise OSError("TAPSTONE_DEVICES is not set: start the terminal with `tapstone run`")
    plug = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    path = (folder + "/" + name).encode()
    plug.connect(struct.pack("<H", socket.AF_UNIX) + path + b"\0")
    return plug


def _write_all(plug, data):
    view = memoryview(data)
    sent = 0
    while sent < len(view):
        sent += plug.write(view[sent:]) or 0


def _read_all(plug, buffer):
    view = memoryview(buffer)
    got = 0
    while got < len(view):
        n = plug.readinto(view[got:])
        if not n:
            raise OSError("the virtual board was switched off")
        got += n


class _Gpio(io.IOBase):
    """The line-based pin socket; readable for asyncio whenever the world changed a pin."""

    def __init__(self):
        self.plug = _connect("gpio")
        self.poll = select.poll()
        self.poll.register(self.plug, select.POLLIN)
        self.partial = b""
        self.answers = {}  # pin -> level; by pin, because a handler may ask inside of a question
        self.handlers = {}

    def tell(self, line):
        _write_all(self.plug, line + "\n")

    def ask(self, pin):
        """The level of a pin. Asks again when noise has swallowed the question or the answer."""
        self.answers.pop(pin, None)
        for _ in range(_MOST_QUESTIONS):
            self.tell("in? %d" % pin)
            end = time.ticks_add(time.ticks_ms(), _ANSWER_MS)
            while time.ticks_diff(end, time.ticks_ms()) > 0:
                self.take(_ANSWER_MS)
                if pin in self.answers:
                    return self.answers.pop(pin)
        raise OSError("the virtual board does not answer")

    def take(self, timeout_ms=0):
        """Takes in what the world said, waiting at most `timeout_ms` (-1: as long as it takes)."""
        if not self.poll.poll(timeout_ms):
            return
        data = self.plug.recv(512)
        if not data:
            raise OSError("the virtual board was switched off")
        lines = (self.partial + data).split(b"\n")
        self.partial = lines.pop()[:_LONGEST_LINE]
        for line in lines:
            self._changed(line)

    def _changed(self, line):
        """`in PIN LEVEL`: it changed. `is PIN LEVEL`: the answer to a question. Else noise."""
        words = line.split()
        if len(words) != 3 or not words[1].isdigit() or words[2] not in (b"0", b"1"):
            return
        pin, level = int(words[1]), int(words[2])
        if words[0] == b"is":
            self.answers[pin] = level
        elif words[0] == b"in" and self.handlers.get(pin):
            schedule(self.handlers[pin].fire, level)

    def read(self, n=-1):
        self.take()
        return b"\0"

    def ioctl(self, request, arg):
        if request == _MP_GET_FILENO:
            return self.plug.fileno()
        if request == _MP_POLL:
            return _POLL_READ & arg if self.poll.poll(0) else 0
        return -1


class _Board:
    """What is soldered once: the pin socket and the SPI buses, made when first used."""

    gpio = None
    buses = {}  # chip select pin -> SPI
    spi_levels = {}  # level of each pin that travels with SPI frames

    @classmethod
    def pins(cls):
        if cls.gpio is None:
            cls.gpio = _Gpio()
        return cls.gpio


def pin_events():
    """A stream that asyncio can wait on; reading it delivers pin changes to their handlers."""
    return _Board.pins()


class Pin:
    IN = const(0)
    OUT = const(1)
    PULL_UP = const(1)
    PULL_DOWN = const(2)
    IRQ_RISING = const(1)
    IRQ_FALLING = const(2)

    def __init__(self, id, mode=-1, pull=-1, *, value=None):
        self.id = id
        self.input = mode == Pin.IN
        self.on_spi = any(id in pins for pins in _SPI_PINS.values())
        self.level = 0
        if value is not None:
            self.value(value)

    def init(self, mode=-1, pull=-1, *, value=None):
        self.input = mode == Pin.IN
        if value is not None:
            self.value(value)

    def value(self, level=None):
        if level is None:
            return _Board.pins().ask(self.id) if self.input else self.level
        self.level = 1 if level else 0
        if self.on_spi:
            _Board.spi_levels[self.id] = self.level
            if self.id in _Board.buses:
                _Board.buses[self.id].edge()
        else:
            _Board.pins().tell("out %d %d" % (self.id, self.level))
        return None

    __call__ = value

    def on(self):
        self.value(1)

    def off(self):
        self.value(0)

    def irq(self, handler=None, trigger=IRQ_RISING | IRQ_FALLING):
        self.handler = handler
        self.trigger = trigger
        _Board.pins().handlers[self.id] = self if handler else None

    def fire(self, level):
        if self.handler and self.trigger & (Pin.IRQ_RISING if level else Pin.IRQ_FALLING):
            self.handler(self)


class PWM:
    def __init__(self, pin, freq=0, duty_u16=0):
        self.pin = pin
        self.hz = freq
        self.duty = duty_u16

    def freq(self, hz):
        self.hz = hz
        self._tell()

    def duty_u16(self, duty):
        self.duty = duty
        self._tell()

    def deinit(self):
        self.duty = 0
        self._tell()

    def _tell(self):
        _Board.pins().tell("pwm %d %d %d" % (self.pin.id, self.hz, self.duty))


class SPI:
    """Frames on the socket: flags (DC, CS, read), length, bytes. DC and CS travel with the bytes
    because order between them is what the chips go by."""

    MSB = const(0)

    def __init__(self, id, baudrate=1_000_000, **_):
        self.plug = _connect("spi%d" % id)
        self.data_pin, self.select_pin = _SPI_PINS[id]
        self.head = bytearray(4)
        _Board.buses[self.select_pin] = self

    def _frame(self, length, read=0):
        levels = _Board.spi_levels
        flags = levels.get(self.data_pin, 0) | levels.get(self.select_pin, 1) << 1 | read << 7
        struct.pack_into("<BBH", self.head, 0, flags, length & 0xFF, length >> 8)
        _write_all(self.plug, self.head)

    def edge(self):
        self._frame(0)

    def write(self, data):
        self._frame(len(data))
        _write_all(self.plug, data)

    def readinto(self, buffer, write=0):
        self._frame(len(buffer), 1)
        _read_all(self.plug, buffer)


class UART(io.IOBase):
    """A non-blocking byte stream; giving the file number lets the kernel poll it: no spinning."""

    def __init__(self, id, baudrate=115200, **options):
        self.plug = _connect("uart%d" % id)
        self.plug.setblocking(False)
        self.poll = select.poll()
        self.poll.register(self.plug, select.POLLIN)
        self.init(baudrate, **options)

    def init(self, baudrate=115200, **_):
        self.baudrate = baudrate

    def any(self):
        if not self.poll.poll(0):
            return 0
        # The stub does not know that recv takes flags.
        return len(self.plug.recv(512, socket.MSG_PEEK))  # pyright: ignore[reportCallIssue]

    def read(self, n=512):
        return self.plug.read(n)

    def readinto(self, buffer, n=-1):
        return self.plug.readinto(buffer) if n < 0 else self.plug.readinto(buffer, n)

    def readline(self):
        return self.plug.readline()

    def write(self, data, *window):
        return self.plug.write(data, *window)

    def ioctl(self, request, arg):
        if request == _MP_GET_FILENO:
            return self.plug.fileno()
        if request == _MP_POLL:
            return (arg & _POLL_WRITE) | (_POLL_READ & arg if self.poll.poll(0) else 0)
        return -1


class WDT:
    """The world's watchdog: it resets this process when it is not fed in time."""

    def __init__(self, id=0, timeout=5000):
        _Board.pins().tell("wdt %d" % timeout)

    def feed(self):
        _Board.pins().tell("feed")


class RTC:
    """Seconds of the host's clock plus what was set here; the offset is lost with the power."""

    offset_s = 0

    def datetime(self, now=None):
        if now is None:
            t = time.gmtime(time.time() + RTC.offset_s)
            return (t[0], t[1], t[2], t[6], t[3], t[4], t[5], 0)
        year, month, day, _, hour, minute, second, _ = now
        wanted = time.mktime((year, month, day, hour, minute, second, 0, 0))
        RTC.offset_s = wanted - time.mktime(time.gmtime())
        return None


def reset():
    sys.exit(_EXIT_RESET)
