"""Named cases 48 to 51, 56, 57, and of 19 the batch: the day is closed, whatever happens."""

from steps import (
    ANY,
    BREATH,
    DOWN,
    GOOD_HOST,
    GOOD_NET,
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
    give_back,
    host,
    net,
    next_one,
    word,
)

SETTLE = ["settle"]
_DAY_OF_SALES = [ONLINE, DOWN, STORED, STORED, UP, REST]
_ONE_FEN = ["tamper"]
_TO_EVENING = ["wait", 38700000]  # lives begin at 12:05 local: it is 22:50
_AN_HOUR_MORE = ["wait", 3600000]


def _closed(batches, *differences):
    """So many are closed, the last one with so many differences of each kind."""
    return ["closed", batches, list(differences) or [0, 0, 0, 0]]


def _reversal_after_the_close():
    """The host puts the reversal off for an hour; meanwhile it is asked to settle."""
    doubt = [host("shy"), next_one("lost_reply"), ONLINE, expect("in_doubt"), HOUR]
    settled = [SETTLE, BREATH, _closed(1, 0, 1, 0, 0), GOOD_HOST, HOUR, word("returned"), bank(0)]
    again = [SETTLE, REST, _closed(2)]
    return [
        case(*doubt + settled + way + again) for way in ([], [RESTART, REST], [ANY, STORED, REST])
    ]


def _cut_off_with_a_queue():
    """What is owed goes first; what the host puts off is in the next batch, and in no other."""
    first = [DOWN, STORED, ONLINE, STORED, SETTLE, _closed(0), UP, REST, SETTLE, REST, _closed(1)]
    refused = [STORED, REST, host("busy"), STORED, HOUR, HOUR, GOOD_HOST]
    put_off = refused + [SETTLE, BREATH, _closed(1)]
    next_day = [ANY, REST, SETTLE, REST, _closed(2), bank(3)]
    queue = [DOWN, STORED, _TO_EVENING, STORED, _AN_HOUR_MORE, STORED, _AN_HOUR_MORE, STORED]
    return [
        case(*first),
        case(*put_off + next_day),
        case(*put_off + [RESTART] + next_day),
        case(*queue + [UP, REST, SETTLE, REST, _closed(1), ["days", 2, 2]]),
        case(
            *[STORED, STORED, REST, _TO_EVENING, HOUR, _closed(1), ["batch", 2]], settle_at="23:00"
        ),
        case(
            *queue + [HOUR, UP, REST, BREATH, REST, _closed(1), ["days", 2, 2]], settle_at="23:30"
        ),
    ]


def _lost_and_differing():
    faults = ("lost_request", "lost_reply", "twice_request", "twice_reply", "late_request")
    lines = [
        case(
            *_DAY_OF_SALES + [net(fault, 60), SETTLE, ANY, BREATH, GOOD_NET, REST, _closed(1)],
            seed=seed,
        )
        for fault in faults + ("late_reply", "flip_request", "flip_reply")
        for seed in (1, 2, 3)
    ]
    hosts = [
        case(*_DAY_OF_SALES + [host(fault), SETTLE, BREATH, GOOD_HOST, REST, _closed(1)])
        for fault in ("crash_before", "crash_after", "mute", "busy", "wrong_mac", "old_keys")
    ]
    one_fen = [_ONE_FEN, SETTLE, REST, _closed(1, 0, 0, 1, 0), ANY, SETTLE, REST, _closed(2)]
    empty = case(SETTLE, REST, _closed(1), SETTLE, REST, _closed(2), ["batch", 3])
    return lines + hosts + [case(*_DAY_OF_SALES + one_fen), empty] + _batch_forgotten()


def _batch_forgotten():
    """The terminal can no longer read that it was closing a batch, or that it had closed it, and
    begins again: refused by the host, it settles those sales with the next batch."""
    twice = [["batch", 1], SETTLE, REST, ["batch", 2], SETTLE, REST, ["batch", 3]]
    day = [ANY, STORED, REST]
    under_way = [host("mute"), SETTLE, BREATH, ["rot batch", 1], RESTART, GOOD_HOST, REST]
    over = [SETTLE, REST, ["batch", 2], ANY, ["rot batch", 2], RESTART, STORED, REST]
    return [case(*day + under_way + twice), case(*day + over + twice)]


def _cut_in_the_list():
    """The power fails at any message of the list, and at any step of a closing."""
    sales = [ONLINE] * 20 + [_ONE_FEN]
    messages = [
        case(*sales + [cut_at(what, nth), SETTLE, BREATH, REST, _closed(1, 0, 0, 1, 0)])
        for what in ("send", "receive")
        for nth in range(1, 6)
    ]
    day = [ONLINE, STORED, REST]
    steps = [
        case(*day + [["cut", [step, how]], SETTLE, BREATH, REST, ANY, SETTLE, REST], seed=step)
        for step in range(1, 14)
        for how in WAYS
    ]
    return messages + steps


def _account_moves():
    """The queue of two days drains after the change: each day goes where it was earned."""
    moves = [["moves", "old", 0], ["moves", "new", 1]]
    queue = [DOWN, STORED, STORED, _TO_EVENING, HOUR, STORED, HOUR, UP, REST, ANY]
    paid = [SETTLE, REST, ["goes to", "old", 5000], ["goes to", "new", 3800]]
    return [case(*moves + queue + paid), case(*moves + queue + [RESTART, REST] + paid)]


def _fees():
    """Around half a fen and around the cap, and given back with the sale."""
    fens = ((83, 0), (84, 1), (249, 1), (250, 2), (333249, 1999), (333250, 2000), (500000, 2000))
    sales = [["sell", fen, place % 4, "online", ""] for place, (fen, _) in enumerate(fens)]
    total = sum([fee for _, fee in fens])
    back = [give_back(0, 1), REST, SETTLE, REST, ["fees", -2000]]
    return [case(*sales + [REST, SETTLE, REST, _closed(1), ["fees", total]] + back)]


def batch_wraps():
    days = [ANY, STORED, REST, SETTLE, REST] * 3
    return [case(*days + [_closed(3), ["batch", 2]], batch=999998)]


CASES = {
    48: ("reversal of a sale whose batch is closed", _reversal_after_the_close),
    49: ("cut-off with a queue", _cut_off_with_a_queue),
    50: ("settlement lost, twice, or one fen apart", _lost_and_differing),
    51: ("power cut in the batch upload", _cut_in_the_list),
    56: ("the settlement account changes while a queue drains", _account_moves),
    57: ("fees, rounded and capped", _fees),
}
