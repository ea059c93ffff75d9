"""Lives of a journal: a geometry, a level of fill, and a few acts, all chosen by one seed."""

import random

from flash import Flash
from model import Model, content

from crypto.seal import Sealer
from journal import Full, Journal
from journal.sector import SLOTS

SECTORS = (4, 5, 8)
LARGE, HUGE = 256, 4096
UNITS = (1, 16, 32, 256)
FILLS = ("fresh", "few", "edge", "full", "laps", "restarts", "packed", "brink")
ACTS = 14
_IDLE_STEPS = 3
_SEALED = 64  # one life in so many has the real cipher
_LENGTHS = (0, 1, 20, 180, 215, 216, 217, 300, 432)


class NoSeal:
    """A seal that is none: what is cut here is the flash, and thousands of lives want speed."""

    def seal(self, nonce, header, body, tag):
        tag[:] = header[16:24]

    def open(self, nonce, header, body, tag):
        return tag == header[16:24]


def nonce(count):
    return bytes([random.getrandbits(8) for _ in range(count)])


def sealer(seed):
    return Sealer(b"k" * 16) if seed % _SEALED == 16 else NoSeal()


class Life:
    def __init__(self, seed, kind_of_flash=Flash):
        self.seed = seed
        random.seed(seed)
        sectors = SECTORS[seed % len(SECTORS)]
        self.fill = FILLS[seed // len(SECTORS) % len(FILLS)]
        # Thousands of live records would be read five times for each case.
        if seed % 1024 == 512:
            sectors, self.fill = HUGE, "edge"
        elif seed % 64 == 0:
            sectors, self.fill = LARGE, "laps"
        self.flash = kind_of_flash(sectors, UNITS[seed // 24 % len(UNITS)])
        self.model = Model()
        self.sealer = sealer(seed)
        self.count = 0
        self.starting = False
        self.journal = None

    def open(self, flash):
        """A journal on that flash, not mounted."""
        return Journal(flash, self.sealer, nonce)

    def prepare(self):
        """Formats, mounts and fills the flash up to the level of this life."""
        self.journal = self.open(self.flash)
        self.journal.format()
        self.restart()
        getattr(self, "_" + self.fill)()
        self.flash.watch_nonces()

    def name(self):
        return "life %d: %d sectors, unit %d, %s" % (
            self.seed,
            self.flash.blocks,
            self.flash.program_bytes,
            self.fill,
        )

    # Levels of fill

    def _fresh(self):
        pass

    def _few(self):
        for _ in range(random.randrange(12)):
            self.append(180)

    def _edge(self):
        """The next record, or the one after it, goes to a new sector."""
        self._few()
        while self.journal._left() > random.getrandbits(1):
            self.append(20)

    def _full(self):
        self._laps()
        while self.append(20):
            if random.randrange(3) == 0:
                self.idle()

    def _laps(self):
        """Twice round, with three records live at most."""
        for _ in range(self.flash.blocks * 30):
            self.append(20)
            self.idle()
            self.release(3)

    def _restarts(self):
        """Full, then started again and again."""
        self._full()
        self._restart_often()

    def _packed(self):
        """Full without a single release, then started again and again."""
        while self.append(20):
            pass
        self._restart_often()

    def _brink(self):
        """Full without a single release, and the starts go round in the reserve."""
        self._packed()
        for _ in range(SLOTS):
            if not self.journal._strayed():
                self.restart()

    def _restart_often(self):
        for _ in range(random.randrange(40)):
            self.restart()
            if random.getrandbits(1):
                self.idle()

    # Acts

    def act(self):
        """One act, by chance."""
        dice = random.randrange(20)
        if dice < 10:
            self.append(random.choice(_LENGTHS))
        elif dice < 14:
            self.release(random.randrange(6))
        elif dice < 16:
            self.idle()
        elif dice == 16:
            self.append_again()
        else:
            self.restart()

    def append(self, length, seq=0):
        """False if the journal is full."""
        self.count += 1
        model, journal = self.model, self.journal
        model.trying = (1 + self.count % 31, seq or journal.next_seq, content(self.count, length))
        try:
            journal.append(*model.trying)
        except Full:
            model.trying = None
            return False
        model.returned()
        model.certain = journal.released
        return True

    def append_again(self):
        """Another record with the sequence number of one that is there: a reversal, an ending."""
        live = [seq for _, seq, _ in self.model.kept if seq > self.model.claimed]
        if live:
            self.append(50, random.choice(live))

    def release(self, but):
        """Releases all but the newest few; at times the same or less, as a doubled receipt does."""
        journal, model = self.journal, self.model
        seq = max(0, journal.next_seq - 1 - but)
        model.claimed = max(model.claimed, seq)
        journal.release(seq, b"receipt-token-16" if seq & 1 else b"")
        model.certain = max(model.certain, journal._noted)
        model.forget()

    def idle(self):
        """Idle time, long enough for what is to be done."""
        for _ in range(_IDLE_STEPS):
            self.journal.idle()
            self.model.certain = max(self.model.certain, self.journal._noted)

    def restart(self):
        """A start after a power cut between operations."""
        self.starting = True
        self.journal = self.open(self.flash)
        self.journal.mount()
        self.starting = False
        self.model.certain = self.journal.released

    def start_again(self):
        """After an error: what was being written is there or not, but from now on for good."""
        self.restart()
        self.model.settle(record[1:] for record in self.journal.live())
