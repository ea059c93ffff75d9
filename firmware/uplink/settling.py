"""Closing a batch with the host: what to ask next, and what the verdict on an answer means.

A pure state machine: first the totals; if they differ, the list from the item that the host wants,
and then the totals again. The host decides when the batch is closed, and says the same for ever:
so whatever gets lost, asking again is right.
"""

from micropython import const

from uplink import answers
from uplink.gaps import TO_TRY_AGAIN_MS, gap_ms

CLOSE = const(1)  # send the totals
LIST = const(2)  # send the list from `at` on


class Settling:
    def __init__(self, random):
        self._random = random
        self._failures = 0
        self._due_ms = 0
        self.what = CLOSE
        self.at = 0  # the item that the host wants next
        self.listed = None  # how many items there are, once all have been sent
        self.repeat = False  # this part of the list was sent before
        self.done = False
        self.refused = False  # this batch, or a later one, is closed at the host: never by us

    def is_due(self, now):
        return not self.done and not self.refused and now >= self._due_ms

    def list_ended(self):
        """There is no item `at` any more: all are at the host."""
        self.listed, self.what = self.at, CLOSE

    def answered(self, verdict, wanted, now):
        """`verdict`: answers.of_closing or of_list; `wanted`: the item that the host wants."""
        self.repeat = True
        if verdict == answers.ACCEPTED and self.what == CLOSE:
            self.done = True
        elif verdict == answers.REJECTED:
            self.refused = True
        elif verdict == answers.ACCEPTED or verdict == answers.DIFFERS and wanted != self.listed:
            self._failures = 0
            self._send_list(wanted)
        else:  # a host that was restored does not know the list any more: begin with the totals
            self.what = CLOSE
            self._due_ms = now + gap_ms(TO_TRY_AGAIN_MS, self._failures, self._random)
            self._failures += 1

    def _send_list(self, wanted):
        self.repeat = self.what == LIST and wanted == self.at
        self.what, self.at = LIST, wanted
