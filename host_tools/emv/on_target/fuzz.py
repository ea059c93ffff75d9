"""Runs inside MicroPython: feeds spoilt card sessions to the kernels and watches what they do.

Lines on stdin: {"config": name, "section"}, then the seeds {"seed": name, "config", "request",
"replies"} or {"seed": name, "session"}, then {"run": [number, start, stop]}. Lines on stdout:
{"failure": index, "seed", "what"} at once, {"done": index} now and then, {"end", "reasons"}.
"""

import gc
import io
import json
import random
import sys

import mutate
import player
import then

import emv
from emv import config as configs
from emv import entry

_STEPS_MAX = 200  # two commands for each of 28 directory entries and two kernels, records, a few
_REPORT_EVERY = 500
_GROWTH_MAX_BYTES = 64 * 1024
_KERNEL_BYTES = 128 * 1024  # half as much on a board
_RELAY_REPLY = bytes.fromhex("800A" + "0102030400050020001A" + "9000")
_RESULTS = (
    emv.APPROVED, emv.ONLINE, emv.DECLINED, emv.TRY_AGAIN, emv.OTHER_CARD, emv.SEE_PHONE,
)  # fmt: skip
_CVMS = (emv.NO_CVM, emv.SIGNATURE, emv.ONLINE_PIN, emv.DEVICE)
_TERMINALS = (0x9F02, 0x5F2A, 0x9A, 0x9C, 0x9F1A)  # no card may have changed these
# What the card's signatures cover, of what the outcome shows.
_SIGNED = (0x5A, 0x5F24, 0x5F34, 0x9F37)
_AIP_IS_SIGNED = b"\x9f\x4a\x01\x82"
_SIGNED_QUICK = _SIGNED + (0x9F69,)
_SIGNED_MCHIP = _SIGNED + (0x9F10, 0x9F26, 0x9F27, 0x9F34, 0x9F36, 0x95)


class _Wrong(Exception):
    """What a kernel must never do; the text says what it did."""


class _Card:
    """Answers by what it is asked, for a spoilt session asks in another order."""

    def __init__(self, replies):
        self.replies = replies
        self.gone = False

    def __call__(self, command):
        reply = b"\x6a\x82" if not self.gone else None
        if not self.gone:
            reply = self.replies.get(_key(command), reply)
        self.gone = reply is None
        return reply


class _Clock:
    """Microseconds that pass by the same count at each look."""

    def __init__(self):
        self.now = 0

    def __call__(self):
        self.now += 2500
        return self.now


def _key(command):
    """SELECT by its name and READ RECORD by its place; of the others there is one."""
    if command[1] == 0xA4:
        return command
    return command[:4] if command[1] == 0xB2 else command[:2]


class _Seed:
    def __init__(self, name, config, request, replies):
        self.name, self.config, self.request = name, config, request
        self.replies = {_key(command): reply for command, reply in replies}
        self.replies.setdefault(b"\x80\xea", _RELAY_REPLY)
        self.keys = list(self.replies)
        self.base = None  # the Outcome of the unspoilt session
        kernel2 = b"\x80\xae" in self.keys
        self.signed = _SIGNED_MCHIP if kernel2 else _SIGNED_QUICK
        if any(_AIP_IS_SIGNED in reply for _, reply in replies):
            self.signed += (0x82,)

    def start(self):
        """Plays the session as it is, and keeps of the outcome what others are compared with."""
        self.base = self.play(self.replies)
        chip = self.base.chip
        self.base.chip = {tag: chip[tag] for tag in self.signed + _TERMINALS if tag in chip}
        gc.collect()
        return True

    def play(self, replies):
        request = dict(self.request)
        request["relay"] = (_Clock(), mutate.noise)
        transaction = entry.transaction(self.config, player.request(**request))
        card, answer, steps = _Card(replies), None, 0
        while True:
            try:
                step = transaction.send(answer)
            except StopIteration as end:
                return end.value
            steps += 1
            if steps > _STEPS_MAX:
                raise _Wrong("more than %d steps" % _STEPS_MAX)
            answer = None if isinstance(step, int) else card(bytes(step))

    def spoilt(self, donors):
        """The card's replies with one to three of them spoilt."""
        replies = dict(self.replies)
        for _ in range(1 + (not mutate.below(3)) + (not mutate.below(6))):
            key = self.keys[mutate.below(len(self.keys))]
            if replies[key]:
                replies[key] = mutate.spoil(replies[key], donors)
        return replies

    def judge(self, outcome):
        """Raises _Wrong where the outcome of a spoilt session is one that must not be."""
        chip = outcome.chip
        known = outcome.result in _RESULTS and outcome.cvm in _CVMS
        if not known or outcome.reason not in emv.REASONS:
            raise _Wrong("an outcome that there is not")
        for tag in _TERMINALS:
            if chip.get(tag, self.base.chip.get(tag)) != self.base.chip.get(tag):
                raise _Wrong("the card changed %X" % tag)
        if outcome.result == emv.APPROVED:
            self.judge_approval(outcome)

    def judge_approval(self, outcome):
        base = self.base
        if base.result != emv.APPROVED or base.oda != emv.OK:
            raise _Wrong("approved, unspoilt it is %s" % base.reason)
        if outcome.oda != emv.OK or outcome.pan_hash != base.pan_hash:
            raise _Wrong("approved without authentication of this card")
        for tag in self.signed:
            if outcome.chip.get(tag) != base.chip.get(tag):
                raise _Wrong("approved with another %X than was signed" % tag)
        if outcome.cvm != base.cvm and outcome.cvm in (emv.NO_CVM, emv.DEVICE):
            raise _Wrong("approved with cardholder verification %d" % outcome.cvm)


