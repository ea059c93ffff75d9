"""What the network check tries, step by step: one coroutine for each of `health.diagnosis.STEPS`.

The session stays what it is: where it is up, the echo goes over it like any other request; where it
is not, it is only asked to try at once. The probes use a connection of their own, which they close.
"""

import asyncio
import select
import socket
import time

from micropython import const

from message import fields as f
from message.host import ECHO
from uplink.link import NOT_SENT

_LOOK_MS = const(20)
_CONNECT_MS = const(8000)
_STAYS_MS = const(300)  # a host that hangs up does so at once
_SIGN_IN_MS = const(12000)
_PADDING_BYTES = const(240)
_MESSAGES = const(4)
_SILENCE = ("no_answer", "", 0)
_BROKEN = select.POLLERR | select.POLLHUP

_ALERT = const(-0x7780)  # mbedTLS: the other side ended the handshake with an alert
_NO_TLS = const(-0x7200)  # mbedTLS: what came is no TLS record


class Probes:
    """Each probe returns (cause or None, value for people, measure); none of them raises."""

    def __init__(self, services):
        s = services
        self._network = s.network
        self._host = s.settings.host
        self._tls_context = s.tls
        self._link = s.link
        self._session = s.session
        self._messages = s.messages
        self._status = lambda: (s.book.batch, s.book.held())
        self._now = s.clock.now_ms
        self._place: tuple = ()
        self._plug = None

    def close(self):
        if self._plug:
            self._plug.close()
            self._plug = None

    async def link(self):
        if not self._network.up():
            return "down", "", 0
        dbm = self._network.signal_dbm()
        return (None, "net_joined", 0) if dbm is None else (None, "%d dBm" % dbm, dbm)

    async def address(self):
        address = self._network.address()
        return None if address else "none", address, 0

    async def dns(self):
        """A name blocks the terminal while it is looked up; an address needs no looking up."""
        try:
            address, port = self._network.route(self._host.address, self._host.port)
            found = socket.getaddrinfo(address, port, 0, socket.SOCK_STREAM)
        except OSError:
            return "unknown", "", 0
        self._place = found[0]
        number = self._host.address.replace(".", "").isdigit()
        return None, "net_no_name" if number else self._host.address[:18], 0

    async def tcp(self):
        place, start = self._place, self._now()
        self._plug = socket.socket(place[0], place[1], place[2])
        self._plug.setblocking(False)
        try:
            self._plug.connect(place[-1])
        except OSError:
            pass  # in progress; how it ends is seen below
        events = await self._event(select.POLLOUT, _CONNECT_MS)
        took_ms = self._now() - start
        if not events:
            return "no_answer", "", 0
        if events & _BROKEN:
            return "refused", "", 0
        if await self._event(select.POLLIN, _STAYS_MS):
            return "hung_up", "", 0  # who speaks TLS waits for our first word
        return None, "%d ms" % took_ms, 0

    async def _event(self, wanted, wait_ms):
        """What became of the socket in that time; 0: nothing."""
        poller = select.poll()
        poller.register(self._plug, wanted)
        end = self._now() + wait_ms
        while True:
            found = poller.poll(0)
            if found:
                return found[0][1]
            if self._now() >= end:
                return 0
            await asyncio.sleep_ms(_LOOK_MS)

    async def tls(self):
        if self._link.ready:
            return None, "net_in_use", 0  # with the one certificate that is trusted
        start = self._now()
        try:
            cause = await self._handshake(start + _CONNECT_MS)
        except ValueError:  # this is how the ssl module reports a certificate it does not trust
            cause = "certificate"
        except OSError as error:
            cause = {_ALERT: "refused", _NO_TLS: "stranger"}.get(error.args[0], "hung_up")
        return cause, "" if cause else "%d ms" % (self._now() - start), 0

    async def _handshake(self, end_ms):
        """It runs with the first byte written: that of a message which never comes."""
        name = self._host.name
        plug, handshake = self._plug, {"server_hostname": name, "do_handshake_on_connect": False}
        self._plug = self._tls_context.wrap_socket(plug, **handshake)
        while not self._plug.write(b"\0"):
            if self._now() >= end_ms:
                return "no_answer"
            await asyncio.sleep_ms(_LOOK_MS)
        return None

    async def echo(self):
        """The probe's own connection has shown what it could; from here on it is the session's."""
        self.close()
        if not await self._signed_in():
            return self._session.trouble or "no_answer", "", 0
        took_ms, _ = await self._ask(1)
        return (None, "%d ms" % took_ms, took_ms) if took_ms else _SILENCE

    async def _signed_in(self):
        end = self._now() + _SIGN_IN_MS
        self._session.nudge(self._now())
        while not self._link.ready and self._now() < end:
            await asyncio.sleep_ms(_LOOK_MS)
        return self._link.ready

    async def speed(self):
        """A few padded echoes at once: bytes there and back in the time they took."""
        took_ms, size_bytes = await self._ask(_MESSAGES, [(f.PADDING, bytes(_PADDING_BYTES))])
        return (None, "%.1f kB/s" % (size_bytes / took_ms), 0) if took_ms else _SILENCE

    async def _ask(self, count, more=()):
        """Sends so many echoes at once -> (milliseconds, at least 1; bytes there and back).

        (0, 0) unless every one of them came back, and as it should.
        """
        start = time.ticks_ms()
        sizes_bytes = await asyncio.gather(*[self._one(more) for _ in range(count)])
        if 0 in sizes_bytes:
            return 0, 0
        return time.ticks_diff(time.ticks_ms(), start) or 1, sum(sizes_bytes)

    async def _one(self, more):
        """-> bytes there and back, 0 without a right answer. Keeps nothing: the heap is small."""
        batch, held = self._status()
        key, data, nonce = self._messages.network(ECHO, batch, held, more)
        reply = await self._link.exchange(key, data)
        if reply is None or reply is NOT_SENT or not reply.trusted:
            return 0
        if reply.code != "00" or reply.nonce() != nonce:
            return 0
        return len(data) + len(reply.private.get(f.PADDING, b""))
