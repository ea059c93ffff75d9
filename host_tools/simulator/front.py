"""What the page sees and says: the bench turned into messages, commands turned into acts."""

import asyncio
import json
import struct
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from host_tools.acquirer import ledger
from host_tools.device import journal, provision
from host_tools.simulator.bench import Bench, BenchError
from host_tools.wallet import WALLETS

Message = str | bytes

_FRAME_S = 1 / 30
_LOOK_S = 0.25
_EVENTS = 60
_QUEUE = 400
_LEDGER_ROWS = 50


class Front:
    def __init__(self, data: Path):
        self.bench = Bench(data, self._board_message, self.event)
        self._queues: set[asyncio.Queue[Message]] = set()
        self._latest: dict[str, str] = {}
        self._events: list[str] = []
        self._last_line = ""
        self._tasks: list[asyncio.Task] = []
        self._flash_changed = asyncio.Event()

    # For the page

    def greeting(self) -> list[Message]:
        panel = self.bench.panel
        screen = self._screen(0, panel.height, panel.picture())
        return [screen, *self._latest.values(), *self._events]

    def subscribe(self) -> asyncio.Queue[Message]:
        queue: asyncio.Queue[Message] = asyncio.Queue(_QUEUE)
        self._queues.add(queue)
        return queue

    def unsubscribe(self, queue: asyncio.Queue[Message]) -> None:
        self._queues.discard(queue)

    async def command(self, command: dict[str, Any]) -> None:
        """One act of a person; what cannot be done is told as an event, never raised."""
        try:
            await self._act(command)
        except (KeyError, TypeError, ValueError, BenchError) as error:
            self.event(f"not done: {error}")
        self._tell_state()

    # Life

    def prepare(self) -> None:
        """Takes some seconds the first time, in which nothing else is done."""
        self.bench.prepare()

    async def open(self) -> None:
        """After prepare()."""
        self.bench.flash.on_operation = lambda *_: self._flash_changed.set()
        self.bench.flash.on_cut = self._cut_by_flash
        await self.bench.open()
        self._tell_cards()
        self._tell_state()
        self._flash_changed.set()
        for work in (self._watch_screen, self._watch_flash, self._watch_ledger, self._watch_cards):
            task = asyncio.create_task(work())
            task.add_done_callback(self._watcher_ended)
            self._tasks.append(task)

    def _watcher_ended(self, task: asyncio.Task) -> None:
        if not task.cancelled() and task.exception():
            self.event(f"the page no longer follows: {task.exception()!r}")

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await self.bench.close()

    # Acts

    async def _act(self, command: dict[str, Any]) -> None:
        bench, do = self.bench, command["do"]
        if do == "press":
            await bench.press(command["key"])
        elif do == "tap":
            bench.tap(command["card"])
        elif do == "scan":
            bench.scan(command["phone"])
        elif do == "remove":
            bench.remove()
        elif do == "network":
            await bench.set_network(command["mode"])
            self.event(f"network: {command['mode']}")
        elif do == "backup":
            await bench.set_backup(bool(command["on"]))
            self.event("backup network: " + ("on" if command["on"] else "off"))
        elif do == "acquirer":
            await bench.set_acquirer(bool(command["on"]))
            self.event("acquirer: " + ("on" if command["on"] else "off"))
        elif do == "power":
            self._power(bool(command["on"]))
        elif do == "cut":
            bench.flash.arm(int(command["operation"]), command["how"])
            self.event(
                f"the power will fail {command['how']} flash operation {command['operation']}"
            )
        else:
            raise ValueError(f"unknown command {do!r}")

    def _power(self, on: bool) -> None:
        if on:
            self.bench.power_on()
        else:
            self.bench.power_cut()
        self.event("power " + ("on" if on else "cut"))

    def _cut_by_flash(self) -> None:
        self.bench.power_cut()
        self.event("power cut in a flash operation")
        self._tell_state()
        self._flash_changed.set()

    # Telling

    def _publish(self, message: Message) -> None:
        for queue in self._queues:
            if queue.full():  # a browser that cannot follow starts again from the present
                while not queue.empty():
                    queue.get_nowait()
                for each in self.greeting():
                    queue.put_nowait(each)
            else:
                queue.put_nowait(message)

    def _tell(self, message: dict[str, Any]) -> None:
        text = json.dumps(message, ensure_ascii=False)
        if self._latest.get(message["type"]) != text:
            self._latest[message["type"]] = text
            self._publish(text)

    def _board_message(self, message: dict[str, Any]) -> None:
        self._tell(message)

    def event(self, line: str) -> None:
        """A line for the feed; a screen that is only drawn again is no news."""
        if line == self._last_line:
            return
        self._last_line = line
        line = line.replace("screen ", "the terminal shows: ", 1)
        now = datetime.now().strftime("%H:%M:%S")
        text = json.dumps({"type": "event", "text": line[:300], "time": now}, ensure_ascii=False)
        self._events = [*self._events[1 - _EVENTS :], text]
        self._publish(text)

    def _tell_state(self) -> None:
        bench = self.bench
        self._tell(
            {
                "type": "state",
                "power": bench.terminal.powered,
                "network": bench.network.mode,
                "backup": bench.backup.mode == "up",
                "acquirer": bench.acquirer.running,
                "card": bench.card_id,
                "cut": bench.flash.armed(),
            }
        )

    def _tell_cards(self) -> None:
        cards = [card.profile for card in self.bench.cards.values()]
        names = ("id", "name", "name_zh", "scheme", "note")
        shown = [{name: getattr(card, name) for name in names} for card in cards]
        phones = [
            {name: getattr(each, name) for name in names if name != "scheme"} for each in WALLETS
        ]
        self._tell({"type": "cards", "cards": shown, "phones": phones})

    @staticmethod
    def _screen(y: int, lines: int, pixels: bytes) -> bytes:
        return struct.pack(">HH", y, lines) + pixels

    # Watching

    async def _watch_screen(self) -> None:
        while True:
            band = self.bench.panel.take_band()
            if band:
                self._publish(self._screen(*band))
            await asyncio.sleep(_FRAME_S)

    async def _watch_flash(self) -> None:
        """Decodes the image with the firmware's own reader after every burst of operations."""
        key = provision.seal_key(provision.read(self.bench.provision_path))
        while True:
            await self._flash_changed.wait()
            await asyncio.sleep(_LOOK_S / 2)
            self._flash_changed.clear()
            bench = self.bench
            seen = await asyncio.to_thread(journal.page_view, bench.flash_path, key, bench.firmware)
            self._tell({"type": "journal", **seen})

    async def _watch_ledger(self) -> None:
        path = self.bench.acquirer.data
        content = provision.read(self.bench.provision_path)
        merchant_time = timedelta(minutes=content["terminal"]["utc_offset_min"])
        while True:
            rows = await asyncio.to_thread(ledger.rows, path, _LEDGER_ROWS)
            for row in rows:  # the acquirer keeps UTC; the page speaks the merchant's time
                row["time"] = f"{datetime.fromisoformat(row['time']) + merchant_time:%H:%M:%S}"
            totals = await asyncio.to_thread(ledger.totals, path)
            self._tell({"type": "ledger", "rows": rows, **totals})
            self._tell_state()
            await asyncio.sleep(_LOOK_S)

    async def _watch_cards(self) -> None:
        """A card that leaves by itself (pulled away too early) is taken off the tray's reader."""
        while True:
            if self.bench.card_id and self.bench.reader.card is None:
                self.bench.card_id = None
                self._tell_state()
            await asyncio.sleep(_FRAME_S)
