"""One transaction with one card: what both have said so far, and the outcome built of it."""

import hashlib
from binascii import unhexlify

from . import apdu, restrictions
from .oda import century
from .outcome import APPROVED, COMMIT, DECLINED, OTHER_CARD, TRY_AGAIN, Ended, Outcome
from .tags import CARD, bcd

# What is worth forwarding with the sale: field 55, and what checks its cryptogram later.
# fmt: off
_FORWARDED = (
    0x57, 0x5A, 0x5F24, 0x5F34, 0x82, 0x84, 0x95, 0x9A, 0x9C, 0x5F2A,
    0x9F02, 0x9F03, 0x9F06, 0x9F09, 0x9F10, 0x9F1A, 0x9F1E, 0x9F21, 0x9F26, 0x9F27,
    0x9F33, 0x9F34, 0x9F35, 0x9F36, 0x9F37, 0x9F39, 0x9F41, 0x9F5D, 0x9F66, 0x9F69,
    0x9F6C, 0x9F6E,
)
# fmt: on
# Authorisation response code that the terminal sets itself (Book 4 A6).
_OFFLINE_CODES = {APPROVED: b"Y1", DECLINED: b"Z1"}


class Session:
    """Data objects by tag: `terminal` is ours, `card` is only ever filled by take()."""

    def __init__(self, config, request, given=None):
        self.config = config
        self.request = request
        self.given = given
        self.today = (century(request.date[0]), request.date[1], request.date[2])
        self.combination = None
        self.aid = b""
        self.card = {}
        self.terminal = {}
        self.pan = None
        self._committed = False

    def begin(self, combination, name):
        """Starts over with one application of the card, selected by `name`."""
        request, app = self.request, combination.app
        self.combination = combination
        self.aid = name
        self.card = {}
        self.pan = None
        self.terminal = dict(self.config.terminal)
        self.terminal.update(self.given or {})  # first: the issuer does not speak for the terminal
        self.terminal.update(
            {
                0x95: bytes(5),
                0x9A: unhexlify(b"%02d%02d%02d" % request.date),
                0x9C: bytes((request.type,)),
                0x5F2A: unhexlify(request.currency),
                0x9F02: bcd(request.amount_fen, 6),
                0x9F03: bcd(request.other_fen, 6),
                0x9F06: name,
                0x9F09: app.version,
                0x9F21: unhexlify(b"%02d%02d%02d" % request.time),
                0x9F34: bytes(3),
                0x9F37: bytes(request.unpredictable),
                0x9F39: b"\x07",  # point of service entry mode: contactless chip
                0x9F41: bcd(request.sequence % 10**8, 4),
            }
        )
        if combination.ttq:
            self.terminal[0x9F66] = bytes(combination.ttq)

    def get(self, tag, absent=None):
        """The value of a data object as bytes; the terminal's own goes first."""
        if tag in self.terminal:
            return self.terminal[tag]
        return self.card.get(tag, absent)

    def take(self, pairs):
        """Keeps the card's objects among (tag, value) pairs; others are passed over.

        One that comes twice, or with a length it cannot have, ends the transaction (Book 3 10.2).
        """
        card = self.card
        for tag, value in pairs:
            limits = CARD.get(tag)
            if limits is None:
                continue
            if tag in card or not limits[0] <= len(value) <= limits[1]:
                raise Ended(OTHER_CARD, "card_error")
            card[tag] = bytes(value)

    def exchange(self, command):
        """Sends a command; returns (data, status word). A silent card ends the transaction."""
        reply = yield command
        if reply is None:
            raise Ended(TRY_AGAIN, "card_lost")
        return apdu.split(reply)

    def refuse_restart(self):
        """For kernels without issuer update: the card must not make a second cryptogram."""
        if self.given is not None:
            raise Ended(OTHER_CARD, "card_not_supported")

    def commit(self):
        """Yields COMMIT, once in a transaction however many applications are tried."""
        if not self._committed:
            self._committed = True
            yield COMMIT

    def read_pan(self):
        """Settles the card number from 57 and 5A. Ends the transaction if they differ."""
        track, number = self.card.get(0x57), self.card.get(0x5A)
        pans = set()
        if track is not None:
            digits, separator, _ = track.hex().partition("d")
            pans.add(digits if separator else "")
        if number is not None:
            pans.add(number.hex().rstrip("f"))
        pan = pans.pop() if len(pans) == 1 else ""
        if not 12 <= len(pan) <= 19 or not pan.isdigit():
            raise Ended(OTHER_CARD, "card_error")
        self.pan = pan

    def expired(self):
        """Whether the last day (5F24, or the month in 57) has passed; True if unknown."""
        packed = self.card.get(0x5F24)
        if packed is None:
            track = self.card.get(0x57, b"").hex()
            month = track.partition("d")[2][:4]
            packed = bytes.fromhex(month + "31") if month.isdigit() and len(month) == 4 else b""
        return restrictions.day(packed) < restrictions.day(self.terminal[0x9A])

    def outcome(self, result, reason):
        """The Outcome, filled with what is known by now."""
        found = Outcome(result, reason)
        found.aid = self.aid
        if self.combination:
            found.kernel = self.combination.app.kernel
        found.label = _printable(self.card.get(0x50, b""))
        if self.pan:
            found.masked_pan = self.pan[:6] + "*" * (len(self.pan) - 10) + self.pan[-4:]
            found.pan_hash = hashlib.sha256(self.pan.encode()).digest()[:4]
        for tag in _FORWARDED:
            value = self.get(tag)
            if value is not None:
                found.chip[tag] = value
        if result in _OFFLINE_CODES:
            found.chip[0x8A] = _OFFLINE_CODES[result]
        return found


def _printable(label):
    return "".join([chr(byte) for byte in label if 0x20 <= byte < 0x7F])
