"""Time: a counter that only goes forward, and the wall clock with how far it is to be trusted."""

import time


class Clock:
    """`rtc` is machine.RTC-like and runs in UTC; `offset_min` makes local time of it.

    `issued` (year, month, day) is when the terminal was provisioned: it cannot be earlier. Boards
    without a battery start years ago, and would take every certificate for not yet valid.
    """

    def __init__(self, rtc, offset_min, issued):
        self._rtc = rtc
        self._offset_s = offset_min * 60
        if self.utc()[:3] < tuple(issued):
            self._set(tuple(issued) + (0, 0, 0))
        self._last = time.ticks_ms()
        self._elapsed_ms = 0
        self.trusted = False  # until the host has told the time since the power came on

    def now_ms(self):
        """Milliseconds since the start. `time.ticks_ms` wraps; this does not."""
        ticks = time.ticks_ms()
        self._elapsed_ms += time.ticks_diff(ticks, self._last)
        self._last = ticks
        return self._elapsed_ms

    def utc(self):
        """(year, month, day, hour, minute, second)."""
        t = self._rtc.datetime()
        return (t[0], t[1], t[2], t[4], t[5], t[6])

    def local(self):
        """The same in the merchant's time zone."""
        return self.to_local(self.utc())

    def to_local(self, utc):
        """The merchant's time at that moment, both (year, month, day, hour, minute, second)."""
        return tuple(time.gmtime(time.mktime(utc + (0, 0)) + self._offset_s))[:6]

    def hour_and_minute(self):
        """Local, for a status bar: without the work of a whole date."""
        t = self._rtc.datetime()
        return divmod((t[4] * 60 + t[5] + self._offset_s // 60) % 1440, 60)

    def since_s(self, local):
        """Seconds since that local time, by the wall clock; negative if it is still to come."""
        return time.mktime(self.local() + (0, 0)) - time.mktime(local + (0, 0))

    def set_utc(self, now):
        """The host's time, (year, month, day, hour, minute, second)."""
        self._set(now)
        self.trusted = True

    def _set(self, now):
        self._rtc.datetime((now[0], now[1], now[2], 0, now[3], now[4], now[5], 0))
