"""Runs inside MicroPython: calls the reader driver as each line on stdin asks, and answers.

A line is [method, argument, ...] in JSON, with bytes as hex; `["within", ms, method, ...]` cancels
the call after that time. The answer is {"value" or "errno", "ms"}.
"""

import asyncio
import json
import sys
import time

import machine

from drivers.pn532 import PN532


async def _exchanges(reader, apdu, count):
    """How long `count` exchanges take, in microseconds."""
    begin = time.ticks_us()
    for _ in range(count):
        await reader.transceive(apdu, 1000)
    return time.ticks_diff(time.ticks_us(), begin)


async def _call(reader, name, *arguments):
    if name == "within":
        limit_ms, *inner = arguments
        try:
            return await asyncio.wait_for_ms(_call(reader, *inner), limit_ms)
        except asyncio.TimeoutError:
            return "cancelled"
    arguments = [bytes.fromhex(a) if isinstance(a, str) else a for a in arguments]
    if name == "exchanges":
        return await _exchanges(reader, *arguments)
    return await getattr(reader, name)(*arguments)


def main():
    uart = machine.UART(1, baudrate=115200)
    reader = PN532(uart, lambda baud: uart.init(baudrate=baud))
    for line in sys.stdin:
        begin = time.ticks_ms()
        try:
            value = asyncio.run(_call(reader, *json.loads(line)))
            answer = {"value": value.hex() if isinstance(value, bytes) else value}
        except OSError as error:
            answer = {"errno": error.errno}
        answer["ms"] = time.ticks_diff(time.ticks_ms(), begin)
        print(json.dumps(answer))


main()
