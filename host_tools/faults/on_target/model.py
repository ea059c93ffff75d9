"""What a journal has promised so far: the judge of what it shows after a power cut."""


def content(number, length):
    """A payload that tells apart every record of a life."""
    return (b"%08d." % number * (length // 9 + 1))[:length]


class Model:
    def __init__(self):
        self.kept = []  # (kind, seq, payload) of all appends that returned
        self.trying = None  # the append that has not returned yet: there or not there
        self.certain = 0  # released, and certainly on flash
        self.claimed = 0  # released as far as anybody was told

    def returned(self):
        self.kept.append(self.trying)
        self.trying = None

    def settle(self, shown):
        """Whether the record that was being written is there has been decided."""
        if self.trying in shown:
            self.kept.append(self.trying)
        self.trying = None

    def forget(self):
        """Drops what can never be shown again."""
        self.kept = [record for record in self.kept if record[1] > self.certain]

    def judge(self, journal):
        """(what is wrong or None, what the journal shows). An alarm is wrong: nothing has rotted.

        A cut may make it forget a release, but then what was released is still there.
        """
        shown = [record[1:] for record in journal.live()]
        released = journal.released
        wanted = [record for record in self.kept if record[1] > released]
        top = max([seq for _, seq, _ in self.kept] + [0])
        if not self.certain <= released <= self.claimed:
            return "released %d, not %d to %d" % (released, self.certain, self.claimed), shown
        if journal.damage:
            return "damage at %s" % journal.damage, shown
        if shown != wanted and shown != wanted + [self.trying]:
            return self._difference(shown, wanted), shown
        if journal.next_seq <= top:
            return "seq %d again" % journal.next_seq, shown
        return None, shown

    def _difference(self, shown, wanted):
        lost = [record[:2] for record in wanted if record not in shown]
        more = [record[:2] for record in shown if record not in wanted and record != self.trying]
        return "lost %s, phantom %s, shown %d" % (lost, more, len(shown))
