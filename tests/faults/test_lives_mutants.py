"""The lives find faults: each promise, taken out of the terminal or the host, is missed at once."""

import shutil

import pytest

from host_tools import paths
from host_tools.lives import runner

FIRMWARE, SIMULATION = "firmware", "on_target"  # as runner.run calls them
SEND = "        sent, reply = await self._ask_bank(sale)\n"
WRITE = "        s.book.open(b.REQUEST, sale, sale.number)\n        s.book.in_play = sale.number\n"
ASKING = '        s.people.show("processing", fen=sale.amount_fen, note="contacting_bank")\n'
TRIED = "        past = self._past[job.number]\n"
HELD = "        held = self._book.held()\n"
KNOWN = "        row = self.by_key.get(key)\n"
ADVICE = """ACCEPTED if reply.code == "00" else REJECTED
    return UNFIT if reply.code in _NOT_POSTED else LATER
"""
GIVE_UP = """        reversal = job.number in self._queue.in_doubt()
        if reversal and verdict == answers.LATER and past.tries >= ALARM_TRIES:
            verdict = answers.NOTHING_THERE
"""
TO_CLOSE = "        following.closing = Closing(\n"
BEGIN = "    folder.replace(_MARK, folder.provisioned)\n"
COPY = """    folder.write(_MARK, folder.read(folder.provisioned))
    folder.remove(folder.provisioned)
"""
ZEROS = "    folder.write(_MARK, bytes(len(folder.read(_MARK))))\n"
WIPE = "    wipe(device, feed)\n"
LAST = "    folder.remove(_MARK)\n"

