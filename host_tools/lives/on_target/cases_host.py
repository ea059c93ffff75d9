"""Named cases 38 to 60: the host, its issuer, and long times."""

from steps import (
    ANY,
    BREATH,
    DOWN,
    GOOD_HOST,
    HOUR,
    ONLINE,
    REST,
    RESTART,
    STORED,
    UP,
    bank,
    case,
    expect,
    host,
    next_one,
    word,
)

_POISON_FEN = 6600


def _crash(fault):
    return [
        case(host(fault), sale, GOOD_HOST, REST, bank(posted))
        for sale, posted in ((ONLINE, 0), (STORED, 1))
    ]


def _crash_after_commit():
    return _crash("crash_after")


def _crash_before_commit():
    return _crash("crash_before")


def _host_fault():
    """A fault code or silence for an hour: nothing is approved, and nobody is stormed."""
    few = [["sent", "reversal", 12], ["sent", "advice", 24]]
    return [
        case(
            *[host(mood), ONLINE, STORED, ["watch", 100], ["mark"], HOUR]
            + few
            + [GOOD_HOST, REST, bank(1)]
        )
        for mood in ("busy", "mute")
    ]


def _two_nodes():
    """Both take the same request at once, and both answer."""
    both = [host("race"), ["net", {"twice_request": 100, "twice_reply": 100}]]
    doubt = [next_one("lost_reply"), ONLINE, BREATH, word("returned")]
    return [
        case(*both + [ONLINE, STORED, REST, bank(2), ["asked", "2", 2]]),
        case(host("race"), *doubt + [bank(0), ["asked", "4", 1]]),
    ]


def _old_keys():
    return [case(host("old_keys"), ONLINE, STORED, BREATH, GOOD_HOST, REST, bank(1))]


def _issuer_slow():
    return [case(host("issuer_slow"), ONLINE, BREATH, GOOD_HOST, REST, bank(0))]


def _poison():
    poison = ["sell", _POISON_FEN, 2, "offline", ""]
    sales = [DOWN, STORED, STORED, poison, STORED, UP, REST, bank(3), ["dead", 1]]
    return [case(*sales, poison=[_POISON_FEN])]


def _log():
    return [
        case(ONLINE, STORED, ["history", "8EXX"], next_one("lost_reply"), ANY, ["history", "EXX"])
    ]


def _week():
    """More sales than the limit allows, spread over seven days without a network."""
    sales = []
    for _ in range(20):
        sales += [STORED] * 4 + [["wait", 7 * 86400000 // 20]]
    full = [["held", 75], expect("refused"), RESTART, ["held", 75]]
    drained = [UP, REST, ["in order"], bank(75)]
    return [case(*[DOWN] + sales + full + drained, stored_age_limit_h=240)]


CASES = {
    38: ("host crashes after its commit", _crash_after_commit),
    39: ("host crashes before its commit", _crash_before_commit),
    40: ("host disk full: a fault code, or silence", _host_fault),
    41: ("two nodes of the host take the same request at once", _two_nodes),
    43: ("host does not know the terminal's keys for a while", _old_keys),
    45: ("issuer times out", _issuer_slow),
    47: ("poison message", _poison),
    59: ("what is logged and shown has no card number", _log),
    60: ("seven days without a network, queue at its limit", _week),
}

# Number -> why it is not a case of this simulation yet.
NOT_YET = {}
