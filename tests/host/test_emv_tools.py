"""`tapstone emv check`, `replay` and `decode`, `fuzz emv` and `bench tap`."""

import json
import os
import shutil
from copy import deepcopy
from pathlib import Path

import pytest
from command import tapstone
from hypothesis import given, settings
from hypothesis import strategies as st

from host_tools import paths
from host_tools.cards import world
from host_tools.emv import bench, commands, fuzz, inside, record, tell, tree
from host_tools.release.build import compile_file

PAN = "6210948000000011"  # of the virtual card unionpay-debit
RECORD = "70185A0862109480000000115F24033012315F3401019F4A0182"


def check(*arguments):
    return tapstone("emv", "check", *arguments)


@pytest.fixture
def shared():
    """The folder of shared cases. Where it is absent a test skips, but never in CI."""
    folder = commands.shared_cases()
    if folder is None and os.environ.get("CI") == "true":
        pytest.fail("the EMV cases are not here: set TAPSTONE_CASES to their folder")
    if folder is None:
        pytest.skip("the EMV cases are not here: set TAPSTONE_CASES to their folder")
    return folder


@pytest.fixture
def case_file(tmp_path):
    """Writes a case file of one format and gives its path."""

    def write(kind, **content):
        path = tmp_path / f"{kind}.json"
        path.write_text(json.dumps({"format": f"emv-cases/{kind}/1", **content}))
        return path

    return write


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    return inside.build(tmp_path_factory.mktemp("built"))


@pytest.fixture(autouse=True)
def compile_once(built, monkeypatch):
    monkeypatch.setattr(inside, "build", lambda out: built)


@pytest.fixture(scope="module")
def cards(tmp_path_factory):
    """A world of cards: (its folder, the cards by name)."""
    folder = tmp_path_factory.mktemp("world")
    world.create(folder)
    return folder, {card.profile.id: card for card in world.cards(folder)}


@pytest.fixture(scope="module")
def corpus(built, cards):
    return record.corpus(built, cards[0])


# ---- check


def test_every_shared_case_passes(shared):
    done = check(*sorted(shared.glob("*.json")))
    assert done.exit_code == 0, done.output
    passed, failed = done.output.splitlines()[-1].split(", ")[:2]
    assert failed == "0 failed"
    assert int(passed.split()[0]) > 150


SPOILS = {
    "tlv": lambda d: d["cases"][2].update(hex="9F10820005DEADBEEF"),
    "dol": lambda d: d["cases"][0].update(expected="00"),
    "capk": lambda d: d["keys"][0].update(sha1="00" * 20),
    "oda": lambda d: d["chains"][0].update(pan="4761739001010011"),
    "sessions": lambda d: d["sessions"][0]["apdus"][3].reverse(),
    "entry_point": lambda d: d["cases"][0]["kernel_activations"][0].update(ttq="FFFFFFFF"),
    "tvr": lambda d: d["processing_restrictions"][0]["expect"].update(tvr_95="FFFFFFFFFF"),
    "afl_gpo": lambda d: d["get_processing_options"][0].update(aip_82="0000"),
    "issuer_ac": lambda d: d["vectors"][1].update(expect_9F26="00" * 8),
}


@pytest.mark.parametrize("name", SPOILS)
def test_a_spoilt_case_of_any_format_fails_with_one_line(shared, tmp_path, name):
    document = json.loads((shared / f"{name}.json").read_text())
    SPOILS[name](document)
    spoilt = tmp_path / "spoilt.json"
    spoilt.write_text(json.dumps(document))
    done = check(spoilt)
    assert done.exit_code == 1, done.output
    failures = [line for line in done.output.splitlines() if line.startswith("FAILED")]
    assert failures
    assert all("expected" in line and "got" in line for line in failures)
    assert f", {len(failures)} failed" in done.output.splitlines()[-1]


def test_cases_of_ones_own_are_counted(case_file):
    good = {"id": "good", "hex": "820100", "ok": True}
    tree_of_it = [{"tag": "82", "len": 1, "value": "00"}]
    bad = {"id": "bad", "hex": "8202", "ok": True, "tree": []}
    done = check(case_file("tlv", cases=[{**good, "tree": tree_of_it}, bad]))
    assert done.exit_code == 1
    assert done.output.splitlines()[-1] == "1 passed, 1 failed"
    assert "bad: tree: expected [], got value cut short" in done.output


