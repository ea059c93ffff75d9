"""Signed documents at the acquirer: what may be published, who is offered it, how it travels."""

import ast
import json
import os
import subprocess
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from acquirer_client import MERCHANT, running
from command import tapstone
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from golden.record import BUILD

from host_tools import paths
from host_tools.acquirer import documents, ledger, publishing, signer, templates
from host_tools.acquirer.documents import NOTICES, PARAMETERS, BadDocument
from host_tools.acquirer.schema import DATABASE, open_database

NOW = datetime(2026, 11, 22, 4, 5, 6, tzinfo=UTC)
_VERSIONS, _CHUNK = 0x15, 0x16
_CODES = {PARAMETERS: "360", NOTICES: "372"}


@pytest.fixture(scope="module")
def acquirer(tmp_path_factory):
    """Its signer's private key is not there while it runs: it has no need of it."""
    with running(tmp_path_factory.mktemp("acquirer")) as acquirer:
        signer.create(acquirer.data)
        yield acquirer


def parameters(terminal=None, **changes):
    content = templates.MAKERS["parameters"]({"merchant_id": MERCHANT}, NOW)
    del content["settlement"]
    if terminal:
        content["terminal_id"] = terminal.id
    return {**content, **changes}


def notices(terminal=None, **changes):
    content = templates.MAKERS["notices"]({"merchant_id": MERCHANT}, NOW)
    if terminal:
        content["terminal_id"] = terminal.id
    return {**content, **changes}


def offered(terminal, held=(0, 0), refused=b"", code="001"):
    """What sign-in or echo offers: (parameters, notices)."""
    said = b"".join(version.to_bytes(4, "big") for version in held) + refused
    reply = terminal.ask(terminal.network(code, more={_VERSIONS: said}))
    told = reply.private[_VERSIONS]
    return int.from_bytes(told[:4], "big"), int.from_bytes(told[4:], "big")


def chunk(terminal, kind, version, offset):
    """(version, length, offset, data), or None."""
    wanted = version.to_bytes(4, "big") + offset.to_bytes(2, "big")
    reply = terminal.ask(terminal.network(_CODES[kind], more={_CHUNK: wanted}))
    raw = reply.private.get(_CHUNK)
    numbers = raw and [int.from_bytes(raw[a:b], "big") for a, b in ((0, 4), (4, 6), (6, 8))]
    return (*numbers, raw[8:]) if numbers else None


def fetched(terminal, kind, version):
    data, length = b"", 1
    while len(data) < length:
        found, length, offset, more = chunk(terminal, kind, version, len(data))
        assert (found, offset) == (version, len(data))
        data += more
    return data


# What travels


def test_a_published_document_is_offered_in_sign_in_and_echo_and_fetched_whole(acquirer, terminal):
    made = publishing.publish(acquirer.data, parameters(terminal), NOW)
    assert offered(terminal) == offered(terminal, code="301") == (made.version, 0)
    signed = fetched(terminal, PARAMETERS, made.version)
    assert len(signed) == made.signed_bytes
    content = json.loads(signed[: -signer.SIGNATURE_BYTES])
    assert content == {**parameters(terminal), "version": made.version}


def test_the_signature_is_what_any_tool_checks(acquirer, terminal):
    made = publishing.publish(acquirer.data, notices(terminal), NOW)
    signed = fetched(terminal, NOTICES, made.version)
    key = load_pem_public_key((acquirer.data / "signer" / "public.pem").read_bytes())
    body, signature = signed[:-384], signed[-384:]
    key.verify(signature, body, padding.PKCS1v15(), hashes.SHA256())


def test_the_host_needs_no_private_key_to_serve(acquirer, terminal):
    made = publishing.publish(acquirer.data, parameters(terminal), NOW)
    private = acquirer.data / "signer" / "private.pem"
    away = private.rename(private.with_suffix(".away"))
    try:
        assert fetched(terminal, PARAMETERS, made.version)
        with pytest.raises(FileNotFoundError):
            publishing.publish(acquirer.data, parameters(terminal), NOW)
    finally:
        away.rename(private)


def test_a_document_is_only_for_whom_it_names(acquirer, terminal):
    other = acquirer.terminal()
    publishing.publish(acquirer.data, parameters(other), NOW)
    assert offered(terminal)[0] < offered(other)[0]


def test_a_notice_may_be_for_all(acquirer, terminal):
    content = notices()
    del content["merchant_id"]
    made = publishing.publish(acquirer.data, content, NOW)
    assert offered(terminal)[1] == offered(acquirer.terminal())[1] == made.version


def test_who_asks_for_another_version_gets_the_newest_from_its_beginning(acquirer, terminal):
    made = publishing.publish(acquirer.data, parameters(terminal), NOW)
    version, _, offset, _ = chunk(terminal, PARAMETERS, made.version - 1, 480)
    assert (version, offset) == (made.version, 0)


def test_where_there_is_no_document_nothing_is_sent(tmp_path):
    with running(tmp_path) as acquirer:
        terminal = acquirer.terminal()
        assert offered(terminal) == (0, 0)
        assert chunk(terminal, PARAMETERS, 1, 0) is None


