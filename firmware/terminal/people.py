"""What faces people: screen, keys, lights and sound, in the terms of the use cases."""

import asyncio
import time

from micropython import const

_LIGHTS_OFF = (0, 0, 0, 0)
_READY = (1, 0, 0, 0)
_ALL_ON = (1, 1, 1, 1)

# (hertz, milliseconds): EMV contactless readers use one tone for success and two for the rest.
_CARD_READ = ((1500, 120),)
_STORED = ((1500, 120), (0, 60), (1500, 120))
_FAILED = ((750, 200), (0, 100), (750, 200))

_LOOK_MS = const(20)
_FOLLOW_MS = const(500)

# Screens on which something changes while they wait: they are drawn again and again.
_RUNNING = ("waiting",)

# A key pressed before one of these came up was not meant for it.
_ANSWERED = (
    "approved",
    "stored",
    "deferred",
    "denied",
    "declined",
    "in_doubt",
    "returned",
    "refused",
    "confirm",
    "given_back",
)


class People:
    def __init__(self, view, keypad, leds, buzzer):
        self._view = view
        self._keypad = keypad
        self._leds = leds
        self._buzzer = buzzer
        self._running = False
        self._followed_ms = time.ticks_ms()
        self.is_stale = lambda: False  # tells the view what is new, and whether anything was
        self.keep_language = lambda language: None

    # Screen

    def show(self, name, **values):
        """Also told on the console: a technician, and a test, can follow what the merchant sees."""
        if name in _ANSWERED:
            self._keypad.forget()
        print("screen", name, values.get("reason", ""))
        self._running = name in _RUNNING
        self._leds.show(_READY if name == "present" else _LIGHTS_OFF)
        self._view.show(name, **values)

    def status(self, **values):
        self._view.status(**values)

    def support(self, number):
        """Whom to call: on every screen that says so."""
        self._view.support = number

    def switch_language(self):
        self._view.language = "en" if self._view.language == "zh" else "zh"
        self._view.redraw()
        self.keep_language(self._view.language)

    # Lights and sound

    def card_read(self):
        self._leds.show(_ALL_ON)
        self._buzzer.play(_CARD_READ)

    def stored(self):
        self._buzzer.play(_STORED)

    def failed(self):
        self._buzzer.play(_FAILED)

    # Keys

    async def key(self, wait_ms):
        """The next key, or None when nobody pressed one in time. The language key is not among
        them: it changes the screen that is there, whichever that is.

        Looks often instead of waiting with a time-out: a key that came in the very moment of the
        time-out would be lost with the wait that is cancelled.
        """
        end = time.ticks_add(time.ticks_ms(), wait_ms)
        key = self._take()
        while key is None and time.ticks_diff(end, time.ticks_ms()) > 0:
            await asyncio.sleep_ms(_LOOK_MS)
            self._follow()
            key = self._take()
        return key

    def pressed(self, key):
        """Whether this key is waiting right now; those before it are let go."""
        self._follow()
        waiting = self._take()
        while waiting not in (None, key):
            waiting = self._take()
        return waiting == key

    def _take(self):
        key = self._keypad.take()
        while key == "L":
            self.switch_language()
            key = self._keypad.take()
        return key

    def _follow(self):
        """A screen that waits stays true: its status bar, and what runs on it."""
        now_ms = time.ticks_ms()
        if time.ticks_diff(now_ms, self._followed_ms) < _FOLLOW_MS:
            return
        self._followed_ms = now_ms
        if self.is_stale() or self._running:
            self._view.redraw()

    async def agree(self, wait_ms):
        """True for the enter key, False for cancel or no answer."""
        while True:
            key = await self.key(wait_ms)
            if key in ("E", "X", None):
                return key == "E"


async def unless_cancelled(people, work):
    """What the coroutine `work` returns; None: the cancel key came first, and it was ended."""
    task = asyncio.create_task(work)
    if await is_over(people, task):
        return await task
    task.cancel()
    return None


async def is_over(people, task):
    """Waits for it. False: the cancel key came first, and the task goes on."""
    while not task.done():
        if people.pressed("X"):
            return False
        await asyncio.sleep_ms(_LOOK_MS)
    return True
