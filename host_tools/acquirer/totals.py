"""Totals and lists of a batch, as DE 63.12 to 63.14 carry them, and what two of them differ in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

# What a posting is. A terminal accounts for all but the last, which the host makes.
ONLINE, OFFLINE, DEFERRED, RETURN, ADJUSTMENT = 1, 2, 3, 4, 5
NAMES = {
    ONLINE: "online sale",
    OFFLINE: "offline sale",
    DEFERRED: "deferred sale",
    RETURN: "return",
    ADJUSTMENT: "adjustment",
}
_GIVES_BACK = (RETURN, ADJUSTMENT)

# How a line can differ.
ONLY_TERMINAL, ONLY_HOST, OTHER_AMOUNT, OTHER_BATCH = 1, 2, 3, 4
DIFFERENCES = ("only_terminal", "only_host", "other_amount", "other_batch")

_ENTRY_BYTES = 13
_ITEM_BYTES = 15
_COUNT_BYTES = 2
_MOST_ITEMS = 0xFFFF
_ID_BYTES = 4
_MOST_TOLD = 14  # differences that fit into one tag

Totals = dict[tuple[int, str], tuple[int, int]]  # (product, currency) -> (count, fen)


def signed_fen(product: int, amount_fen: int) -> int:
    """What it brings the merchant."""
    return -amount_fen if product in _GIVES_BACK else amount_fen


def add(totals: Totals, product: int, currency: str, amount_fen: int) -> None:
    count, fen = totals.get((product, currency), (0, 0))
    totals[product, currency] = (count + 1, fen + amount_fen)


def accountable(totals: Totals) -> Totals:
    """Without what the terminal cannot know of."""
    return {key: value for key, value in totals.items() if key[0] != ADJUSTMENT}


def pack(totals: Totals) -> bytes:
    """DE 63.12: product (1), currency (2, BCD), count (4), fen (6), for each that has any."""
    return b"".join(
        bytes((product,))
        + bytes.fromhex(currency.zfill(4))
        + count.to_bytes(4, "big")
        + fen.to_bytes(6, "big")
        for (product, currency), (count, fen) in sorted(totals.items())
    )


def parse(data: bytes) -> Totals:
    """Raises ValueError for what is no DE 63.12."""
    if len(data) % _ENTRY_BYTES:
        raise ValueError("DE 63.12 is not well formed")
    found: Totals = {}
    for at in range(0, len(data), _ENTRY_BYTES):
        entry = data[at : at + _ENTRY_BYTES]
        key = (entry[0], entry[1:3].hex()[1:])
        if key in found or key[0] not in NAMES or not key[1].isdigit():
            raise ValueError("DE 63.12 is not well formed")
        found[key] = (int.from_bytes(entry[3:7], "big"), int.from_bytes(entry[7:], "big"))
    return found


@dataclass(frozen=True)
class Item:
    """One line of the terminal's list: sale number, first bytes of the transaction id."""

    number: int
    id_start: str
    product: int
    amount_fen: int


def parse_items(data: bytes) -> tuple[int, list[Item]]:
    """DE 63.13 of an 0320 -> (index of its first item, items). Raises ValueError."""
    if len(data) < _COUNT_BYTES or (len(data) - _COUNT_BYTES) % _ITEM_BYTES:
        raise ValueError("DE 63.13 is not well formed")
    items = []
    for at in range(_COUNT_BYTES, len(data), _ITEM_BYTES):
        item = data[at : at + _ITEM_BYTES]
        number, amount_fen = int.from_bytes(item[:4], "big"), int.from_bytes(item[9:], "big")
        items.append(Item(number, item[4:8].hex(), item[8], amount_fen))
    first = int.from_bytes(data[:_COUNT_BYTES], "big")
    if first + len(items) > _MOST_ITEMS:
        raise ValueError("DE 63.13 lists more than a batch can hold")
    return first, items


def pack_count(count: int) -> bytes:
    return count.to_bytes(_COUNT_BYTES, "big")


def fault(mti: str, private: Mapping[int, bytes], totals_tag: int, list_tag: int) -> str:
    """What is ill-formed in the totals or the list of a request; "" for a good one."""
    try:
        if mti == "0500":
            parse(private[totals_tag])
            if len(private.get(list_tag, bytes(_COUNT_BYTES))) != _COUNT_BYTES:
                raise ValueError("DE 63.13 is not well formed")
        elif mti == "0320":
            parse_items(private[list_tag])
    except ValueError as error:
        return str(error)
    return ""


def compare(items: Iterable[Any], lines: Iterable[Any], elsewhere: set[int]) -> list[dict]:
    """The differences of the terminal's list and the host's lines.

    -> [{"kind", "number", "terminal_fen", "host_fen"}]. `items` have the attributes of Item, lines
    are rows of requests; `elsewhere`: numbers of postings that are settled in another batch.
    """
    listed = {item.number: item for item in items}
    found = []
    for line in lines:
        item = listed.get(line.counter)
        if item is None or not line.transaction_id.startswith(item.id_start):
            found.append(_difference(ONLY_HOST, line.counter, 0, line.amount_fen))
            continue
        del listed[line.counter]
        if (item.product, item.amount_fen) != (line.product, line.amount_fen):
            found.append(_difference(OTHER_AMOUNT, line.counter, item.amount_fen, line.amount_fen))
    for item in listed.values():
        kind = OTHER_BATCH if item.number in elsewhere else ONLY_TERMINAL
        found.append(_difference(kind, item.number, item.amount_fen, 0))
    return sorted(found, key=lambda difference: difference["number"])


def unlisted(declared: Totals, items: Iterable[Any]) -> list[dict]:
    """What the totals of a terminal hold and its list does not: under the number 0, one for each
    product. A flash that has used its sectors again no longer has every line."""
    listed = list(items)
    found = []
    for (product, _), (count, fen) in sorted(declared.items()):
        fens = [item.amount_fen for item in listed if item.product == product]
        if (count, fen) != (len(fens), sum(fens)):
            found.append(_difference(ONLY_TERMINAL, 0, max(fen - sum(fens), 0), 0))
    return found


def _difference(kind: int, number: int, terminal_fen: int, host_fen: int) -> dict:
    amounts = {"terminal_fen": terminal_fen, "host_fen": host_fen}
    return {"kind": DIFFERENCES[kind - 1], "number": number, **amounts}


def pack_differences(differences: list[dict]) -> bytes:
    """DE 63.14: how many of each kind (2 bytes each), then the first of them: kind (1), sale
    number (4), fen at the terminal (6), fen at the host (6)."""
    kinds = [DIFFERENCES.index(difference["kind"]) + 1 for difference in differences]
    counts = b"".join(pack_count(kinds.count(kind)) for kind in (1, 2, 3, 4))
    told = b"".join(
        bytes((kind,))
        + d["number"].to_bytes(4, "big")
        + d["terminal_fen"].to_bytes(6, "big")
        + d["host_fen"].to_bytes(6, "big")
        for kind, d in list(zip(kinds, differences))[:_MOST_TOLD]
    )
    return counts + told
