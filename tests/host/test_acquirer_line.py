"""The acquirer's line: frames, junk, idle peers, certificates, overload, many requests at once."""

import asyncio
import random
import socket
import sqlite3
import ssl
import subprocess
import sys
import time
from contextlib import asynccontextmanager

import pytest
from acquirer_client import MERCHANT, Acquirer, client_context, running

from host_tools import issuer
from host_tools.acquirer import keys, ledger, setup, tls
from host_tools.acquirer.__main__ import _utc
from host_tools.acquirer.schema import DATABASE, open_database
from host_tools.acquirer.server import Limits, Server
from host_tools.acquirer.service import Service
from host_tools.acquirer.store import Store

# -- frames ---------------------------------------------------------------------------------------


def test_a_message_may_come_byte_by_byte(terminal):
    body = terminal.network()
    with terminal.connect() as line:
        for byte in len(body).to_bytes(2, "big") + body:
            line.socket.sendall(bytes([byte]))
        assert line.receive().code == "00"


def test_messages_may_come_in_one_segment_and_are_answered_in_order(terminal):
    sales = [terminal.sale() for _ in range(20)]
    bodies = [terminal.message("0200", sale) for sale in sales]
    with terminal.connect() as line:
        line.socket.sendall(b"".join(len(body).to_bytes(2, "big") + body for body in bodies))
        replies = [line.receive() for _ in bodies]
    assert [reply.fields["11"] for reply in replies] == [f"{sale.number:06d}" for sale in sales]
    assert {reply.code for reply in replies} == {"00"}


@pytest.mark.parametrize(
    "junk",
    [
        b"\0\0",
        b"\0\x0b" + bytes(11),
        b"\xff\xff" + bytes(100),
        b"\x08\x01" + bytes(2049),
        b"\0\x40" + bytes(range(64)),
        b"\0\x0c" + bytes.fromhex("0210") + bytes(10),
        b"\0\x0c" + bytes.fromhex("0200") + b"\xff" * 10,
        b"GET / HTTP/1.1\r\n\r\n",
        random.Random(30).randbytes(65536),
    ],
    ids=lambda junk: junk[:6].hex(),
)
def test_junk_closes_the_line_and_harms_nobody_else(terminal, junk):
    with terminal.connect() as bystander, terminal.connect() as line:
        try:
            line.socket.sendall(junk)
        except (ConnectionError, ssl.SSLError):
            pass  # the host has hung up already
        assert line.is_closed_by_host()
        assert bystander.ask(terminal.network()).code == "00"


def test_what_was_asked_before_the_junk_is_still_answered(terminal):
    body = terminal.message("0200", terminal.sale())
    with terminal.connect() as line:
        line.socket.sendall(len(body).to_bytes(2, "big") + body + b"\xff\xff")
        assert line.receive().code == "00"
        assert line.is_closed_by_host()


# -- certificates ---------------------------------------------------------------------------------


def is_refused(terminal, context):
    """With TLS 1.3 the refusal comes after the client's handshake: at the first answer."""
    try:
        with terminal.connect(context=context) as line:
            line.send(terminal.network())
            line.receive()
    except (ssl.SSLError, ConnectionError, EOFError):
        return True
    return False


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_client_without_a_certificate_is_refused(terminal, version):
    context = client_context(terminal, with_certificate=False)
    context.maximum_version = context.minimum_version = version
    assert is_refused(terminal, context)


def test_a_certificate_of_another_authority_is_refused(terminal, tmp_path):
    tls.create(tmp_path)
    _, certificate, key = tls.enroll(tmp_path, "SIM00001")
    terminal.host |= {"cert": setup._base64(certificate), "key": setup._base64(key)}
    assert is_refused(terminal, client_context(terminal))


def test_a_host_with_another_name_is_not_our_host(terminal):
    terminal.host |= {"name": "elsewhere.test"}
    with pytest.raises(ssl.SSLCertVerificationError):
        terminal.connect()


