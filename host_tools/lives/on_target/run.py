"""The program that lives lives. It reads requests, one JSON object a line, and answers likewise.

    {"first": SEED, "count": N}     N whole lives: a line for each that fails, and one for the sum
    {"plan_of": SEED}               its plan
    {"scenarios": true}             all of them: [number, title, why it is not covered or None]
    {"scenario": NUMBER}            its plans
    {"plan": PLAN, "trace": BOOL}   one life; with "trace", a line for all that happens in it

The last answer to a request has "end" in it.
"""

import io
import json
import sys
import time

import kernel
import tasks

tasks.install()
kernel.leave_out()

from terminal import once  # noqa: E402

once.let_go = lambda *names: None  # before anything imports it: lives have room for rare modules

import host_documents  # noqa: E402
import keys  # noqa: E402
import plan  # noqa: E402
from check import Violation  # noqa: E402
from life import Life  # noqa: E402

say = print  # a life replaces `print` by its own


def live(plan_to_live, trace=None):
    """What came of it: {"seed", "violation" (None: all held), "sales", "cuts", "boots", ...}."""
    life, violation = Life(plan_to_live, trace), None
    try:
        life.live()
    except Violation as error:
        violation = str(error)
        if trace:
            sys.print_exception(error, text := io.StringIO())
            trace(text.getvalue())
    return {
        "seed": life.seed,
        "violation": violation,
        "at_ms": life.world.now_ms,
        "sales": life.shop.sales,
        "cuts": life.world.cuts,
        "boots": life.boots,
        "steps": life.world.steps,
        "endings": life.check.counts,
    }


def lives(first, count):
    total = {"lives": 0, "sales": 0, "violations": 0, "cuts": 0, "boots": 0, "steps": 0}
    endings = {}
    began_ms = time.ticks_ms()
    for seed in range(first, first + count):
        result = live(plan.of_seed(seed))
        for name in ("sales", "cuts", "boots", "steps"):
            total[name] += result[name]
        for name, number in result["endings"].items():
            endings[name] = endings.get(name, 0) + number
        total["lives"] += 1
        if result["violation"]:
            total["violations"] += 1
            answer(result)
    total["endings"] = endings
    total["ms"] = time.ticks_diff(time.ticks_ms(), began_ms)
    answer({"total": total, "end": True})


def answer(values):
    say(json.dumps(values))


def answer_scenarios(request):
    import scenarios  # only for those who ask: the fewer names there are, the quicker a new string

    if "scenario" in request:
        answer({"plans": scenarios.plans(request["scenario"]), "end": True})
    else:
        answer({"scenarios": scenarios.numbers(), "end": True})


def main():
    keys.remember()
    host_documents.stand_in()
    for line in sys.stdin:
        request = json.loads(line)
        if "count" in request:
            lives(request["first"], request["count"])
        elif "scenario" in request or "scenarios" in request:
            answer_scenarios(request)
        elif "plan_of" in request:
            answer({"plan": plan.of_seed(request["plan_of"]), "end": True})
        else:
            trace = (lambda text: answer({"trace": text})) if request.get("trace") else None
            result = live(request["plan"], trace)
            result["end"] = True
            answer(result)


main()
