"""The program that lives lives: `run.py lives FIRST COUNT` or `run.py plan JSON`; JSON lines out."""

import json
import sys

import tasks

tasks.install()

import keys  # noqa: E402
from check import Violation  # noqa: E402
from life import Life  # noqa: E402

keys.remember()


def main(verb, *arguments):
    plan = {"seed": int(arguments[0]), "flash": [16, 32], "policy": {"sale_limit_fen": 500000, "stored_count_limit": 30, "stored_sum_limit_fen": 300000},
       "steps": [["wait", 2000]] + [["sell", 1000+i, i%6, "any", ""] for i in range(60)] + [["calm"], ["rest"]]}
    import time, gc
    t0=time.ticks_ms()
    n=int(arguments[1])
    for i in range(n):
        life = Life(plan, print if verb=="trace" else None)
        life.live()
    d=time.ticks_diff(time.ticks_ms(), t0)
    print(life.check.counts, life.boots, life.world.steps, d/n, "ms", life.world.now_ms, gc.mem_alloc())

main(*sys.argv[1:])
