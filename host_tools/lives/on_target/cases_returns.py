"""Named cases 52 and 53: money given back, in every order and through every fault."""

from steps import (
    ANY,
    BREATH,
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


def _refund_of_a_stored_sale():
    """Of 25.00 a part, then more than is left, then the rest; the network is away all the time."""
    parts = [give_back(1000), expect("given_back"), give_back(1501, 1), give_back(1500, 1)]
    away = [DOWN, STORED] + parts + [word("stored"), ["held", 3], ["back", 0]]
    back = [UP, REST, word("returned"), bank(1), ["back", 2500], give_back(1, 2), ["held", 0]]
    return [case(*away + back), case(*away + [RESTART] + back)]


def _refund_through_faults():
    """The sale, or the return, or both are hit, in the same and in a later connection."""
    hit = [host("crash_before"), host("crash_after"), host("mute"), host("busy"), host("old_keys")]
    hit += [net("lost_reply"), net("late_request"), net("twice_request", 50), net("late_reply")]
    return [
        case(*[DOWN, STORED, give_back(700), STORED, fault, UP, BREATH, BREATH] + good)
        for fault in hit
        for good in ([GOOD_HOST, GOOD_NET, REST, bank(2), ["back", 700]],)
    ]


def _refund_of_a_paid_sale():
    return [
        case(ONLINE, give_back(), BREATH, word("returned"), bank(1), ["back", 4200]),
        case(ONLINE, give_back(1), give_back(4199, 1), REST, ["back", 4200]),
        case(next_one("lost_reply"), ONLINE, give_back(), BREATH, bank(0), ["back", 0]),
        case(ONLINE, ["give back", 0, 0, "", "second thoughts"], REST, ["back", 0]),
    ]


def _refused_for_what_it_is():
    """The original is a dead letter: the host has never heard of it, and people look at both."""
    poison = ["sell", 6600, 2, "offline", ""]
    sales = [DOWN, poison, give_back(100), STORED, UP, REST, bank(1), ["dead", 1], ["back", 0]]
    return [case(*sales, poison=[6600])]


def _refunds():
    return (
        _refund_of_a_stored_sale()
        + _refund_through_faults()
        + _refund_of_a_paid_sale()
        + _refused_for_what_it_is()
    )


def _void_of_a_stored_sale():
    """Both are recorded, both are sent in order, and the queue goes on behind them."""
    sales = [DOWN, STORED, ANY, give_back(0, 1), STORED, ["held", 4]]
    return [
        case(*sales + [UP, REST, ["in order"], bank(3), ["back", 2500]]),
        case(*sales + [cut_at("receive", 2), UP, BREATH, REST, bank(3), ["back", 2500]]),
    ]


def _void_cut_at_every_step():
    return [
        case(STORED, ["cut", [step, how]], give_back(), ["wait", 40000], ANY, seed=step)
        for step in range(1, 24)
        for how in WAYS
    ]


def _voids():
    return _void_of_a_stored_sale() + _void_cut_at_every_step()


CASES = {
    52: ("refunds, also of sales that are not forwarded yet", _refunds),
    53: ("voids of stored sales before they are forwarded", _voids),
}
