"""The list of sales and one of them: newest first, and true for as long as it is looked at."""

import parts

from crypto.dukpt import counter_is_usable
from terminal import book as b
from terminal import deferral, history

TOKEN = bytes(16)


class Merchant:
    """The services, and a merchant: a key, None for half a second, or something that happens."""

    def __init__(self):
        self.book = b.Book(parts.journal(parts.Flash(), formatted=False), counter_is_usable)
        self.people = self.clock = self
        self.keys, self.screens = [], []
        self.ms, self.is_old = 0, False

    def now_ms(self):
        return self.ms

    async def key(self, wait_ms):
        self.ms += wait_ms
        key = self.keys.pop(0) if self.keys else None
        return key() if callable(key) else key

    def show(self, name, **values):
        self.is_old = False
        self.screens.append((name, values))

    def changed(self):
        return self.is_old

    def sold(self, kind, fen=1000):
        sale = parts.sale(self.book.reserve(), fen)
        self.book.open(kind, sale, sale.number)
        self.book.put_back(sale.number)
        return sale

    def banks(self, sale):
        def happens():
            self.book.resolve(sale.number, TOKEN)
            self.is_old = True

        return happens

    async def looks(self, *keys):
        self.keys = list(keys)
        await history.run(self, self)

    def words(self):
        return [values["word"] for name, values in self.screens if name == "entry"]


async def test_an_entry_that_is_open_tells_when_its_sale_has_been_banked():
    merchant = Merchant()
    sale = merchant.sold(b.STORED)
    await merchant.looks("E", None, merchant.banks(sale), None, "X", "X")
    assert merchant.words() == ["stored", "paid"]


async def test_an_entry_is_left_after_a_minute_also_when_it_changes():
    merchant = Merchant()
    sale = merchant.sold(b.STORED)
    await merchant.looks("E", merchant.banks(sale))
    assert [name for name, _ in merchant.screens[-2:]] == ["entry", "history"]
    assert 60000 <= merchant.ms - 60000 <= 121000


async def test_a_refusal_that_comes_while_nobody_looks_is_not_called_seen():
    merchant = Merchant()
    sale = merchant.sold(b.DEFERRED)

    def declined():
        sale.answer = ("123456789012", "", "51")
        merchant.book.open(b.DENIED, sale, sale.number)
        merchant.is_old = True

    await merchant.looks("E", declined)
    assert merchant.words() == ["stored", "failed"]
    assert deferral.unseen(merchant.book).number == sale.number


async def test_the_list_has_the_newest_sale_first_whatever_was_written_last():
    merchant = Merchant()
    doubt, stored = merchant.sold(b.REQUEST, 1300), merchant.sold(b.STORED, 1400)
    merchant.book.end(doubt.number, b.REVERSED, TOKEN)
    await merchant.looks("X")
    rows = merchant.screens[0][1]["rows"]
    assert [(fen, word) for _, fen, word in rows] == [(1400, "stored"), (1300, "returned")]
    assert merchant.book.recent(8)[0][0].number == stored.number
