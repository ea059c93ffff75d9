"""Entry point (Book B): which application of the card, with which kernel, under which limits.

Pure: transaction() is a generator that yields APDUs and marks and returns an Outcome. Field,
polling and screens are the caller's; Try Again and See Phone are a new call for the same payment.
"""

from . import apdu, kernel2, kernel3, kernel5, kernel7, tlv
from .outcome import OTHER_CARD, SELECT_NEXT, Ended
from .selection import candidates
from .session import Session
from .tags import has

KERNELS = {2: kernel2.run, 3: kernel3.run, 5: kernel5.run, 7: kernel7.run}

_FCI_TEMPLATES = (0x6F, 0xA5, 0xBF0C)
_TTQ_OFFLINE_ONLY = (1, 4)


class Combination:
    """One application we accept: its TTQ, its indicators (Book A table 5-3), whether it may go on.

    Without pre-processing (start B) no indicator is set and the TTQ goes out as configured.
    """

    def __init__(self, app, request, preprocess=True):
        self.app = app
        self.ttq = app.ttq
        self.allowed = True
        self.zero_amount = self.status_check = self.floor_exceeded = self.cvm_required = False
        if preprocess:
            self._preprocess(app, request)

    def _preprocess(self, app, request):
        """3.1.1: what this amount makes of it."""
        amount = request.amount_fen
        offline_only = bool(app.ttq) and has(app.ttq, _TTQ_OFFLINE_ONLY)
        self.zero_amount = amount == 0
        self.status_check = amount == app.status_check_fen
        self.floor_exceeded = app.over_floor(amount)
        self.cvm_required = app.needs_cvm(amount)
        zero_refused = self.zero_amount and (offline_only or not app.zero_amount_allowed)
        self.allowed = not zero_refused and not app.over_limit(amount)
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


def transaction(config, request, kernels=KERNELS, preprocess=True, given=None):
    """Yields APDUs (answered with the R-APDU or None), COMMIT and CARD_DONE; returns an Outcome.

    `preprocess=False` starts at B (autorun): only kernels 2 and 5 then look at the limits.
    `given` restarts with what the issuer gives back to the card, tag to bytes (8A, 91, 71, 72).
    """
    session = Session(config, request, given)
    apps = [app for app in config.applications if app.kernel in kernels]
    combinations = [Combination(app, request, preprocess) for app in apps]
    try:
        return (yield from _transaction(session, combinations, kernels))
    except Ended as end:
        return session.outcome(end.result, end.reason)
    except tlv.TlvError:
        return session.outcome(OTHER_CARD, "card_error")


def _transaction(session, combinations, kernels):
    if not any(c.allowed for c in combinations):  # 3.1.1.13: before the field is on
        raise Ended(OTHER_CARD, "amount_over_limit" if combinations else "card_not_supported")
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
