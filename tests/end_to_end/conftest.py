"""The real firmware on virtual hardware with the real acquirer: one bench for each test."""

import asyncio
import shutil

import pytest

from host_tools.device import provision
from host_tools.simulator.bench import Bench


@pytest.fixture(scope="session")
def prepared(tmp_path_factory):
    """Keys, cards, accounts and a formatted journal, made once and copied for every test."""
    folder = tmp_path_factory.mktemp("bench") / "data"
    Bench(folder).prepare()
    return folder


@pytest.fixture
def play(prepared, tmp_path):
    """`play(story)` runs the coroutine function `story(bench)` on a bench of its own.

    `before_open(bench)` is called before the terminal is switched on; other arguments by name go
    into the "host" section of its provisioning, as reply_ms=1500.
    """
    data = tmp_path / "data"
    shutil.copytree(prepared, data)
    lines: list[str] = []

    async def _play(story, before_open, host):
        bench = Bench(data, on_line=lines.append)
        bench.prepare()
        content = provision.read(bench.provision_path)
        content["host"] |= host
        provision.write(bench.provision_path, content)
        bench.flash.on_cut = bench.power_cut
        if before_open:
            before_open(bench)
        await bench.open()
        try:
            await bench.screens.wait("amount", "fault", seconds=30)
            return await story(bench)
        finally:
            await bench.close()

    def run(story, before_open=None, **host):
        try:
            return asyncio.run(_play(story, before_open, host))
        except BaseException:
            print("\n".join(lines[-60:]))
            raise

    return run
