"""Makes the plan of a failing life shorter, until nothing can be left out of it."""

from collections.abc import Callable, Iterator
from typing import Any

Plan = dict[str, Any]
Live = Callable[[Plan], dict[str, Any]]

_END = "calm"  # from the last one on: how every life ends
_MOST_RUNS = 400


def shortest(plan: Plan, live: Live) -> Plan:
    """The shortest plan found that still breaks the same invariant."""
    broken = _broken(live(plan))
    runs = 0

    def still(candidate: Plan) -> bool:
        nonlocal runs
        runs += 1
        return runs <= _MOST_RUNS and _broken(live(candidate)) == broken

    plan = _without_parts(plan, still)
    changed = True
    while changed:
        changed = False
        for candidate in _simpler(plan):
            if still(candidate):
                plan, changed = candidate, True
                break
    return plan


def _broken(result: dict[str, Any]) -> str | None:
    violation = result["violation"]
    return violation and violation.partition(":")[0]


def _without_parts(plan: Plan, still: Callable[[Plan], bool]) -> Plan:
    """Leaves out half of the steps, then quarters, and so on."""
    verbs = [step[0] for step in plan["steps"]]
    end = len(verbs) - verbs[::-1].index(_END) - 1 if _END in verbs else len(verbs)
    steps, ending = plan["steps"][:end], plan["steps"][end:]
    size = (len(steps) + 1) // 2
    while size:
        at = 0
        while at < len(steps):
            fewer = steps[:at] + steps[at + size :]
            if still({**plan, "steps": fewer + ending}):
                steps = fewer
            else:
                at += size
        size //= 2
    return {**plan, "steps": steps + ending}


def _simpler(plan: Plan) -> Iterator[Plan]:
    for name in ("poison", "first"):
        if name in plan:
            yield {key: value for key, value in plan.items() if key != name}
    for at, step in enumerate(plan["steps"]):
        for easier in _simpler_step(step):
            yield {**plan, "steps": plan["steps"][:at] + [easier] + plan["steps"][at + 1 :]}


def _simpler_step(step: list[Any]) -> Iterator[list[Any]]:
    if step[0] in ("net", "host"):
        for fault in step[1]:
            yield [step[0], {name: p for name, p in step[1].items() if name != fault}]
    if step[0] == "cut" and len(step) > 2:
        yield step[:-1]
    if step[0] == "sell" and step[4]:
        yield [*step[:4], ""]
