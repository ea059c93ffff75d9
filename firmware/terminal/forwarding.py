"""Forwarding: what is owed or in doubt goes to the host whenever the line is free.

The forwarder decides, the link carries, the book remembers; this task joins them. It sends nothing
new while a card is in play: the card has the terminal to itself. Answers are taken all the same.
"""

import asyncio

from micropython import const

from message import again, deferred, returns
from message.host import REASON_NO_REPLY
from terminal import book as b
from terminal import deferral
from uplink import answers
from uplink.link import NOT_SENT

_IDLE_MS = const(300)
_TURN_MS = const(10)


def _advice(messages, mti, sale, held):
    return messages.sale(mti, sale, held)


def _reversal(messages, mti, sale, held):
    return messages.reversal(mti, sale, REASON_NO_REPLY, held)


# How the host is told of a sale that stands so in the book: (message type, type of the repeat, what
# builds it, what judges the answer). All but REQUEST, PAID and GRANTED are in the book's _OWED as
# well; what is paid is told only to a host that has forgotten it.
WAYS = {
    b.REQUEST: ("0400", "0401", _reversal, answers.of_reversal),
    b.STORED: ("0220", "0221", _advice, answers.of_advice),
    b.RETURN: ("0220", "0221", returns.build, answers.of_advice),
    b.DEFERRED: ("0200", "0201", deferred.build, answers.of_advice),
    b.CALLED_OFF: ("0420", "0421", deferred.called_off, answers.of_reversal),
    b.PAID: ("0201", "0201", again.posted, answers.of_advice),
    b.GRANTED: ("0201", "0201", deferred.granted, answers.of_advice),
}

# (how it stands, final verdict) -> the record that ends it. Of the rest, what is accepted ends
# without a record, and what is rejected is for people to look at.
_ENDINGS = {
    (b.REQUEST, answers.ACCEPTED): b.REVERSED,
    (b.REQUEST, answers.NOTHING_THERE): b.ABANDONED,
    (b.CALLED_OFF, answers.ACCEPTED): b.REVERSED,
    (b.CALLED_OFF, answers.NOTHING_THERE): b.ABANDONED,
}


class Queue:
    """The book of sales as the forwarder sees it: by sale numbers, which stay when the journal
    carries a sale forward under another sequence number."""

    def __init__(self, book, memory):
        """`memory`: see host_memory.py."""
        self._book = book
        self._memory = memory
        self.in_doubt = book.in_doubt

    def owed(self):
        """Yields numbers in the order of capture: first what the host has forgotten, then what it
        never knew. A return goes when the host has answered for its original, and not before."""
        told = self._memory.waiting
        first = None
        for number in sorted(told):
            first = first or number
            if told[number][0] == b.RETURN and number != first:
                break
            yield number
        for number in self._book.owed():
            if not self._must_wait(number):
                yield number

    def _must_wait(self, number):
        forgot = self._memory.busy and self._book.kind(number) == b.RETURN
        return forgot or self._book.must_wait(number)

    def about(self, number):
        """-> (how it stands, the Sale, whether the host has been told of it before)."""
        told = self._memory.waiting.get(number)
        if told:
            return told + (True,)
        seq = self._book.seq_of(number)
        return self._book.entry(seq).kind, self._book.sale(seq), False

    def has_changed(self, number, kind):
        """Whether it has been called off since it was sent as something else."""
        return number not in self._memory.waiting and self._book.kind(number) != kind

    def judge(self, number, kind, reply):
        """The verdict (uplink/answers.py) on an answer."""
        judge = WAYS[kind][3]
        if number in self._memory.waiting:
            return answers.of_repeat(judge, reply)
        return judge(reply)

    def close(self, number, verdict, reply):
        """A final verdict. False: there is no room to write it down; it stays as it was."""
        if number in self._memory.waiting:
            self._memory.take(number, verdict != answers.REJECTED)
            return True
        seq = self._book.seq_of(number)
        kind = self._book.entry(seq).kind
        ending = _ENDINGS.get((kind, verdict))
        if kind == b.DEFERRED and reply.token:
            deferral.decided(self._book, seq, reply)
        elif ending:
            self._book.end(seq, ending, reply.token, (reply.rrn, reply.approval, reply.code))
        elif verdict == answers.REJECTED:
            return self._book.bury(seq)
        else:
            self._book.resolve(seq, reply.token)
        return True


class Forwarding:
    def __init__(self, book, queue, forwarder, memory, link, messages, clock):
        self._book = book
        self._queue = queue
        self._forwarder = forwarder
        self._memory = memory
        self._link = link
        self._messages = messages
        self._clock = clock
        self._was_ready = False
        self._answers = []  # (job, kind, what it is about, Reply or None) nobody has taken
        self._news = asyncio.Event()
        self.paused = False  # a card is in play

    @property
    def busy(self):
        """Messages are under way: the book's numbers must stay as they are."""
        return self._forwarder.busy

    async def run(self):
        """Named task. Keys and screen get their turn in between."""
        while True:
            end = self._clock.now_ms() + _TURN_MS
            while self._step():
                if self._clock.now_ms() >= end:
                    break
            else:
                await self._rest()
            await asyncio.sleep_ms(0)

    def _step(self):
        """False if there is nothing to do now."""
        if self._answers:
            self._take(*self._answers.pop(0))
            return True
        return self._send_next() or self._remind()

    async def _rest(self):
        """What is under way will be answered, if only by silence; else something may be stored."""
        if self.busy:
            self._news.clear()
            await self._news.wait()
        else:
            await asyncio.sleep_ms(_IDLE_MS)

    def _send_next(self):
        """False if there is nothing to send now."""
        ready = self._link.ready
        if ready != self._was_ready:
            print("link", "up" if ready else "down")
            self._was_ready = ready
        if not ready or self.paused:
            return False
        job = self._forwarder.next(self._clock.now_ms())
        return job is not None and self._send(job)

    def _remind(self):
        """False if there is nothing to read for a host that has lost its memory."""
        return self._link.ready and not self.paused and self._memory.read_on()

    def _send(self, job):
        """False if the line went down just now, or waits for an answer of the same name."""
        kind, sale, again = self._queue.about(job.number)
        first, repeat, build, _ = WAYS[kind]
        held = self._book.held()
        mti = repeat if job.repeat or again else first
        key, data = build(self._messages, mti, sale, held)
        if not self._link.post(key, data, self._taker(job, kind, sale)):
            return False  # this is no try
        self._forwarder.sent(job)
        return True

    def _taker(self, job, kind, sale):
        """What the link calls with the answer. It keeps little: many wait at a time."""
        about = sale.id, sale.amount_fen

        def answered(reply):
            self._answers.append((job, kind, about, reply))
            self._news.set()

        return answered

    def _take(self, job, kind, about, reply):
        if reply is NOT_SENT or self._queue.has_changed(job.number, kind):
            self._forwarder.unsent(job)
            return
        if reply is not None and not reply.is_about(*about):
            reply = None  # of another sale that happens to share the STAN, or of another amount
        verdict = self._queue.judge(job.number, kind, reply)
        self._forwarder.answered(job, verdict, reply, self._clock.now_ms())
