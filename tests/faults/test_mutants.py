"""The simulation and the tests find faults: each rule of the journal, taken away, is missed."""

import shutil

import pytest

from host_tools import paths
from host_tools.faults import cuts
from tests.conftest import FIRMWARE_TESTS, run_micropython


def _cuts(firmware):
    return cuts.run(6_000, seed=7, depth=2, most_violations=1, firmware=firmware)


def _restarts(firmware):
    return cuts.run(3_000, seed=15, depth=2, most_violations=1, firmware=firmware)


def _one_life(seed, depth=1):
    def simulate(firmware):
        return cuts.run(
            200, seed, depth, most_violations=1, firmware=firmware, processes=1, native=True
        )

    return simulate


def _errors(firmware):
    return cuts.device_errors(600, seed=15, firmware=firmware)


def _flips(firmware):
    return cuts.bit_flips(4_096, firmware=firmware)


def _own_tests(firmware):
    """The journal's own tests, for what chance seldom finds."""
    search = f"{firmware}:{FIRMWARE_TESTS}:.frozen"
    tests = FIRMWARE_TESTS / "test_journal.py"
    done = run_micropython(FIRMWARE_TESTS / "runner.py", tests, env={"MICROPYPATH": search})
    verdicts = [line.split()[2] for line in done.stdout.splitlines() if line.count(" ") == 2]
    assert "pass" in verdicts, done.stderr
    return {"violations": verdicts.count("fail"), "cases": len(verdicts)}


# What is taken away: (simulation, file, what it says, what it says instead)
MUTANTS = {
    "no settling at boot": (
        _cuts,
        "log.py",
        "        self._write(found.kind, found.seq, found.payload)\n",
        "        self._void, self._noted = None, found.released\n",
    ),
    "no slot skipped": (_cuts, "settle.py", "last + 2", "last + 1"),
    "a start stays in a sector that the next one may find full": (
        _one_life(1_540_001, depth=3),
        "log.py",
        "if self._strayed() and self._left() < _NEAR_END:",
        "if False:",
    ),
    "a start trusts the acknowledgement units": (
        _cuts,
        "log.py",
        "self._unit = UNITS",
        "self._unit = 1",
    ),
    "weak checksum": (
        _cuts,
        "page.py",
        'if crc32(self._checked) != struct.unpack_from("<I", self.raw, _CHECKSUM)[0]:',
        "if (crc32(self._checked) ^ self.raw[_CHECKSUM]) & 0x0F:",
    ),
    "acknowledged before committed": (
        _cuts,
        "log.py",
        "self._page.seal(kind, seq, self.released,",
        "self._page.seal(kind, seq, seq,",
    ),
    "erased without release": (
        _cuts,
        "ring.py",
        "return page.origin <= seq",
        "return True",
    ),
    "nonce from the sequence number": (
        _cuts,
        "log.py",
        "nonce = self._random(NONCE_BYTES)",
        'nonce = b"%08d" % seq',
    ),
    "the write that erases": (
        _cuts,
        "sector.py",
        "writeblocks(number % self.count, data, offset)",
        "writeblocks(number % self.count, data)",
    ),
    "restarts do not circle": (
        _restarts,
        "ring.py",
        "if void is None:\n            return",
        "if True:\n            return",
    ),
    "half a record will do": (
        _cuts,
        "reader.py",
        "return found and page.flags & SECOND and page.nonce == nonce",
        "return True",
    ),
    "what is void may void": (
        _cuts,
        "scan.py",
        "if limit is None or pos < limit:",
        "if limit is None or pos < limit or voids is not None and voids < pos:",
    ),
    "no record held back": (_cuts, "scan.py", "_HELD_BACK = const(2)", "_HELD_BACK = const(0)"),
    "nothing is read back": (_errors, "log.py", "range(_READ_BACKS)", "range(0)"),
    "an erase is believed": (_errors, "sector.py", "if self._marks != BLANK:", "if False:"),
    "the reserve is searched for records": (
        _own_tests,
        "ring.py",
        "step <= self._spare or ",
        "",
    ),
    "a note leaves room behind in its sector": (
        _own_tests,
        "log.py",
        "while self._left() >= _NEAR_END:",
        "while False:",
    ),
    "a note is written anywhere in the reserve": (
        _one_life(20_155, depth=3),
        "log.py",
        "            if strayed == 0 or (strayed == 1 and self._left() >= pages):\n",
        "            if True:\n",
    ),
    "no repair": (_flips, "reader.py", "return page.repair(pos)", "return False"),
}


@pytest.fixture
def mutated(tmp_path):
    """mutated(file, old, new) -> a firmware folder whose journal differs in that place only."""
    firmware = paths.firmware_dir()
    for room in ("journal", "crypto"):
        shutil.copytree(firmware / room, tmp_path / room)

    def change(file, old, new):
        path = tmp_path / "journal" / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))
        return tmp_path

    return change


@pytest.mark.parametrize("name", MUTANTS)
def test_it_is_noticed(name, mutated):
    simulate, file, old, new = MUTANTS[name]
    try:
        found = simulate(mutated(file, old, new))
        print(found["violations"], found["cases"])
        assert found["violations"] > 0
    except cuts.FaultsError as error:  # it does not even survive a life without faults
        print(error)
