"""Kernel 2 (Mastercard, M/Chip): the terminal judges first, then asks for one cryptogram.

Follows the public flow of Book C-2 in EMV mode: no mag-stripe mode, no data storage.
"""

from . import action, card, cda, cvm, generate, relay, restrictions
from .card import AAC
from .outcome import NO_CVM, OTHER_CARD, SELECT_NEXT, Ended
from .tags import has, mark

# Terminal verification results
_ON_HOTLIST = (1, 5)
_OVER_FLOOR_LIMIT = (4, 8)

# Application interchange profile; kernel configuration; security capability
_AIP_ON_DEVICE = (1, 2)
_AIP_EMV_MODE = (2, 8)
_AIP_RELAY = (2, 1)
_ON_DEVICE = (1, 6)
_RELAY = (1, 5)
_CDA = (1, 4)

_MAG_STRIPE_ENTRY = b"\x08\x01\x01\x00"
_CDA_DATA = (0x8F, 0x90, 0x9F32, 0x9F46, 0x9F47, 0x9F4A)


def run(session):
    """The kernel: yields APDUs, COMMIT and CARD_DONE, returns an Outcome."""
    session.refuse_restart()
    found = Findings(session)
    found.pdol_data = yield from card.initiate(session, {}, (SELECT_NEXT, "card_not_supported"))
    found.begin()
    if found.relay_wanted():
        found.relay_data = yield from relay.run(session, found.tvr)
    else:
        mark(found.tvr, relay.NOT_PERFORMED)
    found.static = yield from card.read_records(session, found.records)
    found.judge()
    kind = action.analyse(session, found.tvr)
    if found.hotlisted or (found.on_device and not found.cda):
        # GAC.22: without its signature, a phone's word that it has verified its owner is worthless.
        kind = AAC
    return (yield from generate.run(session, found, kind))


class Findings:
    """What the kernel has made of card and terminal by the time it asks for the cryptogram."""

    def __init__(self, session):
        app = session.combination.app
        self._session = session
        self._ours = app.objects
        self.tvr = bytearray(5)
        self.pdol_data = b""
        self.relay_data = b""
        self.records = []
        self.static: list | None = None
        self.on_device = self.cda = self.hotlisted = False
        self.cvm = NO_CVM
        amount_fen = session.request.amount_fen
        self.over_floor = app.over_floor(amount_fen)
        self.cvm_required = app.needs_cvm(amount_fen)
        self._capabilities(b"\0")  # state 1: what we verify is told after the records
        session.terminal[0x9F7E] = b"\x01"  # mobile support indicator (C-2 6.2.3)

    def _capabilities(self, cvm):
        """Terminal capabilities, with `cvm` as their second byte."""
        ours = self._ours
        self._session.terminal[0x9F33] = ours[0xDF8117] + cvm + ours[0xDF811F]

    def begin(self):
        """What the answer to GET PROCESSING OPTIONS settles (states 3 and R1)."""
        session = self._session
        aip, afl = session.card.get(0x82), session.card.get(0x94)
        if aip is None or afl is None:
            raise Ended(OTHER_CARD, "card_error")
        if not has(aip, _AIP_EMV_MODE):
            raise Ended(OTHER_CARD, "card_not_supported")
        self.on_device = has(aip, _AIP_ON_DEVICE) and has(self._ours[0xDF811B], _ON_DEVICE)
        app = session.combination.app
        limit_fen = app.limit_device_cvm_fen if self.on_device else app.limit_fen
        if session.request.amount_fen >= limit_fen:
            raise Ended(SELECT_NEXT, "amount_over_limit")
        # The first entry is for mag-stripe mode; such cards refuse to have it read in EMV mode.
        self.records = card.locate(afl[4:] if afl[:4] == _MAG_STRIPE_ENTRY else afl)

    def relay_wanted(self):
        """Whether card, configuration and reader can do relay resistance."""
        configured = has(self._ours[0xDF811B], _RELAY) and self._session.request.relay
        return configured and has(self._session.card[0x82], _AIP_RELAY)

    def judge(self):
        """Everything between the records and the cryptogram (state 456), into the TVR."""
        session = self._session
        if 0x5A not in session.card or 0x5F24 not in session.card or 0x8C not in session.card:
            raise Ended(OTHER_CARD, "card_error")
        session.read_pan()
        able = has(self._ours[0xDF811F], _CDA)
        self.cda = cda.possible(session, able, self.static, self.tvr, _CDA_DATA)
        self.hotlisted = session.config.hotlisted(session.pan)
        if self.hotlisted:
            mark(self.tvr, _ON_HOTLIST)
        restrictions.judge(session.card, session.terminal, self.tvr)
        self._capabilities(self._ours[0xDF8118 if self.cvm_required else 0xDF8119])  # S456.30
        chosen = cvm.select(session, self.tvr, self.on_device, self.cvm_required)
        self.cvm, session.terminal[0x9F34] = chosen
        if self.over_floor:
            mark(self.tvr, _OVER_FLOOR_LIMIT)
