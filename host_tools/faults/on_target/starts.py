"""Runs inside MicroPython: what a start costs at each fill. `starts.py SECTORS` prints JSON."""

import json
import sys

from flash import Flash
from lives import NoSeal, nonce

from journal import Full, Journal

_STEP = 60


class Counting(Flash):
    """Counts whole pages and single marks apart."""

    marks = 0

    def readblocks(self, block, buffer, offset=0):
        if len(buffer) < 256:
            self.marks += 1
            self.reads -= 1
        super().readblocks(block, buffer, offset)


def _start(flash):
    journal = Journal(flash, NoSeal(), nonce)
    flash.reads = flash.marks = flash.programs = flash.erases = 0
    journal.mount()
    return journal, (flash.reads, flash.marks, flash.programs, flash.erases)


def main(sectors):
    flash = Counting(int(sectors), 32)
    Journal(flash, NoSeal(), nonce).format()
    told, full = [], False
    while not full:
        journal, cost = _start(flash)
        told.append((journal.next_seq - 1,) + cost)
        try:
            for _ in range(_STEP):
                journal.append(1, journal.next_seq, b"x")
                journal.idle()
        except Full:
            full = True
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
