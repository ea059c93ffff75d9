"""Named cases 54 and 55: a pay code whose holder is late, and a cancelling that is not heard."""

from steps import GOOD_HOST, HOUR, REST, RESTART, bank, case, expect, host, word


def _code(confirms_s, manner=""):
    """A sale by pay code that is confirmed after so many seconds; 9999: never."""
    return ["sell", 4200, 1, "code%d" % confirms_s, manner]


def _paid_while_cancelled():
    """Confirmed after the last question and before the reversal is there."""
    far = ["latency", 1500, 1500]
    return [case(far, _code(62), expect("returned"), word("returned"), bank(0))]


def _around_the_minute():
    return [
        case(["latency", 400, 1500], _code(seconds), REST, seed=seed)
        for seconds in range(57, 68)
        for seed in (1, 2)
    ]


def _cancel_unheard():
    shut = [_code(9999), expect("in_doubt"), ["wait", 4000000], ["alarms", 1], word("checking")]
    unheard = case(host("mute"), *shut + [GOOD_HOST, REST, bank(0), word("failed")])
    paid = [_code(30), expect("in_doubt"), HOUR, RESTART, GOOD_HOST, REST, bank(0)]
    at_once = [_code(0), bank(1), _code(8), bank(2), _code(9999, "gives up"), REST, bank(2)]
    return [unheard, case(host("mute"), *paid + [word("returned")]), case(*at_once)]


CASES = {
    54: ("pay code confirmed at second 61", lambda: _paid_while_cancelled() + _around_the_minute()),
    55: ("cancelling of a pay code times out", _cancel_unheard),
}
