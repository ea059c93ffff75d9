"""The asyncio shell around the session: sockets, framing and waiting, and no decisions."""

import asyncio

from micropython import const

from message.codec import LONGEST_BYTES, SHORTEST_BYTES
from uplink import session as s

_TICK_MS = const(100)
_PROBE_MS = const(5000)
_WANTED_MS = const(8000)

NOT_SENT = "not sent"  # not one byte has left the terminal


class HostLink:
    def __init__(self, session, connect, now_ms):
        """`connect(network)` is a coroutine: (reader, writer), or OSError, or ValueError
        (certificate)."""
        self._session = session
        self._connect = connect
        self._now = now_ms
        self._waiters = {}  # key -> what is to be called with the answer
        self._outbox = []  # (frame, key) of which not one byte has left
        self._outbox_filled = asyncio.Event()
        self._connection = None  # the task that owns the socket

    @property
    def ready(self):
        return self._session.ready

    @property
    def busy(self):
        """Somebody waits for an answer."""
        return bool(self._waiters)

    def post(self, key, data, answered):
        """Sends a request. `answered` is called once: with a Reply, with None if no trustworthy
        answer came, or with NOT_SENT. False: it cannot be sent now, and not one byte has left."""
        actions = self._session.request(key, data, self._now())
        if actions is None:
            return False
        self._waiters[key] = answered
        self._carry_out(actions)
        return True

    async def exchange(self, key, data):
        """-> Reply, None (sent, no trustworthy answer) or NOT_SENT."""
        came, answer = asyncio.Event(), []

        def answered(reply):
            answer.append(reply)
            came.set()

        if not self.post(key, data, answered):
            return NOT_SENT
        await came.wait()
        return answer[0]

    async def comes(self, patience_ms):
        """Whether there is a line; waits for one that is about to come."""
        end = self._now() + patience_ms
        while self._session.coming and self._now() < end:
            await asyncio.sleep_ms(_TICK_MS)
        return self.ready

    async def wanted(self):
        """As `comes`, where a person waits for the line: it is tried at once."""
        self._session.nudge(self._now())
        return await self.comes(_WANTED_MS)

    async def run(self):
        """Named task: drives the session's clock."""
        while True:
            self._carry_out(self._session.poll(self._now()))
            await asyncio.sleep_ms(_TICK_MS)

    def _carry_out(self, actions):
        unsent = ()
        for action in actions:
            what = action[0]
            if what == s.SEND:
                self._outbox.append(action[1:])
                self._outbox_filled.set()
            elif what == s.ANSWER:
                reply = NOT_SENT if action[1] in unsent else action[2]
                self._waiters.pop(action[1])(reply)
            elif what == s.CLOSE:
                unsent = [key for _, key in self._outbox]
                self._drop()
            elif what == s.PROBE:
                asyncio.create_task(self._probe(action[1]))
            else:
                self._drop()
                self._connection = asyncio.create_task(self._connected(action[1]))

    def _drop(self):
        self._outbox = []
        if self._connection and self._connection is not asyncio.current_task():
            self._connection.cancel()
        self._connection = None

    async def _probe(self, network):
        """The connection in use stays: only if this one comes about is it worth a change."""
        try:
            _, writer = await asyncio.wait_for_ms(self._connect(network), _PROBE_MS)
        except (OSError, ValueError, asyncio.TimeoutError):
            self._carry_out(self._session.probed(False, self._now()))
        else:
            await _close(writer)
            self._carry_out(self._session.probed(True, self._now()))

    def _lost(self, connection, error):
        """Only the connection that is still the current one may report its own end."""
        if connection is self._connection:
            # The ssl module reports a certificate that is not the provisioned one by ValueError.
            bad_certificate = isinstance(error, ValueError)
            why = "host_certificate" if bad_certificate else "host_unreachable"
            self._carry_out(self._session.lost(self._now(), why))

    async def _connected(self, network):
        me = asyncio.current_task()
        writer = sender = None
        try:
            reader, writer = await self._connect(network)
            sender = asyncio.create_task(self._send(writer, me))
            self._carry_out(self._session.opened(self._now()))
            await self._receive(reader, me)
        except (OSError, EOFError, ValueError) as error:
            self._lost(me, error)
        finally:
            if sender:
                sender.cancel()
            if writer:
                await _close(writer)

    async def _send(self, writer, connection):
        try:
            while True:
                await self._outbox_filled.wait()
                self._outbox_filled.clear()
                while self._outbox:
                    data, _ = self._outbox.pop(0)
                    writer.write(len(data).to_bytes(2, "big") + data)
                await writer.drain()
        except (OSError, ValueError) as error:
            self._lost(connection, error)

    async def _receive(self, reader, me):
        while self._connection is me:
            head = await reader.readexactly(2)
            length = head[0] << 8 | head[1]
            if not SHORTEST_BYTES <= length <= LONGEST_BYTES:
                raise OSError("a frame of %d bytes" % length)
            frame = await reader.readexactly(length)
            self._carry_out(self._session.received(frame, self._now()))


async def _close(writer):
    writer.close()
    try:
        await writer.wait_closed()
    except OSError:
        pass  # it was broken already: that is why it is being closed