def test_a_terminal_that_knows_no_documents_is_offered_none(terminal):
    assert _VERSIONS not in terminal.ask(terminal.network()).private


def test_what_a_terminal_has_in_use_is_noted(acquirer, terminal):
    offered(terminal, held=(7, 9))
    row = next(r for r in ledger.enrolled(acquirer.data) if r["terminal_id"] == terminal.id)
    assert (row["parameters"], row["notices"]) == (7, 9)


def test_a_refusal_is_told_to_people_with_its_reason_and_field(acquirer, terminal):
    refused = b"\1" + (12).to_bytes(4, "big") + b"\5policy.sale_limit_fen"
    offered(terminal, refused=refused)
    (note,) = [
        n for n in ledger.notes(acquirer.data, "alarm") if n["subject"].startswith(terminal.id)
    ]
    assert note["code"] == "parameters_refused"
    assert note["detail"] == "parameters 12: value missing or out of range: policy.sale_limit_fen"


def test_a_strange_refusal_does_not_hurt(terminal):
    assert len(offered(terminal, refused=b"\xff" * 30)) == 2


# What may be published


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ([], "format"),
        ({"format": "tapstone-parameters/2"}, "format"),
        (parameters(colour="red"), "colour"),
        (parameters(merchant_id="104"), "merchant_id"),
        (parameters(policy={"sale_limit_fen": 1}), "policy.stored_count_limit"),
        (parameters(policy={**parameters()["policy"], "sale_limit_fen": 0}), "policy.sale_limit"),
        (parameters(policy={**parameters()["policy"], "sale_limit_fen": True}), "policy.sale"),
        (parameters(policy={**parameters()["policy"], "offline_aids": ["A0"]}), "offline_aids[0]"),
        (parameters(policy={**parameters()["policy"], "settle_at": "24:00"}), "settle_at: hh:mm"),
        (parameters(fees={"cheque": {"rate_bp": 1}}), "fees.cheque"),
        (parameters(fees={"debit": {"rate_bp": 10_001}}), "fees.debit.rate_bp"),
        (parameters(settlement={"account": "62220212345678"}), "settlement.account"),
        (parameters(hotlist=["621094-62"]), "hotlist[0]"),
        (parameters(version=0), "version"),
        (notices(notices=[{}]), "notices[0].from"),
        (notices(notices=[notices()["notices"][0] | {"to": [2026, 11, 20, 0, 0]}]), "notices[0]"),
        (notices(notices=[notices()["notices"][0] | {"from": [2026, 2, 30, 0, 0]}]), "[0].from"),
        (notices(notices=[notices()["notices"][0] | {"scope": "moon"}]), "notices[0].scope"),
        (notices(notices=notices()["notices"] * 5), "notices"),
    ],
)
def test_a_slip_is_found_before_it_is_signed_and_named(acquirer, content, field):
    with pytest.raises(BadDocument) as error:
        publishing.publish(acquirer.data, content, NOW)
    assert field in str(error.value)


def test_versions_of_a_kind_only_rise(acquirer, terminal):
    for _ in range(2):
        made = publishing.publish(acquirer.data, parameters(terminal), NOW)
    for version in (made.version, made.version - 1):
        with pytest.raises(BadDocument, match="was published already"):
            publishing.publish(acquirer.data, parameters(version=version), NOW)
    later = publishing.publish(acquirer.data, parameters(version=made.version + 10), NOW)
    assert later.version == made.version + 10


def test_nobody_to_read_it_is_an_error(acquirer):
    with pytest.raises(BadDocument, match="no terminal of these names"):
        publishing.publish(acquirer.data, parameters(terminal_id="NOBODY01"), NOW)


def test_a_document_longer_than_terminals_take_is_an_error(acquirer, terminal):
    with pytest.raises(BadDocument, match="at most 4096"):
        publishing.publish(acquirer.data, parameters(hotlist=["0123456789abcdef"] * 200), NOW)


def test_characters_without_a_picture_are_named(acquirer, terminal):
    odd = notices(notices=[notices()["notices"][0] | {"zh": "龘龘"}])
    with pytest.raises(BadDocument, match=r"notices\[0\].zh.*龘"):
        publishing.publish(acquirer.data, odd, NOW)


def test_nothing_is_published_where_anything_is_wrong(acquirer, terminal):
    before = offered(terminal)
    with pytest.raises(BadDocument):
        publishing.publish(acquirer.data, parameters(hotlist=["0123456789abcdef"] * 200), NOW)
    assert offered(terminal) == before


# The firmware's own check


