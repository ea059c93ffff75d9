"""Named cases 23 to 37: what travels, and what becomes of it on the way."""

from steps import (
    ANY,
    BREATH,
    DAY,
    DOWN,
    GOOD_HOST,
    GOOD_NET,
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
    net,
    next_one,
    word,
)

_SEEDS = range(1, 9)


def _no_connection():
    return [
        case(
            *[["line", line], RESTART, BREATH, ONLINE, expect("declined"), STORED]
            + [expect("stored"), ["asked", "4", 0], bank(0)]
        )
        for line in ("refuse", "portal", "hole", "down")
    ]


def _silence():
    dark = [["line", "hole"], ONLINE, expect("in_doubt"), STORED, expect("stored")]
    return [case(*dark + [UP, HOUR, bank(1)])]


def _half_open():
    return [case(["line", "hole"], ["wait", 120000], ["ready", False], STORED, UP)]


def _reply_lost():
    return [case(next_one("lost_reply"), ONLINE, expect("returned"), word("returned"), bank(0))]


def _reply_astray():
    return [
        case(net(fault), ONLINE, ANY, STORED, GOOD_NET, seed=seed)
        for fault in ("twice_reply", "late_reply")
        for seed in _SEEDS
    ]


def _request_twice():
    twice = net("twice_request")
    to_a_good_host = [case(twice, ONLINE, ANY, bank(2), seed=seed) for seed in _SEEDS]
    to_a_busy_one = [
        case(twice, host("busy", 50), ONLINE, ANY, STORED, ["wait", 60000], seed=seed)
        for seed in range(1, 25)
    ]
    return to_a_good_host + to_a_busy_one


def _overtaken():
    return [
        case(
            *[next_one("late_request"), ONLINE, ["wait", 90000]]
            + [["asked", "2", 1], ["asked", "4", 1], bank(0)],
            seed=seed,
        )
        for seed in _SEEDS
    ]


def _framing():
    return [case(net(fault), ANY, STORED, GOOD_NET) for fault in ("crumbs", "junk", "length_lie")]


def _bit_errors():
    return [
        case(net(fault), ONLINE, STORED, ANY, GOOD_NET, seed=seed)
        for fault in ("flip_reply", "flip_request")
        for seed in _SEEDS
    ]


def _replayed():
    messages = [ONLINE, next_one("lost_reply"), ONLINE, STORED, REST]
    return [case(*messages + [DAY, ["replay"], bank(2)])]


def _forged():
    refused = ["sell", 9900, 5, "online", ""]  # more than there is on that account
    return [
        case(ONLINE, ["forge"], bank(1)),
        case(net("forged_reply"), refused, GOOD_NET, BREATH, bank(0), word("failed")),
    ]


def _flapping():
    """Two seconds there, two seconds gone, for an hour, and then nobody answers a sale."""
    flaps = [DOWN, ["wait", 2000], UP, ["wait", 2000]] * 900
    start = [DOWN, STORED, STORED, ["watch", 100], host("mute"), ["mark"]]
    return [case(*start + flaps + [["sent", "advice", 12], ["sent", "sign-in", 950]])]


def _load_shed():
    return [case(DOWN, STORED, STORED, host("busy"), UP, ONLINE, HOUR, GOOD_HOST, REST, bank(2))]


def _satellite():
    far = [["latency", 1000, 1200], ["net", {"lost_request": 10, "lost_reply": 10}]]
    return [case(*far + [DOWN] + [STORED] * 20 + [UP, REST, bank(20)])]


def _failover():
    """Whatever becomes of the preferred network and whenever: one identity, one effect."""
    ends = ("approved", "returned", "declined")  # declined: no bank has ever heard of it
    gone = [
        case(["soon", at_ms, "line", line], ONLINE, expect(*ends[:count]), backup=True)
        for line, count in (("down", 2), ("hole", 3))
        for at_ms in range(20, 2200, 60)
    ]
    portal = [["line", "portal"], RESTART, BREATH, ONLINE, expect("approved"), bank(1)]
    dark = [["line", "hole"], ONLINE, expect("declined"), ["asked", "4", 1], bank(0)]
    astray = [next_one("lost_reply"), ONLINE, expect("returned"), bank(0)]
    both = [DOWN, ["line", "down", 1], STORED, expect("stored"), ["line", "up", 1], REST, bank(1)]
    return gone + [case(*steps, backup=True) for steps in (portal, dark, astray, both, _back())]


def _back():
    """It drains through the backup network, and goes back when it has proved itself."""
    away = [DOWN, STORED, STORED, REST, bank(2), ["goes through", "second"]]
    return away + [UP, HOUR, ["goes through", "first"], ONLINE, expect("approved"), bank(3)]


CASES = {
    23: ("no connection: refused, dead, somebody else answers", _no_connection),
    24: ("connected, then silence", _silence),
    25: ("half-open connection", _half_open),
    26: ("reply lost", _reply_lost),
    27: ("reply twice, or late", _reply_astray),
    28: ("request duplicated, also while the host is busy", _request_twice),
    29: ("reversal before its original", _overtaken),
    30: ("one byte at a time, junk, a length that lies", _framing),
    31: ("bit errors", _bit_errors),
    32: ("somebody replays yesterday's messages", _replayed),
    33: ("somebody alters an amount, or a refusal into an approval", _forged),
    34: ("link that flaps for an hour", _flapping),
    35: ("the network changes in the midst of a sale; and back", _failover),
    36: ("host sheds load", _load_shed),
    37: ("satellite: two seconds both ways, a fifth lost", _satellite),
}
