"""The acquirer is restored from a backup while the terminal goes on: the books are whole again."""

import asyncio
import shutil
import signal

from sqlalchemy import select
from test_returns import _sell

from host_tools import audit
from host_tools.acquirer import ledger
from host_tools.acquirer.schema import DATABASE, terminals, transaction


async def _backed_up(bench):
    await bench.set_acquirer(False)
    shutil.copy(bench.acquirer.data / DATABASE, bench.data / "backup.db")
    await bench.set_acquirer(True)


async def _restored(bench):
    await bench.set_acquirer(False, signal.SIGKILL)
    for file in bench.acquirer.data.glob(f"{DATABASE}*"):
        file.unlink()
    shutil.copy(bench.data / "backup.db", bench.acquirer.data / DATABASE)
    await bench.set_acquirer(True)


def _asks(bench):
    """From which number on the acquirer wants to be told all again, None if it does not."""
    with transaction(bench.acquirer.data) as connection:
        return connection.execute(select(terminals.c.again_from)).scalar_one()


def _has_asked(bench):
    return "restored" in {note["code"] for note in ledger.notes(bench.acquirer.data, "alarm")}


async def _until(true, seconds=40):
    for _ in range(int(seconds / 0.2)):
        if true():
            return
        await asyncio.sleep(0.2)
    raise TimeoutError(true)


def test_what_an_old_backup_does_not_have_is_told_again(play):
    async def story(bench):
        await bench.online()
        await _sell(bench, 1000, "approved")
        await _backed_up(bench)
        await _sell(bench, 2000, "approved")
        await _sell(bench, 1250, "declined insufficient_funds", "no-funds")
        await bench.set_network("down")
        await _sell(bench, 3000, "stored")
        await bench.set_network("up")
        await _until(lambda: audit.audit(bench)["banked"] == 3)
        before = ledger.balances(bench.acquirer.data)
        await _restored(bench)
        assert ledger.balances(bench.acquirer.data) != before
        await _until(lambda: _has_asked(bench) and _asks(bench) is None)
        assert ledger.balances(bench.acquirer.data) == before
        return audit.audit(bench)

    verdict = play(story)
    assert verdict["lost"] == verdict["doubled"] == 0
    assert verdict["captured"] == verdict["banked"] == 3
