"""The journal against a plain list, under long random use."""

import os
import random

from ram_flash import RamFlash

from crypto.seal import Sealer
from journal import Full, Journal

STEPS = 1500


class Pair:
    """The journal and what it should hold."""

    def __init__(self, blocks, program_bytes):
        self.flash = RamFlash(blocks, program_bytes)
        self._open().format()
        self.records = []
        self.restart()

    def _open(self):
        return Journal(self.flash, Sealer(b"test key, 16 b.."), os.urandom)

    def restart(self):
        self.journal = self._open()
        self.journal.mount()
        self.records = [r for r in self.records if r[1] > self.journal.released]

    def append(self):
        seqs = [seq for _, seq, _ in self.records]
        old = seqs and random.randrange(8) == 0
        seq = random.choice(seqs) if old else self.journal.next_seq
        length = random.choice((0, 9, 90, 216, 217, 432))
        record = (random.randrange(1, 32), seq, os.urandom(length))
        room = self.journal.room()
        try:
            self.journal.append(*record)
        except Full:
            assert room < 4
            return
        self.records.append(record)

    def release(self):
        if self.records:
            seq = random.choice(self.records)[1]
            self.journal.release(seq, b"receipt-token-16")
            self.records = [r for r in self.records if r[1] > seq]

    def idle(self):
        self.journal.idle()

    def compare(self):
        assert [record[1:] for record in self.journal.live()] == self.records
        assert self.journal.damage == []


def _live_through(blocks, program_bytes, seed):
    random.seed(seed)
    pair = Pair(blocks, program_bytes)
    for step in range(STEPS):
        dice = random.randrange(20)
        if dice < 12:
            pair.append()
        elif dice < 15:
            pair.release()
        elif dice < 18:
            pair.idle()
        elif dice == 18:
            before = pair.records
            durable = pair.journal._noted == pair.journal.released
            pair.restart()
            if not durable:  # a release that no record carried yet may be forgotten
                pair.journal.release(pair.journal.next_seq - 1, b"")
                pair.records = []
            else:
                assert pair.records == before
        if step % 10 == 0:
            pair.compare()
    pair.compare()


def test_a_small_flash_with_acknowledgement_units():
    _live_through(4, 1, 1)


def test_an_odd_number_of_sectors():
    _live_through(5, 32, 2)


def test_whole_pages_only():
    _live_through(8, 256, 3)


def test_a_large_flash():
    _live_through(24, 32, 4)
