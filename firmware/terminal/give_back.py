"""The merchant gives back some of a sale, or all of it: how much, sure, and what came of it."""

from micropython import const

from terminal import returns
from terminal.till import keyed

_ASK_MS = const(60000)
_RESULT_MS = const(8000)
_REFRESH_MS = const(500)
_OK = ((("E", "key_ok"),),)


async def run(services, front, sale, word):
    left_fen, reason = returns.left_fen(services.book, sale)
    if reason is None:
        amount_fen = await _amount(services, front, left_fen)
        if not amount_fen or not await _sure(services, front, amount_fen):
            return
        given, reason = returns.give_back(services, sale, amount_fen)
        if given:
            await _tell(services, front, given)
            return
    services.people.failed()
    front.show("report", title="give_back", reason=reason, hints=_OK)
    await services.people.key(_ASK_MS)


async def _amount(services, front, left_fen):
    """All that is left, unless another amount is keyed. None: nothing is to be given back."""
    fen, untouched = left_fen, True
    while True:
        front.show("give_back", fen=fen, left_fen=left_fen)
        key = await services.people.key(_ASK_MS)
        if key in ("X", "M", None):
            return None
        if key != "E":
            fen, untouched = keyed(0 if untouched else fen, key), False
        elif 0 < fen <= left_fen:
            return fen


async def _sure(services, front, amount_fen):
    about = {"reason": "give_back_sure", "title": "give_back_ask", "yes": "give_back"}
    front.show("confirm", fen=amount_fen, **about)
    return await services.people.agree(_ASK_MS)


async def _tell(services, front, given):
    """It is written down. Stays a while, because the bank often answers at once."""
    services.people.stored()
    shown = until_ms = None
    while shown is None or services.clock.now_ms() < until_ms:
        word = services.book.word(given.number)
        if word != shown:
            until_ms = services.clock.now_ms() + _RESULT_MS
        if word != shown or front.changed():
            front.show("given_back", fen=given.signed_fen, word=word)
            shown = word
        if await services.people.key(_REFRESH_MS) in ("X", "E"):
            return
