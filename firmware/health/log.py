"""A ring of the last lines, in memory; each line also goes to the console. No card data, ever."""

from micropython import const

_LINES = const(64)
_LONGEST = const(120)


class Log:
    def __init__(self, now_ms):
        self._now = now_ms
        self._lines = []

    def __call__(self, text):
        line = "%9d %s" % (self._now(), text[:_LONGEST])
        if len(self._lines) == _LINES:
            self._lines.pop(0)
        self._lines.append(line)
        print(line)

    def lines(self):
        return list(self._lines)
