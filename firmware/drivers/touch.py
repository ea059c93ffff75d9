"""Keys on a touch panel: CST816S or FT6236 over I2C, which keep a finger in the same registers.

Two readings in a row have to find the finger on the same key; a touch gives one key. The chip is
read only after its interrupt line fell: a CST816S that nobody touches sleeps and does not answer.
"""

import asyncio
from time import ticks_diff, ticks_ms

from micropython import const

from drivers.keyqueue import KeyQueue

CST816S = const(0x15)  # I2C addresses
FT6236 = const(0x38)

_FINGERS = const(0x02)  # how many touch; then 12 bits of x and of y, high byte first
_SCAN_MS = const(20)
_RESET_MS = const(10)
_ANSWERS_MS = const(1000)  # FT6236: 300 ms after the reset


def grid(rows, left, top, width, height):
    """-> regions for keys in rows, each key `width` by `height` pixels: grid(("12", "34"), ...)."""
    regions = []
    for row, keys in enumerate(rows):
        for column, key in enumerate(keys):
            x, y = left + column * width, top + row * height
            regions.append((x, y, x + width, y + height, key))
    return regions


class Touch(KeyQueue):
    """`interrupt` is an input that the chip pulls low, `reset` an output, active low.

    `regions`: (left, top, right, bottom, key) in the panel's pixels, right and bottom exclusive. It
    may be replaced at any time.
    """

    def __init__(self, i2c, address, interrupt, reset, regions):
        super().__init__()
        self.regions = regions
        self._i2c = i2c
        self._address = address
        self._reset = reset
        self._point = bytearray(5)
        self._touched = asyncio.ThreadSafeFlag()
        interrupt.irq(self._fell, interrupt.IRQ_FALLING)

    async def _look_out(self):
        await self._restart()
        while True:
            await self._touched.wait()
            try:
                await self._follow()
            except OSError:
                await self._restart()  # a static discharge can hang the chip

    def _fell(self, pin):
        self._touched.set()

    async def _restart(self):
        self._reset(0)
        await asyncio.sleep_ms(_RESET_MS)
        self._reset(1)
        start = ticks_ms()
        while True:
            await asyncio.sleep_ms(_SCAN_MS)
            try:
                return self._look()
            except OSError:
                if ticks_diff(ticks_ms(), start) > _ANSWERS_MS:
                    raise

    async def _follow(self):
        """One touch, until the finger is gone."""
        seen, taken = None, False
        while True:
            key = self._look()
            if key is None:
                return
            if key and key == seen and not taken:
                taken = True
                self._pressed(key)
            seen = key
            await asyncio.sleep_ms(_SCAN_MS)

    def _look(self):
        """-> the key under the finger, "" if it is on none or not alone, None without a finger."""
        point = self._point
        self._i2c.readfrom_mem_into(self._address, _FINGERS, point)
        fingers = point[0] & 0x0F
        if fingers != 1:
            return "" if fingers else None
        x, y = (point[1] & 0x0F) << 8 | point[2], (point[3] & 0x0F) << 8 | point[4]
        for left, top, right, bottom, key in self.regions:
            if left <= x < right and top <= y < bottom:
                return key
        return ""
