"""Kernel 5 (JCB, J/Speedy) in EMV mode: one GENERATE AC; its answer says how to verify the holder.

Follows what public implementations show of Book C-5; the clauses are those that they cite. No
mag-stripe mode, no legacy mode, no ECHO, no issuer update, no random selection.
"""

from . import action, apdu, card, cda, dol, restrictions, risk, tlv
from .card import AAC, ARQC, TC
from .outcome import (
    APPROVED,
    CARD_DONE,
    DECLINED,
    DEVICE,
    FAILED,
    NO_CVM,
    NOT_DONE,
    OK,
    ONLINE,
    ONLINE_PIN,
    OTHER_CARD,
    SEE_PHONE,
    SELECT_NEXT,
    SIGNATURE,
    Ended,
)
from .tags import has, mark

# Terminal verification results
_ON_HOTLIST = (1, 5)
_OVER_FLOOR_LIMIT = (4, 8)

_AIP_EMV_MODE = (2, 8)
_COMPATIBILITY = b"\x02"  # 9F52: EMV mode, no other
_CVM_REQUIRED = (1, 8)  # terminal interchange profile, 9F53

_MANDATORY = (0x57, 0x5F24, 0x8C)  # 5.4.1.2
_CDA_DATA = (0x8F, 0x90, 0x9F32, 0x9F46, 0x9F47)  # 5.4.1.3
_REFUND = 0x20
_NEXT = (SELECT_NEXT, "card_not_supported")
_GENERATE_ENDS = {  # 5.8.1.5, 5.8.1.6
    0x6984: (OTHER_CARD, "use_other_interface"),
    0x6986: (SEE_PHONE, "see_phone"),
}
# Cardholder verification status, 9F50: our CVM, what it needs of 9F53, the CVM results (5.8.3).
_BY_NOTHING, _BY_SIGNATURE, _BY_PIN, _BY_DEVICE = 0x00, 0x10, 0x20, 0x30
_METHODS = {
    _BY_NOTHING: (NO_CVM, None, b"\x1f\x00\x02"),
    _BY_SIGNATURE: (SIGNATURE, (1, 7), b"\x1e\x00\x00"),
    _BY_PIN: (ONLINE_PIN, (1, 6), b"\x02\x00\x00"),
    _BY_DEVICE: (DEVICE, (1, 5), b"\x01\x00\x02"),
}


def run(session):
    """The kernel: yields APDUs, COMMIT and CARD_DONE, returns an Outcome."""
    session.refuse_restart()
    pdol = card.wishes(session)
    if 0x9F52 not in [tag for tag, _ in pdol]:
        raise Ended(*_NEXT)  # 5.2.1.10: a card for legacy mode
    payment = _Payment(session)
    payment.pdol_data = yield from card.initiate(session, {}, _NEXT, pdol)
    payment.static = yield from card.read_records(session, payment.records())
    payment.judge()
    kind = action.analyse(session, payment.tvr)
    session.terminal[0x95] = bytes(payment.tvr)
    if kind == AAC or payment.hotlisted or session.request.type == _REFUND:  # 5.7.1.5
        return session.outcome(DECLINED, action.reason(payment.tvr))
    yield from session.commit()
    answer = yield from payment.generate(kind)
    yield CARD_DONE
    return payment.conclude(kind, answer)


