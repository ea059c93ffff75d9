"""How fast a terminal empties its queue: the real firmware, TLS, and the real acquirer.

The terminal starts with stored sales in its flash and no network; the clock runs from the moment
the network is there, so connecting and signing in count.
"""

import asyncio
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from host_tools.acquirer.schema import DATABASE
from host_tools.device import journal, provision
from host_tools.errors import Unusable
from host_tools.simulator.bench import Bench
from host_tools.uplink import stock
from host_tools.uplink.line import Line

_CARDS = ("unionpay-debit", "unionpay-credit", "visa", "mastercard")
_LOOK_S = 0.01
_LONGEST_S = 600
_SETTLE_S, _LOOKS = 0.5, 20


class BenchError(Unusable):
    """The drain did not come to its end, or not to the right one; the text says how."""


@dataclass(frozen=True)
class Condition:
    """A line, and how many sales are enough to time one message at a time on it."""

    name: str
    rtt_s: float
    loss: float
    alone: int


CONDITIONS = (
    Condition("rtt_0_ms", 0.0, 0.0, 300),
    Condition("rtt_50_ms", 0.05, 0.0, 200),
    Condition("rtt_600_ms", 0.6, 0.0, 20),
    Condition("rtt_50_ms_loss_5", 0.05, 0.05, 100),
)


def run(sales: int, say: Callable[[str], None]) -> Iterator[tuple[Condition, dict]]:
    """(condition, figures) one after the other. Raises BenchError."""
    with tempfile.TemporaryDirectory(prefix="tapstone-") as name:
        folder = Path(name)
        _prepare(folder / "new")
        for condition in CONDITIONS:
            say(f"{condition.name}: one message at a time")
            alone = min(condition.alone, sales)
            single = asyncio.run(_drain(folder, condition, alone, window=1))
            say(f"{condition.name}: {sales} sales")
            many = asyncio.run(_drain(folder, condition, sales, window=None))
            yield condition, _figures(many, single)


def _figures(many: dict, single: dict) -> dict:
    return {
        "sales_per_s": round(many["sales_per_s"], 1),
        "one_in_flight_per_s": round(single["sales_per_s"], 1),
        "ratio_to_one_in_flight": round(many["sales_per_s"] / single["sales_per_s"], 1),
        "bytes_per_sale": round(many["bytes_per_sale"]),
        "first_receipt_ms": round(1000 * many["first_s"]),
    }


def _prepare(data: Path) -> None:
    bench = Bench(data)
    bench.prepare()
    bench.flash.close()


async def _drain(folder: Path, condition: Condition, sales: int, window: int | None) -> dict:
    data = folder / "data"
    shutil.rmtree(data, ignore_errors=True)
    shutil.copytree(folder / "new", data)
    lines: list[str] = []
    bench = Bench(data, on_line=lines.append)
    _stock(bench, sales, window)
    bench.prepare()
    line = bench.network = Line(condition.rtt_s, condition.loss)
    bench.pins.set_wifi(False)
    await bench.open()
    try:
        await bench.screens.wait("amount", "fault", seconds=60)
        return await _timed(bench, line, sales)
    except TimeoutError as error:
        raise BenchError("\n".join([str(error), *lines[-20:]])) from error
    finally:
        await bench.close()


def _stock(bench: Bench, sales: int, window: int | None) -> None:
    bench.prepare()
    cards = [bench.cards[name] for name in _CARDS]
    content = provision.read(bench.provision_path)
    content["host"]["reply_ms"] = 20_000
    if window:
        content["host"]["window"] = window
    provision.write(bench.provision_path, content)
    bench.flash.close()
    made = stock.sales(cards, sales)
    stock.fill(bench.firmware, bench.flash_path, bench.provision_path, made)


async def _timed(bench: Bench, line: Line, sales: int) -> dict:
    database = (bench.acquirer.data / DATABASE).resolve().as_uri() + "?mode=ro"
    look = sqlite3.connect(database, uri=True)
    clock = asyncio.get_running_loop().time
    first_s, start = None, clock()
    bench.pins.set_wifi(True)
    posted = 0
    while posted < sales:
        if clock() - start > _LONGEST_S:
            raise TimeoutError(f"{posted} of {sales} sales were banked")
        await asyncio.sleep(_LOOK_S)
        posted = look.execute("SELECT count(*) FROM requests").fetchone()[0]
        if posted and first_s is None:
            first_s = clock() - start + line.rtt_s / 2
    took_s = clock() - start + line.rtt_s / 2  # the last receipt is still on its way
    counted = line.bytes
    look.close()
    await _settled(bench)
    return {"sales_per_s": sales / took_s, "bytes_per_sale": counted / sales, "first_s": first_s}


async def _settled(bench: Bench) -> None:
    """Fast is nothing without right: the terminal has a receipt for each sale, and kept none."""
    key = provision.seal_key(provision.read(bench.provision_path))
    for _ in range(_LOOKS):
        found = journal.sales(bench.firmware, bench.flash_path, key)
        stored = [row["seq"] for row in found["rows"] if row["kind"] == "stored"]
        if not any(seq > found["released"] for seq in stored):
            return
        await asyncio.sleep(_SETTLE_S)
    raise BenchError("sales are still stored, though the bank has them all")