def test_machines_get_one_object(case_file):
    case = {"id": "x", "dol": "9F0206", "values": {"9F02": "000000000001"}, "expected": "01"}
    done = check(case_file("dol", cases=[case]), "--json")
    found = json.loads(done.output)
    assert (found["passed"], found["failed"], found["not_applicable"]) == (0, 1, 0)
    assert found["rows"][0]["expected"] == "01"
    assert found["rows"][0]["got"] == "000000000001"


def test_what_this_firmware_does_not_do_is_said_and_not_counted_as_passed(case_file):
    vector = {"cvn_class": "MasterCardCVN16"}
    done = check(case_file("issuer-ac", vectors=[vector]))
    assert done.exit_code == 0
    assert "not applicable" in done.output.splitlines()[0]
    assert done.output.splitlines()[-1] == "0 passed, 0 failed, 1 not applicable"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (None, "No such file"),
        ("{", "not JSON"),
        ("[]", 'its "format" is none of'),
        ('{"format": "emv-cases/other/1"}', 'its "format" is none of'),
        ('{"format": "emv-cases/tlv/1", "cases": [{"ok": true}]}', "incomplete"),
    ],
)
def test_a_file_that_cannot_be_used_is_wrong_usage(tmp_path, content, text):
    path = tmp_path / "file.json"
    if content is not None:
        path.write_text(content)
    done = check(path)
    assert done.exit_code == 2
    assert text in done.stderr
    assert "file.json" in done.stderr


def test_without_a_file_it_is_wrong_usage():
    assert check().exit_code == 2


# ---- recorded sessions of the virtual cards


def recorded(built, cards, name, online=False):
    """One payment with a virtual card as a session of the case format."""
    folder, by_name = cards
    asked = record.request(1234, online)
    section = world.emv_section(folder, record.SERIAL)
    with inside.Inside(built, "tap") as terminal:
        terminal.tell({"section": section})
        apdus, outcome = record.tap(terminal, by_name[name], asked)
    scheme = by_name[name].personal.scheme
    told = dict(tell.filled(bytes.fromhex(scheme.pdol), bytes.fromhex(apdus[2][0])[7:-1]))
    return {
        "format": "emv-cases/session/1",
        "id": name,
        "kernel": f"{scheme.kernel:02X}",
        "terminal": {"9F02": "000000001234", "9A": asked["date"], "9F37": asked["unpredictable"]},
        "apdus": [[command.upper(), reply.upper()] for command, reply in apdus],
        "expect": {
            "selected_aid": by_name[name].profile.aids[0],
            "pdol_data": {tag: value.hex().upper() for tag, value in told.items()},
            "card_data": {} if online else {"8F": "E1"},
            "outcome_class": "online-request" if online else "offline-approve",
        },
        "outcome": outcome["reason"],
    }


def keys_of(cards):
    keys = world.emv_section(cards[0], record.SERIAL)["ca_keys"]
    return {"format": "emv-cases/capk/1", "keys": keys}


@pytest.mark.parametrize(("name", "online"), [("visa", False), ("unionpay-debit", True)])
def test_a_recorded_session_of_a_virtual_card_checks(built, cards, tmp_path, name, online):
    session = recorded(built, cards, name, online)
    (tmp_path / "session.json").write_text(json.dumps(session))
    (tmp_path / "capk.json").write_text(json.dumps(keys_of(cards)))
    done = check(tmp_path / "session.json")
    assert done.exit_code == 0, done.output
    assert done.output.splitlines()[-1].startswith("2 passed, 0 failed")


def test_a_session_that_was_tampered_with_does_not_check(built, cards, tmp_path):
    session = recorded(built, cards, "visa")
    cryptogram = session["apdus"][2]
    cryptogram[1] = cryptogram[1].replace("9F4B8180", "9F4B8180FF", 1)[: len(cryptogram[1])]
    (tmp_path / "session.json").write_text(json.dumps(session))
    (tmp_path / "capk.json").write_text(json.dumps(keys_of(cards)))
    assert check(tmp_path / "session.json").exit_code == 1


# ---- replay


def test_replay_tells_each_step_in_words(built, cards, tmp_path):
    session = tmp_path / "session.json"
    session.write_text(json.dumps(recorded(built, cards, "unionpay-debit")))
    done = tapstone("emv", "replay", session)
    assert done.exit_code == 0, done.output
    for text in (
        '1. SELECT "2PAY.SYS.DDF01"',
        "3. GET PROCESSING OPTIONS",
        "> 9F66  Terminal transaction qualifiers: 22004080",
        "signature supported",
        "> 9F02  Amount, authorised: 12.34",
        "9F27  Cryptogram information data: 40 TC: approved offline",
        "9F6C  Card transaction qualifiers: 0000",
        "4. READ RECORD file 2, record 1",
        "9F07  Application usage control: FF00",
        "valid for domestic goods",
        "9000 done",
    ):
        assert text in done.output, text


