"""The sixty named cases of docs/reliability.md: what goes wrong, and what must hold then.

Every case is one plan or several. The invariants are checked in each as in any life; the questions
in the plan (expect, bank, word ...) say what is particular to it.
"""

from plan import the_end
from world import AFTER, BEFORE, MEMORY, TORN, UNSTABLE

_POLICY = {"sale_limit_fen": 500000, "stored_count_limit": 75, "stored_sum_limit_fen": 9000000}
_WAYS = (BEFORE, TORN, UNSTABLE, AFTER)

# Sales: [verb, fen, card, habit, manner]
_ONLINE = ["sell", 4200, 1, "online", ""]
_STORED = ["sell", 2500, 2, "offline", ""]
_ANY = ["sell", 1300, 3, "any", ""]
_DOWN, _UP = ["line", "down"], ["line", "up"]
_WAKE = ["wait", 3000]  # long enough for the link to come up
_BREATH = ["wait", 20000]
_HOUR = ["wait", 3600000]
_DAY = ["wait", 86400000]
_NO_REPLY = {"lost_reply": -1}  # the next one is lost


def _plan(*steps, **more):
    plan = {"seed": 1, "flash": [16, 32], "policy": _POLICY, "steps": [_WAKE] + list(steps)}
    plan.update(more)
    if not more.get("open"):
        plan["steps"] += the_end()
    return plan


def _policy(**limits):
    return dict(_POLICY, **limits)


def _doubt(*then):
    """A sale without a reply, and what follows."""
    return [["net", _NO_REPLY], _ONLINE] + list(then)


def _cut_at(what, nth, how=BEFORE):
    return ["cut", [nth, how, what]]


def _every_step(sale, last):
    return [
        _plan(_ANY, ["cut", [step, how]], sale, ["wait", 40000], _ANY, seed=step)
        for step in range(1, last)
        for how in _WAYS
    ]


