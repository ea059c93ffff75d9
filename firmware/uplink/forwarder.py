"""What goes to the host next, and what the verdict on an answer means: a pure state machine.

Reversals go first and alone, then what is owed, in the order of capture, several at a time: the
window grows with each good answer and closes to one when the line is silent or the host sheds load.
Then everything waits, with growing gaps; an answer that refuses one message holds back only that
message. Nothing is ever given up: after `ALARM_TRIES` a reversal is an alarm as well, and is still
tried.
"""

from micropython import const

from uplink import answers
from uplink.gaps import TO_TRY_AGAIN_MS, gap_ms

ALARM_TRIES = const(6)
_SUSPECT_TRIES = const(3)  # a message so often in vain may be what breaks the line: it goes alone


class Job:
    def __init__(self, number, repeat, alone, trouble):
        self.number = number
        self.repeat = repeat  # sent before: the repeat MTI
        self.alone = alone  # nothing else may be under way
        self.trouble = trouble  # how much trouble there had been when it was sent


class _Past:
    """What has been tried for one sale that is still owed."""

    def __init__(self):
        self.tries = 0  # times sent
        self.unfit = 0  # times the host said that it will not take this message
        self.due_ms = 0  # not before


class Forwarder:
    def __init__(self, queue, random, widest):
        """`queue`: in_doubt() and owed() give sale numbers, oldest first; close(number, verdict,
        reply) ends one, or is False if there is no room for that now (terminal/forwarding.py).
        `widest`: the most messages under way at once."""
        self._queue = queue
        self._random = random
        self._widest = widest
        self._window = 1
        self._under_way = set()  # numbers
        self._alone = False  # what is under way wants no company
        self._past = {}  # number -> _Past
        self._due_ms = 0  # of all
        self._failures = 0
        self._trouble = 0  # messages that were under way together share one failure

    @property
    def busy(self):
        return len(self._under_way) > 0

    def next(self, now):
        """The Job to send now, or None."""
        if now < self._due_ms or self._alone:
            return None
        for number in self._queue.in_doubt():
            if self._is_due(number, now):
                return None if self.busy else self._job(number, True)
        if len(self._under_way) >= self._window:
            return None
        for number in self._queue.owed():
            if number not in self._under_way and self._is_due(number, now):
                alone = self._tries(number) >= _SUSPECT_TRIES
                return None if alone and self.busy else self._job(number, alone)
        return None

    def sent(self, job):
        self._past.setdefault(job.number, _Past()).tries += 1
        self._under_way.add(job.number)
        self._alone = job.alone

    def unsent(self, job):
        """Not one byte of it has left: that was no try."""
        self._under_way.remove(job.number)
        self._alone = False
        self._past[job.number].tries -= 1

    def answered(self, job, verdict, reply, now):
        """Takes the verdict (uplink/answers.py) on what came back; the reply goes to the queue."""
        self._under_way.remove(job.number)
        self._alone = False
        if verdict in (answers.SILENCE, answers.LATER):
            self._slow_down(job, now)
        else:
            self._failures = 0
            self._window = min(self._window + 1, self._widest)
        past = self._past[job.number]
        if verdict == answers.UNFIT:
            past.unfit += 1
            verdict = answers.REJECTED if past.unfit >= ALARM_TRIES else answers.LATER
        if verdict == answers.SILENCE and past.tries < _SUSPECT_TRIES:
            return
        final = verdict not in (answers.SILENCE, answers.LATER)
        if final and self._queue.close(job.number, verdict, reply):
            del self._past[job.number]
        else:
            past.due_ms = now + self._gap_ms(past.tries)

    def is_put_off(self, number):
        """Whether it has been tried so often that nothing should wait for it any more."""
        return self._tries(number) >= ALARM_TRIES

    def alarms(self):
        """How many sales have been tried often enough that people should look."""
        return sum([past.tries >= ALARM_TRIES for past in self._past.values()])

    def _job(self, number, alone):
        return Job(number, self._tries(number) > 0, alone, self._trouble)

    def _tries(self, number):
        past = self._past.get(number)
        return past.tries if past else 0

    def _is_due(self, number, now):
        past = self._past.get(number)
        return past is None or past.due_ms <= now

    def _slow_down(self, job, now):
        self._window = 1
        if job.trouble != self._trouble:
            return  # it went out before the trouble that is known already
        self._trouble += 1
        self._due_ms = now + self._gap_ms(self._failures)
        self._failures += 1

    def _gap_ms(self, failures):
        return gap_ms(TO_TRY_AGAIN_MS, failures, self._random)
