"""Runs the tests of one file inside MicroPython. A test skips by returning a reason text."""

import gc
import sys

import virtual_time


def _is_coroutine(value):
    return hasattr(value, "send") and hasattr(value, "throw")


def _run(function):
    value = function()
    return sys.modules["asyncio"].run(value) if _is_coroutine(value) else value


def main(path):
    gc.threshold(32768)  # as on a device: small leftovers must not break up the heap
    begin = virtual_time.install()
    module = {"__name__": "tests"}
    with open(path) as file:
        exec(compile(file.read(), path, "exec"), module)  # noqa: S102  the test file itself
    for name in [n for n in module if n.startswith("test_")]:
        gc.collect()
        begin()
        print("==", name)
        try:
            reason = _run(module[name])
            if isinstance(reason, str):
                print(reason)
            verdict = "skip" if isinstance(reason, str) else "pass"
        except BaseException as error:  # noqa: BLE001  a test may fail in any way
            sys.print_exception(error, sys.stdout)
            verdict = "fail"
        print("==", name, verdict)


main(sys.argv[1])