def test_replay_decodes_what_mchip_was_told(built, cards, tmp_path):
    session = tmp_path / "session.json"
    session.write_text(json.dumps(recorded(built, cards, "mastercard")))
    done = tapstone("emv", "replay", session)
    for text in (
        "GENERATE AC asking for TC with CDA",
        "95  Terminal verification results: 0000000001",
        "relay resistance not performed",
        "9F34  Cardholder verification method results: 1F0302 no verification required",
    ):
        assert text in done.output, text


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_replay_never_shows_a_card_number(built, cards, tmp_path, options):
    session = recorded(built, cards, "unionpay-debit")
    # Once more where nobody looks for it: as digits and as characters in unknown objects.
    hidden = f"DF0108{PAN}DF0210{PAN.encode().hex()}"
    session["apdus"][1][1] = f"6F{len(hidden) // 2:02X}{hidden}9000"
    path = tmp_path / "session.json"
    path.write_text(json.dumps(session))
    done = tapstone("emv", "replay", path, *options)
    assert done.exit_code == 0, done.output
    assert "621094******0011" in done.output
    assert PAN not in done.output
    assert PAN.encode().hex().upper() not in done.output.upper()


def test_replay_says_where_the_card_left(case_file):
    path = case_file("session", id="torn", apdus=[["00A4040005A000000003", ""]])
    done = tapstone("emv", "replay", path)
    assert done.exit_code == 0
    assert "no answer: the card left" in done.output


def test_replay_of_several_asks_which(shared):
    done = tapstone("emv", "replay", shared / "sessions.json")
    assert done.exit_code == 2
    assert "--id" in done.stderr
    assert (
        tapstone("emv", "replay", shared / "sessions.json", "--id", "QPBOC-online").exit_code == 0
    )


def test_replay_of_something_else_is_wrong_usage(case_file):
    assert tapstone("emv", "replay", case_file("tlv", cases=[])).exit_code == 2


# ---- decode


def test_decode_names_objects_and_bits():
    done = tapstone("emv", "decode", "77 0D 82 02 1980 9F27 01 80 9F36 02 0102 9000")
    assert done.exit_code == 0
    for text in (
        "77  Response message, format 2: 13 bytes",
        "  82  Application interchange profile: 1980",
        "      CDA supported",
        "  9F27  Cryptogram information data: 80 ARQC: the issuer is to decide",
        "  9F36  Application transaction counter: 258",
        "status 9000: done",
    ):
        assert text in done.output, text


def test_decode_masks_the_card_number():
    done = tapstone("emv", "decode", RECORD)
    assert "621094******0011" in done.output
    assert PAN not in done.output


def test_decode_says_where_it_does_not_parse():
    done = tapstone("emv", "decode", "820219809F27")
    assert done.exit_code == 1
    assert "82  Application interchange profile: 1980" in done.output
    assert "byte 4" in done.stderr


def test_decode_wants_hexadecimal_digits():
    assert tapstone("emv", "decode", "xyz").exit_code == 2


def test_decode_for_machines():
    found = json.loads(tapstone("emv", "decode", RECORD, "--json").output)
    record_row = found["objects"][0]
    assert record_row["tag"] == "70"
    assert record_row["children"][1]["says"] == ["30-12-31 (YY-MM-DD)"]
    assert found["problem"] is None


@given(st.sampled_from(tell.tags()), st.binary(max_size=40))
@settings(max_examples=2000, deadline=None)
def test_any_value_of_any_object_can_be_told(tag, value):
    said = tell.words(tag, value)
    assert said and all(isinstance(line, str) for line in said)


@given(st.binary(max_size=80))
@settings(max_examples=1000, deadline=None)
def test_any_bytes_are_a_tree_or_a_problem(data):
    try:
        assert all(node.tag for node in tree.parse(data))
    except tree.TlvProblem as problem:
        assert "byte" in str(problem)


# ---- fuzz


def test_twenty_thousand_spoilt_sessions_do_no_harm(corpus, built):
    result = fuzz.run(corpus, built, number=20260412, start=0, inputs=20_000, say=print)
    assert result.failures == []
    assert result.inputs == 20_000
    # It is no fuzzing if all of them fail at the door.
    for reason in ("card_error", "oda_failed", "online_needed", "offline_approved"):
        assert result.reasons[reason] > 500, result.reasons


