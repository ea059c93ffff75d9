"""A front without a terminal behind it: plays the messages, remembers the commands."""

import asyncio
import contextlib
import json
import queue
import socket
import threading

from host_tools.simulator import page

LINE_BYTES = 240 * 2
LINES = 320
CARDS = [
    ("unionpay-debit", "UnionPay debit", "银联借记卡", "unionpay", "approves up to ¥300 by itself"),
    (
        "unionpay-credit",
        "UnionPay credit",
        "银联信用卡",
        "unionpay",
        "approves up to ¥300 by itself",
    ),
    ("visa", "Visa credit", "Visa 信用卡", "visa", "approves up to ¥300 by itself"),
    ("mastercard", "Mastercard", "万事达卡", "mastercard", "another kernel"),
    ("phone", "Phone", "手机", "unionpay", "the holder was verified on the device"),
    ("expired", "Expired card", "过期卡", "unionpay", "ran out in June 2024"),
    ("pulled-away", "Pulled away", "提前移开", "unionpay", "leaves the field too early"),
    ("no-funds", "Empty account", "余额不足", "unionpay", "the issuer declines"),
    ("slow", "Slow card", "慢卡", "visa", "takes 400 ms for each answer"),
]


def band(y, lines, rgb565):
    """A band of the screen in one colour, as the wire carries it."""
    return (
        y.to_bytes(2, "big") + lines.to_bytes(2, "big") + rgb565.to_bytes(2, "big") * (240 * lines)
    )


def card(identity, name, name_zh, scheme, note):
    return {"id": identity, "name": name, "name_zh": name_zh, "scheme": scheme, "note": note}


def empty_journal(sectors=64):
    blank = [{"index": index, "state": "blank", "fill": 0} for index in range(sectors)]
    return {
        "type": "journal",
        "sectors": blank,
        "records": [],
        "pending": {"count": 0, "fen": 0},
    }


class FakeFront:
    """What `page.create_app` asks for; `published` and `commands` may be used by any thread."""

    def __init__(self):
        self.commands = queue.SimpleQueue()
        self.screen = bytearray(LINE_BYTES * LINES)
        self.latest = {}
        self.subscribers = set()
        self.loop = None
        self.state = {"power": True, "network": "up", "backup": False, "acquirer": True}
        self.state |= {"card": None, "cut": None}
        self.keep({"type": "state", **self.state})
        phones = [{"id": "code-at-once", "name": "Pay code", "name_zh": "付款码", "note": ""}]
        self.keep({"type": "cards", "cards": [card(*row) for row in CARDS], "phones": phones})
        self.keep({"type": "leds", "values": [False] * 4})
        self.keep(empty_journal())
        self.keep({"type": "ledger", "rows": [], "net_fen": 0, "count": 0})

    def keep(self, message):
        """Takes a message into the greeting: the screen, and the last message of each type."""
        if isinstance(message, bytes):
            start = int.from_bytes(message[:2], "big") * LINE_BYTES
            self.screen[start : start + len(message) - 4] = message[4:]
        elif message["type"] not in ("event", "buzzer"):
            self.latest[message["type"]] = message

    def publish(self, message):
        """Sends a message to all pages; from the loop's own thread only."""
        self.keep(message)
        for subscriber in self.subscribers:
            subscriber.put_nowait(message if isinstance(message, bytes) else json.dumps(message))

    def published(self, *messages):
        """The same from any other thread."""
        for message in messages:
            self.loop.call_soon_threadsafe(self.publish, message)

    def greeting(self):
        whole = (0).to_bytes(2, "big") + LINES.to_bytes(2, "big") + bytes(self.screen)
        return [*map(json.dumps, self.latest.values()), whole]

    def subscribe(self):
        subscriber = asyncio.Queue()
        self.subscribers.add(subscriber)
        return subscriber

    def unsubscribe(self, subscriber):
        self.subscribers.discard(subscriber)

    async def command(self, command):
        self.commands.put(command)
        changes = {
            "tap": lambda: {"card": command["card"]},
            "remove": lambda: {"card": None},
            "network": lambda: {"network": command["mode"]},
            "backup": lambda: {"backup": command["on"]},
            "acquirer": lambda: {"acquirer": command["on"]},
            "power": lambda: {"power": command["on"], "cut": None},
            "cut": lambda: {"cut": {"operation": command["operation"], "how": command["how"]}},
        }
        if command["do"] in changes:
            self.state.update(changes[command["do"]]())
            self.publish({"type": "state", **self.state})


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


@contextlib.contextmanager
def served(front, port):
    """Serves the page on 127.0.0.1 from a thread with an event loop of its own."""
    listening = threading.Event()

    async def run():
        front.loop = asyncio.get_running_loop()
        front.stop = asyncio.Event()
        serving = asyncio.create_task(page.serve(front, "127.0.0.1", port))
        front.loop.call_soon(listening.set)
        await front.stop.wait()
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)

    thread = threading.Thread(target=asyncio.run, args=(run(),))
    thread.start()
    listening.wait(10)
    try:
        yield front
    finally:
        front.loop.call_soon_threadsafe(front.stop.set)
        thread.join(10)
