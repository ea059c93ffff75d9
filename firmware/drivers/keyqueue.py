"""Keys wait in a short queue until they are asked for: what a keypad and a touch panel share."""

import asyncio

from micropython import const

_LONGEST = const(16)  # a fast hand must not lose a digit to a slow screen


class KeyQueue:
    """A subclass has `async _look_out()`, which runs for ever and calls `_pressed(key)`."""

    def __init__(self):
        self._waiting = []
        self._came = asyncio.Event()
        self._task = None

    def take(self):
        """The next key that waits, or None."""
        self._watcher()
        return self._waiting.pop(0) if self._waiting else None

    async def get(self):
        """The next key. Raises what ended the watching, as OSError from a part that is dead."""
        watcher = self._watcher()
        while not self._waiting:
            if watcher.done():
                await watcher
            self._came.clear()
            await self._came.wait()
        return self._waiting.pop(0)

    def forget(self):
        """Drops keys pressed earlier, before a question that they were not meant for."""
        self._waiting.clear()

    def _pressed(self, key):
        if len(self._waiting) < _LONGEST:
            self._waiting.append(key)
            self._came.set()

    def _watcher(self):
        if self._task is None:
            self._task = asyncio.create_task(self._watch())
        return self._task

    async def _watch(self):
        try:
            await self._look_out()
        finally:
            self._came.set()  # whoever waits shall hear of the end

    async def _look_out(self):
        raise NotImplementedError
