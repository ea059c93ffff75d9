"""Runs inside MicroPython: cuts the power in every flash operation of journal lives.

`cuts.py FIRST_SEED CASES DEPTH MOST_VIOLATIONS` prints JSON. A case is one operation left half
done in one way; the start after it, an append, sometimes a release or many records more, and more
starts must all tell the same story, and the right one. With DEPTH 2 the power also fails in every
operation of that start, with 3 sometimes again.
"""

import gc
import json
import random
import sys

import tears
from flash import Flash
from lives import ACTS, Life
from model import content

from journal import Full

_TIMES = 2  # each random way, for each operation
_STARTS = 3
_FAR = 60  # records: four sectors
_FAILURES_TOLD = 10


class Cuts:
    def __init__(self, cases, depth, most_violations):
        self.cases = cases
        self.depth = depth
        self.most_violations = most_violations
        self.done = 0
        self.violations = 0
        self.failures = []
        self.most_reads = 0
        self.life = None
        self._copies = []
        self._path = []

    def over(self):
        return self.done >= self.cases or self.violations >= self.most_violations

    def live(self, seed):
        """One life; every operation of its acts is cut in every way."""
        self.life = life = Life(seed)
        life.prepare()
        flash = life.flash
        self._copies = [Flash(flash.blocks, flash.program_bytes) for _ in range(self.depth)]
        flash.before = self.cut
        for act in range(ACTS):
            self._path = ["act %d" % act]
            random.seed(seed * 1000 + act)
            life.act()
            self._expect(life.model.judge(life.journal)[0])
            self._expect(flash.broken and flash.broken[0])
            if self.over():
                return

    def cut(self, flash, kind, address, data):
        """Called before each operation of a flash: tries all the ways in which it could end."""
        state = random.getrandbits(30)
        if flash.level == 0:
            ways = tears.every(kind, len(data), _TIMES)
        elif flash.level == 1 or random.getrandbits(2) == 0:
            ways = (tears.one(kind),)
        else:
            ways = ()
        data = bytes(data)
        for way in ways:
            copy = self._copies[flash.level]
            copy.copy(flash)
            copy.level = flash.level + 1
            tears.tear(copy, kind, address, data, way, flash.level or self.life.starting)
            self._path.append("%s %x %s" % (kind, address, way.__name__))
            self.check(copy)
            self._path.pop()
        random.seed(state)

    def check(self, flash):
        """One case: what the next starts make of that flash."""
        self.done += 1
        try:
            self._expect(self._story(flash))
        except Exception as error:  # noqa: BLE001  whatever a start raises is the finding
            self._expect("%s: %s" % (type(error).__name__, error))

    def _story(self, flash):
        model = self.life.model
        journal = self._start(flash, cut=flash.level < self.depth)
        wrong, shown = model.judge(journal)
        if wrong:
            return "first start: " + wrong
        shown += self._append(journal)
        if random.getrandbits(4) == 0:
            self._go_on(journal, shown)
        if shown and random.getrandbits(1):
            journal.release(shown[0][1], b"")
        certain, claimed = journal._noted, journal.released
        # Where nothing flickers, each start reads the same; three all the same, at times.
        starts = _STARTS if flash.weak or random.getrandbits(2) == 0 else 1
        for start in range(2, starts + 2):
            journal = self._start(flash)
            again = [record[1:] for record in journal.live()]
            if again != [record for record in shown if record[1] > journal.released]:
                return "start %d shows %d of %d" % (start, len(again), len(shown))
            if not certain <= journal.released <= claimed or journal.damage:
                return "start %d: released %d, not %d" % (start, journal.released, claimed)
            certain = claimed = journal.released
        return flash.broken and flash.broken[0]

    def _go_on(self, journal, shown):
        """Until what the cut left lies sectors back, where later starts may stumble over it."""
        for _ in range(random.randrange(_FAR)):
            shown += self._append(journal)
            if random.getrandbits(1):
                journal.release(max(0, journal.next_seq - 3), b"")
                journal.idle()

    def _append(self, journal):
        record = (1, journal.next_seq, content(0, 100))
        try:
            journal.append(*record)
        except Full:
            return []
        return [record]

    def _start(self, flash, cut=False):
        journal = self.life.open(flash)
        reads = flash.reads
        flash.before = self.cut if cut else None
        journal.mount()
        flash.before = None
        if not cut:
            self.most_reads = max(self.most_reads, flash.reads - reads)
        return journal

    def _expect(self, wrong):
        if wrong:
            self.violations += 1
            if len(self.failures) < _FAILURES_TOLD:
                self.failures.append(", ".join([self.life.name()] + self._path + [wrong]))


def main(first_seed, cases, depth, most_violations):
    cuts = Cuts(int(cases), int(depth), int(most_violations))
    seed = int(first_seed)
    while not cuts.over():
        cuts.live(seed)
        gc.collect()
        seed += 1
    found = {
        "cases": cuts.done,
        "violations": cuts.violations,
        "failures": cuts.failures,
        "lives": seed - int(first_seed),
        "most_reads": cuts.most_reads,
    }
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
