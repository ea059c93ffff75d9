"""Entry point (Book B): which application of the card, with which kernel, under which limits.

Pure: transaction() is a generator that yields APDUs and marks and returns an Outcome. Field,
polling and screens are the caller's; Try Again and See Phone are a new call for the same payment.
"""

from . import apdu, kernel2, kernel3, kernel7, tlv
from .outcome import OTHER_CARD, SELECT_NEXT, Ended
from .selection import candidates
from .session import Session
from .tags import has

KERNELS = {2: kernel2.run, 3: kernel3.run, 7: kernel7.run}

_FCI_TEMPLATES = (0x6F, 0xA5, 0xBF0C)
_TTQ_OFFLINE_ONLY = (1, 4)


class Combination:
    """One application we accept, as pre-processing leaves it for this amount (3.1.1)."""

    def __init__(self, app, request):
        amount = request.amount_fen
        limits = [x for x in (app.limit_fen, app.limit_device_cvm_fen) if x is not None]
        offline_only = bool(app.ttq) and has(app.ttq, _TTQ_OFFLINE_ONLY)
        self.app = app
        self.zero_amount = amount == 0
        self.status_check = amount == app.status_check_fen
        self.floor_exceeded = app.floor_limit_fen is not None and amount > app.floor_limit_fen
        self.cvm_required = app.cvm_limit_fen is not None and amount >= app.cvm_limit_fen
        zero_refused = self.zero_amount and (offline_only or not app.zero_amount_allowed)
        self.allowed = not zero_refused and not (limits and amount >= max(limits))
        self.ttq = app.ttq and self._qualify(request.online_able and not offline_only)

    def _qualify(self, prefer_online):
        """3.1.1.2 and 3.1.1.10 to 13: the TTQ with its two bits for this transaction."""
        ttq = bytearray(self.app.ttq)
        ttq[1] &= 0x3F
        if self.floor_exceeded or self.status_check or self.zero_amount or prefer_online:
            ttq[1] |= 0x80  # online cryptogram required
        if self.cvm_required:
            ttq[1] |= 0x40
        return bytes(ttq)


def transaction(config, request, kernels=KERNELS):
    """Yields APDUs (answered with the R-APDU or None), COMMIT and CARD_DONE; returns an Outcome."""
    session = Session(config, request)
    try:
        return (yield from _transaction(session, kernels))
    except Ended as end:
        return session.outcome(end.result, end.reason)
    except tlv.TlvError:
        return session.outcome(OTHER_CARD, "card_error")


def _transaction(session, kernels):
    apps = [app for app in session.config.applications if app.kernel in kernels]
    combinations = [Combination(app, session.request) for app in apps]
    if not any(c.allowed for c in combinations):  # 3.1.1.13: before the field is on
        raise Ended(OTHER_CARD, "amount_over_limit" if apps else "card_not_supported")
    directory, sw = yield from session.exchange(apdu.select(apdu.PPSE))
    if sw != 0x9000:
        raise Ended(OTHER_CARD, "card_not_supported")
    reason = "card_not_supported"
    for combination, name in candidates(directory, combinations):
        fci, sw = yield from session.exchange(apdu.select(name))
        if sw != 0x9000:  # 3.3.3.5
            continue
        session.begin(combination, name)
        session.take(tlv.flatten(fci, _FCI_TEMPLATES))
        try:
            return (yield from kernels[combination.app.kernel](session))
        except Ended as end:
            if end.result != SELECT_NEXT:
                raise
            reason = end.reason
    raise Ended(OTHER_CARD, reason)
