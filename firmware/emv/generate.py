"""GENERATE AC and what comes of it (C-2 7.6, states 9 to 11), with torn transactions recovered."""

from . import action, apdu, cda, dol, tlv, torn
from .card import AAC, ARQC, TC
from .outcome import (
    APPROVED,
    CARD_DONE,
    DECLINED,
    FAILED,
    NOT_DONE,
    OK,
    ONLINE,
    ONLINE_PIN,
    OTHER_CARD,
    SEE_PHONE,
    TRY_AGAIN,
    Ended,
)
from .tags import has

_CDA_OVER_AAC = (2, 1)  # application capabilities information
_SECOND_TAP = b"\x00\x03\x0f"  # bits of DF4B: something is to be done on the phone first
_MAY_ANSWER = {TC: (TC, ARQC, AAC), ARQC: (ARQC, AAC), AAC: (AAC,)}


def run(session, found, kind):
    """Asks for a cryptogram of `kind`, or for the one that was torn off; returns the Outcome."""
    session.terminal[0x95] = bytes(found.tvr)
    yield from session.commit()
    attempt, data = yield from _recover(session)
    if attempt is None:
        attempt, data = yield from _generate(session, found, kind)
    yield CARD_DONE
    return _conclude(session, found, attempt, data)


def _control(session, found, kind):
    """The reference control parameter: CDA wherever it is possible (GAC.24 to 27)."""
    signed = found.cda
    if kind == AAC:
        signed = signed and has(session.card.get(0x9F5D, bytes(3)), _CDA_OVER_AAC)
    return kind | (cda.REQUESTED if signed else 0)


def _generate(session, found, kind):
    """GENERATE AC; a card that leaves now is remembered, if it can be asked again (S9.5)."""
    control = _control(session, found, kind)
    cdol_data = dol.fill(session.card[0x8C], session.get)
    attempt = torn.Torn(session, found, control, found.pdol_data + cdol_data)
    reply = yield apdu.generate_ac(control, cdol_data)
    if reply is None:
        if session.card.get(0x9F51):
            most = session.combination.app.objects[0xDF811D][0]
            torn.remember(session.config.torn, attempt, most)
        raise Ended(TRY_AGAIN, "card_lost")
    data, sw = apdu.split(reply)
    if sw != 0x9000:
        raise Ended(OTHER_CARD, "card_error")
    return attempt, data


def _recover(session):
    """(the attempt, its answer) of a torn transaction, or (None, None): then start over (S10)."""
    log, objects = session.config.torn, session.combination.app.objects
    record = torn.find(log, session, int.from_bytes(objects[0xDF811C], "big"))
    drdol = session.card.get(0x9F51)
    if record is None or not drdol:
        return None, None
    asked = dol.fill(drdol, lambda tag: record.terminal.get(tag) or session.card.get(tag))
    data, sw = yield from session.exchange(apdu.recover_ac(asked))
    log.remove(record)
    if sw != 0x9000:
        return None, None
    session.terminal = record.terminal
    return record, data


def _conclude(session, found, attempt, data):
    content = _take_answer(session, data)
    card = session.card
    requested = attempt.control & 0xC0
    if 0x9F36 not in card or 0x9F27 not in card:
        raise Ended(OTHER_CARD, "card_error")
    kind = card[0x9F27][0] & 0xC0
    if kind not in _MAY_ANSWER[requested]:  # S9.24
        raise Ended(OTHER_CARD, "card_error")
    state = NOT_DONE
    if 0x9F4B in card:
        state = cda.verify(session, found.static, attempt.signed_data, content, attempt.relay_data)
    elif 0x9F26 not in card or not _may_be_unsigned(attempt.control, kind):
        raise Ended(OTHER_CARD, "card_error")
    result, reason = _decide(session, attempt, kind, state)
    outcome = session.outcome(result, reason)
    outcome.oda, outcome.cvm = state, attempt.cvm
    return outcome


def _may_be_unsigned(control, kind):
    """S910.32 to 38: where CDA was asked for, only a refusal of the card's own may come without."""
    return not control & cda.REQUESTED or (kind == AAC and control & 0xC0 != AAC)


def _take_answer(session, data):
    """Takes the objects of format 77, or of 80: CID, ATC, cryptogram, issuer data (S9.18)."""
    answer = tlv.table(data)
    if len(answer) == 1 and 0x77 in answer:
        session.take(tlv.objects(answer[0x77]))
        return answer[0x77]
    content = answer.get(0x80, b"")
    if len(answer) != 1 or not 11 <= len(content) <= 43:
        raise Ended(OTHER_CARD, "card_error")
    session.take(((0x9F27, content[:1]), (0x9F36, content[1:3]), (0x9F26, content[3:11])))
    if len(content) > 11:
        session.take(((0x9F10, content[11:]),))
    return content


def _decide(session, attempt, kind, state):
    interaction = session.card.get(0xDF4B, bytes(3))
    if state == FAILED:
        return DECLINED, "oda_failed"
    if any(a & b for a, b in zip(interaction, _SECOND_TAP)):
        return SEE_PHONE, "see_phone"
    if kind == AAC:
        ours = attempt.control & 0xC0 == AAC
        return DECLINED, action.reason(session.terminal[0x95]) if ours else "card_declined"
    if kind == ARQC:
        return ONLINE, "online_needed"
    if state != OK or attempt.cvm == ONLINE_PIN:
        return DECLINED, "oda_failed"  # nothing is approved on an unsigned word
    return APPROVED, "offline_approved"
