"""The menu: a job is there while it runs, and gone afterwards."""

import sys

from terminal import menu


class Merchant:
    """Presses these keys and notes what he is shown."""

    def __init__(self, keys):
        self.people = self
        self._keys = list(keys)
        self.screens = []

    async def key(self, wait_ms):
        return self._keys.pop(0) if self._keys else None

    def show(self, name, **values):
        self.screens.append(name)


class Empty:
    def recent(self, most):
        return []


def _merchant(keys):
    merchant = Merchant(keys)
    merchant.book = Empty()
    return merchant


async def test_the_key_of_its_number_opens_a_job():
    merchant = _merchant("1XX")
    await menu.run(merchant, merchant)
    assert merchant.screens == ["menu", "history", "menu"]


async def test_a_job_is_let_go_when_it_ends():
    merchant = _merchant("1XX")
    await menu.run(merchant, merchant)
    assert "terminal.history" not in sys.modules
    assert not hasattr(sys.modules["terminal"], "history")


async def test_other_keys_do_nothing_and_a_minute_without_keys_ends_it():
    merchant = _merchant("90DEC")
    await menu.run(merchant, merchant)
    assert merchant.screens == ["menu"] * 6


async def test_a_job_is_let_go_when_it_fails():
    merchant = _merchant("1")
    merchant.book = None
    try:
        await menu.run(merchant, merchant)
    except AttributeError:
        assert "terminal.history" not in sys.modules
    else:
        raise AssertionError("it did not fail")
