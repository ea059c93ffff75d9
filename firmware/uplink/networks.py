"""Which network the terminal goes through: a preferred one, and others for when it fails. Pure.

A network that fails is left at once for another one that is there. The preferred one is tried again
after a while, when nobody waits for the line, and with growing patience.
"""

from micropython import const

_JOIN_MS = const(15000)  # a radio that can be in one network at a time gets this long to join it
_STEADY_MS = const(600000)  # so long without a failure, and the earlier ones are forgiven
_BACK_MS = (10000, 60000, 300000, 900000)


class Networks:
    def __init__(self, networks, quiet, log):
        """`networks` in the order of preference; each has name, exclusive (it cannot be joined
        without leaving another one), join(), up(), address(), signal_dbm(), and route(address,
        port) -> where to connect to. `quiet()`: nobody waits for the line; `log(text)`."""
        self._all = networks
        self._quiet = quiet
        self._log = log
        self._at = 0
        self._tried = []  # in vain, since one worked or all had been tried
        self._since_ms = 0  # when the one in use was chosen
        self._left_ms = 0  # when the preferred one was left, or found wanting
        self._leaves = 0  # how often

    # The one in use

    @property
    def in_use(self):
        return self._all[self._at]

    @property
    def preferred(self):
        return self._all[0]

    def up(self):
        return self.in_use.up()

    def any_up(self):
        return any(network.up() for network in self._all)

    def address(self):
        return self.in_use.address()

    def signal_dbm(self):
        return self.in_use.signal_dbm()

    def route(self, address, port):
        return self.in_use.route(address, port)

    # Choosing

    def choose(self, now):
        """Before connecting: takes the best one that is there. False: none is."""
        there = [i for i in range(len(self._all)) if self._all[i].up()]
        if there:
            # The preferred one is not the best where it has failed a moment ago.
            order = [(i in self._tried, i == 0 and not self._has_rested(now), i) for i in there]
            self._use(min(order)[2], now)
        elif now - self._since_ms >= _JOIN_MS:
            self._use((self._at + 1) % len(self._all), now)
        return len(there) > 0

    def failed(self):
        """The connection came to a bad end. True: another network can be tried at once."""
        self._tried.append(self._at)
        others = [i for i in range(len(self._all)) if i not in self._tried and self._all[i].up()]
        if not others:
            self._tried = []
        return len(others) > 0

    def worked(self):
        self._tried = []

    # Back to the preferred one

    def wants_back(self, now):
        """Whether the preferred one should be looked at again."""
        if self._at == 0 or not self._quiet():
            return False
        return (self.preferred.exclusive or self.preferred.up()) and self._has_rested(now)

    def _has_rested(self, now):
        """Whether the preferred one is in use, or was left alone for long enough."""
        last = self.preferred.exclusive or self._leaves > len(_BACK_MS)
        patience_ms = _BACK_MS[-1 if last else self._leaves - 1]
        return self._at == 0 or now - self._left_ms >= patience_ms

    def go_back(self, now):
        self._use(0, now)

    def stay(self, now):
        """The preferred one was found wanting."""
        self._left_ms = now
        self._leaves += 1

    def _use(self, index, now):
        if index == self._at:
            return
        if self._at == 0:
            steady = now - self._since_ms > _STEADY_MS
            self._leaves = 1 if steady else self._leaves + 1
            self._left_ms = now
        self._at, self._since_ms = index, now
        self._log("network: %s is used" % self.in_use.name)
        self.in_use.join()
