"""Named case 42: the bank is restored from a backup that is older than what it has acknowledged."""

from cards import POOR
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
    ask_bank,
    bank,
    case,
    cut_at,
    expect,
    give_back,
    host,
    net,
    next_one,
    said,
    word,
)

SETTLE = ["settle"]
BACK_UP, RESTORE = ["back up"], ["restore"]
TOLD = [BREATH, HOUR, REST]  # told again, and the bank knows that this was all


def _whole_again():
    """Paid, stored and reversed sales after the backup, and all of it from before it."""
    reversed_ = [next_one("lost_reply"), ONLINE, expect("returned")]
    sales = [ONLINE, STORED, REST]
    return [
        case(*before + [BACK_UP] + sales + reversed_ + [way, RESTORE] + TOLD + [bank(count)])
        for before, count in (([], 2), ([ANY, STORED], 4))
        for way in (BREATH, RESTART, HOUR)
    ]


def _out_of_turn():
    """A stored sale is forwarded after later sales were paid; the backup lies between."""
    late = [next_one("lost_request"), STORED, ["wait", 1000], ONLINE, expect("approved"), BACK_UP]
    return [case(*late + [bank(1), HOUR, REST, bank(2), RESTORE] + TOLD + [bank(2)])]


def _twice():
    """Restored again from the same backup while the terminals tell."""
    sales = [BACK_UP] + [STORED] * 6 + [ONLINE, REST, RESTORE]
    return [case(*sales + [["wait", ms], RESTORE] + TOLD + [bank(7)]) for ms in (3100, 4000, 9000)]


def _late_word():
    """Restored once more from a backup made while it was being told, and before it is told again,
    a copy of the word comes that all was told."""
    lost = [BACK_UP] + [STORED] * 4 + [ONLINE, REST, ["latency", 2000, 2000], RESTORE]
    telling = [["wait", 12000], BACK_UP, net("twice_request"), ["wait", 36000], GOOD_NET]
    return [case(*lost + telling + [RESTORE] + TOLD + [bank(5)], seed=3)]


def _late_copies():
    """What the bank declined and has forgotten comes a second time, and it would take it now."""
    twice, poor = net("twice_request"), ["sell", 3000, POOR, "online", ""]
    down = [BACK_UP, twice, host("issuer_down"), ONLINE, expect("declined"), GOOD_HOST, bank(0)]
    later = [BACK_UP, poor, DOWN, poor, expect("deferred"), twice, UP, ["wait", 5000], bank(1)]
    rich_again = [give_back(0, 1), ["wait", 2000], ["back", 3000]]
    last_known = [ONLINE, expect("approved")] + down[:-1]
    ended = [GOOD_NET, RESTORE] + TOLD
    return [
        plan
        for seed in (3, 5, 6, 7)
        for plan in (
            case(*down + ended + [word("failed"), bank(0)], seed=seed),
            case(*last_known + ended + [bank(1)], seed=seed),
            case(*later + rich_again + ended + [bank(1)], seed=seed, deferred=True),
        )
    ]


def _power_cut_while_telling():
    sales = [BACK_UP, ONLINE, STORED, STORED, STORED, ONLINE, REST, RESTORE, ["wait", 3000]]
    return [
        case(*sales + [cut_at(what, nth, how)] + TOLD + [bank(5)])
        for what in ("send", "receive")
        for nth in (2, 3, 5)
        for how in WAYS[:1]
    ]


def _given_back():
    """The return must not come before its sale, whichever of them the bank still has."""
    sale = [STORED, REST]
    return [
        case(*[BACK_UP] + sale + [give_back(700), REST, RESTORE] + TOLD + [["back", 700]]),
        case(*sale + [BACK_UP, give_back(700), REST, RESTORE] + TOLD + [["back", 700]]),
        case(*[BACK_UP] + sale + [RESTORE, DOWN, give_back(), UP] + TOLD + [["back", 2500]]),
    ]


def _more_than_the_journal_holds():
    """What is gone for good is counted, and the terminal goes on."""
    sales = [BACK_UP] + [STORED, REST] * 60
    return [case(*sales + [RESTORE] + TOLD + [["missing", 1]], flash=[8, 32])]


def _asked_about():
    """The merchant asks, and the bank has forgotten: it is told of that sale at once."""
    lost = [BACK_UP, ONLINE, RESTORE, BREATH, ask_bank(), said("bank_posted"), bank(1)]
    away = [ONLINE, DOWN, ask_bank(), said("ask_no_line")]
    failed = [["sell", 9900, 5, "online", ""], ask_bank(), said("bank_declined"), word("failed")]
    back = [next_one("lost_reply"), ONLINE, BREATH, ask_bank(), said("bank_returned")]
    kept = [DOWN, STORED, net("lost_request"), UP, ["wait", 3000], ask_bank(), GOOD_NET]
    return [case(*steps) for steps in (lost, away + [UP], failed, back, kept)]


def _around_a_settlement():
    """What was closed is forgotten, or the list is half sent, or the closing has not begun."""
    sales = [ANY] + [ONLINE] * 20
    settled = sales + [BACK_UP, STORED, REST, SETTLE, REST, RESTORE] + TOLD
    again = [SETTLE, REST, ["batch", 3]]
    in_the_list = [["tamper"], ["latency", 600, 600], host("restored", -1), SETTLE] + TOLD
    in_the_list += [["batch", 2], ["closed", 1, [0, 0, 0, 0]]]
    return [case(*settled + again), case(*[BACK_UP] + settled + again)] + [
        case(*sales[:before] + [BACK_UP] + sales[before:] + in_the_list) for before in (0, 12, 21)
    ]


def _restored():
    return (
        _whole_again()
        + _out_of_turn()
        + _twice()
        + _late_word()
        + _late_copies()
        + _power_cut_while_telling()
        + _given_back()
        + _more_than_the_journal_holds()
        + _asked_about()
        + _around_a_settlement()
    )


CASES = {42: ("bank restored from a backup older than its acknowledgements", _restored)}
