"""The ESP32-S3 board: which part hangs on which pin, see WIRING.md. No silicon has run it yet."""

import os
import time

import esp32
import machine
import network

from drivers.buzzer import Buzzer
from drivers.leds import Leds
from drivers.partition import PartitionFlash
from drivers.pn532 import PN532
from drivers.scanner import Scanner
from drivers.st7789 import ST7789
from drivers.touch import CST816S, Touch, grid
from drivers.wifi import Wifi, credentials

NAME = "esp32s3"

_LEDS = (1, 2, 4, 8)
_TOUCH_SDA = 5
_TOUCH_SCL = 6
_TOUCH_INTERRUPT = 7
_TOUCH_RESET = 15
_DISPLAY_DC = 9
_DISPLAY_CS = 10
_DISPLAY_MOSI = 11
_DISPLAY_SCK = 12
_BACKLIGHT = 13
_DISPLAY_RESET = 14
_READER_RESET = 16
_READER_TX = 17
_READER_RX = 18
_BUZZER = 21
_SCANNER_RX = 38
_SCANNER_TX = 39

_SPI_HZ = 40_000_000
_I2C_HZ = 400_000
_KEYS = grid(("123X", "456C", "789M", "L0DE"), 0, 200, 60, 30)
_READER_RESET_MS = 10


def _output(pin, value=0):
    return machine.Pin(pin, machine.Pin.OUT, value=value)


class Board:
    provision_path = "/provision.json"
    files_in_flash = True

    def __init__(self):
        self.rtc = machine.RTC()
        self.reset = machine.reset
        self._tasks = []
        self._wlan = network.WLAN(network.WLAN.IF_STA)
        self._wlan.active(True)  # before anybody asks for entropy: it comes from the radio
        self._wlan.config(reconnects=0, pm=network.WLAN.PM_NONE)

    def display(self):
        sck, mosi = machine.Pin(_DISPLAY_SCK), machine.Pin(_DISPLAY_MOSI)
        spi = machine.SPI(1, baudrate=_SPI_HZ, sck=sck, mosi=mosi, miso=None)
        data, select = _output(_DISPLAY_DC), _output(_DISPLAY_CS, 1)
        return ST7789(spi, data, select, _output(_DISPLAY_RESET, 1), _output(_BACKLIGHT))

    def flash(self):
        found = esp32.Partition.find(esp32.Partition.TYPE_DATA, label="journal")
        if not found:
            raise OSError("no partition is called journal: flash partitions.csv")
        return PartitionFlash(found[0])

    def reader(self):
        reset = _output(_READER_RESET)
        time.sleep_ms(_READER_RESET_MS)
        reset(1)
        tx, rx = machine.Pin(_READER_TX), machine.Pin(_READER_RX)
        uart = machine.UART(1, baudrate=115200, tx=tx, rx=rx, rxbuf=1024, txbuf=512)
        return PN532(uart, uart.init)

    def scanner(self):
        rx, tx = machine.Pin(_SCANNER_RX), machine.Pin(_SCANNER_TX)
        return Scanner(machine.UART(2, baudrate=9600, tx=tx, rx=rx, rxbuf=256))

    def keypad(self):
        sda, scl = machine.Pin(_TOUCH_SDA), machine.Pin(_TOUCH_SCL)
        i2c = machine.I2C(0, sda=sda, scl=scl, freq=_I2C_HZ)
        interrupt = machine.Pin(_TOUCH_INTERRUPT, machine.Pin.IN, machine.Pin.PULL_UP)
        return Touch(i2c, CST816S, interrupt, _output(_TOUCH_RESET, 1), _KEYS)

    def leds(self):
        return Leds([_output(pin) for pin in _LEDS])

    def buzzer(self):
        return Buzzer(machine.PWM(_output(_BUZZER), freq=1000, duty_u16=0))

    def networks(self):
        """Those that the "wifi" section of the provisioning file names, the preferred one first."""
        known = credentials(self.provision_path)
        wifi = Wifi(self._wlan, known)
        self._tasks.append(("wifi", wifi.run()))
        return wifi.networks()

    def watchdog(self, timeout_ms):
        return machine.WDT(timeout=timeout_ms).feed

    def entropy(self, count):
        return os.urandom(count)

    def tasks(self):
        """(name, coroutine) of what this board needs done beside the terminal."""
        return self._tasks
