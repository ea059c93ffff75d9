"""Named case 44: the bank decides later about what was stored without anybody's approval."""

from cards import POOR
from steps import (
    BREATH,
    CALL_OFF,
    DOWN,
    GOOD_HOST,
    GOOD_NET,
    ONLINE,
    REST,
    RESTART,
    STORED,
    UP,
    WAYS,
    bank,
    case,
    cut_at,
    expect,
    give_back,
    host,
    net,
    next_one,
    word,
)

_GOOD = ["sell", 2100, 1, "online", ""]
_BAD = ["sell", 9900, POOR, "online", ""]  # more than that account has
_UNWANTED = ["sell", 2100, 1, "online", "second thoughts"]
_KEPT, _FAILED = expect("deferred"), ["denied", 1]


def _case(*steps, **more):
    return case(*steps, deferred=True, **more)


def _decided_later():
    """Both kinds of decision, also over a restart; the terminal's totals have what was approved."""
    away = [DOWN, _GOOD, _KEPT, word("stored"), _BAD, _KEPT, word("stored"), ["held", 2], bank(0)]
    back = [UP, REST, word("failed"), _FAILED, bank(1), ["held", 0], ["counted", 3, 1, 2100]]
    again = [RESTART, word("failed"), ["counted", 3, 1, 2100]]
    return [_case(*away + back + again), _case(*away + [RESTART] + back)]


def _in_order():
    """Reversals first, then all that is owed, as it was captured."""
    doubt = [next_one("lost_reply"), ONLINE, DOWN]
    return [_case(*doubt + [STORED, _GOOD, STORED, _GOOD, UP, REST, ["in order"], bank(4)])]


def _only_where_it_is_allowed():
    refused = [DOWN, _GOOD, expect("declined"), ["held", 0], UP, REST, bank(0)]
    unwanted = [
        DOWN,
        _UNWANTED,
        ["held", 0],
        UP,
        REST,
        bank(0),
    ]
    return [case(*refused), _case(*unwanted)]


def _limited():
    """Two may be stored; what is decided makes room."""
    full = [DOWN, _GOOD, _BAD, STORED, expect("refused"), RESTART, STORED, expect("refused")]
    return [_case(*full + [UP, REST, DOWN, _GOOD, _KEPT, UP, REST, bank(2)], stored_count_limit=2)]


def _through_faults():
    """Whatever meets the request or its answer: one decision, and the merchant hears that one."""
    hit = [host("crash_before"), host("crash_after"), host("mute"), host("busy"), host("race")]
    hit += [host("issuer_down"), host("old_keys"), net("lost_reply"), net("late_request")]
    hit += [net("twice_request", 50), net("late_reply"), net("flip_reply"), net("flip_request")]
    return [
        _case(*[DOWN, _GOOD, _BAD, fault, UP, BREATH, BREATH] + good)
        for fault in hit
        for good in ([GOOD_HOST, GOOD_NET, REST, bank(1), _FAILED, ["asked", "4", 0]],)
    ]


def _cut():
    """While it is written down, sent, decided, written down again, and seen."""
    moments = [("program", nth) for nth in range(1, 6)] + [("receive", nth) for nth in range(1, 5)]
    return [
        _case(*sales + [REST, ["counted", 3, 0, 0]])
        for what, nth in moments
        for how in WAYS
        for sales in (
            [DOWN, cut_at(what, nth, how), _BAD, UP, BREATH],
            [DOWN, _BAD, cut_at(what, nth, how), UP, BREATH],
        )
    ]


def _given_back():
    """Not before it is decided; then as any other, but not what was declined."""
    early = [DOWN, _GOOD, give_back(100), ["held", 1], UP, REST, give_back(100), REST]
    late = [DOWN, _BAD, UP, REST, give_back(100), REST, ["back", 0]]
    return [_case(*early + [["back", 100]]), _case(*late)]


def _called_off():
    """Before it was sent, and while the bank's answer is lost: never paid, whoever comes first."""
    before = [DOWN, _GOOD, CALL_OFF, word("checking"), ["held", 1], STORED, UP, REST, bank(1)]
    unheard = [DOWN, _GOOD, host("mute"), UP, BREATH, DOWN, CALL_OFF, GOOD_HOST, UP, REST]
    hit = [host("crash_before"), host("crash_after"), net("lost_reply"), net("late_request")]
    hit += [net("twice_request", 50), net("late_reply")]
    good = [GOOD_HOST, GOOD_NET, REST, word("failed"), bank(0)]
    plans = [_case(*before + [["asked", "4", 1]]), _case(*unheard + [word("returned"), bank(0)])]
    # While the bank is thinking about it, or just before, or after.
    slow, quick = ["latency", 4000, 4000], ["latency", 10, 40]
    plans += [
        _case(*[DOWN, _GOOD, slow, UP, ["wait", ms], CALL_OFF, quick, REST])
        for ms in range(7000, 14000, 1000)
    ]
    plans += [_case(*[DOWN, _GOOD, CALL_OFF, fault, UP, BREATH, BREATH] + good) for fault in hit]
    return plans + [
        _case(*[DOWN, _GOOD, cut_at("program", nth, how), CALL_OFF, UP, REST], seed=nth)
        for nth in range(1, 4)
        for how in WAYS
    ]


def _deferred():
    return (
        _decided_later()
        + _in_order()
        + _only_where_it_is_allowed()
        + _limited()
        + _through_faults()
        + _given_back()
        + _called_off()
        + _cut()
    )


CASES = {44: ("issuer declines a stored sale later", _deferred)}
