"""The unresolved sales in memory: small, and found, counted and listed without a walk through all.

A week without a network is many hundred sales, and an object for each would fill the heap. So they
are rows in small pages: page `seq >> 3`, row `seq & 7`.
"""

import struct

from micropython import const

_ROW = "<BIIBI"  # kind (0: empty), position, sale number, amount in fen (high and low part)
_ROW_BYTES = const(14)
_PAGE_ROWS = const(8)
_EMPTY = bytes(_ROW_BYTES * _PAGE_ROWS)


class Entry:
    """An unresolved sale: everything else is read from the journal at `pos`.

    `after`: of a return, the number of the sale that it gives back; else 0.
    """

    def __init__(self, kind, pos, number, amount_fen, after=0):
        self.kind = kind
        self.pos = pos
        self.number = number
        self.amount_fen = amount_fen
        self.after = after


class Standing:
    """Entries by journal sequence number. `owed_kinds` are those that the host has to be told."""

    def __init__(self, owed_kinds):
        self._owed_kinds = owed_kinds
        self._pages = {}
        self._moved = {}  # sale number -> sequence number, where they differ
        self.after = {}  # sequence number of a return -> number of the sale that it gives back
        self._totals = {}  # kind -> [count, sum in fen]
        self.owed = []  # sale numbers of the owed kinds, in the order in which they were made

    def __iter__(self):
        """Sequence numbers, rising."""
        for seq, _ in self._kinds():
            yield seq

    def _kinds(self):
        """Yields (sequence number, kind), rising."""
        for at in sorted(self._pages):
            for row in range(_PAGE_ROWS):
                kind = self._pages.get(at, _EMPTY)[row * _ROW_BYTES]
                if kind:
                    yield at * _PAGE_ROWS + row, kind

    def __contains__(self, seq):
        page = self._pages.get(seq // _PAGE_ROWS)
        return page is not None and page[seq % _PAGE_ROWS * _ROW_BYTES] != 0

    def get(self, seq):
        """The Entry, or None."""
        if seq is None or seq not in self:
            return None
        page, at = self._pages[seq // _PAGE_ROWS], seq % _PAGE_ROWS * _ROW_BYTES
        kind, pos, number, high, low = struct.unpack_from(_ROW, page, at)
        return Entry(kind, pos, number, high << 32 | low, self.after.get(seq, 0))

    def __getitem__(self, seq):
        entry = self.get(seq)
        if entry is None:
            raise KeyError(seq)
        return entry

    def put(self, seq, entry):
        self.drop(seq)
        page = self._pages.setdefault(seq // _PAGE_ROWS, bytearray(_EMPTY))
        at, fen = seq % _PAGE_ROWS * _ROW_BYTES, entry.amount_fen
        low = fen & 0xFFFFFFFF
        struct.pack_into(_ROW, page, at, entry.kind, entry.pos, entry.number, fen >> 32, low)
        total = self._totals.setdefault(entry.kind, [0, 0])
        total[0] += 1
        total[1] += fen
        if entry.number != seq:
            self._moved[entry.number] = seq
        if entry.after:
            self.after[seq] = entry.after
        if entry.kind in self._owed_kinds:
            self._owe(entry.number)

    def _owe(self, number):
        at = len(self.owed)  # nearly always the place: numbers rise
        while at and self.owed[at - 1] > number:
            at -= 1
        self.owed.insert(at, number)

    def drop(self, seq):
        entry = self.get(seq)
        if entry is None:
            return
        page, at = self._pages[seq // _PAGE_ROWS], seq % _PAGE_ROWS * _ROW_BYTES
        page[at : at + _ROW_BYTES] = _EMPTY[:_ROW_BYTES]
        if page == _EMPTY:
            del self._pages[seq // _PAGE_ROWS]
        total = self._totals[entry.kind]
        total[0] -= 1
        total[1] -= entry.amount_fen
        if self._moved.get(entry.number) == seq:
            del self._moved[entry.number]
        self.after.pop(seq, None)
        if entry.kind in self._owed_kinds:
            self.owed.remove(entry.number)

    def seqs(self, kind):
        """Sequence numbers of that kind, in the order in which the sales were made."""
        if not self.totals((kind,))[0]:
            return []
        found = [(self[seq].number, seq) for seq, its_kind in self._kinds() if its_kind == kind]
        return [seq for _, seq in sorted(found)]

    def seq_of(self, number):
        """Where the sale of this number stands, None if it is not here."""
        seq = self._moved.get(number, number)
        entry = self.get(seq)
        return seq if entry and entry.number == number else None

    def totals(self, kinds):
        """(count, sum in fen) of these kinds."""
        count = sum_fen = 0
        for kind in kinds:
            if kind in self._totals:
                count += self._totals[kind][0]
                sum_fen += self._totals[kind][1]
        return count, sum_fen
