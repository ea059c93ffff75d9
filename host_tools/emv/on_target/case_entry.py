"""Cases of the entry point, with a kernel that only notes how it was activated and ends as the case
says. What the bench's PDOLs ask for that is the bench's own is left out.
"""

import player
from verdict import NotApplicable, same, unhex

import emv
from emv import dol, entry, tlv
from emv.config import Application, Config
from emv.outcome import SELECT_NEXT, Ended

_RESULTS = {
    "APPROVED": emv.APPROVED,
    "DECLINED": emv.DECLINED,
    "ONLINE_REQUEST": emv.ONLINE,
    "TRY_AGAIN": emv.TRY_AGAIN,
    "SELECT_NEXT": SELECT_NEXT,
    "TRY_ANOTHER_INTERFACE": emv.OTHER_CARD,
    "END_APPLICATION": emv.OTHER_CARD,
}
_BENCH = "D1 D2 6F 9B 9F01 9F09 9F15 9F16 9F1A 9F1C 9F1E 9F2A 9F33 9F35 9F39 9F40 9F4E".split()
_STARTS = ("A", "B")  # a new call for the same payment; C is Select Next, inside of one call


def run(case):
    if any(final["start"] == "D" for final in case["final_outcomes"]):
        raise NotApplicable("a restart with the same card at D")
    bench = _Bench(case)
    for asked in case["transactions"]:
        bench.transact(asked)
    wanted = [command for command, _ in case["apdus"] if command.startswith("00A4")]
    same("SELECT commands", wanted, bench.selected)
    same("activations", len(case["kernel_activations"]), bench.activated)
    same("outcomes", len(case["final_outcomes"]), bench.ended)


class _Bench:
    """Goes through the case's lists: exchanges, activations, outcomes."""

    def __init__(self, case):
        self.case = case
        self.exchanges = list(case["apdus"])
        self.selected = []
        self.activated = self.ended = 0
        self.silent = False

    def transact(self, asked):
        """One transaction with all its restarts."""
        kind = int(asked["transaction_type"], 16)
        other_fen = asked.get("amount_other", 0)
        request = player.request(asked["amount_authorised"], kind=kind, other_fen=other_fen)
        groups = self.case["combination_sets"]
        apps = []
        for group in groups:
            if asked["transaction_type"] in group["transaction_types"]:
                apps.extend([_application(c, group["config"]) for c in group["combinations"]])
        config, kernels = Config(1, {}, apps), {app.kernel: self.kernel for app in apps}
        start = "B" if self.case["autorun"] else "A"
        while start in _STARTS:
            self.silent = False
            before = self.ended
            transaction = entry.transaction(config, request, kernels, start == "A", self._given())
            outcome, _ = player.play(transaction, self.card)
            if not self.silent:
                start = self._conclude(outcome, before, start)

    def _conclude(self, outcome, before, start):
        """Compares the outcome, the entry point's own or its kernel's; where to start next."""
        own = self.ended == before or self._final(self.ended - 1)["outcome"] == "SELECT_NEXT"
        if own:
            self.ended += 1
        final = self._final(self.ended - 1)
        same("outcome %d" % self.ended, _RESULTS[final["outcome"]], outcome.result)
        again = final["start"]
        return start if again == "B" else again  # B keeps what pre-processing found, if it was

    def _given(self):
        """What the issuer gives back before the next activation (a restart with EMV data)."""
        coming = self.case["kernel_activations"][self.activated : self.activated + 1]
        answer = coming and coming[0].get("online_response")
        return {tag: bytes(v) for tag, v in tlv.objects(unhex(answer))} if answer else None

    def _final(self, index):
        same("outcomes", True, index < len(self.case["final_outcomes"]))
        return self.case["final_outcomes"][index]

    def card(self, command):
        """The next exchange with this command; silence where the bench disturbed the field."""
        text = command.hex().upper()
        if text.startswith("00A4"):
            self.selected.append(text)
        for index, (expected, reply) in enumerate(self.exchanges):
            if expected == text:
                del self.exchanges[: index + 1]
                self.silent = isinstance(reply, dict)
                return None if self.silent else unhex(reply)
        return b"\x6a\x82"

    def kernel(self, session):
        """Sends what the bench's kernel sent, if anything, and ends as it ended."""
        activation = self.case["kernel_activations"][self.activated]
        self.activated += 1
        same("activation %d" % self.activated, _expected(activation), _seen(session, activation))
        if self.exchanges and not self.exchanges[0][0].startswith("00A4"):
            yield from session.exchange(unhex(self.exchanges[0][0]))
        self.ended += 1
        raise Ended(_RESULTS[self._final(self.ended - 1)["outcome"]], "card_not_supported")


def _application(combination, limits):
    ttq = limits.get("ttq")
    app = Application(
        unhex(combination["aid"]), int(combination["kernel_id"], 16), ttq and unhex(ttq)
    )
    app.limit_fen = limits.get("reader_contactless_transaction_limit")
    app.cvm_limit_fen = limits.get("reader_cvm_required_limit")
    floor = "reader_contactless_floor_limit", "terminal_floor_limit"
    app.floor_limit_fen = limits.get(floor[0], limits.get(floor[1]))
    app.zero_amount_allowed = limits.get("zero_amount_allowed", True)
    app.status_check_fen = 1 if limits.get("status_check_support") else None
    app.extended_selection = limits.get("extended_selection_support", False)
    return app


def _seen(session, activation):
    """What of the activation the case knows, with our values."""
    combination = session.combination
    seen = {
        "aid": session.aid.hex().upper(),
        "kernel_id": combination.app.kernel,
        "ttq": (combination.ttq or bytes(4)).hex().upper(),
        "zero_amount": combination.zero_amount,
        "status_check_requested": combination.status_check,
        "floor_limit_exceeded": combination.floor_exceeded,
        "cvm_required_limit_exceeded": combination.cvm_required,
        "contactless_application_not_allowed": not combination.allowed,
    }
    for tag, value in _told(activation):
        entry_bytes = unhex("%s%02X" % (tag, len(value) // 2))
        seen[tag] = dol.fill(entry_bytes, session.get).hex().upper()
    return seen


def _told(activation):
    items = activation.get("pdol_data", {}).items()
    return [(tag, value) for tag, value in items if value != "*" and tag not in _BENCH]


def _expected(activation):
    found = dict(activation["pre_processing_indicators"])
    found.update(_told(activation))
    found["aid"] = activation["aid"]
    found["kernel_id"] = int(activation["kernel_id"], 16)
    found["ttq"] = activation["ttq"]
    return found
