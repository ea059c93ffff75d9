"""Another firmware on an old journal: what it cannot read is kept, and it is asked before."""

import parts

from crypto.dukpt import counter_is_usable
from terminal import book as b
from terminal import formats, sale_record, update

TODAY = sale_record.CHIP_TAGS
LATER = TODAY + ((0x9F19, 6),)  # a tag more, as a later firmware may have it
TOKEN = bytes(range(16))


class Terminal:
    """The services that are asked whether they stand still."""

    def __init__(self):
        self.forwarding = self.memory = self.link = self
        self.paused = self.busy = False
        self.flash = parts.Flash()
        self.journal = parts.journal(self.flash, formatted=False)
        self.book = b.Book(self.journal, counter_is_usable)
        self.fed = 0

    def feed(self):
        self.fed += 1

    def restart(self, tags=TODAY):
        """With a firmware that knows these chip tags."""
        sale_record.CHIP_TAGS = tags
        self.journal = parts.journal(self.flash)
        self.book = b.Book(self.journal, counter_is_usable)
        self.book.load()

    def stored(self):
        sale = parts.sale(self.book.reserve(), 500)
        sale.chip[0x9F19] = bytes(6)  # kept where the firmware knows it
        self.book.open(b.STORED, sale, sale.number)
        self.book.put_back(sale.number)
        return sale

    def why_not(self, **otherwise):
        statement = formats.stated()
        statement.update(otherwise)
        return update.hindrance(self, statement, self.feed)


def with_other_firmware(test):
    """What a test makes of the tables ends with it."""

    def run():
        try:
            test()
        finally:
            sale_record.CHIP_TAGS = TODAY

    return run


def test_a_queue_waits_through_an_update():
    terminal = Terminal()
    terminal.stored()
    assert terminal.why_not() is None
    assert terminal.fed > 0


def test_no_update_begins_in_the_midst_of_something():
    terminal = Terminal()
    terminal.paused = True
    assert terminal.why_not() == "still_selling"
    terminal.paused, terminal.book.in_play = False, 7
    assert terminal.why_not() == "still_selling"
    terminal.book.in_play, terminal.busy = None, True
    assert terminal.why_not() == "still_sending"
    terminal.busy = False
    terminal.book.close_batch(TOKEN, parts.NOW[:5])
    assert terminal.why_not() == "settle_under_way"


def test_a_firmware_that_lacks_a_kind_of_record_is_refused_while_one_is_kept():
    terminal = Terminal()
    without = [kind for kind in formats.stated()["kinds"] if kind != b.STORED]
    assert terminal.why_not(kinds=without) is None
    sale = terminal.stored()
    assert terminal.why_not(kinds=without) == "update_unreadable"
    terminal.book.resolve(sale.number, TOKEN)  # still in the flash, for the merchant's question
    assert terminal.why_not(kinds=without) == "update_unreadable"


def test_a_firmware_that_says_nothing_or_another_layout_is_refused():
    terminal = Terminal()
    assert update.hindrance(terminal, {}, terminal.feed) == "update_unreadable"
    assert terminal.why_not(journal=[2]) == "update_unreadable"


@with_other_firmware
def test_a_firmware_that_lacks_a_tag_is_refused_while_a_sale_has_it():
    terminal = Terminal()
    terminal.stored()
    assert terminal.why_not(tags=len(TODAY)) is None
    terminal.restart(LATER)
    assert terminal.why_not(tags=len(TODAY)) is None
    terminal.stored()
    assert terminal.why_not(tags=len(TODAY)) == "update_unreadable"
    assert terminal.why_not() is None


@with_other_firmware
def test_what_an_older_firmware_cannot_read_is_kept_and_read_again_by_the_later_one():
    terminal = Terminal()
    terminal.restart(LATER)
    sale = terminal.stored()
    terminal.restart(TODAY)
    other = terminal.stored()
    terminal.book.resolve(other.number, TOKEN)
    assert terminal.book.totals(b.UNREADABLE) == (1, 0)
    assert terminal.book.owed() == []
    assert terminal.book.acknowledged() == (0, 1)
    assert terminal.why_not(tags=len(LATER)) is None  # the way out is the later firmware
    terminal.restart(LATER)
    assert sale.number in terminal.book.owed()
    assert terminal.book.sale(sale.number).chip[0x9F19] == bytes(6)


@with_other_firmware
def test_the_end_of_a_sale_that_an_older_firmware_cannot_read_is_not_guessed_at():
    terminal = Terminal()
    sale_record.CHIP_TAGS = LATER
    ending = terminal.stored().pack() + b" " * 20
    sale_record.CHIP_TAGS = TODAY
    try:
        sale_record.unpack(ending)
    except sale_record.BadSale:
        return
    raise AssertionError("read as something else")
