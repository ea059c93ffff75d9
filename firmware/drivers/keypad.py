"""The 4x4 matrix keypad.

At rest all rows are low, so any key pulls its column low: the edge sets a flag and the task does
the work. A slow look stands in for an edge that was missed. Keys pressed together count as none.
"""

import asyncio

from micropython import const

from drivers.keyqueue import KeyQueue

LAYOUT = "123X456C789ML0DE"  # row by row: X cancel, C clear, M menu, L language, D 00, E enter

_DEBOUNCE_MS = const(12)
_SLOW_LOOK_MS = const(100)
_SEVERAL = ""


class Keypad(KeyQueue):
    """`rows`: four outputs, active low; `columns`: four inputs, pulled up, with `irq`."""

    def __init__(self, rows, columns):
        super().__init__()
        self._rows = rows
        self._columns = columns
        self._edge = asyncio.ThreadSafeFlag()
        for row in rows:
            row.value(0)
        for column in columns:
            column.irq(self._on_edge)

    def _on_edge(self, pin):
        self._edge.set()

    async def _look_out(self):
        while True:
            await self._edge_or_slow_look()
            key = await self._settled()
            if key is None:
                continue  # one that goes down from here on belongs to the next look
            if key != _SEVERAL:
                self._pressed(key)
            await self._released()

    async def _edge_or_slow_look(self):
        try:
            await asyncio.wait_for_ms(self._edge.wait(), _SLOW_LOOK_MS)
        except asyncio.TimeoutError:
            pass

    async def _settled(self):
        """The key on which two looks agree; None once nothing is down."""
        seen = self._look()
        while seen is not None:
            await asyncio.sleep_ms(_DEBOUNCE_MS)
            again = self._look()
            if again == seen:
                break
            seen = again
        return seen

    async def _released(self):
        """Returns when two looks in a row find no key down."""
        clear = 0 if self._any_down() else 2
        while clear < 2:
            await asyncio.sleep_ms(_DEBOUNCE_MS)
            clear = 0 if self._any_down() else clear + 1

    def _any_down(self):
        return 0 in [column.value() for column in self._columns]

    def _look(self):
        """The key that is down, _SEVERAL, or None. Leaves all rows low again."""
        if not self._any_down():
            return None
        for row in self._rows:
            row.value(1)
        found = []
        for number, row in enumerate(self._rows):
            row.value(0)
            for place, column in enumerate(self._columns):
                if column.value() == 0:
                    found.append(LAYOUT[4 * number + place])
            row.value(1)
        for row in self._rows:
            row.value(0)
        if not found:
            return None
        return found[0] if len(found) == 1 else _SEVERAL
