"""The Pico 2 W board: which part hangs on which pin, see WIRING.md. No silicon has run it yet."""

import os
import time

import machine
import network

from drivers.buzzer import Buzzer
from drivers.keypad import Keypad
from drivers.leds import Leds
from drivers.nor import NorFlash
from drivers.pn532 import PN532
from drivers.scanner import Scanner
from drivers.st7789 import ST7789
from drivers.wifi import Wifi, credentials

NAME = "pico2w"

_ROWS = (0, 1, 2, 3)
_READER_TX = 4
_READER_RX = 5
_COLUMNS = (6, 7, 8, 9)
_FLASH_SCK = 10
_FLASH_MOSI = 11
_FLASH_MISO = 12
_FLASH_CS = 13
_LEDS = (14, 15, 26, 27)
_READER_RESET = 16
_SCANNER_RX = 17
_DISPLAY_SCK = 18
_DISPLAY_MOSI = 19
_DISPLAY_DC = 20
_DISPLAY_RESET = 21
_DISPLAY_CS = 22
_BUZZER = 28

_DISPLAY_HZ = 40_000_000
_FLASH_HZ = 24_000_000  # the plain read command of a W25Q is good for 50 MHz, of others for 33
_READER_RESET_MS = 10


def _output(pin, value=0):
    return machine.Pin(pin, machine.Pin.OUT, value=value)


def _input(pin):
    return machine.Pin(pin, machine.Pin.IN, machine.Pin.PULL_UP)


def _always_lit(level):
    """The backlight has no pin of its own."""


class Board:
    provision_path = "/provision.json"
    files_in_flash = True

    def __init__(self):
        self.rtc = machine.RTC()
        self.reset = machine.reset
        self._tasks = []
        # MicroPython gives every UART a TX pin. This one sends nothing: GP0 is lent for the moment
        # in which it is made, and is the keypad's first row afterwards.
        tx, rx = machine.Pin(_ROWS[0]), machine.Pin(_SCANNER_RX)
        self._scanner = machine.UART(0, baudrate=9600, tx=tx, rx=rx, rxbuf=256)

    def display(self):
        sck, mosi = machine.Pin(_DISPLAY_SCK), machine.Pin(_DISPLAY_MOSI)
        spi = machine.SPI(0, baudrate=_DISPLAY_HZ, sck=sck, mosi=mosi, miso=None)
        data, select = _output(_DISPLAY_DC), _output(_DISPLAY_CS, 1)
        return ST7789(spi, data, select, _output(_DISPLAY_RESET, 1), _always_lit)

    def flash(self):
        """A chip of its own: the stock firmware formats what it finds in the chip it runs from."""
        select = _output(_FLASH_CS, 1)
        sck, mosi, miso = [machine.Pin(pin) for pin in (_FLASH_SCK, _FLASH_MOSI, _FLASH_MISO)]
        return NorFlash(machine.SPI(1, baudrate=_FLASH_HZ, sck=sck, mosi=mosi, miso=miso), select)

    def reader(self):
        reset = _output(_READER_RESET)
        time.sleep_ms(_READER_RESET_MS)
        reset(1)
        tx, rx = machine.Pin(_READER_TX), machine.Pin(_READER_RX)
        uart = machine.UART(1, baudrate=115200, tx=tx, rx=rx, rxbuf=1024, txbuf=512)
        return PN532(uart, uart.init)

    def scanner(self):
        return Scanner(self._scanner)

    def keypad(self):
        return Keypad([_output(pin, 1) for pin in _ROWS], [_input(pin) for pin in _COLUMNS])

    def leds(self):
        return Leds([_output(pin) for pin in _LEDS])

    def buzzer(self):
        return Buzzer(machine.PWM(_output(_BUZZER), freq=1000, duty_u16=0))

    def networks(self):
        """Those that the "wifi" section of the provisioning file names, the preferred one first."""
        known = credentials(self.provision_path)
        network.country("CN")  # else channels 12 and 13 stay unused
        wlan = network.WLAN(network.WLAN.IF_STA)
        wlan.active(True)
        wlan.config(pm=network.WLAN.PM_NONE)
        wifi = Wifi(wlan, known)
        self._tasks.append(("wifi", wifi.run()))
        return wifi.networks()

    def watchdog(self, timeout_ms):
        return machine.WDT(timeout=timeout_ms).feed

    def entropy(self, count):
        return os.urandom(count)

    def tasks(self):
        """(name, coroutine) of what this board needs done beside the terminal."""
        return self._tasks
