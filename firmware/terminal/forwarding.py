"""Forwarding: what is stored or in doubt goes to the host whenever the line is free.

The forwarder decides, the link carries, the book remembers; this task joins them. It sends nothing
new while a card is in play: the card has the terminal to itself.
"""

import asyncio

from micropython import const

from message.host import REASON_NO_REPLY
from terminal import book as b
from uplink.forwarder import REVERSAL
from uplink.link import NOT_SENT

_IDLE_MS = const(300)


class Queue:
    """The book of sales as the forwarder sees it: by sale numbers, which stay when the journal
    carries a sale forward under another sequence number."""

    def __init__(self, book):
        self._book = book

    def in_doubt(self):
        return [n for n in self._book.numbers(b.REQUEST) if n != self._book.in_play]

    def stored(self):
        return self._book.numbers(b.STORED)

    def banked(self, number, reply):
        self._book.resolve(self._book.seq_of(number), reply.token)

    def returned(self, number, reply):
        self._book.end(self._book.seq_of(number), b.REVERSED, reply.token, _answer(reply))

    def nothing_there(self, number, reply):
        self._book.end(self._book.seq_of(number), b.ABANDONED, reply.token, _answer(reply))

    def rejected(self, number):
        self._book.bury(self._book.seq_of(number))


def _answer(reply):
    return reply.rrn, reply.approval, reply.code


class Forwarding:
    def __init__(self, book, forwarder, link, messages, clock):
        self._book = book
        self._forwarder = forwarder
        self._link = link
        self._messages = messages
        self._clock = clock
        self._was_ready = False
        self.paused = False  # a card is in play
        self.busy = False  # a message is under way: the book's numbers must stay as they are

    async def run(self):
        """Named task."""
        while True:
            job = self._next()
            if job is None:
                await asyncio.sleep_ms(_IDLE_MS)
            else:
                self.busy = True
                await self._send(job)
                self.busy = False

    def _next(self):
        ready = self._link.ready
        if ready != self._was_ready:
            print("link", "up" if ready else "down")
            self._was_ready = ready
        if not ready or self.paused:
            return None
        return self._forwarder.next(self._clock.now_ms())

    async def _send(self, job):
        sale = self._book.sale(self._book.seq_of(job.number))
        held = self._book.held()
        if job.kind == REVERSAL:
            mti = "0401" if job.repeat else "0400"
            key, data = self._messages.reversal(mti, sale, REASON_NO_REPLY, held)
        else:
            key, data = self._messages.sale("0221" if job.repeat else "0220", sale, held)
        reply = await self._link.exchange(key, data)
        if reply is NOT_SENT:
            return  # the line went down just now; this is no try
        self._forwarder.sent(job)
        if reply is not None and reply.transaction_id() != sale.id:
            reply = None  # an answer to another sale that happens to share the STAN
        self._forwarder.answered(job, reply, self._clock.now_ms())
