"""The merchant's loop: no key is lost between two sales, and a start tells of the last one."""

import parts

from terminal import sale as s
from terminal.till import Till


class Over(Exception):
    """The merchant has gone home."""


class Session:
    trouble = None


class Shop:
    """Services, front, desk and merchant in one: `keys` are pressed one after the other, None is
    nobody, and a function is something that happens meanwhile."""

    def __init__(self, keys, sales=()):
        self.people = self.book = self.clock = self
        self.session = Session()
        self.keys = list(keys)
        self.sales = list(sales)
        self.asked = []  # the amounts of which a sale was begun
        self.screens = []  # (name, values)

    async def key(self, wait_ms):
        if not self.keys:
            raise Over
        key = self.keys.pop(0)
        return key(self) if callable(key) else key

    def show(self, name, **values):
        self.screens.append((name, values))

    def failed(self):
        pass

    def refresh(self):
        pass

    def notice(self):
        return None

    def changed(self):
        return True

    def unreadable(self):
        return 0

    def totals(self, *kinds):
        return 0, 0

    def recent(self, most):
        return sorted(self.sales[:most], key=lambda row: -row[0].number)

    async def run(self, amount_fen):
        self.asked.append(amount_fen)
        return s.Result(s.DECLINED, "declined")


async def _open(keys, sales=()):
    shop = Shop(keys, sales)
    till = Till(shop, shop)
    till._front = shop
    try:
        await till.run()
    except Over:
        pass
    return shop


def _fails_with(trouble):
    """The line, in the place of a key."""

    def fail(shop):
        shop.session.trouble = trouble

    return fail


def _amounts(shop):
    return [values for name, values in shop.screens if name == "amount"]


async def test_the_digit_that_ends_a_result_begins_the_next_amount():
    shop = await _open("100E" + "250E")
    assert shop.asked == [100, 250]


async def test_other_keys_only_end_a_result():
    for key in ("X", "E", "C", "D", "M", "L"):
        shop = await _open("100E" + key + "250E")
        assert shop.asked == [100, 250], key


async def test_trouble_with_the_line_waits_until_no_amount_is_being_keyed():
    trouble = [_fails_with("host_refused"), None]
    shop = await _open(list("40") + trouble + list("0E") + ["X", None, "3", "E"])
    assert shop.asked == [400, 3]
    names = [name for name, _ in shop.screens]
    assert names.count("report") == 1
    assert names.index("declined") < names.index("report")


async def test_a_stranger_at_the_other_end_is_told_with_what_to_do_and_not_as_the_end_of_sales():
    shop = await _open([_fails_with("host_certificate"), None, "E"])
    told = [values for name, values in shop.screens if name == "report"]
    assert [values["reason"] for values in told] == ["net_impostor"]
    assert "refused" not in [name for name, _ in shop.screens]


async def test_a_start_tells_how_the_last_sale_stands_until_a_key_is_pressed():
    sale = parts.sale(7, 1250)
    when = "%02d:%02d" % sale.time[3:5]
    shop = await _open([None, "1"], [(sale, "checking"), (parts.sale(6, 500), "paid")])
    lasts = [values["last"] for values in _amounts(shop)]
    assert lasts == [("checking", when + " ¥12.50")] * 2 + [None]


async def test_the_last_sale_is_not_the_one_that_was_written_about_last():
    shop = await _open([None], [(parts.sale(6, 1300), "returned"), (parts.sale(7, 1400), "stored")])
    assert _amounts(shop)[0]["last"][0] == "stored"


async def test_a_terminal_that_never_sold_has_no_last_sale():
    shop = await _open([None])
    assert [values["last"] for values in _amounts(shop)] == [None, None]
