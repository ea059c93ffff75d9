"""Runs inside MicroPython: a flash that fails while the power stays on. `errors.py SEED CASES`.

In each life, each operation in turn goes wrong in each way: once, or from then on until the power
is off. What the journal then refuses is refused aloud; what it accepts is there; and a start brings
back everything that was accepted.
"""

import json
import random
import sys

from flash import Flash
from lives import Life

_ACTS = 10
_MOST_OPERATIONS = 40
_FAILURES_TOLD = 10


class Faulty(Flash):
    """From operation `at` on (0: never), `times` operations go wrong in the way `how`."""

    how = None
    at = times = count = 0

    def _goes_wrong(self):
        self.count += 1
        return self.at and self.at <= self.count < self.at + self.times

    def writeblocks(self, block, buffer, offset=None):
        if self._goes_wrong():
            self.how(self, block * 4096 + offset, bytes(buffer))
        else:
            super().writeblocks(block, buffer, offset)

    def ioctl(self, request, argument):
        if request == 6 and self._goes_wrong():
            return self.how(self, argument * 4096, None)
        return super().ioctl(request, argument)


def refused(flash, address, data):
    """Nothing is done, and the driver says so."""
    raise OSError(5)


def lost(flash, address, data):
    """Nothing is done, and nobody says so."""
    return 0


def negative(flash, address, data):
    """Nothing is done; an erase says so as esp32.Partition does, by its result alone."""
    if data is None:
        return -22
    raise OSError(22)


def late(flash, address, data):
    """It is done, but the driver says that it is not."""
    if data is None:
        flash.erase(address)
    else:
        flash.check_program(address, data)
        flash.program(address, data)
    raise OSError(110)


def wrong_bit(flash, address, data):
    """One bit does not take."""
    if data is None:
        flash.erase(address)
        flash.data[address + random.randrange(4096)] &= 0xFE
        return 0
    flash.check_program(address, data)
    data = bytearray(data)
    data[random.randrange(len(data))] |= 1 << random.randrange(8)
    flash.program(address, data)
    return 0


WAYS = (refused, lost, negative, late, wrong_bit)
TIMES = (1, 2, 1000)


class Errors:
    def __init__(self, cases):
        self.cases = cases
        self.done = self.violations = 0
        self.failures = []

    def life(self, seed):
        for at in range(1, _MOST_OPERATIONS):
            for way in WAYS:
                for times in TIMES:
                    if not self.case(seed, at, way, times) or self.done >= self.cases:
                        return

    def case(self, seed, at, way, times):
        """One life with one fault. False if the life is over before it."""
        life = Life(seed, Faulty)
        life.prepare()
        flash = life.flash
        flash.how, flash.times, flash.at, flash.count = way, times, at, 0
        random.seed(seed)
        wrong = None
        for _ in range(_ACTS):
            wrong = wrong or self._act(life)
        if flash.count < at:
            return False
        self.done += 1
        wrong = wrong or self._act(life, life.start_again)
        wrong = wrong or (flash.broken and flash.broken[0])
        if wrong:
            self.violations += 1
            if len(self.failures) < _FAILURES_TOLD:
                told = (life.name(), at, way.__name__, times, wrong)
                self.failures.append("%s, operation %d %s x %d: %s" % told)
        return True

    def _act(self, life, act=None):
        """One act. What the flash refuses ends in a start on a flash that works again."""
        try:
            (act or life.act)()
        except OSError:
            life.flash.at = 0 if life.flash.times > 2 else life.flash.at
            try:
                life.start_again()
            except OSError:  # the second of two faults in a row
                life.start_again()
        return life.model.judge(life.journal)[0]


def main(seed, cases):
    errors, seed = Errors(int(cases)), int(seed)
    while errors.done < errors.cases:
        errors.life(seed)
        seed += 1
    told = {"cases": errors.done, "violations": errors.violations, "failures": errors.failures}
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
