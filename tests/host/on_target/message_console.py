"""Runs inside MicroPython: the terminal's messages, one JSON request and one answer a line.

["keys", key id, initial key] first; then ["network", code], ["sale", mti, {...}] or
["reversal", mti, {...}] answers a frame, and ["read", frame] what the terminal makes of a reply.
"""

import json
import sys
from binascii import hexlify, unhexlify

from message.host import HostMessages
from terminal.hostkeys import HostKeys
from terminal.sale_record import Sale

NOW = (2026, 10, 14, 9, 30, 5)


class Identity:
    def __init__(self, terminal_id, merchant_id):
        self.terminal_id = terminal_id
        self.merchant_id = merchant_id
        self.currency = "156"


def _sale(keys, said):
    sale = Sale(said["number"], unhexlify(said["id"]), 1, said["amount_fen"], NOW, True)
    sale.card_sequence = 1
    sale.card_data = keys.encrypt_card_data(sale.number, unhexlify(said["track2"]))
    sale.chip = {int(tag): unhexlify(value) for tag, value in said["chip"].items()}
    return sale


def _read(messages, frame):
    reply = messages.read(unhexlify(frame))
    return {
        "mti": reply.mti,
        "code": reply.code,
        "rrn": reply.rrn,
        "approval": reply.approval,
        "trusted": reply.trusted,
        "token": bool(reply.token),
        "private": {str(tag): hexlify(value).decode() for tag, value in reply.private.items()},
    }


def _answer(messages, keys, what, *said):
    if what == "read":
        return _read(messages, *said)
    if what == "network":
        frame = messages.network(said[0], 1, (2, 345))[1]
    elif what == "sale":
        frame = messages.sale(said[0], _sale(keys, said[1]), (2, 345))[1]
    else:
        frame = messages.reversal(said[0], _sale(keys, said[1]), "98", (2, 345))[1]
    return hexlify(frame).decode()


def main():
    key_id, initial_key, terminal_id, merchant_id = json.loads(sys.stdin.readline())
    keys = HostKeys(unhexlify(key_id), unhexlify(initial_key))
    identity = Identity(terminal_id, merchant_id)
    messages = HostMessages(identity, keys, lambda count: bytes(range(count)), lambda: NOW)
    while True:
        line = sys.stdin.readline()
        if not line:
            break
        print(json.dumps(_answer(messages, keys, *json.loads(line))))


main()