# What is taken away: (where, file, [(what it says, what it says instead)], lives or case to try)
MUTANTS = {
    "the host does not know a request again": (
        SIMULATION,
        "host.py",
        [(KNOWN, "        row = self.ids.pop((fingerprint[1], key[3]), None) and None\n")],
        {"seeds": 10},
    ),
    "request written after it was sent": (
        FIRMWARE,
        "terminal/sale.py",
        [(WRITE + ASKING, ASKING), (SEND, SEND + WRITE)],
        {"seeds": 4},
    ),
    "intent not written": (
        FIRMWARE,
        "terminal/sale.py",
        [("                        s.book.open_intent(sale)\n", "                        pass\n")],
        {"seeds": 4},
    ),
    "reversal given up after six tries": (
        FIRMWARE,
        "uplink/forwarder.py",
        [(TRIED, TRIED + GIVE_UP)],
        {"seeds": 40},
    ),
    "identity made anew for each attempt": (
        FIRMWARE,
        "terminal/forwarding.py",
        [(HELD, HELD + "        sale.id = __import__('os').urandom(16)\n")],
        {"seeds": 4},
    ),
    "released without a token": (
        FIRMWARE,
        "uplink/answers.py",
        [(ADVICE, ADVICE.replace("LATER", "ACCEPTED"))],
        {"seeds": 20},
    ),
    "a busy host's refusal believed": (
        FIRMWARE,
        "uplink/answers.py",
        [(" and is_kept(reply.rrn)", "")],
        {"number": 28},
    ),
    "a return sent before its original was answered": (
        FIRMWARE,
        "terminal/forwarding.py",
        [("forgot or self._book.must_wait(number)", "forgot")],
        {"number": 52},
    ),
    "more given back than was paid": (
        FIRMWARE,
        "terminal/returns.py",
        [("sale.amount_fen - given_back_fen(book, sale)", "sale.amount_fen")],
        {"number": 52},
    ),
    "a deferred sale that the bank declined called paid": (
        FIRMWARE,
        "terminal/deferral.py",
        [("if reply.code == _APPROVED", "if reply.token")],
        {"number": 44},
    ),
    "a declined deferred sale forgotten before anybody saw it": (
        FIRMWARE,
        "terminal/deferral.py",
        [("book.open(DENIED, sale, seq)", "book.end(seq, DECLINED, reply.token, answer)")],
        {"number": 44},
    ),
    "an answer believed that was asked for before the sale was called off": (
        FIRMWARE,
        "terminal/forwarding.py",
        [
            (
                "return number not in self._memory.waiting and self._book.kind(number) != kind",
                "return False",
            )
        ],
        {"number": 44},
    ),
    "what may have left is called unsent": (
        FIRMWARE,
        "uplink/link.py",
        [("unsent = [key for _, key in self._outbox]", "unsent = list(self._waiters)")],
        {"seeds": 10},
    ),
    "a bank that has forgotten is not told of stored sales": (
        FIRMWARE,
        "terminal/again.py",
        [("        if kind in (b.STORED, b.RETURN):\n", "        if kind == b.RETURN:\n")],
        {"number": 42},
    ),
    "a bank that has forgotten is not told what it declined": (
        FIRMWARE,
        "terminal/again.py",
        [
            (
                "if not answers.is_kept(sale.answer[0]):",
                "if kind in (b.DECLINED, b.DENIED) or not sale.answer[2]:",
            ),
            ("        if stands:", "        if stands and False:"),
        ],
        {"number": 42},
    ),
    "a decline without a receipt is not what the bank recorded last": (
        FIRMWARE,
        "uplink/session.py",
        [("if reply.trusted and", "if reply.token and")],
        {"number": 42},
    ),
    "a bank that has forgotten believes of before that all was told": (
        SIMULATION,
        "host_restore.py",
        [("done = done and told[6:] == challenge", "pass")],
        {"number": 42},
    ),
    "a bank that has forgotten a sale is told of its return first": (
        FIRMWARE,
        "terminal/forwarding.py",
        [("        return forgot or self", "        return self")],
        {"number": 42},
    ),
    "an older firmware reads what it does not know": (
        FIRMWARE,
        "terminal/sale_record.py",
        [("    if present >> len(CHIP_TAGS):\n", "    if False:\n")],
        {"number": 16},
    ),
    "a reset without the host's release": (
        FIRMWARE,
        "terminal/reset.py",
        [("return await _refusal(services) if lost else _FREE", "return _FREE")],
        {"number": 18},
    ),
    "a reset that begins in two steps": (
        FIRMWARE,
        "terminal/erasure.py",
        [(BEGIN, COPY)],
        {"number": 18},
    ),
    "a reset that erases the journal before the keys": (
        FIRMWARE,
        "terminal/erasure.py",
        [(WIPE, ""), (ZEROS, WIPE + ZEROS)],
        {"number": 18},
    ),
    "a reset that forgets that it was begun": (
        FIRMWARE,
        "terminal/erasure.py",
        [(LAST, ""), (WIPE, LAST + WIPE)],
        {"number": 18},
    ),
    "any firmware may be put in": (
        FIRMWARE,
        "terminal/update.py",
        [("formats.covers(statement, needed)", "True")],
        {"number": 16},
    ),
    "a sale in two batches": (
        FIRMWARE,
        "terminal/batch.py",
        [(TO_CLOSE, "        following.totals = dict(self.totals)\n" + TO_CLOSE)],
        {"number": 49},
    ),
    "the host settles a sale in two batches": (
        SIMULATION,
        "host_settlement.py",
        [("            line.row.settled = batch\n", "            pass\n")],
        {"number": 50},
    ),
    "a batch closed on the terminal before the host has closed it": (
        FIRMWARE,
        "uplink/settling.py",
        [("if verdict == answers.ACCEPTED and self.what == CLOSE", "if self.what == CLOSE")],
        {"number": 51},
    ),
    "a bank that has forgotten sales settles before it was told of them": (
        FIRMWARE,
        "terminal/settler.py",
        [("not s.forwarding.paused and not s.memory.busy", "not s.forwarding.paused")],
        {"number": 42},
    ),
    "a closing that is refused is asked for again for ever": (
        FIRMWARE,
        "uplink/answers.py",
        [("    if reply.code == _CONTRADICTS:\n        return REJECTED\n", "")],
        {"number": 50},
    ),
    "a list is told for ever to a bank that has forgotten it": (
        FIRMWARE,
        "uplink/settling.py",
        [("            self.what = CLOSE\n            self._due", "            self._due")],
        {"number": 42},
    ),
    "dead letter after any six answers": (
        FIRMWARE,
        "uplink/forwarder.py",
        [("if verdict == answers.UNFIT", "if verdict in (answers.UNFIT, answers.LATER)")],
        {"number": 36},
    ),
}


@pytest.mark.parametrize("mutant", MUTANTS)
def test_the_lives_notice(mutant, tmp_path):
    where, file, changes, trial = MUTANTS[mutant]
    source = paths.firmware_dir() if where == FIRMWARE else runner.ON_TARGET
    patched = shutil.copytree(source, tmp_path / "patched") / file
    for old, new in changes:
        assert patched.read_text().count(old) == 1, f"{file} has changed: mend this mutant"
        patched.write_text(patched.read_text().replace(old, new))
    part = {where: tmp_path / "patched"}
    if "seeds" in trial:
        found = runner.run(trial["seeds"], shorten=0, **part)
    else:
        found = runner.scenarios(trial["number"], **part)
    assert found["violations"] > 0
