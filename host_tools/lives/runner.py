"""Whole lives of a terminal, from seeds: spread over processes, added up, failing ones made shorter.

The lives themselves are lived inside MicroPython, on the firmware's own modules (`on_target/`).
"""

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Self

from host_tools import paths
from host_tools.lives import shrink

ON_TARGET = Path(__file__).parent / "on_target"
_HEAP = "8m"  # the simulated flash, host and ledger live in it too
_CHUNK = 20
_SHRUNK = 3  # so many failing seeds are made shorter
_SUMMED = ("lives", "sales", "violations", "cuts", "boots", "steps", "ms")

Plan = dict[str, Any]
Result = dict[str, Any]


class LivesError(Exception):
    """The simulation itself ended; the text is what it said last."""


class Process:
    """One MicroPython that lives lives as it is asked to."""

    def __init__(self, firmware: Path | None = None, on_target: Path = ON_TARGET):
        firmware = firmware or paths.firmware_dir()
        self._process = subprocess.Popen(
            [paths.micropython(), "-X", f"heapsize={_HEAP}", str(on_target / "run.py")],
            env={**os.environ, "MICROPYPATH": f"{firmware}:{on_target}:.frozen"},
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

    def ask(self, request: dict[str, Any]) -> Iterator[Result]:
        """The answers to a request, up to the one that ends it."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        while line := self._process.stdout.readline():
            if not line.startswith("{"):
                raise LivesError(line + self._process.stdout.read())
            answer = json.loads(line)
            yield answer
            if answer.get("end"):
                return
        raise LivesError(f"MicroPython ended with {self._process.wait()} on {request}")

    def live(self, plan: Plan) -> Result:
        return list(self.ask({"plan": plan}))[-1]

    def plan_of(self, seed: int) -> Plan:
        return list(self.ask({"plan_of": seed}))[-1]["plan"]

    def trace(self, request: dict[str, Any]) -> Iterator[str]:
        for answer in self.ask({**request, "trace": True}):
            yield answer.get("trace") or json.dumps(answer)


def _work(chunks: list[tuple[int, int]], new: Callable[[], Process]) -> Iterator[Result]:
    with new() as process:
        while chunks:
            first, count = chunks.pop(0)
            yield from process.ask({"first": first, "count": count})


def run(
    seeds: int,
    start: int = 1,
    jobs: int = 2,
    firmware: Path | None = None,
    on_target: Path = ON_TARGET,
    say: Callable[[str], object] = lambda text: None,
) -> Result:
    """Lives `seeds` lives from seed `start` on. -> lives, sales, violations, lives_per_s, failures.

    A failure is {"seed", "violation", "plan" (shortened)}.
    """

    def new() -> Process:
        return Process(firmware, on_target)

    chunks = [(at, min(_CHUNK, start + seeds - at)) for at in range(start, start + seeds, _CHUNK)]
    began = time.monotonic()
    with ThreadPoolExecutor(jobs) as pool:
        found = [answer for part in pool.map(lambda _: list(_work(chunks, new)), range(jobs))
                 for answer in part]
    seconds = time.monotonic() - began
    failures = [answer for answer in found if answer.get("violation")]
    totals = [answer["total"] for answer in found if "total" in answer]
    total: Result = {name: sum(t[name] for t in totals) for name in _SUMMED}
    total["endings"] = _added([t["endings"] for t in totals])
    total["lives_per_s"] = round(total["lives"] / seconds, 1)
    total["lives_per_s_a_core"] = round(1000 * total["lives"] / total.pop("ms"), 1)
    total["failures"] = sorted(failures, key=lambda f: f["seed"])
    for failure in total["failures"][:_SHRUNK]:
        with new() as process:
            failure["plan"] = shrink.shortest(process.plan_of(failure["seed"]), process.live)
            say(told(failure))
    return total


def _added(counts: list[dict[str, int]]) -> dict[str, int]:
    names = sorted({name for count in counts for name in count})
    return {name: sum(count.get(name, 0) for count in counts) for name in names}


def told(failure: Result) -> str:
    """A failing life for people: what did not hold, how to see it, and what is left of its plan."""
    lines = [f"seed {failure['seed']}: {failure['violation']}"]
    lines.append(f"  again: tapstone simulate lives --from {failure['seed']} --seeds 1")
    plan = failure.get("plan")
    if plan:
        lines.append(f"  shortened: {json.dumps(plan)}")
    return "\n".join(lines)
