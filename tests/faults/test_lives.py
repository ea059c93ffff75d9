"""Whole lives of a terminal keep its promises: from seeds, in named cases, where once broken."""

import json
import os
from pathlib import Path

import pytest

from host_tools.lives import frozen, native, runner, shrink
from host_tools.release.build import CompileError

LIVES = 940
AS_DEPLOYED = 60  # more lives, in bytecode as on a device
SIXTY = range(1, 61)
MICROPYTHON_SOURCE = os.environ.get("MICROPYTHON_SOURCE", "")
REGRESSIONS = json.loads((Path(__file__).parent / "lives_regressions.json").read_text())


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    """Firmware and simulation as machine code."""
    return native.trees(tmp_path_factory.mktemp("native"))


@pytest.fixture(scope="module")
def cases(quick):
    return {case["number"]: case for case in runner.scenarios(None, *quick)["cases"]}


def test_no_promise_is_broken_in_whole_lives_from_seeds(quick):
    result = runner.run(LIVES, 1, 2, *quick, say=print)
    assert result["lives"] == LIVES
    assert result["sales"] > 55 * LIVES
    assert result["cuts"] > LIVES
    assert result["violations"] == 0


def test_no_promise_is_broken_in_bytecode():
    assert runner.run(AS_DEPLOYED, LIVES + 1, say=print)["violations"] == 0


def test_a_life_is_the_same_in_machine_code(quick):
    with runner.Process() as bytecode, runner.Process(*quick) as machine_code:
        plan = bytecode.last({"plan_of": 78})["plan"]
        assert machine_code.live(plan) == bytecode.live(plan)


@pytest.mark.skipif(not MICROPYTHON_SOURCE, reason="MICROPYTHON_SOURCE= names no checkout of it")
def test_a_life_is_the_same_in_a_micropython_compiled_for_it(quick, tmp_path):
    program, start = frozen.micropython(Path(MICROPYTHON_SOURCE), tmp_path)
    with runner.Process(*quick) as usual, runner.Process(start, start, program) as compiled:
        for seed in (78, 79):
            told = {"plan": usual.last({"plan_of": seed})["plan"], "trace": True}
            assert list(compiled.ask(told)) == list(usual.ask(told))


def test_a_folder_without_micropython_is_told(tmp_path):
    with pytest.raises(CompileError, match="no checkout of MicroPython"):
        frozen.micropython(tmp_path, tmp_path)


def test_the_lives_meet_every_end_of_a_sale(quick):
    endings = runner.run(40, 3, 2, *quick)["endings"]
    assert set(endings) >= {
        "approved",
        "stored",
        "deferred",
        "denied",
        "declined",
        "refused",
        "in_doubt",
        "returned",
        "given_back",
    }


def test_the_same_seed_is_the_same_life():
    with runner.Process() as one, runner.Process() as other:
        first = one.live(one.last({"plan_of": 77})["plan"])
        assert other.live(other.last({"plan_of": 77})["plan"]) == first


def test_all_sixty_cases_are_tried_or_said_to_be_missing(cases):
    assert sorted(cases) == list(SIXTY)
    tried = [n for n, case in cases.items() if case.get("plans")]
    missing = [n for n, case in cases.items() if case["not_yet"]]
    assert sorted([*tried, *missing, 58]) == list(SIXTY)


@pytest.mark.parametrize("number", SIXTY)
def test_what_must_hold_holds_in_case(number, cases):
    assert cases[number].get("violation") is None


@pytest.mark.parametrize("title", REGRESSIONS)
def test_what_was_mended_stays_mended(title):
    with runner.Process() as process:
        assert process.live(REGRESSIONS[title])["violation"] is None


def test_a_failing_plan_is_shortened_to_what_it_needs():
    def live(plan):
        verbs = [step[0] for step in plan["steps"]]
        both = "cut" in verbs and ["sell", 5, 1, "any", ""] in plan["steps"]
        return {"violation": f"I1 lost: {len(verbs)}" if both else None}

    sales = [["sell", fen, 1, "any", ""] for fen in range(20)]
    plan = {
        "seed": 1,
        "poison": [3],
        "steps": [*sales, ["cut", [3, "torn"], [1, "after"]], ["calm"]],
    }
    short = shrink.shortest(plan, live)
    assert short == {
        "seed": 1,
        "steps": [["sell", 5, 1, "any", ""], ["cut", [3, "torn"]], ["calm"]],
    }
