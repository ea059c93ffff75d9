"""The unresolved sales in memory: found, counted and listed without walking through all of them."""


class Entry:
    """An unresolved sale: everything else is read from the journal at `pos`.

    `after`: of a return, the number of the sale that it gives back; else 0.
    """

    __slots__ = ("kind", "pos", "number", "amount_fen", "after")

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
        self._entries = {}  # sequence -> Entry
        self._totals = {}  # kind -> [count, sum in fen]
        self.owed = []  # sale numbers of the owed kinds, in the order in which they were made

    def __iter__(self):
        return iter(self._entries)

    def __contains__(self, seq):
        return seq in self._entries

    def __getitem__(self, seq):
        return self._entries[seq]

    def get(self, seq):
        return self._entries.get(seq)

    def put(self, seq, entry):
        self.drop(seq)
        self._entries[seq] = entry
        total = self._totals.setdefault(entry.kind, [0, 0])
        total[0] += 1
        total[1] += entry.amount_fen
        if entry.kind in self._owed_kinds:
            at = len(self.owed)  # nearly always the place: numbers rise
            while at and self.owed[at - 1] > entry.number:
                at -= 1
            self.owed.insert(at, entry.number)

    def drop(self, seq):
        entry = self._entries.pop(seq, None)
        if entry is None:
            return
        total = self._totals[entry.kind]
        total[0] -= 1
        total[1] -= entry.amount_fen
        if entry.kind in self._owed_kinds:
            self.owed.remove(entry.number)

    def seqs(self, kind):
        """Sequence numbers of that kind, in the order in which the sales were made."""
        if not self.totals((kind,))[0]:
            return []
        found = [seq for seq in self._entries if self._entries[seq].kind == kind]
        return sorted(found, key=lambda seq: self._entries[seq].number)

    def seq_of(self, number):
        """Where the sale of this number stands, None if it is not here."""
        entry = self._entries.get(number)
        if entry and entry.number == number:
            return number  # it has never been carried forward: nearly every sale
        for seq, entry in self._entries.items():
            if entry.number == number:
                return seq
        return None

    def totals(self, kinds):
        """(count, sum in fen) of these kinds."""
        found = [self._totals[kind] for kind in kinds if kind in self._totals]
        return sum([count for count, _ in found]), sum([fen for _, fen in found])
