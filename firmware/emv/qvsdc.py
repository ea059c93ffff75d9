"""The flow that qVSDC (kernel 3) and qUICS (kernel 7) share: one command decides, the rest is ours.

The card answers GET PROCESSING OPTIONS with its cryptogram; it may leave after the last record.
`rules` are the bit tables of one kernel: {"ttq": {...}, "ctq": {...}} of (byte, bit).
Clauses are those of Book C-3 unless another is named.
"""

from . import card, oda
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
from .restrictions import usage_allowed
from .tags import has

_MANDATORY = (0x82, 0x9F36, 0x9F26, 0x9F10, 0x57)  # 5.4.2.1
_AIP_DDA = (1, 6)
_GPO_ENDS = {  # 5.2.2.2
    0x6984: (OTHER_CARD, "use_other_interface"),
    0x6985: (SELECT_NEXT, "card_not_supported"),
    0x6986: (SEE_PHONE, "see_phone"),
}


def run(session, rules):
    """The kernel: yields APDUs, COMMIT and CARD_DONE, returns an Outcome."""
    session.refuse_restart()
    pdol = card.wishes(session)
    if 0x9F66 not in [tag for tag, _ in pdol]:
        raise Ended(SELECT_NEXT, "card_not_supported")  # Book B 3.3.3.6
    yield from session.commit()
    yield from card.initiate(session, _GPO_ENDS, (OTHER_CARD, "card_error"), pdol)
    static = []
    afl = session.card.get(0x94)
    if afl:
        static = yield from card.read_records(session, card.locate(afl))
    yield CARD_DONE
    for tag in _MANDATORY:
        if tag not in session.card:
            raise Ended(OTHER_CARD, "card_error")
    session.read_pan()
    return _Decision(session, rules, static).take()


class _Decision:
    """Everything after the card has left (5.4.3 to 5.8)."""

    def __init__(self, session, rules, static):
        self.session = session
        self.static = static
        self.ttq_bits, self.ctq_bits = rules["ttq"], rules["ctq"]
        self.ttq = session.get(0x9F66)
        self.ctq = session.card.get(0x9F6C, b"\0\0")
        self.kind = _cryptogram(session)
        self.oda = NOT_DONE
        self.cvm = NO_CVM

    def terminal(self, name):
        """Whether the TTQ bit of this name is set; False where the kernel has no such bit."""
        return name in self.ttq_bits and has(self.ttq, self.ttq_bits[name])

    def wants(self, name):
        """Whether the CTQ bit of this name is set."""
        return name in self.ctq_bits and has(self.ctq, self.ctq_bits[name])

    def take(self):
        result, reason = self._decide()
        outcome = self.session.outcome(result, reason)
        outcome.oda, outcome.cvm = self.oda, self.cvm
        outcome.chip[0x9F27] = bytes((self.kind,))
        return outcome

    def _decide(self):
        session = self.session
        if self.kind == AAC:
            return DECLINED, "card_declined"
        if session.config.hotlisted(session.pan):
            return DECLINED, "card_blocked"
        offline = self.kind == TC and not self.terminal("online_cryptogram")  # 5.4.3.2
        if self.kind == TC and session.expired():  # 5.5.1.1
            if not self.wants("online_if_expired"):
                return DECLINED, "card_expired"
            offline = False
        if not usage_allowed(session):  # 5.5.1.3, 5.5.1.4
            return DECLINED, "usage_not_allowed"
        if offline or self._oda_for_online():
            self.oda = self._authenticate()
        if offline and self.oda != OK:  # 5.6.2
            if self.wants("online_if_oda_fails") and not self.terminal("offline_only"):
                offline = False
            elif self.wants("switch_if_oda_fails") and self.terminal("contact"):
                return OTHER_CARD, "use_other_interface"
            else:
                return DECLINED, "oda_failed"
        if not self._verify_holder():
            return DECLINED, "cvm_failed"
        if offline and self.cvm != ONLINE_PIN:
            return APPROVED, "offline_approved"
        return ONLINE, "online_needed"

    def _oda_for_online(self):
        supported = has(self.session.card[0x82], _AIP_DDA) and 0x9F4B in self.session.card
        return supported and self.terminal("oda_for_online")

    def _authenticate(self):
        """fDDA, version 01 only: 00 does not sign the amount (Annex C; C-7)."""
        session = self.session
        related, signed = session.card.get(0x9F69), session.card.get(0x9F4B)
        if not related or related[0] != 1 or not signed or not has(session.card[0x82], _AIP_DDA):
            return FAILED
        if related[5:7] not in (b"", self.ctq):  # the CTQ is signed here and nowhere else
            return FAILED
        dynamic = [session.terminal[tag] for tag in (0x9F37, 0x9F02, 0x5F2A)]
        try:
            key = oda.card_key(session, self.static)
            oda.dynamic_data(key, signed, *dynamic, related)
        except oda.OdaError:
            return FAILED
        return OK

    def _verify_holder(self):
        """Settles the CVM (5.7); False where one is required and there is none in common."""
        required = self.terminal("cvm_required")
        if 0x9F6C not in self.session.card:  # 5.7.1.1
            if required:
                return self._default_cvm()
        elif self.wants("online_pin") and self.terminal("online_pin"):  # 5.7.1.2
            self.cvm = ONLINE_PIN
        elif self.wants("device_cvm"):
            if not self._device_cvm_proven():
                return False
            self.cvm = DEVICE
        elif self.wants("signature") and self.terminal("signature"):
            self.cvm = SIGNATURE
        return self.cvm != NO_CVM or not required  # 5.7.1.3

    def _default_cvm(self):
        if self.terminal("signature"):
            self.cvm = SIGNATURE
        elif self.terminal("online_pin"):
            self.cvm = ONLINE_PIN
        return self.cvm != NO_CVM

    def _device_cvm_proven(self):
        """9F69 repeats the CTQ under the card's signature; without it only the issuer can tell."""
        related = self.session.card.get(0x9F69)
        if related is None:
            return self.kind == ARQC
        return related[5:7] == self.ctq


def _cryptogram(session):
    """AAC, TC or ARQC from 9F27, else from the card verification results in 9F10 (5.4.3.1)."""
    information = session.card.get(0x9F27)
    if information is not None:
        kind = information[0] & 0xC0
    else:
        issuer = session.card[0x9F10]
        # Byte 4 is the CVR's length 03, or the IAD is of format 2, which has none (VIS App. M).
        if len(issuer) < 7 or (issuer[3] != 3 and issuer[0] != 0x1F):
            raise Ended(OTHER_CARD, "card_error")
        kind = (issuer[4] & 0x30) << 2
    if kind not in (AAC, TC, ARQC):
        raise Ended(OTHER_CARD, "card_error")
    return kind
