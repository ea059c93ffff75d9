"""Plans of whole lives: sixty sales and the weather they meet, drawn from one seed.

A plan is data. So a failing one can be kept, shown, and made shorter until nothing can be left out.
"""

from micropython import const
from world import AFTER, BEFORE, MEMORY, TORN, UNSTABLE, Dice

SALES = const(60)

_HOW = (BEFORE, TORN, TORN, UNSTABLE, UNSTABLE, AFTER, AFTER, MEMORY)
_NETWORK_FAULTS = (
    "cut_request",
    "lost_request",
    "late_request",
    "twice_request",
    "flip_request",
    "cut_reply",
    "lost_reply",
    "late_reply",
    "twice_reply",
    "flip_reply",
    "junk",
    "length_lie",
    "crumbs",
    "refused",
)
_HOST_FAULTS = (
    "busy",
    "crash_before",
    "crash_after",
    "race",
    "mute",
    "wrong_mac",
    "issuer_down",
    "issuer_slow",
    "old_keys",
    "refuses_sign_in",
)
_LINES = ("down", "down", "refuse", "hole", "portal", "up", "up")
_PERCENT = (3, 10, 30, 100)
_CODES = ("code0", "code0", "code5", "code30", "code61", "code9999")
_HABITS = ("any", "any", "any", "any", "online", "offline", "offline", "declines")
_WITH_DEFERRED = _HABITS + ("online",) * 4
_DEFERS = const(30)  # percent of all lives
_MANNERS = ("gives up", "second thoughts", "nobody", "leaves1", "leaves2", "hurries")
_FLASHES = ((8, 32), (12, 32), (16, 32), (16, 256), (24, 1), (32, 32))
_ECHOES_MS = (30000, 600000, 600000, 600000)
_SECTORS_FOR_POISON = const(16)  # dead letters stay: they fill a smaller journal in no time
_TURNS_S = (-800000000, -3600, 3600, 31536000)
_RETURNS = const(4)  # percent: after so many sales money is given back
_DAY_ONE = const(1)
_BEFORE_DUKPT_SKIP = const(131041)  # 131,071 has 17 one-bits
_BEFORE_STAN_WRAP = const(999970)
_RESETS = const(15)  # percent of the lives with a bank that is well
_RESTORED = const(35)  # percent of the lives with a bank that has troubles
_HISTORIES = ("X", "EXX", "8EXX", "88EX8EXX", "EEAX", "88EEAX8EEAX")

# What may go wrong in a life at all; each life has some of it.
_CLIMATES = ("network", "host", "line", "backup", "cuts", "clock", "people", "parts", "papers")


def of_seed(seed):
    """The plan of a whole life."""
    dice = Dice(seed, 6)
    climate = [name for name in _CLIMATES if dice.chance(45)]
    policy = {
        "sale_limit_fen": 500000,
        "stored_count_limit": dice.pick((3, 10, 30, 75)),
        "stored_sum_limit_fen": dice.pick((20000, 500000, 500000)),
    }
    # Of a stream of its own: the other lives stay what they were.
    deferred = Dice(seed, 9).chance(_DEFERS)
    if deferred:
        policy["deferred"] = True
    steps = [["wait", dice.below(3000)]]
    for _ in range(SALES):
        if dice.chance(18):
            steps += _weather(dice, climate)
        if "cuts" in climate and dice.chance(15):
            steps.append(_cut(dice))
        steps.append(_sale(dice, climate, _WITH_DEFERRED if deferred else _HABITS))
        if dice.chance(_RETURNS):
            steps.append(_return(dice))
        if deferred and dice.chance(_RETURNS):
            steps.append(["call off", dice.below(3)])
    _close_days(Dice(seed, 7), steps, policy)
    if "host" in climate:
        _restore(Dice(seed, 8), steps)
    else:  # a bank from before a reset has forgotten what nobody can tell it again
        _reset(Dice(seed, 9), steps)
    plan = {
        "seed": seed,
        "flash": dice.pick(_FLASHES),
        "policy": policy,
        "echo_ms": dice.pick(_ECHOES_MS),
        "steps": steps + the_end("backup" in climate),
    }
    if "backup" in climate:
        plan["backup"] = True
    if dice.chance(20):
        plan["first"] = dice.pick((_BEFORE_DUKPT_SKIP, _BEFORE_STAN_WRAP))
    if "host" in climate and plan["flash"][0] >= _SECTORS_FOR_POISON and dice.chance(30):
        plan["poison"] = [step[1] for step in steps if step[0] == "sell" and dice.chance(5)]
    return plan