def changed(built, folder, module, line, instead):
    """The firmware with one line of one EMV module changed."""
    copy = Path(shutil.copytree(built, folder / "changed"))
    source = (paths.firmware_dir() / "emv" / module).read_text()
    assert line in source
    (folder / module).write_text(source.replace(line, instead))
    compile_file(folder / module, f"emv/{module}", copy / "emv" / Path(module).with_suffix(".mpy"))
    return copy


BELIEVES = ("oda.py", "if digest.digest() != plain[-21:-1]:", "if False:")
TAKES_FOR_GRANTED = ("qvsdc.py", "if tag not in session.card:", "if False:")
ASKS_FOR_EVER = (
    "session.py",
    "reply = yield command",
    "reply = yield command\n        while reply == b'\\x6a\\x82': reply = yield command",
)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (BELIEVES, "approved"),
        (TAKES_FOR_GRANTED, "raised KeyError"),
        (ASKS_FOR_EVER, "more than 200 steps"),
    ],
)
def test_a_kernel_that_misbehaves_is_caught(corpus, built, tmp_path, change, what):
    kernel = changed(built, tmp_path, *change)
    result = fuzz.run(corpus, kernel, number=1, start=0, inputs=4_000, say=lambda text: None)
    assert any(what in failure["what"] for failure in result.failures), result.failures


def test_a_kernel_that_never_comes_back_is_caught(corpus, built, tmp_path, monkeypatch):
    skip = "if data[at] == 0:\n            at += 1"
    kernel = changed(built, tmp_path, "tlv.py", skip, skip.replace("1", "0"))
    monkeypatch.setattr(fuzz, "_SILENT_S", 2.0)
    result = fuzz.run(corpus, kernel, number=1, start=0, inputs=500, say=lambda text: None)
    assert "hung" in result.failures[0]["what"]


def test_one_command_repeats_a_failure(corpus, built, tmp_path, monkeypatch):
    kernel = changed(built, tmp_path, *BELIEVES)
    monkeypatch.setattr(inside, "build", lambda out: kernel)
    kept = tmp_path / "corpus.json"
    kept.write_text(json.dumps(corpus))
    done = tapstone("fuzz", "emv", "--corpus", kept, "--seed", 3, "--inputs", 2000, "--json")
    assert done.exit_code == 1
    first = json.loads(done.stdout)["failures"][0]
    again = tapstone("fuzz", "emv", *first["repeat"].split()[3:], "--json")
    (repeated,) = json.loads(again.stdout)["failures"]
    assert (repeated["failure"], repeated["what"]) == (first["failure"], first["what"])


# ---- bench


def test_the_bench_counts_what_a_tap_costs(tmp_path, monkeypatch):
    monkeypatch.setattr(bench, "_COUNTED_TAPS", 2)
    rows = {kind: costs for _, kind, costs in bench.run(["visa"])}
    offline, online = rows["offline"], rows["online"]
    assert (offline["outcome"], online["outcome"]) == ("offline_approved", "online_needed")
    assert (offline["apdus"], online["apdus"]) == (6, 3)
    assert offline["bytes"] > 3 * online["bytes"]
    for costs, target_ms in ((offline, 110), (online, 60)):
        parts = costs["air_ms"] + costs["link_ms"] + costs["cpu_ms"]
        assert costs["in_field_ms"] == pytest.approx(parts, abs=0.02)
        assert costs["in_field_ms"] < target_ms
        assert 0 < costs["cpu_ms"] < 15
    if shutil.which("valgrind"):
        assert 1_000_000 < online["instructions"] < offline["instructions"]


def test_without_valgrind_instructions_are_not_made_up(monkeypatch, tmp_path):
    monkeypatch.setattr(bench.shutil, "which", lambda name: None)
    assert bench._instructions(tmp_path, tmp_path) is None


def test_the_bench_keys_its_object_by_card(monkeypatch):
    costs = dict.fromkeys(commands._COLUMNS, 1)
    taps = [("visa", kind, deepcopy(costs)) for kind in ("offline", "online")]
    monkeypatch.setattr(bench, "run", lambda profiles, cards, count: iter(taps))
    found = json.loads(tapstone("bench", "tap", "--json").stdout)
    assert found["visa"]["in_field_ms"] == 1
    assert found["visa"]["online"]["apdus"] == 1
