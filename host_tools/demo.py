"""The story in half a minute, told in plain lines, and judged at the end by an audit."""

import asyncio
import tempfile
from collections import deque
from collections.abc import Callable
from pathlib import Path

from host_tools import audit
from host_tools.errors import Unusable
from host_tools.simulator.bench import Bench
from host_tools.simulator.terminal import Stopwatch

_BANKED_S = 30
_LAST_LINES = 30


class DemoError(Unusable):
    """The story could not be told to its end; the text says why, with the terminal's last lines."""


def _yuan(fen: int) -> str:
    return f"¥{fen / 100:,.2f}"


class Story:
    def __init__(self, bench: Bench, say: Callable[[str], None]):
        self.bench = bench
        self.clock = Stopwatch()
        self._say = say

    def say(self, text: str) -> None:
        self._say(f"{self.clock():5.1f} s  {text}")

    async def sell(self, amount_fen: int, card: str, *ends: str) -> None:
        screen = await self.bench.sell(amount_fen, card, *ends)
        name = self.bench.cards[card].profile.name
        self.say(f"{_yuan(amount_fen):>9} with {name}: {screen}")
        await self.home()

    async def home(self) -> None:
        since = len(self.bench.screens.shown)
        await self.bench.press("X")
        await self.bench.screens.wait("amount", since=since)

    async def act_online(self) -> None:
        await self.bench.screens.wait("amount", seconds=30)
        await self.bench.online()
        self.say("The terminal is signed in at the acquirer.")
        await self.sell(1250, "unionpay-debit", "approved")
        await self.sell(8800, "visa", "approved")

    async def act_offline(self) -> None:
        await self.bench.set_network("down")
        self.say("The network is cut.")
        await self.sell(3600, "unionpay-credit", "stored")
        await self.sell(1880, "visa", "stored")
        await self.sell(990, "phone", "stored")

    async def act_power_cut(self) -> None:
        bench, since = self.bench, len(self.bench.screens.shown)
        self.say("A customer taps, and the power fails while the sale is being written.")
        bench.flash.arm(2, "torn")
        await bench.press("2460E")
        await bench.screens.wait("present", since=since)
        bench.tap("unionpay-debit")
        await bench.dead()
        bench.remove()
        self.say("The power is back.")
        since = len(bench.screens.shown)
        bench.power_on()
        await bench.screens.wait("amount", since=since, seconds=30)

    async def act_doubt(self) -> None:
        bench = self.bench
        await bench.online()
        await bench.set_network("drop")
        self.say("The network loses replies: the bank says yes, and the terminal does not hear it.")
        await self.sell(4200, "unionpay-debit", "in_doubt")

    async def act_banked(self) -> None:
        await self.bench.set_network("up")
        self.say("The network is back.")
        start = self.clock()
        while self.clock() - start < _BANKED_S:
            result = audit.audit(self.bench)
            if result["pending"] == 0 and result["in_doubt"] == 0:
                break
            await asyncio.sleep(0.3)


async def play(say: Callable[[str], None]) -> dict:
    """Plays the story in a folder of its own; gives the audit's verdict."""
    with tempfile.TemporaryDirectory(prefix="tapstone-") as folder:
        lines: deque[str] = deque(maxlen=_LAST_LINES)
        bench = Bench(Path(folder), on_line=lines.append)
        story = Story(bench, say)
        bench.prepare()
        bench.flash.on_cut = bench.power_cut
        await bench.open()
        try:
            for act in (
                story.act_online,
                story.act_offline,
                story.act_power_cut,
                story.act_banked,
                story.act_doubt,
                story.act_banked,
            ):
                await act()
            result = audit.audit(bench)
        except TimeoutError as error:
            raise DemoError("\n".join([f"the demo did not end: {error}", *lines])) from error
        finally:
            await bench.close()
    _tell(story, result)
    return {**result, "seconds": round(story.clock(), 1)}


def _tell(story: Story, result: dict) -> None:
    story.say(
        f"{result['captured']} sales captured, {result['banked']} banked"
        f" ({_yuan(result['banked_fen'])}), {result['returned']} returned,"
        f" {result['in_doubt']} in doubt, {result['lost']} lost, {result['doubled']} doubled."
    )
