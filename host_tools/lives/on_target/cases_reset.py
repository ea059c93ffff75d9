"""Named case 18: factory reset, with and without something that would be lost by it."""

from steps import (
    BREATH,
    DOWN,
    GOOD_HOST,
    GOOD_NET,
    HOUR,
    ONLINE,
    REST,
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
    said,
)

_RESET, _GRANT, _SETTLE = ["reset"], ["grant"], ["settle", True]
# Two that the bank puts off, while it can be asked all the same.
_QUEUE = [host("busy"), DOWN, STORED, STORED, UP, HOUR]
_DEAF = net("lost_reply")
_AGAIN = [GOOD_HOST, ONLINE, expect("approved"), STORED, REST]


def _erased(count):
    """It was reset, and the bank knows that so many were lost; None: it was not."""
    return ["erased", count]


def _with_nothing_to_lose():
    day = [ONLINE, STORED, REST, _SETTLE, REST]
    return [
        case(*[_RESET, BREATH, _erased(0)] + _AGAIN + [bank(2)]),
        case(*day + [_RESET, BREATH, _erased(0)] + _AGAIN + [bank(4)]),
        case(*day + [DOWN, _RESET, BREATH, _erased(0), UP] + _AGAIN + [bank(4)]),
    ]


def _refused():
    """No leave, no line, no answer, an answer that somebody has altered: everything stays."""
    no = [said("reset_not_allowed"), _erased(None)]
    kept = [GOOD_HOST, REST, bank(2)]
    return [
        case(*[ONLINE, REST, _RESET, BREATH] + no + [ONLINE, REST, bank(2)]),
        case(*_QUEUE + [_RESET, BREATH] + no + kept),
        case(*_QUEUE + [_GRANT, DOWN, _RESET, BREATH, said("reset_no_line"), UP] + kept),
        case(*_QUEUE + [_GRANT, _DEAF, _RESET, BREATH, said("no_answer"), GOOD_NET] + kept),
        case(*_QUEUE + [_GRANT, host("wrong_mac"), _RESET, BREATH, _erased(None)] + kept),
    ]


def _released():
    """Stored, in doubt, to be given back: lost, and known to be; what follows is another's."""
    doubt = [host("busy"), ONLINE]
    back = [ONLINE, REST, host("busy"), give_back(1000)]
    ask = [HOUR, _GRANT, _RESET, BREATH]
    return [
        case(*_QUEUE + ask + [_erased(2)] + _AGAIN + [bank(2)]),
        case(*doubt + ask + [_erased(1)] + _AGAIN),
        case(*back + ask + [_erased(1)] + _AGAIN + [bank(3)]),
        case(
            *_QUEUE
            + [_GRANT, _DEAF, _RESET, BREATH, GOOD_NET, HOUR, _RESET, BREATH, _erased(2)]
            + _AGAIN
        ),
    ]


def _cut_off():
    """At each step there is a terminal with all that it had, or none."""
    steps = [("file rename", 1), ("file write", 1), ("file scrub", 1), ("screen report", 3)]
    steps += [("erase", nth) for nth in (1, 2, 9, 16)]
    steps += [("file remove", nth) for nth in (1, 6, 7)]
    return [
        case(*_QUEUE + [_GRANT, cut_at(what, nth, how), _RESET, BREATH] + _AGAIN)
        for what, nth in steps
        for how in WAYS
    ] + [
        case(*_QUEUE + [_GRANT, ["cut"] + cuts, _RESET, BREATH] + _AGAIN)
        for cuts in ([[1, how, "file rename"]] + [[n, how] for n in range(1, 12)] for how in WAYS)
    ]


def _cases():
    return _with_nothing_to_lose() + _refused() + _released() + _cut_off()


CASES = {18: ("factory reset with a queue", _cases)}
