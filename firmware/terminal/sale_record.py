"""One sale as the journal keeps it: identity, amount, time, the encrypted card, the chip data.

The layout is a fixed head, the encrypted card data, the chip tags of a fixed list (a bitmap says
which are there, so that a usual sale fits one page), and the host's answer where there is one.
`docs/journal-format.md` describes it.
"""

import struct
from binascii import hexlify, unhexlify

from micropython import const

_HEAD = "<IIQ16sHBBBBBBB5sBBB"
_HEAD_BYTES = struct.calcsize(_HEAD)
_CARD_DATA_BYTES = const(24)
_ANSWER_BYTES = const(20)

# Tags from here on are the terminal's own: none comes from a card, none goes into DE 55.
OWN_TAGS = const(0xDF00)
# Of a return only: the original's transaction id (16), its number (u32, big endian), and the type
# that DE 60 has (BCD).
ORIGINAL = const(0xDF01)
# Of a sale by pay code only: how many digits, the first two and the last four of them (BCD).
PAY_CODE = const(0xDF02)
# Of a deferred sale only, once the merchant has called it off or the bank has declined it: 1.
WAS_DEFERRED = const(0xDF03)

# (tag, length); a negative length is the most that a variable one may have. Order is the format:
# new tags are added at the end.
CHIP_TAGS = (
    (0x5F34, 1),
    (0x82, 2),
    (0x84, -16),
    (0x95, 5),
    (0x9A, 3),
    (0x9C, 1),
    (0x5F2A, 2),
    (0x9F02, 6),
    (0x9F03, 6),
    (0x9F09, 2),
    (0x9F10, -32),
    (0x9F1A, 2),
    (0x9F1E, 8),
    (0x9F26, 8),
    (0x9F27, 1),
    (0x9F33, 3),
    (0x9F34, 3),
    (0x9F35, 1),
    (0x9F36, 2),
    (0x9F37, 4),
    (0x9F41, -4),
    (0x9F66, 4),
    (0x9F6C, 2),
    (0x9F69, -16),
    (0x9F6E, -32),
    (0x9F7C, -32),
    (0x8A, 2),
    (0x9F39, 1),
    (ORIGINAL, 21),
    (PAY_CODE, 4),
    (WAS_DEFERRED, 1),
)
_IN_ENDINGS = (PAY_CODE, WAS_DEFERRED)  # a card is in the head of the record already


class BadSale(Exception):
    """The card's data do not fit the record, or the bytes are no sale."""


