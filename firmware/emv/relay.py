"""Relay resistance (C-2 states 3 and R1): did the answer come too late for a card this near?

Times are in units of 100 microseconds. Where no clock is handed in it is not performed, and the
terminal verification results say so.
"""

import time

from micropython import const

from . import apdu
from .outcome import OTHER_CARD, Ended
from .tags import mark

_TRIES = const(3)

# Terminal verification results
NOT_PERFORMED = (5, 1)
_PERFORMED = (5, 2)
_LIMITS_EXCEEDED = (5, 4)
_THRESHOLD_EXCEEDED = (5, 5)


def run(session, tvr):
    """Exchanges relay resistance data; returns the 14 bytes that CDA must repeat."""
    ticks_us, random = session.request.relay
    limits = session.combination.app.objects
    entropy = session.terminal[0x9F37]
    tries = 1
    while True:
        start = ticks_us()
        data, sw = yield from session.exchange(apdu.exchange_relay_resistance(entropy))
        elapsed = time.ticks_diff(ticks_us(), start) // 100
        answer = bytes(data[2:])
        if sw != 0x9000 or len(answer) != 10 or bytes(data[:2]) != b"\x80\x0a":
            raise Ended(OTHER_CARD, "card_error")
        low, high, transmission = [_number(answer[at : at + 2]) for at in (4, 6, 8)]
        measured = _measured(limits, elapsed, transmission)
        if measured < low - _number(limits[0xDF8132]):
            raise Ended(OTHER_CARD, "card_error")
        late = measured > high + _number(limits[0xDF8133])
        if not late or tries == _TRIES:
            break
        tries += 1
        entropy = random(4)
    session.terminal[0x9F37] = entropy  # from here on, the entropy is the unpredictable number
    mark(tvr, _PERFORMED)
    if late:
        mark(tvr, _LIMITS_EXCEEDED)
    if _implausible(limits, measured - low, transmission):
        mark(tvr, _THRESHOLD_EXCEEDED)
    return entropy + answer


def _measured(limits, elapsed, transmission):
    """The card's own time: without what command and answer spend in the air."""
    answer = min(transmission, _number(limits[0xDF8135]))
    return max(0, elapsed - _number(limits[0xDF8134]) - answer)


def _implausible(limits, excess, transmission):
    """Whether the transmission time that the card claims, or its own time, is out of proportion."""
    ours, share = _number(limits[0xDF8135]), _number(limits[0xDF8137])
    if not ours or not transmission:
        return excess > _number(limits[0xDF8136])
    mismatch = transmission * 100 < share * ours or ours * 100 < share * transmission
    return mismatch or excess > _number(limits[0xDF8136])


def _number(data):
    return int.from_bytes(data, "big")
