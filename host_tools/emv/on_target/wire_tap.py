"""Runs inside MicroPython: one tap with the real reader driver, on the virtual board's UART.

Takes {"section", "request"}, gives {"mark": "field"} when the field is on and {"mark": "done"} when
the card may leave it, each answered by any line, and at last {"result", "reason"}.
"""

import asyncio
import json
import sys

import machine
import player

import emv
from drivers.pn532 import PN532


def _say(message):
    print(json.dumps(message))


def _mark(name):
    _say({"mark": name})
    sys.stdin.readline()


async def _tap(section, request):
    uart = machine.UART(1, baudrate=115200)
    reader = PN532(uart, lambda baud: uart.init(baudrate=baud))
    await reader.start()
    await reader.field(True)
    _mark("field")
    await reader.poll(1000)
    transaction = emv.entry.transaction(emv.config.load(section), player.request(**request))
    answer = None
    while True:
        try:
            step = transaction.send(answer)
        except StopIteration as end:
            return end.value
        answer = None
        if step == emv.CARD_DONE:
            _mark("done")
        elif step != emv.COMMIT:
            answer = await reader.transceive(step, 2000)


def main():
    message = json.loads(sys.stdin.readline())
    outcome = asyncio.run(_tap(message["section"], message["request"]))
    _say({"result": outcome.result, "reason": outcome.reason})


main()
