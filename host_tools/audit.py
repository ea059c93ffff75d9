"""The audit compares three witnesses: the terminal's journal, the acquirer's ledger, and what the
cards and phones remember. Lost and doubled, of sales and of returns, are counted here only.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from host_tools import wallet
from host_tools.acquirer import ledger
from host_tools.acquirer.outcome import POSTED
from host_tools.device import journal as images
from host_tools.device import provision
from host_tools.simulator.bench import Bench

_YES_SCREENS = ("approved", "stored")
_TOLD_YES = ("stored", "paid", "granted", "dead")
_TOLD_NO = ("declined", "denied", "abandoned", "reversed")
_OWED = ("stored", "dead", "return", "dead return", "deferred", "dead deferred", "called off")


def _journal(bench: Bench) -> dict[str, dict]:
    """Transaction id -> the newest record of the sale, with its cryptogram."""
    key = provision.seal_key(provision.read(bench.provision_path))
    found = images.sales(bench.firmware, bench.flash_path, key)
    sales: dict[str, dict] = {}
    for row in found["rows"]:  # newest first
        sale = sales.setdefault(row["id"], {**row, "released": row["seq"] <= found["released"]})
        sale["cryptogram"] = sale["cryptogram"] or row["cryptogram"]
    return sales


def _consents(bench: Bench) -> Counter[str]:
    """Every cryptogram that any card has made, and every code that a phone has shown: each is one
    consent to pay."""
    cryptograms = (
        entry["cryptogram"].lower()
        for card in bench.cards.values()
        for entry in card.memory.log
        if entry["type"] in ("TC", "ARQC")
    )
    codes = (wallet.masked(code) for code in bench.phones.shown)
    return Counter([*cryptograms, *codes])


def _count(sales: Iterable[dict], **wanted: Any) -> int:
    return sum(all(sale[key] == value for key, value in wanted.items()) for sale in sales)


def audit(bench: Bench) -> dict[str, int]:
    """captured, banked, given_back (returns at the bank), pending, in_doubt, returned, lost,
    doubled; banked_fen is what is left of the sales at the bank."""
    journal = _journal(bench)
    posted = ledger.transactions(bench.acquirer.data)
    consents = _consents(bench)
    banked = {i: t for i, t in posted.items() if t["state"] in POSTED}
    back = {i: t for i, t in posted.items() if t["state"] == "returned"}
    told_paid = {i: s for i, s in journal.items() if s["kind"] in _TOLD_YES}
    told_back = {i: s for i, s in journal.items() if s["kind"] == "return"}
    shown = sum(screen.split()[0] in _YES_SCREENS for screen in bench.screens.shown)
    astray = _astray(told_paid, banked) + _astray(told_back, back)
    return {
        "captured": len(told_paid),
        "banked": len(set(told_paid) & set(banked)),
        "banked_fen": sum(t["amount_fen"] - t["returned_fen"] for t in banked.values()),
        "given_back": len(set(told_back) & set(back)),
        "pending": sum(_count(journal.values(), kind=kind, released=False) for kind in _OWED),
        "in_doubt": _count(journal.values(), kind="request"),
        "returned": _count(journal.values(), kind="reversed"),
        # A sale whose very record is gone shows only in what the merchant was told.
        "lost": astray + max(0, shown - len(told_paid)),
        "doubled": _doubled(journal, banked, consents) + len(set(back) - set(told_back)),
    }


def _astray(told: dict[str, dict], posted: dict[str, dict]) -> int:
    """How many the terminal has let go and the host does not have, or has for another amount."""
    gone = [i for i, sale in told.items() if i not in posted and _let_go(sale)]
    wrong = [i for i, sale in told.items() if i in posted and _differs(sale, posted[i])]
    return len(gone) + len(wrong)


def _let_go(sale: dict) -> bool:
    """The terminal no longer holds it as owed: then the host must have it."""
    return sale["kind"] in ("paid", "granted") or sale["released"]


def _differs(sale: dict, transaction: dict) -> bool:
    return sale["amount_fen"] != transaction["amount_fen"]


def _doubled(journal: dict, banked: dict, consents: Counter[str]) -> int:
    """Posted more often than consented to, or posted without the terminal holding it as paid."""
    sales = [journal[i] for i in banked if i in journal]
    used = Counter(sale["cryptogram"] or sale["card"] for sale in sales)
    more = sum((used - consents).values())
    told_no = {i for i, sale in journal.items() if sale["kind"] in _TOLD_NO}
    unasked = told_no & set(banked)
    return more + len(unasked) + len([i for i in banked if i not in journal])