def _restarts(count):
    """Most starts are cut before the host's answer can be written down."""
    cuts = [[12 if n % 45 == 44 else 1 + n % 7, _WAYS[n % 4]] for n in range(count)]
    drain = [["mark"], _UP, ["cut"] + cuts, ["rest"], ["started", count // 2], ["bank", 20]]
    return [_DOWN] + [_STORED] * 20 + drain


def _flapping():
    """Two seconds there, two seconds gone, for an hour."""
    flaps = [_DOWN, ["wait", 2000], _UP, ["wait", 2000]] * 900
    return [_DOWN, _STORED, _STORED, ["mark"]] + flaps


def _week():
    """More sales than the limit allows, spread over seven days without a network."""
    sales = []
    for _ in range(20):
        sales += [_STORED] * 4 + [["wait", 7 * 86400000 // 20]]
    return [_DOWN] + sales + [["held", 75], ["expect", "refused"], ["off", 60000], ["held", 75]]


def _cases():
    """number -> (title, plans). A function, so that nothing is built until it is asked for."""
    return {
        1: (
            "power cut before the intent is durable",
            [
                _plan(_cut_at("program", 1, how), _ONLINE, ["bank", 0], ["asked", "4", 0])
                for how in (BEFORE, TORN, UNSTABLE)
            ],
        ),
        2: (
            "power cut after the intent, or after the request, before a byte is sent",
            [
                _plan(_cut_at("program", 1, AFTER), _ONLINE, _BREATH, ["word", "failed"]),
                _plan(_cut_at("send", 1), _ONLINE, _BREATH, ["asked", "4", 1], ["bank", 0]),
            ],
        ),
        3: (
            "power cut after sending, before the reply",
            [_plan(_cut_at("receive", 1), _ONLINE, _BREATH, ["word", "returned"], ["bank", 0])],
        ),
        4: (
            "power cut after the approval is stored, before the screen",
            [_plan(_cut_at("screen approved", 1), _ONLINE, _BREATH, ["word", "paid"], ["bank", 1])],
        ),
        5: (
            "power cut at every step of a sale, in every way",
            _every_step(_ONLINE, 26) + _every_step(_STORED, 20),
        ),
        6: (
            "flash full",
            [
                _plan(_DOWN, *([_STORED] * 60 + [["expect", "refused"], _UP]), flash=[8, 32]),
                _plan(_DOWN, *([_STORED] * 60 + [["expect", "refused"], _UP]), flash=[8, 256]),
            ],
        ),
        7: (
            "bits flip in a stored record",
            [
                _plan(_DOWN, _STORED, _STORED, _STORED, ["rot", 1, 1], ["off", 1000], _UP),
                _plan(
                    *[_DOWN, _STORED, _STORED, _STORED, ["rot", 1, 40], ["off", 1000], _UP]
                    + [["wait", 90000], ["rest"], ["bank", 2]]
                ),
            ],
        ),
        8: (
            "a write does not take",
            [
                _plan(["weak", pages], sale, ["expect", screen], _ANY)
                for pages in (1, 2, 3)
                for sale, screen in ((_ONLINE, "approved"), (_STORED, "stored"))
            ],
        ),
        9: ("1,000 restarts while the queue drains", [_plan(*_restarts(1000))]),
        10: (
            "clock wrong: year 2000, a year ahead, an hour back",
            [
                _plan(
                    *[_DOWN, ["off", 1000], ["clock", turn], _STORED, _STORED, _UP, ["rest"]]
                    + [["in order"], ["time was trusted", 0], ["bank", 2]]
                )
                for turn in (-800000000, 31536000, -3600)
            ],
        ),
        11: (
            "no memory left at any step",
            [_plan(["cut", [step, MEMORY]], _ONLINE, _STORED, seed=step) for step in range(1, 40)],
        ),
        12: (
            "the same card and amount twice",
            [
                _plan(_ONLINE, ["sell", 4200, 1, "online", "second thoughts"], ["bank", 1]),
                _plan(_ONLINE, _ONLINE, ["bank", 2]),
            ],
        ),
        13: (
            "card leaves the field",
            [
                _plan(["sell", 4200, 1, "online", manner], ["bank", posted])
                for manner, posted in (("leaves1", 1), ("leaves2", 1), ("flees 1", 0), ("flees 2", 0))
            ],
        ),
        14: (
            "operator cancels while the reply is in flight",
            [
                _plan(
                    *[["net", _NO_REPLY], ["sell", 4200, 1, "online", "hurries"]]
                    + [["expect", "in_doubt"], _BREATH, ["word", "returned"]]
                )
            ],
        ),
        15: (
            "new sales while the queue drains",
            [_plan(*[_DOWN] + [_STORED] * 10 + [_UP, ["wait", 900], _ANY, _ANY, _STORED, _ANY])],
        ),
        17: (
            "a record of a kind that this firmware does not know",
            [_plan(["strange record"], _STORED, _ANY, ["off", 1000], ["strange record stands"])],
        ),
        19: (
            "sale numbers: STAN wraps, DUKPT skips",
            [
                _plan(*([_ANY, _STORED] * 15), first=first)
                for first in (999980, 131060, 262135, 16777200)
            ],
        ),
        20: (
            "terminal swapped, same names, new flash",
            [_plan(_ANY, _STORED, ["rest"], ["swap"], _WAKE, _ANY, _STORED, ["rest"], ["bank", 4])],
        ),
        21: (
            "cloned terminal",
            [
                _plan(
                    *[["clone"], ["sell", 4200, 1, "online", ""], _HOUR, ["bank", 1]]
                    + [["held", 1], ["alarms", 1], _STORED, ["expect", "stored"]],
                    open=True
                )
            ],
        ),
        22: (
            "offline limits, with a restart between",
            [
                _plan(
                    *[_DOWN, _STORED, _STORED, ["off", 1000], _STORED, ["off", 1000], _STORED]
                    + [["expect", "refused"], _UP],
                    policy=_policy(stored_count_limit=3)
                ),
                _plan(
                    *[_DOWN, _STORED, ["off", 1000], _STORED, ["expect", "refused"], _UP],
                    policy=_policy(stored_sum_limit_fen=4000)
                ),
            ],
        ),
        23: (
            "no connection: refused, dead, somebody else answers",
            [
                _plan(
                    *[["line", line], ["off", 1000], _BREATH, _ONLINE, ["expect", "declined"]]
                    + [_STORED, ["expect", "stored"], ["asked", "4", 0], ["bank", 0]]
                )
                for line in ("refuse", "portal", "hole", "down")
            ],
        ),
        24: (
            "connected, then silence",
            [
                _plan(
                    *[["line", "hole"], _ONLINE, ["expect", "in_doubt"], _STORED]
                    + [["expect", "stored"], _UP, _HOUR, ["bank", 1]]
                )
            ],
        ),
        25: (
            "half-open connection",
            [_plan(["line", "hole"], ["wait", 120000], ["ready", False], _STORED, _UP)],
        ),
        26: (
            "reply lost",
            [_plan(*_doubt(["expect", "returned"], ["word", "returned"], ["bank", 0]))],
        ),
        27: (
            "reply twice, late, or beside the next one",
            [
                _plan(["net", {fault: 100}], _ONLINE, _ANY, _STORED, ["net", {}], seed=seed)
                for fault in ("twice_reply", "late_reply")
                for seed in range(1, 9)
            ],
        ),
        28: (
            "request duplicated",
            [
                _plan(["net", {"twice_request": 100}], _ONLINE, _ANY, ["bank", 2], seed=seed)
                for seed in range(1, 9)
            ]
            + [
                _plan(
                    *[["net", {"twice_request": 100}], ["host", {"busy": 50}]]
                    + [_ONLINE, _ANY, _STORED, ["wait", 60000]],
                    seed=seed
                )
                for seed in range(1, 25)
            ],
        ),
        29: (
            "reversal before its original",
            [
                _plan(
                    *[["net", {"late_request": -1}], _ONLINE, ["wait", 90000]]
                    + [["asked", "2", 1], ["asked", "4", 1], ["bank", 0]],
                    seed=seed
                )
                for seed in range(1, 5)
            ],
        ),
        30: (
            "one byte at a time, junk, a length that lies",
            [
                _plan(["net", {fault: 100}], _ANY, _STORED, ["net", {}])
                for fault in ("crumbs", "junk", "length_lie")
            ],
        ),
        31: (
            "bit errors",
            [
                _plan(["net", {fault: 100}], _ONLINE, _STORED, _ANY, ["net", {}], seed=seed)
                for fault in ("flip_reply", "flip_request")
                for seed in range(1, 9)
            ],
        ),
        32: (
            "somebody replays yesterday's messages",
            [_plan(_ONLINE, *_doubt(_STORED, ["rest"], _DAY, ["replay"], ["bank", 2]))],
        ),
        33: (
            "somebody alters an amount, or a refusal into an approval",
            [
                _plan(_ONLINE, ["forge"], ["bank", 1]),
                _plan(
                    *[["net", {"forged_reply": 100}], ["sell", 9900, 5, "online", ""]]
                    + [["net", {}], _BREATH, ["bank", 0], ["word", "failed"]]
                ),
            ],
        ),
        34: ("link that flaps for an hour", [_plan(*_flapping() + [["sent", "advice", 60]])]),
        36: (
            "host sheds load",
            [_plan(_DOWN, _STORED, _STORED, ["host", {"busy": 100}], _UP, _ONLINE, _HOUR)],
        ),
        37: (
            "satellite: two seconds each way, a fifth lost",
            [
                _plan(
                    *[["latency", 1000, 1200], ["net", {"lost_request": 10, "lost_reply": 10}]]
                    + [_DOWN] + [_STORED] * 20 + [_UP, ["rest"], ["bank", 20]]
                )
            ],
        ),
        38: (
            "host crashes after its commit",
            [
                _plan(["host", {"crash_after": 100}], sale, ["host", {}], ["rest"], ["bank", posted])
                for sale, posted in ((_ONLINE, 0), (_STORED, 1))
            ],
        ),
        39: (
            "host crashes before its commit",
            [
                _plan(["host", {"crash_before": 100}], sale, ["host", {}], ["rest"], ["bank", posted])
                for sale, posted in ((_ONLINE, 0), (_STORED, 1))
            ],
        ),
        40: (
            "host disk full: a fault code, or silence",
            [
                _plan(
                    *[["host", {mood: 100}], _ONLINE, _STORED, ["mark"], _HOUR]
                    + [["sent", "reversal", 30], ["host", {}], ["rest"]]
                )
                for mood in ("busy", "mute")
            ],
        ),
        43: (
            "host does not know the terminal's keys for a while",
            [_plan(["host", {"old_keys": 100}], _ONLINE, _STORED, _BREATH, ["host", {}], ["rest"])],
        ),
        45: (
            "issuer times out",
            [_plan(["host", {"issuer_slow": 100}], _ONLINE, _BREATH, ["host", {}], ["bank", 0])],
        ),
        46: (
            "maintenance that overruns",
            [
                _plan(
                    *[["host", {"refuses_sign_in": 100}], ["off", 1000], _HOUR, _STORED]
                    + [["expect", "stored"], _HOUR, ["host", {}], ["rest"], ["bank", 1]]
                )
            ],
        ),
        47: (
            "poison message",
            [_plan(_DOWN, _STORED, _ANY, ["sell", 6600, 2, "offline", ""], _STORED, _UP, ["rest"],
                   ["bank", 3], poison=[6600], policy=_policy())],
        ),
        59: (
            "what is logged and shown has no card number",
            [_plan(_ONLINE, _STORED, ["history", "8EXX"], *_doubt(["history", "EXX"]))],
        ),
        60: ("seven days without a network", [_plan(*_week() + [_UP, ["rest"], ["in order"]])]),
    }


# Number -> why it is not a case of this simulation yet.
NOT_YET = {
    16: "firmware updates are not built",
    18: "factory reset and tamper response are not built",
    35: "a second network is not built",
    41: "two nodes of the acquirer: its own tests, not the terminal's",
    42: "restoring the acquirer from a backup is not built",
    44: "deferred authorisation is not built; the acquirer takes every advice",
    48: "settlement is not built",
    49: "settlement is not built",
    50: "settlement is not built",
    51: "batch upload is not built",
    52: "refunds are not built",
    53: "voids are not built",
    54: "QR payment is not built",
    55: "QR payment is not built",
    56: "settlement accounts are not built",
    57: "fees are not built",
}


def numbers():
    """[[number, title, why it is not covered or None]] of all sixty; 58 are the random lives."""
    cases = _cases()
    rows = [[58, "all of them, by seeded random: the lives themselves", None]]
    rows += [[number, cases[number][0], None] for number in cases]
    rows += [[number, "", NOT_YET[number]] for number in NOT_YET]
    return sorted(rows)


def plans(number):
    return _cases()[number][1]
