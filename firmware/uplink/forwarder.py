"""What goes to the host next, and what an answer means for the sale: a pure state machine.

Reversals go first, then stored sales in the order of their capture. A silent line holds everything
back with growing gaps; an answer that refuses one message holds back only that message.
Nothing is ever given up: after `ALARM_TRIES` a reversal is an alarm as well, and is still tried.
"""

from micropython import const

from uplink import answers

REVERSAL = const(1)
ADVICE = const(2)

ALARM_TRIES = const(6)
_REFUSALS = ("30", "97")  # of the message itself; any other answer may be better tomorrow
_GAPS_MS = (0, 5000, 15000, 60000, 300000, 900000)


class Job:
    def __init__(self, kind, number, repeat):
        self.kind = kind
        self.number = number
        self.repeat = repeat  # sent before: the repeat MTI


class Forwarder:
    def __init__(self, queue, random):
        """`queue`: in_doubt() and stored() give sale numbers, oldest first; banked, returned,
        nothing_there and rejected take one (see terminal/forwarding.py)."""
        self._queue = queue
        self._random = random
        self._tries = {}  # number -> times sent
        self._refusals = {}  # number -> times the host said that it will not take this message
        self._due_ms = {}  # number -> not before
        self._line_due_ms = 0
        self._line_failures = 0

    def next(self, now):
        """The Job to send now, or None."""
        if now < self._line_due_ms:
            return None
        for kind, waiting in ((REVERSAL, self._queue.in_doubt()), (ADVICE, self._queue.stored())):
            for number in waiting:
                if self._due_ms.get(number, 0) <= now:
                    return Job(kind, number, self._tries.get(number, 0) > 0)
        return None

    def sent(self, job):
        self._tries[job.number] = self._tries.get(job.number, 0) + 1

    def answered(self, job, reply, now):
        """Takes an answer (None: none came) to the sale it belongs to."""
        if job.kind == REVERSAL:
            verdict = answers.of_reversal(reply)
        else:
            verdict = answers.of_advice(reply)
        if verdict == answers.SILENCE:
            self._line_due_ms = now + self._gap_ms(self._line_failures)
            self._line_failures += 1
            return
        self._line_failures = 0
        if verdict == answers.LATER:
            self._later(job, reply, now)
        else:
            self._close(job, verdict, reply)

    def alarms(self):
        """How many sales have been tried often enough that people should look."""
        return sum([tries >= ALARM_TRIES for tries in self._tries.values()])

    def _later(self, job, reply, now):
        number = job.number
        refusals = self._refusals.get(number, 0) + (reply.code in _REFUSALS)
        self._refusals[number] = refusals
        if job.kind == ADVICE and refusals >= ALARM_TRIES:
            self._forget(number)
            self._queue.rejected(number)
        else:
            self._due_ms[number] = now + self._gap_ms(self._tries[number])

    def _close(self, job, verdict, reply):
        self._forget(job.number)
        if verdict == answers.REJECTED:
            self._queue.rejected(job.number)
        elif verdict == answers.NOTHING_THERE:
            self._queue.nothing_there(job.number, reply)
        elif job.kind == REVERSAL:
            self._queue.returned(job.number, reply)
        else:
            self._queue.banked(job.number, reply)

    def _forget(self, number):
        self._tries.pop(number, None)
        self._refusals.pop(number, None)
        self._due_ms.pop(number, None)

    def _gap_ms(self, failures):
        gap_ms = _GAPS_MS[min(failures, len(_GAPS_MS) - 1)]
        return gap_ms * (205 + self._random(1)[0] % 103) // 256  # +-20 %