# -- the program ----------------------------------------------------------------------------------


def run(*arguments):
    command = [sys.executable, "-m", "host_tools.acquirer", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=20)


def test_a_port_that_is_taken_is_said_in_one_line(acquirer):
    done = run("--data", acquirer.data, "--port", acquirer.port)
    assert done.returncode == 1
    assert done.stderr == (
        f"acquirer: port {acquirer.port} is in use; choose another one with --port\n"
    )


def test_a_directory_that_was_not_set_up_is_said_in_one_line(tmp_path):
    done = run("--data", tmp_path, "--port", 0)
    assert done.returncode == 1
    assert "no acquirer was set up" in done.stderr and "Traceback" not in done.stderr


def test_its_directory_may_have_an_awkward_name(tmp_path):
    with running(tmp_path / "100% tested? #1") as acquirer:
        terminal = acquirer.terminal()
        assert terminal.ask(terminal.message("0200", terminal.sale(500))).code == "00"
        assert ledger.totals(acquirer.data)["net_fen"] == 500


def test_it_stops_when_told_with_lines_open(tmp_path):
    with running(tmp_path) as acquirer:
        terminal = acquirer.terminal()
        with terminal.connect() as line:
            assert line.ask(terminal.network()).code == "00"
            assert acquirer.stop() == 0


def test_the_set_up_can_be_repeated_and_keeps_balances(tmp_path):
    with running(tmp_path) as acquirer:
        terminal = acquirer.terminal()
        terminal.ask(terminal.message("0200", terminal.sale(500)))
        before = ledger.balances(tmp_path)
        Acquirer(tmp_path)
        assert ledger.balances(tmp_path) == before
        assert terminal.ask(terminal.network()).code == "00"


def test_terminal_and_merchant_ids_have_the_length_of_their_fields(acquirer):
    with pytest.raises(ValueError, match="8 characters"):
        setup.enroll(acquirer.data, "SIM1", "SHORT", MERCHANT)


# -- limits: a server of our own with small ones --------------------------------------------------


@asynccontextmanager
async def serving(acquirer, limits):
    """A server in this process. Its store is not started: nothing is committed by itself."""
    store = Store(open_database(acquirer.data / DATABASE))
    service = Service(keys.load(acquirer.data), issuer.verify_cryptogram)
    server = Server(service, store, _utc, limits)
    acquirer.port = await server.open("127.0.0.1", 0, tls.server_context(acquirer.data / "tls"))
    try:
        yield store
    finally:
        await server.close()


@pytest.fixture
def idle_acquirer(tmp_path):
    return Acquirer(tmp_path)


def test_a_silent_line_is_closed(idle_acquirer):
    terminal = idle_acquirer.terminal()

    async def check():
        async with serving(idle_acquirer, Limits(idle_s=0.2)):
            with await asyncio.to_thread(terminal.connect) as line:
                assert await asyncio.to_thread(line.is_closed_by_host)

    asyncio.run(check())


def test_half_a_message_does_not_hold_a_line_for_ever(idle_acquirer):
    terminal = idle_acquirer.terminal()

    async def check():
        async with serving(idle_acquirer, Limits(frame_s=0.5)):
            with await asyncio.to_thread(terminal.connect) as line:
                line.socket.sendall(b"\0\x40\x02")
                assert await asyncio.to_thread(line.is_closed_by_host)

    asyncio.run(check())


def test_a_handshake_that_never_ends_is_given_up(idle_acquirer):
    async def check():
        async with serving(idle_acquirer, Limits(frame_s=0.5)):
            with socket.create_connection(("127.0.0.1", idle_acquirer.port), timeout=10) as raw:
                assert await asyncio.to_thread(raw.recv, 1) == b""

    asyncio.run(check())


