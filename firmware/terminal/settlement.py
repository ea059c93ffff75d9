"""Talks with the host about the batch that is being closed; in memory only while there is one."""

import asyncio

from micropython import const

from message import settlement as messages
from terminal import batch, past, sale_record
from terminal.tally import PRODUCTS
from uplink import answers, settling
from uplink.link import NOT_SENT

_BREATH = const(8)  # records of the past that are read without a pause


class Settlement:
    def __init__(self, services):
        self._s = services
        self._settling = settling.Settling(services.random)
        self._closing = services.book.tally.batch.closing
        self._lines = self._posted()  # of the past, newest first
        self._next = 0  # the item of the list that they are at
        self.number = self._closing.number
        self.settled = None  # messages.Settled, once the batch is closed
        self.refusal = ""  # the response code of a host that did not close it

    async def step(self):
        """At most one question to the host. False if it is not time for one."""
        if not self._settling.is_due(self._s.clock.now_ms()):
            return False
        reply = await self._ask()
        if reply is NOT_SENT:
            return False
        self._take(reply)
        return True

    def is_over(self):
        """Whether the batch is closed, or never will be, and that is written down; for which there
        must be room."""
        tally = self._s.book.tally
        if self._settling.refused:
            return tally.refused()
        return self.settled is not None and tally.closed()

    async def _ask(self):
        s, closing, state = self._s, self._closing, self._settling
        items = await self._items(state.at) if state.what == settling.LIST else ()
        if state.what == settling.LIST and not items:
            state.list_ended()
        if state.what == settling.CLOSE:
            key, data = messages.close(s.messages, closing, s.book.held(), state.listed)
        else:
            mti = "0321" if state.repeat else "0320"
            key, data = messages.part_of_list(
                s.messages, mti, closing, state.at, items, s.book.held()
            )
        return await s.link.exchange(key, data)

    def _take(self, reply):
        state = self._settling
        if reply is not None and reply.transaction_id() != self._closing.identity:
            reply = None
        judge = answers.of_closing if state.what == settling.CLOSE else answers.of_list
        wanted = messages.wanted(reply) if reply else None
        state.answered(judge(reply, wanted), wanted, self._s.clock.now_ms())
        self.refusal = reply.code if reply else ""
        if state.done:
            self.settled = messages.Settled(self._closing.number, reply)

    # The list

    async def _items(self, first):
        """Some items of the list from the item `first` on, newest first; none if it has ended."""
        if first != self._next:
            self._lines, self._next = self._posted(), 0
            await self._read(first)
        return await self._read(messages.MOST_ITEMS)

    def _posted(self):
        closing = self._closing
        lines = past.lines(self._s.journal, closing.since)
        return batch.posted(lines, PRODUCTS, closing.since, closing.up_to)

    async def _read(self, count):
        """At most `count` of the next items; keys and screen get their turn in between."""
        found, read = [], 0
        while len(found) < count:
            product, payload = next(self._lines, (0, None))
            if payload is None:
                break
            read += 1
            if read % _BREATH == 0:
                await asyncio.sleep_ms(0)
            if product:
                number, amount_fen, identity = sale_record.head(payload)
                found.append((product, number, identity, amount_fen))
        self._next += len(found)
        return found
