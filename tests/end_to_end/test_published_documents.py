"""From the publisher's desk to the terminal's screen: signed limits and notices, end to end."""

import ast
import asyncio
from datetime import UTC, datetime

from host_tools import paths
from host_tools.acquirer import ledger, publishing, templates


async def _restarted(bench):
    """A start signs in, and so hears at once what there is."""
    since = len(bench.screens.shown)
    bench.power_cut()
    await bench.terminal.gone()
    bench.power_on()
    await bench.screens.wait("amount", since=since, seconds=30)
    await bench.online()


async def _noted(bench, name, version, seconds=20):
    """Waits until the acquirer knows that the terminal uses that version."""
    for _ in range(int(seconds / 0.2)):
        (row,) = ledger.enrolled(bench.acquirer.data)
        if row[name] == version:
            return
        await asyncio.sleep(0.2)
    raise TimeoutError(f"{name} {version} is not in use: {row}")


def _template(bench, kind):
    (row,) = ledger.enrolled(bench.acquirer.data)
    return templates.MAKERS[kind](row, datetime.now(UTC))


def _key_of(job):
    """The menu's key for a job, as the firmware lists them."""
    tree = ast.parse((paths.firmware_dir() / "terminal" / "menu.py").read_text())
    (jobs,) = [
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "JOBS"
    ]
    return str([name for name, _ in jobs].index(job) + 1)


def test_limits_that_are_published_hold_from_then_on_and_after_a_power_cut(play):
    async def story(bench):
        content = _template(bench, "parameters")
        content["policy"]["sale_limit_fen"] = 1000
        publishing.publish(bench.acquirer.data, content)
        await _restarted(bench)
        await _noted(bench, "parameters", 1)
        since = len(bench.screens.shown)
        await bench.press("1001E")
        assert await bench.screens.wait("refused", since=since) == "refused amount_over_limit"
        await bench.set_network("down")
        since = len(bench.screens.shown)
        bench.power_cut()
        await bench.terminal.gone()
        bench.power_on()
        await bench.screens.wait("amount", since=since, seconds=30)
        await bench.press("1001E")
        return await bench.screens.wait("refused", since=since)

    assert play(story) == "refused amount_over_limit"


def test_a_notice_is_fetched_and_stands_in_the_menu(play):
    async def story(bench):
        publishing.publish(bench.acquirer.data, _template(bench, "notices"))
        await _restarted(bench)
        await _noted(bench, "notices", 1)
        since = len(bench.screens.shown)
        await bench.press("M" + _key_of("notices"))
        return await bench.screens.wait("notice", since=since)

    assert play(story) == "notice"
