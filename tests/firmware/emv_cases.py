"""The shared EMV cases for the tests in here, and the few lines that play a scripted card.

The cases lie outside of this repository, in the folder that TAPSTONE_CASES names; a test that needs
them skips where they are not.
"""

import json
import os

import emv

ABSENT = "the EMV cases are not here: set TAPSTONE_CASES to their folder"


def _path(name):
    return "%s/%s.json" % (os.getenv("TAPSTONE_CASES") or "../shared/data/emv", name)


def present():
    try:
        os.stat(_path("tlv"))
    except OSError:
        return False
    return True


def load(name):
    """A whole file of cases, or None."""
    if not present():
        return None
    with open(_path(name)) as file:
        return json.load(file)


def each(name, key):
    """Yields what the list or dict under `key` holds, one by one: some files exceed the heap.

    Goes by the files' indentation by one space: an element stands at the depth of two. One out of
    a dict gets its name there as "id".
    """
    with open(_path(name)) as file:
        for line in file:
            if line.startswith(' "%s": ' % key):
                break
        lines = []
        for line in file:
            if line.startswith((" ]", " }")):
                return
            lines.append(line)
            if line.startswith("  }"):
                head, brace, rest = "".join(lines).rstrip().rstrip(",").partition("{")
                element = json.loads(brace + rest)
                element.setdefault("id", head.strip(' ":'))
                yield element
                lines = []


def section(aid, kernel, ttq=None, keys=(), **more):
    """An "emv" section with one application; `keys` as the cases write them."""
    application = {
        "aid": aid,
        "kernel": kernel,
        "limit_fen": 500000,
        "cvm_limit_fen": 100000,
        "floor_limit_fen": 20000,
        "version": "0002",
    }
    if ttq:
        application["ttq"] = ttq
    application.update(more)
    return {
        "version": 1,
        "country": "0156",
        "terminal_type": "22",
        "terminal_serial": "SIM00001",
        "applications": [application],
        "ca_keys": [ca_key(key) for key in keys],
    }


def ca_key(key, expires="2032-12-31"):
    """A CA key of the cases as the provisioning file has it."""
    found = {name: key[name] for name in ("rid", "index", "modulus", "exponent", "sha1")}
    found["expires"] = expires
    return found


def request(amount_fen=1, currency="0156", date=(26, 4, 12), unpredictable="ABABABAB", **more):
    """A purchase; `more` may set time, type, sequence, online_able and other_fen."""
    return emv.Request(
        amount_fen,
        currency,
        more.get("type", 0),
        date,
        more.get("time", (10, 20, 30)),
        bytes.fromhex(unpredictable),
        more.get("sequence", 5),
        more.get("online_able", False),
        other_fen=more.get("other_fen", 0),
    )


def scripted(apdus, otherwise="6A82"):
    """A card that knows commands by heart: [[command, reply], ...] in hex."""
    replies = {bytes.fromhex(command): bytes.fromhex(reply) for command, reply in apdus}
    return lambda command: replies.get(bytes(command), bytes.fromhex(otherwise))


def play(transaction, card):
    """Runs a transaction against card(command) -> reply; returns (Outcome, list of steps)."""
    steps, answer = [], None
    while True:
        try:
            step = transaction.send(answer)
        except StopIteration as end:
            return end.value, steps
        steps.append(step)
        answer = None if isinstance(step, int) else card(step)
