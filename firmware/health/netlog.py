"""The network log: when the line came, when it went, why, and how long it had lasted.

It looks at the line from outside, several times a second, and notes what has changed.
"""

from micropython import const

_LINES = const(24)


class NetworkLog:
    def __init__(self, look, clock, now_ms, log):
        """`look()` -> (network there, host reached, text key of the trouble or None); `clock()` ->
        hh:mm:ss; `log(text)` tells the console."""
        self._look = look
        self._clock = clock
        self._now_ms = now_ms
        self._log = log
        self._seen = (False, False, None)
        self._since_ms = now_ms()
        self._lines = []

    def watch(self):
        """To be called often."""
        seen = self._look()
        network, reached, trouble = seen
        had_network, had_reached, had_trouble = self._seen
        if seen == self._seen:
            return
        self._seen = seen
        if network and not had_network:
            self._note("net_came")
        if reached and not had_reached:
            self._note("net_reached")
        elif had_reached and not reached:
            self._note("net_dropped", trouble)
        elif trouble and trouble != had_trouble and not reached:
            self._note("net_failed", trouble)

    def _note(self, event, trouble=None):
        lasted_s = (self._now_ms() - self._since_ms) // 1000
        self._since_ms = self._now_ms()
        if len(self._lines) == _LINES:
            self._lines.pop(0)
        self._lines.append((self._clock(), event, trouble or "", lasted_s))
        self._log("network: %s %s after %d s" % (event, trouble or "", lasted_s))

    def lines(self):
        """[(hh:mm:ss, event, trouble or "", seconds since the line before)], newest first."""
        return self._lines[::-1]
