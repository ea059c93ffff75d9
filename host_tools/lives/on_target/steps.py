"""The words in which the named cases are written: sales, weather, questions, and a whole plan."""

from plan import the_end
from world import AFTER, BEFORE, TORN, UNSTABLE

WAYS = (BEFORE, TORN, UNSTABLE, AFTER)

# ["sell", fen, card, habit, manner]
ONLINE = ["sell", 4200, 1, "online", ""]
STORED = ["sell", 2500, 2, "offline", ""]
ANY = ["sell", 1300, 3, "any", ""]

CALL_OFF = ["call off", 0]  # the newest sale
DOWN, UP = ["line", "down"], ["line", "up"]
CONNECTED = ["wait", 3000]  # long enough for the link to come up
BREATH = ["wait", 20000]
HOUR = ["wait", 3600000]
DAY = ["wait", 86400000]
REST = ["rest"]
RESTART = ["off", 1000]

_POLICY = {"sale_limit_fen": 500000, "stored_count_limit": 75, "stored_sum_limit_fen": 9000000}
_MORE_POLICY = ("stored_age_limit_h", "offline_aids", "deferred", "settle_at")


def case(*steps, **more):
    """A plan. `more`: seed, flash, poison, first, open, and limits of the policy."""
    plan = {"seed": 1, "flash": [16, 32], "policy": dict(_POLICY)}
    for name, value in more.items():
        of_policy = name in _POLICY or name in _MORE_POLICY
        (plan["policy"] if of_policy else plan)[name] = value
    ending = [] if more.get("open") else the_end()
    plan["steps"] = [CONNECTED] + list(steps) + ending
    return plan


def net(fault, percent=100):
    return ["net", {fault: percent}]


def host(fault, percent=100):
    return ["host", {fault: percent}]


GOOD_NET, GOOD_HOST = ["net", {}], ["host", {}]


def next_one(fault):
    """It strikes once, at the next message."""
    return ["net", {fault: -1}]


def cut_at(what, nth=1, how=BEFORE):
    """The power goes at the so-manieth step of that name."""
    return ["cut", [nth, how, what]]


def give_back(fen=0, place=0):
    """So much of the sale at that place of the list, 0 for all that is left; the newest is 0."""
    return ["give back", fen, place, "", ""]


def expect(*screens):
    """How the last sale ended: with one of these."""
    return ["expect"] + list(screens)


def ask_bank(place=0):
    """The merchant asks the bank about the sale at that place of the list; the newest is 0."""
    return ["history", "8" * place + "EEA"]


def said(reason):
    """What the last report on the screen said."""
    return ["said", reason]


def bank(count):
    """So many sales stand in the bank's books."""
    return ["bank", count]


def word(name):
    """What the history says of the newest sale."""
    return ["word", name]