def _reset(dice, steps):
    """Now and then somebody wants a factory reset, and sometimes the bank has agreed to it."""
    if not dice.chance(_RESETS):
        return
    steps.insert(dice.below(len(steps)), ["reset"])
    if dice.chance(50):
        steps.insert(0, ["grant"])


def the_end(backup=False):
    """The faults stop; all that is owed must flow, and the terminal must sell. With a backup
    network, when it has gone back to the preferred one: while it changes there is no line."""
    idle = ["wait", 1000000 if backup else 4000]  # the journal, too, makes room in idle time
    sale = ["sell", 700, 0, "online", ""]
    closed = [["settle", True], ["rest"]]
    return [["calm"], ["rest"], idle, sale, ["expect", "approved"], ["rest"]] + closed


def _sale(dice, climate, habits):
    fen = dice.between(1, 99) * dice.pick((1, 100, 100, 100))
    manner = dice.pick(_MANNERS) if "people" in climate and dice.chance(15) else ""
    habit = dice.pick(_CODES if dice.chance(8) else habits)
    return ["sell", fen, dice.below(6), habit, manner]


def _return(dice):
    """All that is left of one of the last sales, or some amount: it may well be too much."""
    fen = dice.pick((0, 0, 1, 100 * dice.between(1, 99)))
    return ["give back", fen, dice.pick((0, 0, 1, 2, 5)), "", dice.pick(("", "", "waits"))]


def _restore(dice, steps):
    """The bank is restored, some time after a backup was made."""
    if dice.chance(_RESTORED):
        later = dice.below(len(steps))
        steps.insert(later, ["restore"])
        steps.insert(dice.below(later + 1), ["back up"])


def _close_days(dice, steps, policy):
    """The day is closed now and then, by the merchant or by itself; a power cut may meet it."""
    policy["settle_at"] = dice.pick(("", "", "12:15", "23:30"))
    for _ in range(dice.below(6)):
        step = [["settle", dice.chance(30)]]
        if dice.chance(25):
            step.insert(0, _cut(dice))
        at = dice.below(len(steps))
        steps[at:at] = step


def _cut(dice):
    """One cut, or several in a row that meet the starts after it."""
    cuts = [[dice.between(1, 40), dice.pick(_HOW)]]
    while dice.chance(35):
        cuts.append([dice.between(1, 8), dice.pick(_HOW)])
    return ["cut"] + cuts


def _mood(dice, faults):
    count = dice.pick((0, 1, 1, 2, 4))
    return {dice.pick(faults): dice.pick(_PERCENT) for _ in range(count)}


def _siege(dice):
    """One fault and nothing else, for so long that every patience ends; before it, a doubt."""
    fault = dice.pick(_HOST_FAULTS + ("busy",) * 4)
    doubt = [["net", {"lost_reply": 100}], ["sell", 4200, 1, "online", ""], ["net", {}]]
    return doubt + [["host", {fault: 100}], ["wait", 4000000]]


def _paper(dice):
    """A signed document for the terminal; now and then one that somebody has altered."""
    if dice.chance(30):
        return ["announce", dice.below(3), 3 + dice.below(3)]
    limits = {
        "stored_count_limit": dice.pick((0, 2, 5, 30, 75)),
        "stored_sum_limit_fen": dice.pick((5000, 20000, 500000)),
        "offline_aids": dice.pick(([], ["A000000333"], ["A000000004"])),
    }
    return ["publish", limits] + dice.pick(([], [], [], ["spoilt"]))


def _weather(dice, climate):
    if "host" in climate and dice.chance(5):
        return _siege(dice)
    steps = []
    if "network" in climate:
        steps.append(["net", _mood(dice, _NETWORK_FAULTS)])
    if "host" in climate:
        steps.append(["host", _mood(dice, _HOST_FAULTS)])
    if "line" in climate:
        steps.append(["line", dice.pick(_LINES)])
    if "backup" in climate:
        steps.append(["line", dice.pick(_LINES), 1])
        if dice.chance(30):
            steps.append(["soon", dice.below(4000), "line", dice.pick(_LINES)])
    if "clock" in climate:
        steps.append(["clock", dice.pick(_TURNS_S)])
    if "cuts" in climate and dice.chance(30):
        steps.append(["off", dice.pick((500, 60000, 86400000))])
    if "parts" in climate:
        part = dice.pick(("weak", "reader", "rot"))
        steps.append(["rot", 0, 1] if part == "rot" else [part, dice.between(1, 3)])
    if "papers" in climate:
        steps.append(_paper(dice))
    if "people" in climate and dice.chance(40):
        steps.append(["history", dice.pick(_HISTORIES)])
    if dice.chance(50):
        steps.append(["wait", dice.pick((500, 5000, 40000, 400000, 3000000))])
    return steps
