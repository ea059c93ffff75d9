"""Network check: every step on the way to the host as it is tried, then what to do; and the log."""

import asyncio

from micropython import const

from health import diagnosis
from uplink.probes import Probes

_LOOK_MS = const(20)
_READ_MS = const(120000)


async def run(services, front):
    advice, rows = await _check(services, front)
    if advice:
        await _read(services, front, advice, rows)


async def _check(services, front):
    """-> (advice, rows), or (None, ...) when the merchant does not want to wait for it."""
    probes, rows = Probes(services), []
    steps = diagnosis.check()
    finding = None
    try:
        while True:
            step = steps.send(finding)
            rows.append((step, "running", ""))
            front.show("check", rows=rows)
            finding = await _unless_cancelled(services.people, getattr(probes, step)())
            if finding is None:
                return None, rows
            cause, value, _ = finding
            rows[-1] = (step, "failed", cause) if cause else (step, "ok", value)
            services.log("network check: %s %s" % (step, cause or "ok " + value))
    except StopIteration as end:
        services.log("network check: " + end.value)
        return end.value, rows
    finally:
        probes.close()


async def _unless_cancelled(people, probe):
    """What the probe found, or None: the cancel key was pressed first."""
    task = asyncio.create_task(probe)
    while not task.done():
        if people.pressed("X"):
            task.cancel()
            return None
        await asyncio.sleep_ms(_LOOK_MS)
    return await task


async def _read(services, front, advice, rows):
    """The result stands until the merchant goes back."""
    while True:
        front.show("check", rows=rows, reason=advice)
        key = await services.people.key(_READ_MS)
        if key in ("X", "M", None):
            return
        if key == "L":
            services.people.switch_language()
        elif key == "E":
            await _log(services, front)


async def _log(services, front):
    """On the screen, and whole on the console for the technician."""
    for line in services.log.lines():
        print(line)
    while True:
        front.show("netlog", lines=services.network_log.lines())
        key = await services.people.key(_READ_MS)
        if key != "L":
            return
        services.people.switch_language()
