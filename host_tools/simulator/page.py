"""The page: static files, and one WebSocket between each browser and the simulator's front.

The front knows everything that is shown and obeys commands; this module only carries messages.
A browser that reads too slowly is not sent what it missed but the present state anew, so what
waits for it stays small however long it dawdles.
"""

import asyncio
import contextlib
import errno
import json
import socket
from collections import deque
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Mount, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket, WebSocketDisconnect

Message = str | bytes  # text is JSON, bytes are a band of the screen

WEB = Path(__file__).resolve().parent / "web"
BACKLOG_MESSAGES = 256
COMMAND_BYTES = 4096
POLICY_VIOLATION = 1008  # RFC 6455, 7.4.1
HELLO = '{"type":"hello"}'  # the greeting follows: forget what was shown before
HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
}


class Front(Protocol):
    """What the page asks of the simulator."""

    def greeting(self) -> list[Message]:
        """Everything a page needs to show the present state, the whole screen included."""
        ...

    def subscribe(self) -> asyncio.Queue[Message]:
        """A queue that is given every later message. If it is bounded, it may lose some."""
        ...

    def unsubscribe(self, queue: asyncio.Queue[Message]) -> None: ...

    async def command(self, command: dict[str, Any]) -> object: ...


class Outbox:
    """What waits for one browser: the greeting first, then messages, never more than `limit`."""

    def __init__(self, greeting: Callable[[], list[Message]], limit: int = BACKLOG_MESSAGES):
        self._greeting = greeting
        self._limit = limit
        self._waiting: deque[Message] = deque()
        self._ready = asyncio.Event()
        self.resync()

    def put(self, message: Message) -> None:
        """Queues a message; while a greeting is due it is dropped, for that will include it."""
        if len(self._waiting) >= self._limit:
            self.resync()
        elif not self._greeting_due:
            self._waiting.append(message)
            self._ready.set()

    def resync(self) -> None:
        """Messages were lost: forget the rest as well and greet again."""
        self._waiting.clear()
        self._greeting_due = True
        self._ready.set()

    async def take(self) -> list[Message]:
        """Waits until something is due and returns all of it."""
        await self._ready.wait()
        self._ready.clear()
        batch = [HELLO, *self._greeting()] if self._greeting_due else list(self._waiting)
        self._greeting_due = False
        self._waiting.clear()
        return batch


class _Files(StaticFiles):
    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers.update(HEADERS)
        return response


def create_app(front: Front) -> Starlette:
    """The page at `/` and its WebSocket at `/ws`."""

    async def websocket(browser: WebSocket) -> None:
        if _same_origin(browser):
            await browser.accept()
            await _talk(browser, front)
        else:
            await browser.close(POLICY_VIOLATION)

    files = _Files(directory=WEB, html=True)
    return Starlette(routes=[WebSocketRoute("/ws", websocket), Mount("/", files)])


def _same_origin(browser: WebSocket) -> bool:
    """Browsers let any site open a WebSocket here; only our own page may (RFC 6455, 10.2)."""
    origin = browser.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == browser.headers.get("host")


async def _talk(browser: WebSocket, front: Front) -> None:
    """Three jobs until one of them ends: normally because the browser left."""
    queue = front.subscribe()
    outbox = Outbox(front.greeting)
    jobs = (_collect(queue, outbox), _send(outbox, browser), _obey(browser, front))
    tasks = [asyncio.create_task(job) for job in jobs]
    try:
        ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in ended:
            with contextlib.suppress(WebSocketDisconnect):
                task.result()
    finally:
        front.unsubscribe(queue)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _collect(queue: asyncio.Queue[Message], outbox: Outbox) -> None:
    """Empties the front's queue at once, so that it waits for no browser."""
    while True:
        message = await queue.get()
        if 0 < queue.maxsize <= queue.qsize() + 1:  # it was full: something may have been refused
            outbox.resync()
        outbox.put(message)


async def _send(outbox: Outbox, browser: WebSocket) -> None:
    while True:
        for message in await outbox.take():
            if isinstance(message, str):
                await browser.send_text(message)
            else:
                await browser.send_bytes(message)


async def _obey(browser: WebSocket, front: Front) -> None:
    while True:
        command = _parse(await browser.receive())
        if command is None:
            await browser.close(POLICY_VIOLATION, "not a command")
            raise WebSocketDisconnect(POLICY_VIOLATION)
        await front.command(command)


def _parse(event: Any) -> dict[str, Any] | None:
    if event["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(event["code"])
    try:
        command = json.loads(event.get("text") or "")
    except ValueError:
        return None
    return command if isinstance(command, dict) and "do" in command else None


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Ctrl-C belongs to whoever runs the event loop; cancelling `serve` ends this server."""
        yield


async def serve(front: Front, host: str = "127.0.0.1", port: int = 8080) -> None:
    """Serves the page until cancelled. Raises OSError first if the port cannot be had."""
    listener = _listen(host, port)
    config = uvicorn.Config(
        create_app(front),
        lifespan="off",
        log_level="warning",
        timeout_graceful_shutdown=2,
        ws_max_size=COMMAND_BYTES,
        ws_per_message_deflate=False,  # the browser is next door: time matters, not bytes
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        await asyncio.shield(serving)
    finally:
        server.should_exit = True
        await serving
        listener.close()


def _listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port))
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        reason = f"port {port} on {host} is taken by another program; choose another one"
        raise OSError(errno.EADDRINUSE, reason) from error
