"""Named cases about what the host tells the terminal in signed documents."""

from steps import (
    BREATH,
    CONNECTED,
    DOWN,
    GOOD_HOST,
    HOUR,
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
    host,
    net,
)

_FETCHED = ["wait", 600000]  # an echo offers it, and it comes; nobody is in a hurry
_REFUSED = expect("refused")


def publish(*how, **limits):
    return ["publish", limits] + list(how)


def announced(key):
    return ["announced", key]


def _in_use(version):
    return ["in use", "parameters", version]


def told_limits():
    """Limits that the host sends: in use at once, kept over restarts, whole or not at all."""
    fewer = publish(stored_count_limit=2)
    hold = [DOWN, STORED, STORED, STORED, _REFUSED, RESTART, STORED, _REFUSED, UP, REST]
    offline_cards = publish(offline_aids=["A000000004"])
    return [
        case(*[fewer, _FETCHED, _in_use(1)] + hold),
        case(
            *[fewer, _FETCHED, publish(stored_count_limit=3), _FETCHED, _in_use(2)]
            + [DOWN, STORED, STORED, STORED, expect("stored"), STORED, _REFUSED, UP]
        ),
        # More is stored than may be from now on: it is kept, and nothing is added.
        case(
            *[DOWN, STORED, STORED, STORED, host("busy"), UP, fewer, _FETCHED, _in_use(1)]
            + [DOWN, STORED, _REFUSED, ["held", 3], UP, GOOD_HOST, REST, bank(3)]
        ),
        case(offline_cards, _FETCHED, DOWN, STORED, expect("declined"), UP, CONNECTED, ONLINE),
        case(publish(sale_limit_fen=700), _FETCHED, ONLINE, _REFUSED),
    ]


def refused_documents():
    """What the terminal does not take, the host hears about, and the old limits stay."""
    few = [publish(stored_count_limit=2), _FETCHED]
    hold = [RESTART, DOWN, STORED, STORED, STORED, _REFUSED, UP]
    return [
        case(*few + [bad, _FETCHED, _FETCHED, ["refused document", code, field], _in_use(1)] + hold)
        for bad, code, field in (
            (publish("spoilt", stored_count_limit=75), 1, ""),
            (publish(stored_count_limit=501), 5, "policy.stored_count_limit"),
            (publish(cashback=1), 4, "policy.cashback"),
        )
    ] + [case(*few + [["disk", True], publish(), _FETCHED, _FETCHED, _in_use(1)] + hold)]


def cut_documents():
    """Power cuts and broken lines while a document comes: old or new, and it comes in the end."""
    few = [publish(stored_count_limit=3), _FETCHED, publish(stored_count_limit=2)]
    hold = [DOWN, STORED, STORED, STORED, _REFUSED, UP]
    cuts = [(what, how) for what in ("file write", "file rename") for how in WAYS]
    return [
        case(*few + [cut_at(what, 1, how), _FETCHED, _FETCHED, _in_use(2)] + hold)
        for what, how in cuts
    ] + [
        case(*few + [net(fault, 30), HOUR, HOUR, net(fault, 0), HOUR, _in_use(2)] + hold)
        for fault in ("lost_reply", "twice_reply", "late_reply", "cut_reply", "flip_reply")
    ]


def _maintenance():
    """Announced for an hour, and the host is away for four: the notice says how it stands, sales go
    on as the policy allows, and all that was stored flows afterwards."""
    announce = [["announce", 1, 2], _FETCHED, announced("maintenance_from")]
    began = [HOUR, BREATH, announced("maintenance_until")]
    overruns = [HOUR, BREATH, announced("maintenance_late"), STORED, expect("stored"), HOUR]
    stored = [STORED, expect("stored"), STORED, STORED, _REFUSED]
    quiet = {"stored_count_limit": 3}
    return [
        case(
            *announce
            + [away, RESTART]
            + began
            + stored[:2]
            + overruns
            + [RESTART, announced("maintenance_late")]
            + stored[1:]
            + [back, REST, announced(None), bank(3)],
            **quiet,
        )
        for away, back in ((host("refuses_sign_in"), GOOD_HOST), (["line", "hole"], UP))
    ] + [case(*announce + began + [HOUR, announced(None), ONLINE, bank(1)])]


CASES = {46: ("maintenance that is announced, and overruns", _maintenance)}
