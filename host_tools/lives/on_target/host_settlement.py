"""Settlement at the model host, after docs/protocol.md: totals compared, a list where they differ,
each batch closed once and each row in one batch.
"""

from binascii import unhexlify

import host_returns
import host_terms
from micropython import const

ONLINE, OFFLINE, DEFERRED, RETURN, ADJUSTMENT = const(1), const(2), const(3), const(4), const(5)
ONLY_TERMINAL, ONLY_HOST, OTHER_AMOUNT, OTHER_BATCH = const(1), const(2), const(3), const(4)
KINDS = (ONLY_TERMINAL, ONLY_HOST, OTHER_AMOUNT, OTHER_BATCH)

_ID, _TOKEN = const(1), const(3)
_TOTALS, _LIST, _DIFFERENCES, _DATES = const(0x12), const(0x13), const(0x14), const(0x19)
_ENTRY_BYTES, _ITEM_BYTES = const(13), const(15)
_MOST_TOLD = const(14)
_LAST = const(999999)
_ZEROS = "0" * 12


class Line:
    """One row of the host in a settled batch."""

    def __init__(self, row, product):
        self.row = row
        self.product = product
        self.fen = -row.amount_fen if product in (RETURN, ADJUSTMENT) else row.amount_fen
        self.fee_fen = host_terms.fee_fen(self.fen)


class Closing:
    """One batch that a terminal closes, from its first 0500 on."""

    def __init__(self, identity, totals):
        self.identity = identity
        self.totals = totals  # as they came
        self.items = []  # (number, first bytes of the transaction id, product, fen)
        self.reply = None  # (fields, private data), once it is closed

    def copy(self):
        twin = Closing(self.identity, self.totals)
        twin.items, twin.reply = list(self.items), self.reply
        return twin


class Settlements:
    def __init__(self, host, check):
        self._host = host
        self._check = check
        self._closings = {}  # (key id, batch) -> Closing
        self.closed = []  # (batch, lines, differences)

    def answer(self, request):
        """-> (fields, private data) of the reply to an 0500 or 0320; None to refuse it."""
        mti, fields, private, keys, _ = request
        batch, identity = int(fields[60][2:8]), private[_ID]
        closing = self._closings.get((keys.key_id, batch))
        if mti[:3] == "032":
            if closing is None:
                return {39: "25", 37: _ZEROS}, {_ID: identity}
            return _take_list(closing, private[_LIST]) if closing.identity == identity else None
        if closing is None:
            closing = self._closings[keys.key_id, batch] = Closing(identity, private[_TOTALS])
        elif closing.identity != identity:
            self._check.batches.refused(identity)
            return None
        self._check.batches.asked(closing.totals, private[_TOTALS])
        if closing.reply is None and not self._close(closing, request, batch):
            return {39: "95", 37: _ZEROS}, {_ID: identity, _LIST: _two(len(closing.items))}
        return closing.reply

    def _close(self, closing, request, batch):
        """False: the totals differ, and the list is not here."""
        _, fields, private, keys, counter = request
        lines, differences = self.lines(keys.key_id, batch), []
        if _summed(lines) != parsed(closing.totals):
            if private.get(_LIST) != _two(len(closing.items)):
                return False
            differences = self._differences(closing.items, lines) + _unlisted(closing)
        for line in lines:
            line.row.settled = batch
        self.closed.append((batch, lines, differences))
        self._check.batches.closed(closing, lines, differences)
        rrn = "S%011d" % len(self.closed)
        text = rrn + fields[60][2:8] + "00"
        token = keys.token(counter, unhexlify("0510") + closing.identity + text.encode())
        self._host.gives(token)
        told = {_ID: closing.identity, _TOKEN: token, _DATES: self._dates()}
        if differences:
            told[_DIFFERENCES] = _packed(differences)
        closing.reply = {39: "00", 37: rrn}, told
        return True

    def _dates(self):
        day = host_terms.business_day(bytes(8), self._host.now_s())
        return b"".join(
            [unhexlify("%04d%02d%02d" % date) for date in (day, host_terms.day_after(day))]
        )

    def lines(self, key_id, batch=None):
        """All that is posted for this key in batches up to this one and not settled yet."""
        found = []
        for row in self._host.rows():
            up_to = batch is None or (batch - int(row.key[1])) % _LAST < _LAST // 2
            product = _product(row)
            if row.key[0] == key_id and up_to and product and row.settled is None:
                found.append(Line(row, product))
        return found

    def waiting_fen(self, key_id):
        """What is in no settlement yet: (of this key, of all)."""
        keys = {row.key[0] for row in self._host.rows()}
        of_all = sum([line.fen for key in keys for line in self.lines(key)])
        return sum([line.fen for line in self.lines(key_id)]), of_all

    def copied(self):
        return {name: closing.copy() for name, closing in self._closings.items()}

    def restore(self, copied):
        self._closings = {name: closing.copy() for name, closing in copied.items()}

    def _differences(self, items, lines):
        """[(kind, sale number, fen at the terminal, fen here)]"""
        listed, found = {item[0]: item for item in items}, []
        for line in lines:
            row, fen = line.row, abs(line.fen)
            item = None if line.product == ADJUSTMENT else listed.pop(row.counter, None)
            if item is None or item[1] != row.id[:4]:
                if line.product != ADJUSTMENT:
                    found.append((ONLY_HOST, row.counter, 0, fen))
            elif item[2:] != (line.product, fen):
                found.append((OTHER_AMOUNT, row.counter, item[3], fen))
        settled = {row.counter for row in self._host.rows() if row.settled is not None}
        for number, _, _, fen in listed.values():
            kind = OTHER_BATCH if number in settled else ONLY_TERMINAL
            found.append((kind, number, fen, 0))
        return found


