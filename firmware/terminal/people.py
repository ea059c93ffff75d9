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

    # Screen

    def show(self, name, **values):
        """Also told on the console: a technician, and a test, can follow what the merchant sees."""
        if name in _ANSWERED:
            self._keypad.forget()
        print("screen", name, values.get("reason", ""))
        self._leds.show(_READY if name == "present" else _LIGHTS_OFF)
        self._view.show(name, **values)

    def status(self, **values):
        self._view.status(**values)

    def support(self, number):
        """Whom to call: on every screen that says so."""
        self._view.support = number

    def switch_language(self):
        self._view.language = "en" if self._view.language == "zh" else "zh"

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
        """The next key, or None when nobody pressed one in time.

        Looks often instead of waiting with a time-out: a key that came in the very moment of the
        time-out would be lost with the wait that is cancelled.
        """
        end = time.ticks_add(time.ticks_ms(), wait_ms)
        key = self._keypad.take()
        while key is None and time.ticks_diff(end, time.ticks_ms()) > 0:
            await asyncio.sleep_ms(_LOOK_MS)
            key = self._keypad.take()
        return key

    def pressed(self, key):
        """Whether this key is waiting right now; another one is let go."""
        return self._keypad.take() == key

    async def agree(self, wait_ms):
        """True for the enter key, False for cancel or no answer."""
        while True:
            key = await self.key(wait_ms)
            if key in ("E", "X", None):
                return key == "E"
