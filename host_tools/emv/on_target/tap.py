"""Runs inside MicroPython: a terminal whose card is on the other side of stdin and stdout.

Takes {"section"} once, then {"request"}; gives {"apdu"} and takes {"reply"} (hex, or null when the
card left) until it gives {"result", "reason", "oda", "cvm", "kernel"}.
"""

import json
import sys

import player

import emv


def _ask(message):
    print(json.dumps(message))
    return json.loads(sys.stdin.readline())


def _card(command):
    reply = _ask({"apdu": command.hex()})["reply"]
    return None if reply is None else bytes.fromhex(reply)


def main():
    config = emv.config.load(json.loads(sys.stdin.readline())["section"])
    for line in sys.stdin:
        request = player.request(**json.loads(line)["request"])
        outcome, _ = player.play(emv.entry.transaction(config, request), _card)
        names = ("result", "reason", "oda", "cvm", "kernel")
        print(json.dumps({name: getattr(outcome, name) for name in names}))


main()
