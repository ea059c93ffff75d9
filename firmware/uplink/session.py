"""One connection to the host as a pure state machine: events and time in, actions out.

It connects, signs in, keeps the line alive with echoes, matches replies to requests and gives up on
those that take too long. It never sees a socket: the shell carries out the actions.

Times are milliseconds of a clock that only goes forward.
"""

from micropython import const

from message.codec import BadMessage
from message.host import ECHO, SIGN_IN
from uplink.answers import is_kept
from uplink.gaps import gap_ms

# Actions: tuples with one of these in front.
OPEN = const(1)  # (OPEN, network): connect through it
CLOSE = const(2)  # (CLOSE,): drop the connection
SEND = const(3)  # (SEND, bytes, key)
ANSWER = const(4)  # (ANSWER, key, Reply or None): the end of a request
PROBE = const(5)  # (PROBE, network): see whether a connection through it comes about

_DOWN = const(0)
_OPENING = const(1)
_SIGNING_IN = const(2)
_READY = const(3)

_FINANCIAL = ("02", "04")  # whose references rise from commit to commit
_GAPS_MS = (500, 1000, 2000, 4000, 8000, 15000, 30000)


class Timing:
    def __init__(self, reply_ms=10000, open_ms=8000, echo_ms=30000):
        self.reply_ms = reply_ms
        self.open_ms = open_ms
        self.echo_ms = echo_ms


class Session:
    def __init__(self, messages, status, random, timing, networks):
        """`status()` -> (batch, held) for network messages; `random(n)` -> bytes, for jitter;
        `networks`: see networks.py."""
        self._messages = messages
        self._status = status
        self._random = random
        self._timing = timing
        self._networks = networks
        self._probing = False
        self._state = _DOWN
        self._waiting = {}  # key -> deadline
        self._network = None  # (key, nonce) of the 0800 in flight
        self._heard_ms = 0
        self._next_try_ms = 0
        self._failures = 0
        self.trouble = None  # text key of why there is no connection
        self.host_time = None  # the last host time heard, until the owner takes it
        self.extras = []  # each () -> [(tag, bytes)]: what sign-in and echo tell besides
        self.listeners = []  # each is called with the Reply to a sign-in or an echo
        self.has_news = False  # one of the extras should not wait for the next echo's time
        self.reference = ""  # the highest of what the host has on record since the start
        self.dropped = 0  # replies that belonged to nothing

    @property
    def ready(self):
        return self._state == _READY

    @property
    def coming(self):
        """It is not ready, but may be in a moment: the line has just gone, and there is a way."""
        return not self.ready and self._failures <= 1 and self._networks.any_up()

    def nudge(self, now):
        """Try at once: the network came back, or a person asked."""
        self._failures = 0
        if self._state == _DOWN:
            self._next_try_ms = now

    # Events

    def poll(self, now):
        """To be called several times a second."""
        if self._state == _DOWN:
            due = now >= self._next_try_ms and self._networks.choose(now)
            return self._open(now) if due else ()
        if not self._networks.up():
            return self.lost(now, "no_network")
        if self._state == _OPENING:
            late = now - self._heard_ms > self._timing.open_ms
            return self.lost(now, "host_unreachable") if late else ()
        if any(now > deadline for deadline in self._waiting.values()):
            # A line that swallowed one answer is not trusted with the next question.
            return self.lost(now, "host_unreachable")
        return self._idle(now) if self._state == _READY and not self._waiting else ()

    def opened(self, now):
        self._state = _SIGNING_IN
        return self._ask_network(SIGN_IN, now)

    def lost(self, now, why):
        """The connection is gone or not to be trusted: open requests end without an answer."""
        ended = [(ANSWER, key, None) for key in self._waiting if not self._is_network(key)]
        self._waiting = {}
        self._network = None
        self._state = _DOWN
        self.trouble = why
        self._next_try_ms = now if self._networks.failed() else now + self._pause_after_failure_ms()
        return [(CLOSE,)] + ended

    def request(self, key, data, now):
        """Sends a request if the session is up: actions, or None (then not a byte has left)."""
        if self._state != _READY or key in self._waiting:
            return None
        self._waiting[key] = now + self._timing.reply_ms
        return [(SEND, data, key)]

    def received(self, frame, now):
        try:
            reply = self._messages.read(frame)
        except BadMessage:
            return self.lost(now, "host_refused")
        self._heard_ms = now
        key = reply.key
        if reply.mti[2:] not in ("10", "30") or key not in self._waiting:
            # Late, repeated or never asked for: it must not be matched to another sale.
            self.dropped += 1
            return ()
        if self._is_network(key):
            return self._network_answered(reply, now)
        del self._waiting[key]
        if reply.trusted and key[0] in _FINANCIAL and is_kept(reply.rrn):
            self.reference = max(self.reference, reply.rrn)
        return [(ANSWER, key, reply)]

    def probed(self, good, now):
        """What became of a PROBE: whether the preferred network carries a connection again."""
        self._probing = False
        if self._networks.in_use is self._networks.preferred:
            return ()  # the other one has failed meanwhile
        if not good:
            self._networks.stay(now)
        elif self._state == _READY and not self._waiting:
            return self._go_back(now)
        return ()

    # Inside

    def _open(self, now):
        self._state = _OPENING
        self._heard_ms = now
        return [(OPEN, self._networks.in_use)]

    def _idle(self, now):
        if self.has_news or now - self._heard_ms > self._timing.echo_ms:
            return self._ask_network(ECHO, now)
        if self._probing or not self._networks.wants_back(now):
            return ()
        if self._networks.preferred.exclusive:
            return self._go_back(now)
        self._probing = True
        return [(PROBE, self._networks.preferred)]

    def _go_back(self, now):
        """Nothing is under way, so that nothing is lost by the change."""
        self._networks.go_back(now)
        self._state = _DOWN
        self._next_try_ms = now
        return [(CLOSE,)]

    def _pause_after_failure_ms(self):
        """Counts the failure, too."""
        self._failures += 1
        return gap_ms(_GAPS_MS, self._failures - 1, self._random)

    def _is_network(self, key):
        return self._network is not None and key == self._network[0]

    def _ask_network(self, what, now):
        batch, held = self._status()
        more = [item for extra in self.extras for item in extra()]
        self.has_news = False
        key, data, nonce = self._messages.network(what, batch, held, more)
        self._network = (key, nonce)
        self._waiting[key] = now + self._timing.reply_ms
        return [(SEND, data, key)]

    def _network_answered(self, reply, now):
        key, nonce = self._network or (None, None)
        if not reply.trusted or reply.nonce() != nonce or reply.code != "00":
            return self.lost(now, "host_refused")
        del self._waiting[key]
        self._network = None
        self.host_time = reply.host_time() or self.host_time
        self._state = _READY
        self._networks.worked()
        self._failures = 0
        self.trouble = None
        for listener in self.listeners:
            listener(reply)
        return ()
