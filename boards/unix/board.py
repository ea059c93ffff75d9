"""The virtual board: which part hangs on which pin. The parts are the drivers of a real board."""

import asyncio
import os

import machine

from drivers.buzzer import Buzzer
from drivers.keypad import Keypad
from drivers.leds import Leds
from drivers.nor import NorFlash
from drivers.pn532 import PN532
from drivers.scanner import Scanner
from drivers.st7789 import ST7789

NAME = "unix"

_ROWS = (1, 2, 3, 4)
_COLUMNS = (5, 6, 7, 8)
_LEDS = (10, 11, 12, 13)
_BUZZER = 14
_BACKLIGHT = 15
_DISPLAY_DC = 16
_DISPLAY_CS = 17
_DISPLAY_RESET = 18
_FLASH_CS = 19
_WIFI_UP = 21
_BACKUP_UP = 22

_SPI_HZ = 40_000_000


def _output(pin, value=0):
    return machine.Pin(pin, machine.Pin.OUT, value=value)


def _input(pin):
    return machine.Pin(pin, machine.Pin.IN, machine.Pin.PULL_UP)


class Network:
    """A virtual network: a pin says whether it is there; sockets are the host's own. The second one
    leads to the acquirer through another port."""

    exclusive = False

    def __init__(self, name, pin, port=None):
        self.name = name
        self._port = port
        self._pin = _input(pin)
        self._up = self._pin.value() == 1
        self._pin.irq(self._changed)

    def _changed(self, pin):
        self._up = pin.value() == 1

    def join(self):
        pass  # it is there or not, whatever we do

    def up(self):
        return self._up

    def address(self):
        return "127.0.0.1" if self._up else ""

    def signal_dbm(self):
        return None  # there is no radio

    def route(self, address, port):
        return address, self._port or port


class Board:
    provision_path = os.getenv("TAPSTONE_PROVISION") or "/provision.json"
    files_in_flash = False  # they lie on the disk of the host

    def __init__(self):
        self.rtc = machine.RTC()
        self.reset = machine.reset

    def display(self):
        spi = machine.SPI(1, baudrate=_SPI_HZ)
        data, select = _output(_DISPLAY_DC), _output(_DISPLAY_CS, 1)
        return ST7789(spi, data, select, _output(_DISPLAY_RESET, 1), _output(_BACKLIGHT))

    def flash(self):
        select = _output(_FLASH_CS, 1)
        return NorFlash(machine.SPI(2, baudrate=_SPI_HZ), select)

    def reader(self):
        uart = machine.UART(1, baudrate=115200)
        return PN532(uart, uart.init)

    def scanner(self):
        return Scanner(machine.UART(2, baudrate=9600))

    def keypad(self):
        return Keypad([_output(pin, 1) for pin in _ROWS], [_input(pin) for pin in _COLUMNS])

    def leds(self):
        return Leds([_output(pin) for pin in _LEDS])

    def buzzer(self):
        return Buzzer(machine.PWM(_output(_BUZZER)))

    def networks(self):
        found = [Network("wifi", _WIFI_UP)]
        backup = os.getenv("TAPSTONE_BACKUP_PORT")
        if backup:
            found.append(Network("backup", _BACKUP_UP, int(backup)))
        return found

    def watchdog(self, timeout_ms):
        return machine.WDT(timeout=timeout_ms).feed

    def entropy(self, count):
        return os.urandom(count)

    def tasks(self):
        """(name, coroutine) of what this board needs done beside the terminal."""
        return [("pins", _pin_events())]


async def _pin_events():
    events = asyncio.StreamReader(machine.pin_events())
    while True:
        await events.read(1)
