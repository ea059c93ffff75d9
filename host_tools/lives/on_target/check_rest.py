"""The last look from outside, when nothing is left to wait for: promises, money, books."""

import check_restore
import check_returns
from records import DENIED


def judge(check, poison, taken_fen, missing):
    """I1, I4 and I5 once more, with nothing left to wait for. `taken_fen` left the accounts;
    of `missing` sales the terminal has said that it cannot tell a restored bank of them."""
    lost = 0
    sales = check.sales.values()
    banked_fen = sum([s.net * s.amount_fen for s in sales if not s.original])
    banked_fen -= sum([sale.returned_fen for sale in sales])
    check.that(banked_fen == taken_fen, "I5 the bank's books do not add up", banked_fen)
    for sale in sales:
        if sale.erased:
            continue
        if sale.forgotten and check_restore.is_lost(sale):
            lost += 1
            continue
        if sale.original:
            check_returns.at_rest(check, sale, poison)
            continue
        if sale.stored and not sale.rotten:
            check.that(sale.net == 1 or sale.dead, "I1 stored sale lost", sale.number)
        if sale.deferred and not sale.rotten:
            decided = sale.said or sale.dead or check.is_unsaid(sale)
            check.that(decided, "I4 nobody has decided", sale.number)
        if sale.dead:
            check.that(sale.amount_fen in poison, "I1 dead letter without poison", sale.number)
        elif sale.net and not sale.stored:
            told = sale.said == "paid" or check.is_unsaid(sale)
            check.that(told, "I5 charged, but not paid", sale.number)
    for seq, (kind, sale) in check.standing():
        ended = sale.dead or sale.rotten or sale.forgotten or kind == DENIED
        settled = ended or check.is_settled(kind, sale)
        check.that(settled, "I4 still open", (seq, kind, sale.number))
    check.that(lost <= missing, "I1 forgotten, and not told again", lost)
