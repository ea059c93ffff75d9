"""Where is my money? The sales of this terminal, and what can be done about each of them."""

from micropython import const

from terminal import deferral, menu, returns
from terminal.front import particulars

_HISTORY_MS = const(60000)
_REFRESH_MS = const(500)
_ROWS = const(20)

# What can be done about a sale: (text key, module). The job also gets the sale and its word.
_ACTIONS = (
    ("ask_bank", "terminal.ask_bank"),
    ("give_back", "terminal.give_back"),
)
_SEND_AGAIN = (("send_again", "terminal.send_again"),)
_CALL_OFF = (("call_off", "terminal.call_off"),)


async def run(services, front):
    rows = services.book.recent(_ROWS)
    at = 0
    while True:
        front.show("history", rows=[_row(sale, word) for sale, word in rows], index=at)
        key = await services.people.key(_HISTORY_MS)
        if key in ("X", "M", None):
            return
        if key == "8":
            at = min(at + 1, max(0, len(rows) - 1))
        elif key == "2":
            at = max(0, at - 1)
        elif key == "E" and rows:
            await _entry(services, front, *rows[at])
            rows = services.book.recent(_ROWS)


def _row(sale, word):
    return "%02d:%02d" % sale.time[3:5], sale.signed_fen, word


async def _entry(services, front, sale, word):
    """Shows the sale, and what becomes of it meanwhile."""
    book, until_ms = services.book, services.clock.now_ms() + _HISTORY_MS
    key = None
    _show(front, book, sale, word)
    while key is None and services.clock.now_ms() < until_ms:
        key = await services.people.key(_REFRESH_MS)
        if key is None and front.changed():
            sale, word = _now(book, sale, word)
            _show(front, book, sale, word)
    if key and word == "failed":
        deferral.seen(book, sale.number)  # nobody may have looked where no key was pressed
    if key == "E":
        jobs = _ACTIONS + _more(book, sale.number)
        await menu.run(services, front, "this_sale", jobs, sale, word)


def _now(book, sale, word):
    """(Sale, word) as it stands now; as it stood if it is not kept any more."""
    found = [row for row in book.recent(_ROWS) if row[0].number == sale.number]
    return found[0] if found else (sale, word)


def _show(front, book, sale, word):
    front.show(
        "entry",
        word=word,
        code=sale.answer[2],
        where=_where(book, sale.number, word),
        back_fen=0 if sale.original else returns.given_back_fen(book, sale),
        **particulars(sale),
    )


def _where(book, number, word):
    """The text on where the money is, if it is not that of the word."""
    if deferral.is_undecided(book, number):
        return "where_undecided"
    return "where_unsaid" if word == "checking" and not book.is_open(number) else ""


def _more(book, number):
    """What can be done about a sale that stands as this one does."""
    if deferral.is_undecided(book, number):
        return _CALL_OFF
    return _SEND_AGAIN if book.is_dead(number) else ()