class _Payment:
    """What card and terminal have told each other, and what the kernel makes of it."""

    def __init__(self, session):
        self._session = session
        self._app = session.combination.app
        self.tvr = bytearray(5)
        self.pdol_data = self._cdol_data = b""
        self.static: list | None = None
        self.hotlisted = self._cda = False
        self._profile = bytearray(self._app.objects[0x9F53])
        self._profile[0] &= 0x7F  # 5.2.1.8: by this payment, not by configuration
        self._profile[1] &= 0x7F  # issuer update
        session.terminal[0x9F52] = _COMPATIBILITY
        session.terminal[0x9F53] = bytes(self._profile)

    def records(self):
        """Which records to read (5.3.1.3 to 6). A card without EMV mode is passed over."""
        aip, afl = self._session.card.get(0x82), self._session.card.get(0x94)
        if aip is None or afl is None or not has(aip, _AIP_EMV_MODE):
            raise Ended(*_NEXT)
        return card.locate(afl)

    def judge(self):
        """Everything between the records and the cryptogram (5.4 to 5.6), into the TVR."""
        session = self._session
        if any(tag not in session.card for tag in _MANDATORY):
            raise Ended(*_NEXT)
        session.read_pan()
        self._cda = cda.possible(session, True, self.static, self.tvr, _CDA_DATA)
        self._check_limits(session.request.amount_fen)
        self.hotlisted = session.config.hotlisted(session.pan)
        if self.hotlisted:
            mark(self.tvr, _ON_HOTLIST)
        restrictions.judge_dates(session.card, session.terminal, self.tvr)
        if not self._service_allowed():
            mark(self.tvr, restrictions.SERVICE_NOT_ALLOWED)

    def _check_limits(self, amount_fen):
        """5.5.1 to 5.5.3: here the floor limit, too, counts from its own amount."""
        app = self._app
        if app.over_limit(amount_fen):
            raise Ended(SELECT_NEXT, "amount_over_limit")
        if app.needs_cvm(amount_fen):
            mark(self._profile, _CVM_REQUIRED)
            self._session.terminal[0x9F53] = bytes(self._profile)
        floor_fen = app.floor_limit_fen
        over = floor_fen is not None and risk.over_floor(amount_fen, floor_fen)
        if over or amount_fen == app.status_check_fen:
            mark(self.tvr, _OVER_FLOOR_LIMIT)

    def _service_allowed(self):
        """5.6.1: where there is a usage control, there has to be a country of the issuer."""
        get = self._session.card.get
        control, country = get(0x9F07), get(0x9F57, get(0x5F28))
        if control is None:
            return True
        terminal = self._session.terminal
        return country is not None and restrictions.service_allowed(control, country, terminal)

    def generate(self, kind):
        """GENERATE AC; returns the content of its answer, taken."""
        session = self._session
        self._cdol_data = dol.fill(session.card[0x8C], session.get)
        control = kind | (cda.REQUESTED if self._cda else 0)
        data, sw = yield from session.exchange(apdu.generate_ac(control, self._cdol_data))
        if sw != 0x9000:
            raise Ended(*_GENERATE_ENDS.get(sw, _NEXT))
        content = tlv.table(data)
        if len(content) != 1 or 0x77 not in content:
            raise Ended(DECLINED, "card_error")
        session.take(tlv.objects(content[0x77]))
        return content[0x77]

    def conclude(self, asked, answer):
        """The Outcome (5.8.1.8 to 5.8.4)."""
        session = self._session
        kind = self._kind(asked)
        if kind == AAC:
            return session.outcome(DECLINED, "card_declined")
        state = self._authenticate(answer)
        method = self._verify_holder(session.card[0x9F50][0])
        outcome = session.outcome(*_decide(kind, state, method))
        outcome.oda, outcome.cvm = state, NO_CVM if method is None else method
        return outcome

    def _kind(self, asked):
        """AAC, TC or ARQC. Declines where an object is missing, or what came is more than asked."""
        objects = self._session.card
        known = 0x9F27 in objects and 0x9F36 in objects
        kind = objects[0x9F27][0] & 0xC0 if known else None
        if kind == AAC:
            return AAC
        complete = 0x9F50 in objects and (self._cda or 0x9F26 in objects)
        if not complete or kind not in (TC, ARQC) or (kind == TC and asked != TC):
            raise Ended(DECLINED, "card_error")
        return kind

    def _authenticate(self, answer):
        if not self._cda:
            return NOT_DONE
        if 0x9F4B not in self._session.card:  # 5.8.1.11
            return FAILED
        asked_data = self.pdol_data + self._cdol_data
        return cda.verify(self._session, self.static, asked_data, answer)

    def _verify_holder(self, status):
        """Our CVM for what the card has chosen; None if there is none that will do."""
        for choice in _choices(status, has(self._profile, _CVM_REQUIRED)):
            method, needs, results = _METHODS[choice]
            if needs is None or has(self._profile, needs):
                self._session.terminal[0x9F34] = results
                return method
        return None


def _choices(status, required):
    """The methods of 9F50 that may be used, the best first."""
    choice = _BY_DEVICE if status & 0xF0 == _BY_DEVICE else status
    if choice == _BY_NOTHING:
        return () if required else (_BY_NOTHING,)
    if choice in _METHODS:
        return (choice,)
    return (_BY_SIGNATURE, _BY_PIN) if required else (_BY_NOTHING,)  # the card leaves it to us


def _decide(kind, state, method):
    if state == FAILED or (kind == TC and (state != OK or method == ONLINE_PIN)):
        return DECLINED, "oda_failed"  # nothing is approved on an unsigned word
    if method is None:
        return DECLINED, "cvm_failed"
    if kind == ARQC:
        return ONLINE, "online_needed"
    return APPROVED, "offline_approved"
