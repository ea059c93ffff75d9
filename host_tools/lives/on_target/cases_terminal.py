"""Named cases 1 to 22: the terminal, its power and its parts."""

from cases_documents import cut_documents, refused_documents, told_limits
from cases_settlement import batch_wraps
from steps import (
    ANY,
    BREATH,
    CONNECTED,
    DAY,
    DOWN,
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
    next_one,
    word,
)
from world import AFTER, BEFORE, MEMORY, TORN, UNSTABLE


def _before_the_intent():
    return [
        case(cut_at("program", 1, how), ONLINE, bank(0), ["asked", "4", 0])
        for how in (BEFORE, TORN, UNSTABLE)
    ]


def _before_sending():
    return [
        case(cut_at("program", 1, AFTER), ONLINE, BREATH, word("failed"), ["asked", "4", 0]),
        case(cut_at("send"), ONLINE, BREATH, ["asked", "4", 1], bank(0)),
    ]


def _before_the_reply():
    return [case(cut_at("receive"), ONLINE, BREATH, word("returned"), bank(0))]


def _before_the_screen():
    return [case(cut_at("screen approved"), ONLINE, BREATH, word("paid"), bank(1))]


def _at_every_step():
    return [
        case(ANY, ["cut", [step, how]], sale, ["wait", 40000], ANY, seed=step)
        for sale, last in ((ONLINE, 26), (STORED, 20))
        for step in range(1, last)
        for how in WAYS
    ]


def _flash_full():
    sales = [DOWN] + [STORED] * 60
    return [
        case(*sales + [expect("refused"), UP], flash=[8, program_bytes])
        for program_bytes in (1, 16, 32, 256)
    ]


def _bits_flip():
    stored = [DOWN, STORED, STORED, STORED]
    put_right = [["rot", 1, 1], RESTART, UP, REST, bank(3)]
    lost = [["rot", 1, 40], RESTART, UP, ["wait", 90000], REST, bank(2)]
    lost_while_it_runs = [["rot", 1, 40], UP, ["wait", 90000], REST, bank(2)]
    return [case(*stored + then) for then in (put_right, lost, lost_while_it_runs)]


def _write_does_not_take():
    return [
        case(["weak", pages], sale, expect(screen), ANY)
        for pages in (1, 2, 3)
        for sale, screen in ((ONLINE, "approved"), (STORED, "stored"))
    ]


def _restarts():
    """Most starts are cut before the host's answer can be written down."""
    count = 1000
    cuts = [[12 if n % 45 == 44 else 1 + n % 7, WAYS[n % 4]] for n in range(count)]
    drain = [["mark"], UP, ["cut"] + cuts, REST, ["started", count // 2], bank(20)]
    return [case(*[DOWN] + [STORED] * 20 + drain)]


def _clock_wrong():
    return [
        case(
            *[DOWN, RESTART, ["clock", turn], STORED, STORED, UP, REST]
            + [["in order"], ["time was trusted", 0], bank(2)]
        )
        for turn in (-800000000, 31536000, -3600)
    ]


def _no_memory():
    return [case(["cut", [step, MEMORY]], ONLINE, STORED, seed=step) for step in range(1, 40)]


def _twice():
    second_thoughts = ["sell", 4200, 1, "online", "second thoughts"]
    return [case(ONLINE, second_thoughts, bank(1)), case(ONLINE, ONLINE, bank(2))]


def _card_leaves():
    return [
        case(["sell", 4200, 1, "online", manner], bank(posted))
        for manner, posted in (("leaves1", 1), ("leaves2", 1), ("flees 1", 0), ("flees 2", 0))
    ]


def _operator_hurries():
    sale = ["sell", 4200, 1, "online", "hurries"]
    return [case(next_one("lost_reply"), sale, expect("in_doubt"), BREATH, word("returned"))]


def _sales_while_draining():
    return [
        case(*[DOWN] + [STORED] * 10 + [UP, ["wait", 900], ANY, ANY, STORED, ANY, REST, bank(14)])
    ]


def _strange_record():
    return [case(["strange record"], STORED, ANY, RESTART, ["strange record stands"])]


def _numbers():
    firsts = (999980, 131060, 262135, 16777200)
    return [case(*[ANY, STORED] * 15, first=first) for first in firsts] + batch_wraps()


def _swapped():
    return [case(ANY, STORED, REST, ["swap"], CONNECTED, ANY, STORED, REST, bank(4))]


def _cloned():
    doubt = [["clone"], ONLINE, HOUR, bank(1), ["held", 1], ["alarms", 1]]
    return [case(*doubt + [STORED, expect("stored")], open=True)]


def _limits():
    """Count, sum, age and kind of card; nothing of it is forgotten over a restart."""
    return (
        [
            case(
                *[DOWN, STORED, STORED, RESTART, STORED, RESTART, STORED, expect("refused"), UP],
                stored_count_limit=3,
            ),
            case(
                *[DOWN, STORED, RESTART, STORED, expect("refused"), UP], stored_sum_limit_fen=4000
            ),
            case(
                DOWN, STORED, expect("declined"), UP, CONNECTED, ONLINE, offline_aids=["A000000004"]
            ),
            case(DOWN, STORED, expect("stored"), UP, REST, bank(1), offline_aids=["A000000333"]),
        ]
        + _ages()
        + told_limits()
        + refused_documents()
        + cut_documents()
    )


def _ages():
    """A day on, a second off, again and again, with no host to tell the time: on the fourth day the
    oldest sale is too old. When it has gone, all is well again."""
    days = [STORED, expect("stored"), DAY, RESTART]
    too_old = [STORED, expect("refused"), RESTART, STORED, expect("refused")]
    again = [UP, REST, bank(3), DOWN, STORED, expect("stored"), UP, REST]
    turned = [["clock", -800000000], ["clock", 31536000]]
    return [
        case(*[DOWN, RESTART] + [turn] + days * 3 + too_old + again)
        for turn in [["wait", 1]] + turned
    ] + [case(*[DOWN, STORED, HOUR, STORED, expect("refused"), UP], stored_age_limit_h=1)]


CASES = {
    1: ("power cut before the intent is durable", _before_the_intent),
    2: ("power cut after intent or request, before a byte is sent", _before_sending),
    3: ("power cut after sending, before the reply", _before_the_reply),
    4: ("power cut after the approval is stored, before the screen", _before_the_screen),
    5: ("power cut at every step of a sale, in every way", _at_every_step),
    6: ("flash full", _flash_full),
    7: ("bits flip in a stored record", _bits_flip),
    8: ("a write does not take", _write_does_not_take),
    9: ("restarts without end while the queue drains", _restarts),
    10: ("clock wrong: year 2000, a year ahead, an hour back", _clock_wrong),
    11: ("no memory left at any step", _no_memory),
    12: ("the same card and amount twice", _twice),
    13: ("card leaves the field", _card_leaves),
    14: ("operator cancels while the reply is in flight", _operator_hurries),
    15: ("new sales while the queue drains", _sales_while_draining),
    17: ("a record of a kind that this firmware does not know", _strange_record),
    19: ("numbers of sales and batches begin again, DUKPT skips some", _numbers),
    20: ("terminal swapped: same names, new flash", _swapped),
    21: ("cloned terminal", _cloned),
    22: ("offline limits, with restarts between", _limits),
}