def _unlisted(closing):
    """What the totals hold and the list does not: the flash no longer holds every line."""
    found = []
    for product, (count, fen) in parsed(closing.totals).items():
        fens = [item[3] for item in closing.items if item[2] == product]
        if (count, fen) != (len(fens), sum(fens)):
            found.append((ONLY_TERMINAL, 0, max(fen - sum(fens), 0), 0))
    return found


def _product(row):
    """What it is settled as; 0: it moves no money."""
    if row.mti == "0400":
        return ADJUSTMENT if row.adjusts else 0
    if row.fields.get(39) != "00":
        return 0
    if row.mti == "0220":
        return RETURN if row.fingerprint[3] == host_returns.CODE else OFFLINE
    if not row.posted:
        return 0
    return DEFERRED if row.deferred else ONLINE


def _take_list(closing, said):
    """Items that are wanted next are taken, others passed over."""
    first, items = int.from_bytes(said[:2], "big"), closing.items
    for index, at in enumerate(range(2, len(said), _ITEM_BYTES)):
        if first + index == len(items) and closing.reply is None:
            number, fen = said[at : at + 4], said[at + 9 : at + _ITEM_BYTES]
            item = int.from_bytes(number, "big"), said[at + 4 : at + 8], said[at + 8]
            items.append(item + (int.from_bytes(fen, "big"),))
    return {39: "00", 37: _ZEROS}, {_ID: closing.identity, _LIST: _two(len(items))}


def _summed(lines):
    found = {}
    for line in lines:
        if line.product != ADJUSTMENT:
            count, fen = found.get(line.product, (0, 0))
            found[line.product] = (count + 1, fen + abs(line.fen))
    return found


def parsed(totals):
    """DE 63.12 -> {product: (count, fen)}."""
    found = {}
    for at in range(0, len(totals), _ENTRY_BYTES):
        count, fen = totals[at + 3 : at + 7], totals[at + 7 : at + _ENTRY_BYTES]
        found[totals[at]] = (int.from_bytes(count, "big"), int.from_bytes(fen, "big"))
    return found


def _packed(differences):
    counts = count_of_each(differences)
    told = [
        bytes((kind,))
        + number.to_bytes(4, "big")
        + fen.to_bytes(6, "big")
        + here.to_bytes(6, "big")
        for kind, number, fen, here in differences[:_MOST_TOLD]
    ]
    return b"".join([_two(count) for count in counts] + told)


def count_of_each(differences):
    kinds = [difference[0] for difference in differences]
    return [kinds.count(kind) for kind in KINDS]


def _two(number):
    return number.to_bytes(2, "big")
