"""What a tap costs: on the air, on the reader's wire, in the terminal. Without the card's thinking.

The real driver and kernels run against the virtual reader, which says how long the air would take;
then the very same tap is repeated inside MicroPython to time it and to count its instructions.
"""

import asyncio
import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from host_tools.cards import profile, world
from host_tools.cards.applet import Card
from host_tools.emv import inside, record
from host_tools.errors import Unusable, WrongUse
from host_tools.simulator.pn532 import PN532

BAUD = 921_600
_BITS_PER_BYTE = 10  # on the wire: start, eight, stop
_OFFLINE_FEN, _TIMED_TAPS, _COUNTED_TAPS = 1234, 101, 10
# What the chip does alone when it lists a card, at 9 bits a byte: REQA and ATQA, anticollision and
# UID, SELECT and SAK (14443-3, 6.4 and 6.5), each frame with the gap behind it.
_ACTIVATION_FRAMES_BYTES = (1, 2, 2, 5, 9, 3)
_BITS_PER_S, _GAP_S = 13.56e6 / 128, 100e-6
_COUNTED_HEAP = "64m"  # large enough for no collection, whose instructions would depend on chance


class BenchError(Unusable):
    """The tap did not come to its end; the text says how it ended."""


@dataclass
class Meter:
    """What went over air and wire so far, and the wire's bytes while `recording`."""

    air_s: float = 0.0
    link_bytes: int = 0
    apdus: int = 0
    apdu_bytes: int = 0
    recording: bool = False
    wire: list[list[bytes]] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        """In place of waiting."""
        self.air_s += seconds

    def sent(self, data: bytes) -> None:
        self.link_bytes += len(data)
        if self.recording:
            self.wire.append([data, b""])

    def answered(self, data: bytes) -> None:
        self.link_bytes += len(data)
        if self.wire and self.recording:
            self.wire[-1][1] += data

    def numbers(self) -> tuple[float, int, int, int]:
        return self.air_s, self.link_bytes, self.apdus, self.apdu_bytes


class _Counted:
    """A card that counts, and answers at once."""

    def __init__(self, card: Card, meter: Meter):
        self._card, self._meter = card, meter
        self.kind, self.uid, self.fsci = card.kind, card.uid, card.fsci

    def apdu(self, command: bytes) -> bytes | None:
        reply = self._card.apdu(command)
        self._meter.apdus += 1
        self._meter.apdu_bytes += len(command) + len(reply or b"")
        return reply


