"""A card of every kernel pays, online and without a network; a session can be looked at later."""

import asyncio
import shutil

from typer.testing import CliRunner

from host_tools import audit
from host_tools.cli import app
from host_tools.device import provision
from host_tools.simulator.bench import Bench

CARDS = ("unionpay-debit", "visa", "mastercard", "jcb")  # kernels 7, 3, 2, 5


async def _banked(bench, seconds=30):
    """The audit's verdict, once nothing is held any more."""
    for _ in range(int(seconds / 0.2)):
        verdict = audit.audit(bench)
        if verdict["pending"] == verdict["in_doubt"] == 0:
            return verdict
        await asyncio.sleep(0.2)
    raise TimeoutError(f"still held: {verdict}")


def test_a_card_of_each_kernel_is_paid_online_and_stored_without_a_network(play):
    async def story(bench):
        await bench.online()
        for card in CARDS:
            assert await bench.sell(1250, card) == "approved", card
            await bench.press("X")
        await bench.set_network("down")
        for card in CARDS:
            assert await bench.sell(2000, card) == "stored", card
            await bench.press("X")
        await bench.set_network("up")
        return await _banked(bench)

    verdict = play(story)
    assert verdict["lost"] == verdict["doubled"] == 0
    assert verdict["captured"] == verdict["banked"] == 2 * len(CARDS)
    assert verdict["banked_fen"] == (1250 + 2000) * len(CARDS)


async def _sell_recorded(bench):
    bench.prepare()
    content = provision.read(bench.provision_path)
    content["emv"]["record_sessions"] = True
    provision.write(bench.provision_path, content)
    await bench.open()
    try:
        await bench.online()
        return await bench.sell(1250, "jcb")
    finally:
        await bench.close()


def test_a_recorded_session_can_be_explained_and_tells_no_card_number(prepared, tmp_path):
    data, lines = tmp_path / "data", []
    shutil.copytree(prepared, data)
    assert asyncio.run(_sell_recorded(Bench(data, on_line=lines.append))) == "approved"
    start = next(at for at, line in enumerate(lines) if line.startswith('{"format"'))
    recorded = "\n".join(lines[start : lines.index("]}", start) + 1])
    assert "3530111333300000" not in "\n".join(lines)
    (tmp_path / "session.json").write_text(recorded)
    told = CliRunner().invoke(app, ["emv", "replay", str(tmp_path / "session.json")])
    assert told.exit_code == 0
    assert "GENERATE AC asking for ARQC with CDA" in told.output
    assert "353011******0000" in told.output
