"""Runs inside MicroPython: the same tap again and again, against what was recorded on the wire.

Environment: TAP is a file with {"section", "request", "wire": [[sent, answered], ...]}, TAPS how
often. Prints {"in_field_us", "kernel_us", "whole_us"}, the medians of one tap each.
"""

import asyncio
import gc
import io
import json
import os
import time

import player

import emv
from drivers.pn532 import PN532

_GET_FILENO = 10
_ALWAYS_READY = "/dev/zero"  # to wait on: without a file, asyncio looks once a millisecond


class _Wire(io.IOBase):
    """A UART whose other end says what it said then. Whatever is not what was sent then, fails."""

    def __init__(self, exchanges, ready):
        self.exchanges = exchanges
        self.ready = ready
        self.at = 0
        self.waiting = b""

    def write(self, data):
        sent, answered = self.exchanges[self.at]
        if sent != data:
            raise OSError("exchange %d is not as recorded" % self.at)
        self.at += 1
        self.waiting = answered
        return len(data)

    def readinto(self, buffer):
        count = min(len(buffer), len(self.waiting))
        buffer[:count] = self.waiting[:count]
        self.waiting = self.waiting[count:]
        return count

    def ioctl(self, request, argument):
        return self.ready.fileno() if request == _GET_FILENO else -1


_wait_for_ms = asyncio.wait_for_ms
_DEADLINE_MS = 60_000


def _patiently(work, limit_ms):
    """On a busy machine, or under callgrind, a slow terminal must not look like a silent reader."""
    return _wait_for_ms(work, _DEADLINE_MS)


async def _tap(reader, config, request):
    """(microseconds in the field, of those in the kernel, of all)."""
    start = time.ticks_us()
    await reader.poll(1000)
    kernel_us, in_field_us = 0, None
    before = time.ticks_us()
    transaction, answer = emv.entry.transaction(config, request), None
    while True:
        try:
            step = transaction.send(answer)
        except StopIteration:
            return in_field_us, kernel_us, time.ticks_diff(time.ticks_us(), start)
        now = time.ticks_us()
        answer = None
        if in_field_us is None:
            kernel_us += time.ticks_diff(now, before)
        if step == emv.CARD_DONE:
            in_field_us = time.ticks_diff(now, start)
        elif step != emv.COMMIT:
            answer = await reader.transceive(step, _DEADLINE_MS)
        before = time.ticks_us()


def main():
    with open(os.getenv("TAP")) as file:
        tap = json.load(file)
    wire = [(bytes.fromhex(sent), bytes.fromhex(answered)) for sent, answered in tap["wire"]]
    config = emv.config.load(tap["section"])
    asyncio.wait_for_ms = _patiently
    collect = os.getenv("COLLECT")
    if not collect:
        gc.disable()
    times = []
    with open(_ALWAYS_READY, "rb") as ready:
        for _ in range(int(os.getenv("TAPS"))):
            if collect:
                gc.collect()
            reader = PN532(_Wire(wire, ready), None)
            times.append(asyncio.run(_tap(reader, config, player.request(**tap["request"]))))
    middle = len(times) // 2
    names = "in_field_us", "kernel_us", "whole_us"
    print(json.dumps({n: sorted([t[i] for t in times])[middle] for i, n in enumerate(names)}))


main()