class Sale:
    """All of a sale that must outlive the power. `number` gives STAN and KSN for life."""

    def __init__(self, number, identity, batch, amount_fen, time, clock_trusted):
        self.number = number
        self.id = identity  # 16 random bytes
        self.batch = batch
        self.amount_fen = amount_fen
        self.time = time  # (year, month, day, hour, minute, second), local
        self.clock_trusted = clock_trusted
        self.card_sequence = 0
        self.masked = bytes(5)  # the first six and last four digits of the card number, packed
        self.kernel = 0
        self.cvm = 0
        self.oda = 0
        self.card_data = b""  # track 2 equivalent, encrypted (DE 62)
        self.chip = {}
        # RRN, approval code, response code: once the host has spoken.
        self.answer: tuple = ("", "", "")
        self.proof = b""  # given by the host with its approval, for itself (message/again.py)

    def take_outcome(self, outcome, encrypt):
        """Takes over what the card said. `encrypt(track2)` seals the track 2 equivalent."""
        track2 = outcome.chip.get(0x57)
        if not track2:
            raise BadSale("no track 2 equivalent data")
        self.card_data = encrypt(track2)
        tags = [tag for tag, _ in CHIP_TAGS if tag < OWN_TAGS and tag in outcome.chip]
        self.chip = {tag: bytes(outcome.chip[tag]) for tag in tags}
        self.card_sequence = self.chip.get(0x5F34, b"\0")[0]
        ends = outcome.masked_pan[:6] + outcome.masked_pan[-4:]
        self.masked = unhexlify(ends) or bytes(5)
        self.kernel = outcome.kernel
        self.cvm = outcome.cvm
        self.oda = outcome.oda

    def take_code(self, code, encrypt):
        """Takes over the digits of a pay code. `encrypt(bytes)` seals them."""
        self.card_data = encrypt(unhexlify(code + "f" * (len(code) & 1)))
        self.chip = {PAY_CODE: bytes((len(code),)) + unhexlify(code[:2] + code[-4:])}

    @property
    def pay_code(self):
        """The pay code as people may see it, "" if it was a card."""
        told = self.chip.get(PAY_CODE)
        digits = hexlify(told[1:]).decode() if told else ""
        return digits and digits[:2] + "…" + digits[2:]

    @property
    def masked_pan(self):
        """The card number, or the pay code, as people may see it; "" if there is none."""
        if self.pay_code:
            return self.pay_code
        digits = hexlify(self.masked).decode() if any(self.masked) else ""
        return digits and digits[:6] + "******" + digits[6:]

    # A return is a sale that gives money back: it has an identity of its own, and no card data.

    @property
    def original(self):
        """(transaction id, number) of the sale that this return gives back, and the type of the
        return, two digits; None for a sale."""
        told = self.chip.get(ORIGINAL)
        if not told:
            return None
        return told[:16], int.from_bytes(told[16:20], "big"), "%02x" % told[20]

    def give_back(self, original, how):
        """Makes this a return of the Sale `original`; `how`: its type in DE 60, two digits."""
        number = original.number.to_bytes(4, "big")
        self.chip[ORIGINAL] = original.id + number + bytes((int(how, 16),))
        self.card_sequence, self.masked = original.card_sequence, original.masked

    @property
    def was_deferred(self):
        return WAS_DEFERRED in self.chip

    def mark_deferred(self):
        self.chip[WAS_DEFERRED] = b"\1"

    @property
    def signed_fen(self):
        """What it brings the merchant: less than nothing if it is a return."""
        return -self.amount_fen if self.original else self.amount_fen

    def pack(self):
        """The journal payload. Raises BadSale when the card's data have impossible lengths."""
        if len(self.card_data) > _CARD_DATA_BYTES:
            raise BadSale("track 2 equivalent data too long")
        return self._head() + bytes((len(self.card_data),)) + self.card_data + self._packed_chip()

    def ending(self, answer=None, proof=b""):
        """The payload of the record that ends the sale: the head and what the host answered."""
        rrn, approval, code = answer or self.answer
        text = "{:<12}{:<6}{:<2}".format(rrn, approval, code)
        own = self._packed_chip(_IN_ENDINGS)
        return self._head() + b"\0" + own + text.encode() + (proof or self.proof)

    def _head(self):
        return struct.pack(
            _HEAD,
            self.number,
            self.batch,
            self.amount_fen,
            self.id,
            *self.time,
            1 if self.clock_trusted else 0,
            self.card_sequence,
            self.masked,
            self.kernel,
            self.cvm,
            self.oda,
        )

    def _packed_chip(self, tags=()):
        """Of all tags, or of `tags` only."""
        present, out = 0, []
        for i, (tag, length) in enumerate(CHIP_TAGS):
            value = self.chip.get(tag)
            if value is None or tags and tag not in tags:
                continue
            if len(value) != length and not len(value) <= -length:
                raise BadSale("tag %X has length %d" % (tag, len(value)))
            present |= 1 << i
            out.append(value if length > 0 else bytes((len(value),)) + value)
        return present.to_bytes(4, "little") + b"".join(out)


def number_of(payload):
    """Only the sale number at the head of a record."""
    return int.from_bytes(payload[:4], "little")


def amount_of(payload):
    """Only the amount in fen."""
    return int.from_bytes(payload[8:16], "little")


def head(payload):
    """(sale number, amount in fen, transaction id)."""
    return number_of(payload), amount_of(payload), bytes(payload[16:32])


def tags_needed(payload):
    """How many of CHIP_TAGS one must know to read this record; 0 if it has no chip data."""
    at = _HEAD_BYTES + 1 + payload[_HEAD_BYTES] if len(payload) > _HEAD_BYTES else len(payload)
    present, count = int.from_bytes(payload[at : at + 4], "little"), 0
    while present >> count:
        count += 1
    return count


def unpack(payload):
    """The payload of a journal record -> Sale. Raises BadSale."""
    payload = bytes(payload)
    if len(payload) < _HEAD_BYTES + 5:
        raise BadSale("too short")
    head = struct.unpack(_HEAD, payload)
    number, batch, amount_fen, identity = head[:4]
    sale = Sale(number, identity, batch, amount_fen, head[4:10], bool(head[10]))
    sale.card_sequence, sale.masked, sale.kernel, sale.cvm, sale.oda = head[11:]
    end = _HEAD_BYTES + 1 + payload[_HEAD_BYTES]
    sale.card_data = payload[_HEAD_BYTES + 1 : end]
    sale.chip, end = _unpacked_chip(payload, end)
    if end < len(payload):
        answer = payload[end : end + _ANSWER_BYTES]
        parts = (answer[:12], answer[12:18], answer[18:])
        sale.answer = tuple([part.strip().decode() for part in parts])
        sale.proof = payload[end + _ANSWER_BYTES :]
    return sale


def _unpacked_chip(payload, at):
    if at + 4 > len(payload):
        raise BadSale("ends in the card data")
    present = int.from_bytes(payload[at : at + 4], "little")
    at += 4
    chip = {}
    if present >> len(CHIP_TAGS):
        raise BadSale("has tags of a later firmware")  # nobody here knows how long they are
    if not present:
        return chip, at
    for i, (tag, length) in enumerate(CHIP_TAGS):
        if not present >> i & 1:
            continue
        if length < 0:
            length = payload[at] if at < len(payload) else 0
            at += 1
        chip[tag] = payload[at : at + length]
        at += length
        if at > len(payload):
            raise BadSale("ends in the chip data")
    return chip, at