def test_an_overloaded_host_says_so_at_once_and_keeps_what_it_took(idle_acquirer):
    terminal = idle_acquirer.terminal()
    sales = [terminal.sale() for _ in range(3)]

    async def check():
        async with serving(idle_acquirer, Limits(backlog=2)) as store:
            line = await asyncio.to_thread(terminal.connect)
            for sale in sales:
                line.send(terminal.message("0200", sale))
            busy = await asyncio.to_thread(line.receive)
            assert (busy.code, busy.token, busy.fields["11"]) == ("91", None, "000003")
            assert store.backlog == 2
            store.start()
            kept = [await asyncio.to_thread(line.receive) for _ in range(2)]
            store.stop()
            assert [reply.code for reply in kept] == ["00", "00"]
            line.socket.close()

    asyncio.run(check())


def test_a_host_that_cannot_write_never_says_yes(idle_acquirer):
    terminal = idle_acquirer.terminal()
    body = terminal.message("0200", terminal.sale())

    async def check():
        async with serving(idle_acquirer, Limits()) as store:
            store.start()
            await store.run(lambda c: c.exec_driver_sql("PRAGMA busy_timeout=20"))
            lock = sqlite3.connect(idle_acquirer.data / DATABASE, isolation_level=None)
            lock.execute("BEGIN IMMEDIATE")
            refused = await asyncio.to_thread(terminal.ask, body)
            assert (refused.code, refused.token) == ("96", None)
            lock.execute("ROLLBACK")
            lock.close()
            assert (await asyncio.to_thread(terminal.ask, body)).code == "00"
            store.stop()

    asyncio.run(check())


def test_more_lines_than_allowed_are_hung_up(idle_acquirer):
    terminal = idle_acquirer.terminal()

    async def check():
        async with serving(idle_acquirer, Limits(connections=1)):
            first = await asyncio.to_thread(terminal.connect)
            with await asyncio.to_thread(terminal.connect) as second:
                assert await asyncio.to_thread(second.is_closed_by_host)
            first.socket.close()

    asyncio.run(check())


def test_a_silent_crowd_at_the_door_keeps_no_terminal_out(idle_acquirer):
    """The one who has been shaking hands longest gives way."""
    terminal = idle_acquirer.terminal()

    async def check():
        async with serving(idle_acquirer, Limits(handshakes=5)) as store:
            store.start()
            address = ("127.0.0.1", idle_acquirer.port)
            crowd = [socket.create_connection(address, timeout=10) for _ in range(50)]
            assert (await asyncio.to_thread(terminal.ask, terminal.network())).code == "00"
            assert await asyncio.to_thread(crowd[0].recv, 1) == b""
            for one in crowd:
                one.close()
            store.stop()

    asyncio.run(check())


def test_a_terminal_that_opens_line_after_line_loses_its_oldest(idle_acquirer):
    greedy, modest = idle_acquirer.terminal(), idle_acquirer.terminal()

    async def check():
        async with serving(idle_acquirer, Limits(connections=3, per_terminal=2)) as store:
            store.start()
            lines = [await asyncio.to_thread(greedy.connect) for _ in range(3)]
            assert await asyncio.to_thread(lines[0].is_closed_by_host)
            assert (await asyncio.to_thread(lines[2].ask, greedy.network())).code == "00"
            assert (await asyncio.to_thread(modest.ask, modest.network())).code == "00"
            for line in lines:
                line.socket.close()
            store.stop()

    asyncio.run(check())


# -- speed ----------------------------------------------------------------------------------------


def test_throughput_is_printed(acquirer, capsys):
    """One line, a window of 32 sales: what a drain after an outage looks like to the host."""
    terminal = acquirer.terminal()
    bodies = [terminal.message("0220", terminal.offline_sale(1)) for _ in range(300)]
    with terminal.connect() as line:
        started, sent = time.perf_counter(), 0
        for answered in range(len(bodies)):
            while sent < len(bodies) and sent < answered + 32:
                line.send(bodies[sent])
                sent += 1
            assert line.receive().code == "00"
        seconds = time.perf_counter() - started
    with capsys.disabled():
        print(f" {len(bodies) / seconds:.0f} advices/s on one line ", end="")
