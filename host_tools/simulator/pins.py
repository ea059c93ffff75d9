"""The pins of the virtual board: keypad matrix, lights, buzzer, watchdog, lines of two networks."""

import asyncio
import time
from collections.abc import Callable

KEYS = ("123X", "456C", "789M", "L0DE")
_ROWS = (1, 2, 3, 4)
_COLUMNS = (5, 6, 7, 8)
_LEDS = (10, 11, 12, 13)
_BUZZER = 14
_WIFI, _BACKUP = 21, 22

_NAP_S = 0.01
_MOST_NAPS = 300  # so long a finger waits for a terminal that does not look at its keys
# Columns are read four by four; a look that finds something reads sixteen more. A key counts after
# two such looks, and is over after two looks that find nothing; one may be half over before.
_READS_TO_BE_SEEN = 4 + 2 * 20
_READS_TO_BE_GONE = 4 + 2 * 4


class Pins:
    """`send(line)` goes to the terminal; `on_change(message)` to whoever watches the board."""

    def __init__(self, send: Callable[[str], None], on_change: Callable[[dict], None]):
        self._send = send
        self._on_change = on_change
        self._outputs: dict[int, int] = {}
        self._pressed: str | None = None
        self._reads = 0
        self._columns = dict.fromkeys(_COLUMNS, 1)
        self._finger = asyncio.Lock()
        self._links = {_WIFI: True, _BACKUP: False}
        self.watchdog_ms: int | None = None
        self._fed = time.monotonic()

    # From the terminal

    def receive(self, line: str) -> None:
        word, *rest = line.split() or [""]
        if word == "out":
            self._output(int(rest[0]), int(rest[1]))
        elif word == "in?":
            self._asked(int(rest[0]))
        elif word == "pwm" and int(rest[0]) == _BUZZER:
            on = int(rest[2]) > 0 and int(rest[1]) > 0
            self._on_change({"type": "buzzer", "hz": int(rest[1]), "on": on})
        elif word == "wdt":
            self.watchdog_ms = int(rest[0])
            self._fed = time.monotonic()
        elif word == "feed":
            self._fed = time.monotonic()

    def _output(self, pin: int, level: int) -> None:
        changed = self._outputs.get(pin) != level
        self._outputs[pin] = level
        if pin in _LEDS and changed:
            self._on_change({"type": "leds", "values": self.leds()})
        if pin in _ROWS:
            self._settle_columns()

    def _asked(self, pin: int) -> None:
        if pin in self._columns:
            self._reads += 1
            self._send(f"is {pin} {self._columns[pin]}")
        else:
            level = int(self._links.get(pin, self._outputs.get(pin, 0)))
            self._send(f"is {pin} {level}")

    def leds(self) -> list[bool]:
        return [bool(self._outputs.get(pin)) for pin in _LEDS]

    def hungry(self) -> bool:
        """The watchdog was armed and has not been fed in time."""
        if self.watchdog_ms is None:
            return False
        return (time.monotonic() - self._fed) * 1000 > self.watchdog_ms

    def power_off(self) -> None:
        self._outputs.clear()
        self.watchdog_ms = None
        self._on_change({"type": "leds", "values": self.leds()})
        self._on_change({"type": "buzzer", "hz": 0, "on": False})

    # From the world

    def set_wifi(self, up: bool) -> None:
        self._set_link(_WIFI, up)

    def set_backup(self, up: bool) -> None:
        self._set_link(_BACKUP, up)

    def _set_link(self, pin: int, up: bool) -> None:
        self._links[pin] = up
        self._send(f"in {pin} {int(up)}")

    async def press(self, key: str) -> bool:
        """A finger on a key until the terminal has seen it. False: it did not look at its keys."""
        if len(key) != 1 or not any(key in row for row in KEYS):
            raise ValueError(f"there is no key {key!r}")
        if not self._outputs:
            return True  # without power a key does nothing
        async with self._finger:
            seen = await self._rest(key, _READS_TO_BE_SEEN)
            return await self._rest(None, _READS_TO_BE_GONE) and seen

    async def _rest(self, key: str | None, reads: int) -> bool:
        """Leaves the matrix like this until the terminal has read that many columns. False: it
        stopped reading. Naps are counted instead of seconds: this process may be held up too."""
        self._reads = last = naps = 0
        self._pressed = key
        self._settle_columns()
        while self._reads < reads and naps < _MOST_NAPS and self._outputs:
            await asyncio.sleep(_NAP_S)
            naps = naps + 1 if self._reads == last else 0
            last = self._reads
        return self._reads >= reads or not self._outputs

    def _settle_columns(self) -> None:
        """A column is low while a pressed key joins it to a row that is driven low."""
        for index, pin in enumerate(_COLUMNS):
            level = 1
            for row, keys in zip(_ROWS, KEYS):
                if self._pressed == keys[index] and self._outputs.get(row) == 0:
                    level = 0
            if self._columns[pin] != level:
                self._columns[pin] = level
                self._send(f"in {pin} {level}")
