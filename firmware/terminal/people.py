"""What faces people: screen, keys, lights and sound, in the terms of the use cases."""

import asyncio

from micropython import const

_LIGHTS_OFF = (0, 0, 0, 0)
_READY = (1, 0, 0, 0)
_ALL_ON = (1, 1, 1, 1)

# (hertz, milliseconds): EMV contactless readers use one tone for success and two for the rest.
_CARD_READ = ((1500, 120),)
_STORED = ((1500, 120), (0, 60), (1500, 120))
_FAILED = ((750, 200), (0, 100), (750, 200))

_NOW_MS = const(1)

# A key pressed before one of these came up was not meant for it.
_ANSWERED = ("approved", "stored", "declined", "in_doubt", "returned", "refused", "confirm")


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
        """The next key, or None when nobody pressed one in time."""
        try:
            return await asyncio.wait_for_ms(self._keypad.get(), wait_ms)
        except asyncio.TimeoutError:
            return None

    async def pressed(self, key):
        """Whether this key is waiting right now; other keys are let go."""
        return await self.key(_NOW_MS) == key

    async def agree(self, wait_ms):
        """True for the enter key, False for cancel or no answer."""
        while True:
            key = await self.key(wait_ms)
            if key in ("E", "X", None):
                return key == "E"
