"""Cards as the kernel leaves them: a reader with a card in front, and a kernel that asks it little.

The real kernel has its own tests; a life needs its marks (COMMIT, CARD_DONE), its outcomes, and the
data that are worth forwarding. Card numbers are of a test range.
"""

import asyncio
from binascii import unhexlify

from micropython import const

import emv

_APDU_MS = const(15)
_ACCOUNTS = const(6)
POOR = 5  # the account with hardly any money in it
_SELECT, _GPO = b"\0\xa4", b"\x80\xa8"

_CHIP = {
    0x82: unhexlify("2000"),
    0x84: unhexlify("A000000333010101"),
    0x95: bytes(5),
    0x9A: unhexlify("261122"),
    0x9C: b"\0",
    0x5F2A: unhexlify("0156"),
    0x5F34: b"\1",
    0x9F10: unhexlify("07010103A0B8000A010000000000"),
    0x9F1A: unhexlify("0156"),
    0x9F33: unhexlify("E0E8C8"),
    0x9F34: unhexlify("1F0302"),
    0x9F35: b"\x22",
    0x9F37: unhexlify("52BF4585"),
    0x9F66: unhexlify("36004080"),
}


def account(index):
    """The card number of that account."""
    return "6210948000000%03d" % (index % _ACCOUNTS)


def accounts():
    return [account(index) for index in range(_ACCOUNTS)]


class Card:
    """`habit`: any (online if it can), online, offline, declines.

    `leaves` is the command after which it is pulled away, 0 for never; one that `flees` is not
    shown again.
    """

    def __init__(self, index, habit, leaves, flees):
        self.account = account(index)
        self.habit = habit
        self.leaves = leaves
        self.flees = flees
        self.uses = 0

    def decision(self, request):
        if self.habit == "declines":
            return emv.DECLINED, "card_declined"
        offline = self.habit == "offline" or self.habit == "any" and not request.online_able
        return (emv.APPROVED, "offline_approved") if offline else (emv.ONLINE, "online_needed")

    def outcome(self, request):
        self.uses += 1
        made = emv.Outcome(*self.decision(request))
        made.kernel, made.label = 7, "UnionPay"
        made.masked_pan = self.account[:6] + "******" + self.account[-4:]
        made.pan_hash = self.account[-4:].encode()
        made.chip = dict(_CHIP)
        made.chip[0x57] = unhexlify(self.account + "D32122010000000000000F")
        made.chip[0x9F02] = unhexlify("%012d" % request.amount_fen)
        made.chip[0x9F26] = request.unpredictable + self.uses.to_bytes(4, "big")
        made.chip[0x9F19] = bytes(6)  # this firmware does not keep it: see acts_update.py
        made.chip[0x9F36] = self.uses.to_bytes(2, "big")
        return made


class Scanner:
    """The barcode scanner: a phone is held before it once it was asked for."""

    def __init__(self):
        self.code = None
        self._shown = 0

    def show(self, index, confirms_s):
        """A fresh code of that account."""
        self._shown += 1
        self.code = "28%02d%04d%010d" % (index % _ACCOUNTS, confirms_s, self._shown)

    def forget(self):
        pass

    def take(self):
        code, self.code = self.code, None
        return code


def transaction(config, request):
    """In place of emv.entry.transaction; `config` is the Chip that holds the card."""
    answer = yield _SELECT
    if answer is not None:
        yield emv.COMMIT
        answer = yield _GPO
    if answer is None:
        return emv.Outcome(emv.TRY_AGAIN, "card_lost")
    yield emv.CARD_DONE
    return config.card.outcome(request)


class Chip:
    """The reader's chip, as terminal.reader wants it."""

    def __init__(self, world, check):
        self._world = world
        self._check = check
        self.card = None
        self.taps = 0  # commands that the card has answered in this field
        self.broken = 0  # so many of the next calls fail
        self.record_sessions = False  # of emv.config
        self.hotlists = [None]  # likewise

    def allow_offline(self, beginnings):
        """Of emv.config: these cards go online by themselves where they can."""

    def _fails(self):
        if self.broken:
            self.broken -= 1
            raise OSError(5)

    async def start(self):
        self._fails()

    async def field(self, on):
        self._fails()
        self.taps = 0

    async def poll(self, wait_ms):
        self._fails()
        if self.card is None:
            await asyncio.sleep_ms(wait_ms)
            return None
        return "A"

    async def transceive(self, apdu, deadline_ms):
        self._world.step("apdu")
        self._world.stir()
        if apdu == _GPO:
            self._check.asks_for_cryptogram()
        self._fails()
        await asyncio.sleep_ms(_APDU_MS)
        self.taps += 1
        if self.card.leaves == self.taps:
            self.card.leaves = 0
            if self.card.flees:
                self.card = None
            return None
        return b"\x90\x00"

    async def release(self):
        self._fails()
