"""The buzzer: plays notes beside whatever else runs."""

import asyncio

from micropython import const

_HALF = const(32768)  # a square wave


class Buzzer:
    """`pwm`: machine.PWM-like, `freq(hz)` and `duty_u16(n)`."""

    def __init__(self, pwm):
        self._pwm = pwm
        self._task = None

    def play(self, notes):
        """Starts `notes`, pairs of (hertz, milliseconds); 0 Hz is a rest. The newest tune wins."""
        if self._task and not self._task.done():
            self._task.cancel()
        self._task = asyncio.create_task(self._sound(notes))
        return self._task

    async def _sound(self, notes):
        try:
            for hz, length_ms in notes:
                if hz:
                    self._pwm.freq(hz)
                self._pwm.duty_u16(_HALF if hz else 0)
                await asyncio.sleep_ms(length_ms)
        finally:
            self._pwm.duty_u16(0)
