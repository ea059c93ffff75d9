"""The contract at the model host, after docs/protocol.md: fees, business dates, accounts."""

import time

from micropython import const

CAPTURED = const(4)  # DE 63

_FEE_BP, _FEE_CAP_FEN = const(60), const(2000)
_ONE = const(10000)  # basis points
_OFFSET_S, _CUT_OFF_H = const(28800), const(23)
_DAY_S = const(86400)
_FAST_CLOCK_S = const(600)


def fee_fen(fen):
    """Rounded half up, capped; of what goes back to the customer (less than 0) it is given back."""
    fee = min((2 * abs(fen) * _FEE_BP + _ONE) // (2 * _ONE), _FEE_CAP_FEN)
    return fee if fen >= 0 else -fee


def business_day(captured, now_s):
    """(year, month, day) by DE 63.04 if that clock was trusted, else by the arrival (UTC)."""
    at_s = now_s + _OFFSET_S
    if captured[7]:
        t = [int("%02x" % byte) for byte in captured[:7]]
        captured_s = time.mktime((100 * t[0] + t[1],) + tuple(t[2:]) + (0, 0))
        if captured_s <= at_s + _FAST_CLOCK_S:
            at_s = captured_s
    t = time.gmtime(at_s)
    return t[:3] if t[3] < _CUT_OFF_H else time.gmtime(at_s + _DAY_S)[:3]


def day_after(day):
    return time.gmtime(time.mktime(day + (12, 0, 0, 0, 0)) + _DAY_S)[:3]


class Payees:
    """Settlement accounts, each from a business day on."""

    def __init__(self):
        self._since = []  # (day, account), as they were told

    def tell(self, account, day):
        self._since.append((day, account))

    def of(self, day):
        """The account for a business day: "" before any was told."""
        begun = [since for since in sorted(self._since) if since[0] <= day]
        return begun[-1][1] if begun else ""