async def tap(built: Path, card: Card, section: dict, asked: dict) -> tuple[dict[str, Any], Meter]:
    """(what was counted between field on and card done, the meter with its record of the wire)."""
    meter = Meter()
    with tempfile.TemporaryDirectory(prefix="tap-") as folder:
        server = await asyncio.start_unix_server(_reader(card, meter), f"{folder}/uart1")
        process = await asyncio.create_subprocess_exec(
            *inside.command("wire_tap"),
            env=inside.environment(built, TAPSTONE_DEVICES=folder),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        try:
            return await _counted(process, meter, {"section": section, "request": asked}), meter
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()
            server.close()


def _reader(card: Card, meter: Meter):
    async def serve(stream, writer) -> None:
        def write(data: bytes) -> None:
            meter.answered(data)
            writer.write(data)

        chip = PN532(write, sleep=meter.sleep)
        chip.place(_Counted(card, meter))
        while data := await stream.read(4096):
            meter.sent(data)
            chip.feed(data)
        writer.close()

    return serve


async def _counted(process: asyncio.subprocess.Process, meter: Meter, message: dict) -> dict:
    assert process.stdin and process.stdout
    process.stdin.write(json.dumps(message).encode() + b"\n")
    before = after = meter.numbers()
    ended = None
    while ended is None:
        line = await asyncio.wait_for(process.stdout.readline(), 20)
        try:
            answer = json.loads(line)
        except ValueError:
            rest = (line + await process.stdout.read()).decode(errors="replace")
            raise BenchError(rest.strip()[-500:] or "the terminal ended") from None
        if answer.get("mark") == "field":
            before, meter.recording = meter.numbers(), True
        elif answer.get("mark") == "done":
            after, meter.recording = meter.numbers(), False
        else:
            ended = answer["reason"]
        process.stdin.write(b"\n")
    if after == before:
        raise BenchError(f"the card was not read to its end: {ended}")
    air_s, link_bytes, apdus, apdu_bytes = (b - a for a, b in zip(before, after, strict=True))
    return {
        "outcome": ended,
        "apdus": apdus,
        "bytes": apdu_bytes,
        "air_ms": 1000 * (air_s + _activation_s()),
        "link_ms": 1000 * link_bytes * _BITS_PER_BYTE / BAUD,
    }


def _activation_s() -> float:
    bits = 9 * sum(_ACTIVATION_FRAMES_BYTES)
    return bits / _BITS_PER_S + len(_ACTIVATION_FRAMES_BYTES) * _GAP_S


def _timed(built: Path, file: Path) -> dict[str, float]:
    """The terminal's time: {"cpu_ms"} in the field, {"kernel_ms"} of that in the kernel."""
    env = inside.environment(built, TAP=str(file), TAPS=str(_TIMED_TAPS), COLLECT="1")
    times = json.loads(_output(inside.command("tap_time"), env))
    return {"cpu_ms": times["in_field_us"] / 1000, "kernel_ms": times["kernel_us"] / 1000}


def _instructions(built: Path, file: Path) -> int | None:
    """Of one whole tap: what N more taps cost, so that starting up does not count. None without
    valgrind.
    """
    if shutil.which("valgrind") is None:
        return None
    with ThreadPoolExecutor(2) as pool:
        once, twice = pool.map(partial(_count, built, file), (_COUNTED_TAPS, 2 * _COUNTED_TAPS))
    return (twice - once) // _COUNTED_TAPS


def _count(built: Path, file: Path, taps: int) -> int:
    """Instructions of a whole process, by callgrind."""
    env = inside.environment(built, TAP=str(file), TAPS=str(taps), PYTHONHASHSEED="0")
    run = inside.command("tap_time", heap=_COUNTED_HEAP)
    valgrind = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    found = re.search(r"Collected : (\d+)", _output([*valgrind, *run], env, stderr=True))
    if not found:
        raise BenchError("callgrind gave no count")
    return int(found[1])


def _output(command: list[str], env: dict[str, str], stderr: bool = False) -> str:
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=300)
    if done.returncode:
        raise BenchError((done.stdout + done.stderr).strip()[-500:])
    return done.stderr if stderr else done.stdout


def run(
    profiles: list[str] | None = None, cards: Path | None = None, count: bool = True
) -> Iterator[tuple[str, str, dict]]:
    """(profile, "offline" or "online", costs) of each card; those that leave early are left out.

    `profiles`: only these. `cards`: folder of their keys, made where it is not there; the same keys
    give the same instructions, others up to a tenth more or less. `count`: whether to count them,
    which takes most of the time.
    """
    chosen = _chosen(profiles)
    with tempfile.TemporaryDirectory(prefix="tapstone-") as name:
        folder = Path(name)
        built = inside.build(folder / "built")
        home = cards or folder / "world"
        world.create(home)
        section = world.emv_section(home, record.SERIAL)
        for card in world.cards(home):
            if card.profile.id not in chosen:
                continue
            for online in (False, True):
                asked = record.request(_OFFLINE_FEN, online)
                costs, meter = asyncio.run(tap(built, card, section, asked))
                file = _written(folder / "tap.json", section, asked, meter)
                costs |= _timed(built, file)
                costs["instructions"] = _instructions(built, file) if count else None
                costs["in_field_ms"] = costs["air_ms"] + costs["link_ms"] + costs["cpu_ms"]
                yield card.profile.id, "online" if online else "offline", _rounded(costs)


def _chosen(names: list[str] | None) -> set[str]:
    """The cards of these names, else all; without those that leave before they are done."""
    whole = [p.id for p in profile.load_all() if not (p.torn_at or p.short_records)]
    if wrong := sorted(set(names or ()).difference(whole)):
        raise WrongUse(f"there is no card {', '.join(wrong)}; there are {', '.join(whole)}")
    return set(names or whole)


def _written(file: Path, section: dict, asked: dict, meter: Meter) -> Path:
    """The tap as on_target/tap_time.py repeats it."""
    wire = [[sent.hex(), answered.hex()] for sent, answered in meter.wire]
    file.write_text(json.dumps({"section": section, "request": asked, "wire": wire}))
    return file


def _rounded(costs: dict[str, Any]) -> dict[str, Any]:
    return {n: round(v, 2) if isinstance(v, float) else v for n, v in costs.items()}