@contextmanager
def judge(acquirer, terminal):
    """The firmware's checker in a process of its own: give it documents, it says what it thinks."""
    script = Path(__file__).parent / "on_target" / "open_documents.py"
    with subprocess.Popen(
        [paths.micropython(), str(script), MERCHANT, terminal.id],
        env={**os.environ, "MICROPYPATH": f"{BUILD}:.frozen"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        process.stdin.write(signer.modulus(acquirer.data).hex() + "\n")

        def opened(kind, signed):
            process.stdin.write(f"{kind} {signed.hex()}\n")
            process.stdin.flush()
            return process.stdout.readline().strip()

        yield opened
        process.stdin.close()


def test_a_terminal_takes_what_the_acquirer_publishes(acquirer, terminal):
    full = parameters(
        terminal,
        settlement={"account": "6222********1234", "cycle": "T+1", "valid_from": [2026, 12, 1]},
        hotlist=["621094-621095", "0123456789abcdef"],
        policy={
            **parameters()["policy"],
            "offline_aids": ["A000000333", "a0000000041010"],
            "settle_at": "23:30",
            "deferred": True,
        },
    )
    with judge(acquirer, terminal) as opened:
        for kind, content in ((PARAMETERS, full), (NOTICES, notices(terminal))):
            made = publishing.publish(acquirer.data, content, NOW)
            assert opened(kind, fetched(terminal, kind, made.version)) == f"ok {made.version}"


@pytest.mark.parametrize(
    ("content", "answer"),
    [
        (parameters(version=1, colour="red"), "4 colour"),
        (
            parameters(version=1, policy={**parameters()["policy"], "sale_limit_fen": 0}),
            "5 policy.sale_limit_fen",
        ),
        (parameters(version=1, fees={"debit": {"rate_bp": 1, "cap": 2}}), "4 fees.debit.cap"),
        (parameters(version=1, hotlist=["621094-62"]), "5 hotlist[0]"),
        (parameters(version=1, terminal_id="T9999999"), "3 terminal_id"),
    ],
)
def test_a_terminal_refuses_what_the_acquirer_would_not_have_published(
    acquirer, terminal, content, answer
):
    body = json.dumps(content, ensure_ascii=False).encode()
    with judge(acquirer, terminal) as opened:
        assert opened(PARAMETERS, body + signer.sign(acquirer.data, body)) == answer


# On the command line


def _command(*arguments):
    return tapstone("acquirer", *arguments)


@pytest.mark.parametrize("kind", templates.MAKERS)
def test_a_template_can_be_published_as_it_is(acquirer, terminal, tmp_path, kind):
    printed = _command("template", acquirer.data, kind)
    file = tmp_path / "document.json"
    file.write_text(printed.stdout)
    done = _command("publish", acquirer.data, file)
    assert done.exit_code == 0, done.output
    assert f"{kind} " in done.stdout
    assert kind in _command("documents", acquirer.data).stdout


@pytest.mark.parametrize("text", ["{", '{"format": "x"}', "\xff"])
def test_publishing_rubbish_says_what_is_wrong_and_where(acquirer, tmp_path, text):
    file = tmp_path / "document.json"
    file.write_bytes(text.encode("latin-1"))
    done = _command("publish", acquirer.data, file)
    assert done.exit_code == 1 and "document.json" in done.output.replace("\n", "")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("from", "tomorrow", "from: [year, month, day, hour, minute] in UTC"),
        ("zh", "\x1b[2J", "no picture of '\\x1b'"),
    ],
)
def test_what_is_wrong_is_said_whole_and_harms_no_screen(acquirer, tmp_path, name, value, said):
    content = json.loads(_command("template", acquirer.data, "notices").stdout)
    content["notices"][0][name] = value
    file = tmp_path / "document.json"
    file.write_text(json.dumps(content))
    output = _command("publish", acquirer.data, file).output
    assert said in output and "\x1b" not in output


def test_publishing_where_there_is_no_acquirer_or_no_file_is_an_error(acquirer, tmp_path):
    assert "holds no acquirer" in _command("publish", tmp_path, tmp_path / "x").output
    assert _command("publish", acquirer.data, tmp_path / "none.json").exit_code == 1


def test_documents_are_listed_with_how_many_use_them(acquirer, terminal):
    made = publishing.publish(acquirer.data, parameters(terminal), NOW)
    offered(terminal, held=(made.version, 0))
    engine = open_database(acquirer.data / DATABASE)
    with engine.begin() as connection:
        rows = publishing.listed(connection)
    engine.dispose()
    (row,) = [r for r in rows if (r["kind"], r["version"]) == ("parameters", made.version)]
    assert row["in_use_by"] == 1 and row["terminal_id"] == terminal.id


def _of_firmware(module, name):
    """The node that a module of the firmware assigns to `name`; it runs only in MicroPython."""
    tree = ast.parse((paths.firmware_dir() / module).read_text(encoding="utf-8"))
    (node,) = [
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name
    ]
    return node


def test_every_limit_that_a_terminal_knows_can_be_published():
    checks = _of_firmware("terminal/checks.py", "POLICY")
    known = {ast.literal_eval(key) for key in checks.keys}
    assert {field.rstrip("?") for field in documents.POLICY} == known
    optional = ast.literal_eval(_of_firmware("terminal/checks.py", "POLICY_DEFAULTS"))
    assert {field[:-1] for field in documents.POLICY if field.endswith("?")} == set(optional)


def test_a_document_may_be_as_long_here_as_at_the_terminal():
    longest = _of_firmware("message/documents.py", "LONGEST_BYTES")
    assert documents.LONGEST_BYTES == ast.literal_eval(longest)
