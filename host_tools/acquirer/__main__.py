"""`python -m host_tools.acquirer --data DIR --port N`: runs the acquirer until it is told to stop.

Prints one line, `ready PORT`, when it listens.
"""

import argparse
import asyncio
import errno
import logging
import resource
import signal
import ssl
import sys
from datetime import UTC, datetime
from pathlib import Path

from host_tools import issuer
from host_tools.acquirer import keys, terms, tls
from host_tools.acquirer.schema import DATABASE, open_database
from host_tools.acquirer.server import Limits, Server
from host_tools.acquirer.service import Service
from host_tools.acquirer.store import Store
from host_tools.errors import Unusable, in_words, is_there

_OTHER_FILES = 128
_LAST_PORT = 65535


def main() -> int:
    arguments = _arguments()
    logging.basicConfig(format="acquirer: %(message)s", level=logging.WARNING)
    try:
        asyncio.run(_run(arguments))
    except Unusable as error:
        return _failed(str(error))
    except OSError as error:
        return _failed(in_words(error))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m host_tools.acquirer", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="directory made by the set-up")
    parser.add_argument("--port", type=_port, required=True, help="0 picks a free one")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument(
        "--while-stdin", action="store_true", help="stop when standard input ends, too"
    )
    return parser.parse_args()


def _port(text: str) -> int:
    number = int(text)
    if not 0 <= number <= _LAST_PORT:
        raise argparse.ArgumentTypeError(f"{text} is no port")
    return number


def _failed(text: str) -> int:
    print(f"acquirer: {text}", file=sys.stderr)
    return 1


def _utc() -> datetime:
    return datetime.now(UTC)


def _limits() -> Limits:
    """As many lines as the system gives descriptors for, and some left for the database."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    usual = Limits()
    left = most - usual.handshakes - _OTHER_FILES
    unlimited = most == resource.RLIM_INFINITY
    return usual if unlimited else Limits(connections=min(usual.connections, max(left, 1)))


def _set_up(data: Path) -> tuple[Service, ssl.SSLContext]:
    """What set-up made must be there: an acquirer never begins with empty books by itself."""
    if not is_there(data / DATABASE):
        raise Unusable(
            f"{data / DATABASE} is missing or empty: no acquirer was set up in {data}, or its books"
            " are lost. Put them back from a backup"
        )
    try:
        service = Service(keys.load(data), issuer.verify_cryptogram, terms.load(data))
        return service, tls.server_context(data / "tls")
    except FileNotFoundError as error:
        where = error.filename or data / "tls"
        raise Unusable(f"{where} is missing: no acquirer was set up in {data}") from error


async def _open(server: Server, arguments: argparse.Namespace, context: ssl.SSLContext) -> int:
    try:
        return await server.open(arguments.host, arguments.port, context)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            what = f"port {arguments.port} is in use; choose another one with --port"
        else:
            what = f"cannot listen at {arguments.host}, port {arguments.port}: {error}"
        raise Unusable(what) from error


async def _run(arguments: argparse.Namespace) -> None:
    data = arguments.data
    service, context = _set_up(data)
    store = Store(open_database(data / DATABASE))
    server = Server(service, store, _utc, _limits())
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    if arguments.while_stdin:  # whoever started this is gone, however it went
        loop.add_reader(sys.stdin.fileno(), stopped.set)
    bound = await _open(server, arguments, context)
    store.start()
    print(f"ready {bound}", flush=True)
    await stopped.wait()
    await server.close()
    store.stop()


if __name__ == "__main__":
    sys.exit(main())
