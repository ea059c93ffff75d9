"""Whole lives of a terminal from seeds: over several processes, added up, failing ones shortened.

The lives themselves are lived inside MicroPython, on the firmware's own modules (`on_target/`).
"""

import json
import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Self

from host_tools import paths
from host_tools.lives import shrink

ON_TARGET = Path(__file__).parent / "on_target"
_HEAP = "12m"  # the simulated flash, host and ledger live in it too
_UTC = "UTC0"  # said outright; else the system asks its files for the zone each time
_CHUNK = 20
_PATIENCE_S = 300.0  # a request that takes longer hangs
_LINES_TOLD = 40
_RANDOM_LIVES = 58  # the case that is all seeds, not one plan
_SUMMED = ("lives", "sales", "violations", "cuts", "boots", "steps", "ms")

Result = dict[str, Any]
Say = Callable[[str], object]


class LivesError(Exception):
    """The simulation itself ended; the text is what it said last."""


class Process:
    """One MicroPython that lives lives as it is asked to."""

    def __init__(
        self,
        firmware: Path | None = None,
        on_target: Path = ON_TARGET,
        program: Path | None = None,
    ):
        firmware = firmware or paths.firmware_dir()
        self._process = subprocess.Popen(
            [
                str(program or paths.micropython()),
                "-X",
                f"heapsize={_HEAP}",
                str(on_target / "run.py"),
            ],
            env={**os.environ, "MICROPYPATH": f"{firmware}:{on_target}:.frozen", "TZ": _UTC},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def ask(self, request: Result) -> Iterator[Result]:
        """The answers to a request, up to the one that ends it."""
        assert self._process.stdin and self._process.stdout
        alarm = threading.Timer(_PATIENCE_S, self._process.kill)
        alarm.start()
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
            while line := self._process.stdout.readline():
                if not line.startswith("{"):
                    raise LivesError(line + self._process.stdout.read())
                answer = json.loads(line)
                yield answer
                if "end" in answer:
                    return
            raise LivesError(f"MicroPython ended with {self._process.wait()} on {request}")
        finally:
            alarm.cancel()

    def last(self, request: Result) -> Result:
        """Only the answer that ends it."""
        return list(self.ask(request))[-1]

    def live(self, plan: shrink.Plan) -> Result:
        return self.last({"plan": plan})


def run(
    seeds: int,
    start: int = 1,
    jobs: int = 2,
    firmware: Path | None = None,
    on_target: Path = ON_TARGET,
    say: Say = lambda text: None,
    shorten: int = 3,
    program: Path | None = None,
) -> Result:
    """Lives `seeds` lives from seed `start` on. -> lives, sales, violations, lives_per_s, failures.

    A failure is {"seed", "violation", ...}; the first `shorten` also have their shortened "plan".
    `program`: another MicroPython than the usual one.
    """

    def new() -> Process:
        return Process(firmware, on_target, program)

    chunks = [(at, min(_CHUNK, start + seeds - at)) for at in range(start, start + seeds, _CHUNK)]
    began = time.monotonic()
    with ThreadPoolExecutor(jobs) as pool:
        parts = list(pool.map(lambda _: list(_lived(chunks, new)), range(jobs)))
    seconds = time.monotonic() - began
    answers = [answer for part in parts for answer in part]
    result = _added([answer["total"] for answer in answers if "total" in answer])
    result["lives_per_s"] = round(result["lives"] / seconds, 1)
    failures = [answer for answer in answers if answer.get("violation")]
    result["failures"] = sorted(failures, key=lambda failure: failure["seed"])
    for failure in result["failures"][:shorten]:
        with new() as process:
            _explain(failure, process, alone=seeds == 1, say=say)
    return result


def _lived(chunks: list[tuple[int, int]], new: Callable[[], Process]) -> Iterator[Result]:
    with new() as process:
        while chunks:
            first, count = chunks.pop(0)
            yield from process.ask({"first": first, "count": count})


def _added(totals: list[Result]) -> Result:
    result: Result = {name: sum(total[name] for total in totals) for name in _SUMMED}
    result["lives_per_s_a_core"] = round(1000 * result["lives"] / result.pop("ms"), 1)
    endings = sorted({name for total in totals for name in total["endings"]})
    result["endings"] = {
        name: sum(total["endings"].get(name, 0) for total in totals) for name in endings
    }
    return result


def _explain(failure: Result, process: Process, alone: bool, say: Say) -> None:
    """Shortens the plan of a failing life and tells it to people; all that happened, if `alone`."""
    plan = process.last({"plan_of": failure["seed"]})["plan"]
    failure["plan"] = shrink.shortest(plan, process.live)
    say(f"seed {failure['seed']}: {failure['violation']}")
    say(f"  again: tapstone simulate lives --from {failure['seed']}")
    say(f"  shortened: {json.dumps(failure['plan'])}")
    if alone:
        trace = [
            answer["trace"]
            for answer in process.ask({"plan": failure["plan"], "trace": True})
            if "trace" in answer
        ]
        say("\n".join(trace[-_LINES_TOLD:]))


def scenarios(
    number: int | None = None,
    firmware: Path | None = None,
    on_target: Path = ON_TARGET,
    say: Say = lambda text: None,
) -> Result:
    """The named cases, or the one of that number. -> violations, cases, failures.

    A case is {"number", "title", "plans", "violation" or None, "not_yet": why, or None}.
    """
    cases = []
    with Process(firmware, on_target) as process:
        for found, title, not_yet in process.last({"scenarios": True})["scenarios"]:
            if number not in (None, found):
                continue
            case = {"number": found, "title": title, "not_yet": not_yet}
            if not not_yet and found != _RANDOM_LIVES:
                case.update(_tried(found, process, say))
            cases.append(case)
    failures = [case for case in cases if case.get("violation")]
    return {"violations": len(failures), "cases": cases, "failures": failures}


def _tried(number: int, process: Process, say: Say) -> Result:
    plans = process.last({"scenario": number})["plans"]
    for plan in plans:
        violation = process.live(plan)["violation"]
        if violation:
            say(f"case {number}: {violation}\n  {json.dumps(plan)}")
            return {"plans": len(plans), "violation": violation}
    return {"plans": len(plans), "violation": None}


def summary(result: Result) -> str:
    """A result in a few lines for people."""
    if "cases" in result:
        return "\n".join(_case_line(case) for case in result["cases"])
    return (
        f"{result['lives']} lives, {result['sales']} sales, {result['cuts']} power cuts,"
        f" {result['violations']} violations; {result['lives_per_s']} lives a second"
    )


def _case_line(case: Result) -> str:
    state = case["not_yet"] and f"not yet: {case['not_yet']}"
    state = state or case.get("violation") or f"holds ({case.get('plans', 'random')} plans)"
    return f"{case['number']:2} {case['title']}{': ' if case['title'] else ''}{state}"
