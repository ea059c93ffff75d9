"""Fetches the signed documents that the host offers, one chunk at a time, when nothing else is on.

Sign-in and echo say what there is. What has come stays in memory when the line goes down, and the
download goes on where it stopped; a restart begins it anew.
"""

import asyncio

from micropython import const

from message import documents
from message.codec import BadMessage
from uplink.link import NOT_SENT

_LOOK_MS = const(1000)
_BETWEEN_MS = const(50)  # between two chunks: keys and screen come first
_AGAIN_MS = const(60000)  # after an answer that was of no use


class Coming:
    """A document on its way."""

    def __init__(self, kind, version):
        self.kind = kind
        self.version = version
        self.length = None  # until the first chunk tells it
        self.data = b""

    def take(self, version, length, offset, data):
        """False if this chunk is not the next one of the same document."""
        same = version == self.version and self.length in (None, length)
        if not same or offset != len(self.data) or offset + len(data) > length:
            return False
        self.length = length
        self.data += data
        return True

    def is_here(self):
        return len(self.data) == self.length


class Downloads:
    def __init__(self, services):
        """From now on sign-in and echo tell what is in use, and what was refused."""
        self._s = services
        self._offered = {}  # kind -> version
        self._refused = {}  # kind -> version that is not fetched again in this life
        self._coming = None
        self._due_ms = 0
        services.session.extras.append(services.parameters.tell)
        services.session.listeners.append(self._heard)

    def _heard(self, reply):
        self._s.parameters.heard()
        self._offered = documents.offered(reply)

    async def run(self):
        """Named task."""
        while True:
            kind = self._wanted()
            if kind:
                await self._fetch(kind)
            await asyncio.sleep_ms(_BETWEEN_MS if kind else _LOOK_MS)

    def _wanted(self):
        """The kind of a document that is newer than the one in use, if there is time for it."""
        s = self._s
        if not s.link.ready or s.forwarding.paused or s.forwarding.busy:
            return None
        if s.clock.now_ms() < self._due_ms:
            return None
        for kind, version in self._offered.items():
            if version > s.parameters.version(kind) and version != self._refused.get(kind):
                return kind
        return None

    async def _fetch(self, kind):
        """One chunk; and if it was the last, the document is taken up."""
        coming, version = self._coming, self._offered[kind]
        if not coming or (coming.kind, coming.version) != (kind, version):
            coming = self._coming = Coming(kind, version)
        chunk = await self._chunk(coming)
        if chunk is None:
            self._due_ms = self._s.clock.now_ms() + _AGAIN_MS
        elif not self._take(coming, chunk):
            self._coming = None
            self._due_ms = self._s.clock.now_ms() + _AGAIN_MS
        elif coming.is_here():
            while self._s.forwarding.paused:  # limits do not change in the midst of a sale
                await asyncio.sleep_ms(_LOOK_MS)
            self._finish(coming)

    async def _chunk(self, coming):
        """-> what message.documents.chunk gives, or None: no answer, or none that can be used."""
        s = self._s
        batch, holding = s.book.batch, s.book.held()
        key, data, nonce = documents.request(s.messages, coming, batch, holding)
        reply = await s.link.exchange(key, data)
        if reply is NOT_SENT or reply is None or not reply.trusted or reply.nonce() != nonce:
            return None
        try:
            return documents.chunk(reply)
        except BadMessage:
            return None

    def _take(self, coming, chunk):
        """False if the chunk is of no use. One of another version tells of a newer document."""
        version, length = chunk[:2]
        self._offered[coming.kind] = version
        if version != coming.version:
            return True
        if length > documents.LONGEST_BYTES:
            why = documents.Refused(documents.TOO_LONG)
            self._s.parameters.refuse(coming.kind, version, why)
            self._refused[coming.kind] = version
            return True
        return coming.take(*chunk)

    def _finish(self, coming):
        self._coming = None
        if not self._s.parameters.replace(coming.kind, coming.version, coming.data):
            self._refused[coming.kind] = coming.version
