"""Network check: every step on the way to the host as it is tried, then what to do; and the log."""

from micropython import const

from health import diagnosis
from terminal.people import unless_cancelled
from uplink.probes import Probes

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
            finding = await unless_cancelled(services.people, getattr(probes, step)())
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


async def _read(services, front, advice, rows):
    """The result stands until the merchant goes back."""
    while True:
        front.show("check", rows=rows, reason=advice)
        key = await services.people.key(_READ_MS)
        if key in ("X", "M", None):
            return
        if key == "E":
            await _log(services, front)


async def _log(services, front):
    """On the screen, and whole on the console for the technician."""
    for line in services.log.lines():
        print(line)
    front.show("netlog", lines=services.network_log.lines())
    await services.people.key(_READ_MS)