class _Fuzzer:
    def __init__(self):
        self.configs, self.seeds, self.donors = {}, [], []
        # Held while the seeds come in and leave holes everywhere: what kernels get is in one piece.
        self.kept_free = bytearray(_KERNEL_BYTES)

    def take(self, message):
        """One line of the conversation; the answer to it, if any."""
        if "run" in message:
            return self.run(*message["run"])
        if "seed" in message:
            self.add(message)
        else:
            self.configs[message["config"]] = configs.load(message["section"])
        return None

    def add(self, message):
        if "session" in message:
            case = message["session"]
            config, request = configs.load(then.section(case)), then.fields(case)
            exchanges = case["apdus"]
        else:
            config, request = self.configs[message["config"]], message["request"]
            exchanges = message["replies"]
        replies = [(bytes.fromhex(a), bytes.fromhex(b)) for a, b in exchanges if b]
        seed = _Seed(message["seed"], config, request, replies)
        self.seeds.append(seed)
        self.donors.extend(seed.replies.values())
        gc.collect()

    def run(self, number, start, stop):
        counts = {}
        self.kept_free = None
        self.seeds = [seed for seed in self.seeds if _guarded(start, seed, seed.start)]
        before = gc.mem_alloc()
        for index in range(start, stop):
            random.seed((number * 1000003 + index * 7919) & 0x3FFFFFFF)
            seed = self.seeds[mutate.below(len(self.seeds))]
            outcome = _guarded(index, seed, self.one, seed)
            if outcome:
                counts[outcome.reason] = counts.get(outcome.reason, 0) + 1
            if index % _REPORT_EVERY == _REPORT_EVERY - 1:
                print(json.dumps({"done": index + 1}))
        gc.collect()
        growth = gc.mem_alloc() - before
        if growth > _GROWTH_MAX_BYTES:
            _report(stop, "all", "memory: %d bytes more than before" % growth)
        return {"end": stop, "reasons": counts}

    def one(self, seed):
        """Plays one input, a torn session a second time; returns the last Outcome."""
        seed.config.torn[:] = []
        outcome = seed.play(seed.spoilt(self.donors))
        seed.judge(outcome)
        if outcome.result == emv.TRY_AGAIN:
            outcome = seed.play(seed.spoilt(self.donors) if mutate.below(2) else seed.replies)
            seed.judge(outcome)
        return outcome


def _guarded(index, seed, work, *arguments):
    """What work() returns; None where it went wrong, which is then reported."""
    try:
        return work(*arguments)
    except _Wrong as wrong:
        _report(index, seed.name, str(wrong))
    except Exception as error:  # noqa: BLE001  whatever a kernel raises is a finding
        trace = io.StringIO()
        sys.print_exception(error, trace)
        what = "raised %s: %s" % (type(error).__name__, error)
        _report(index, seed.name, what, trace.getvalue())
    return None


def _report(index, seed, what, trace=""):
    print(json.dumps({"failure": index, "seed": seed, "what": what, "trace": trace}))


def main():
    fuzzer = _Fuzzer()
    for line in sys.stdin:
        answer = fuzzer.take(json.loads(line))
        if answer:
            print(json.dumps(answer))


main()
