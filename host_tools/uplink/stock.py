"""A journal full of stored sales: what a terminal holds after a long time without a network.

The sales are those of the world's cards, with the cryptograms that these cards would have made, and
the terminal's own code writes them into its flash. Test keys, not for live cards.
"""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

from host_tools import issuer
from host_tools.cards.applet import Card
from host_tools.device import target

_TERMINAL = {
    0x95: "0000000000",
    0x5F2A: "0156",
    0x9C: "00",
    0x9F03: "000000000000",
    0x9F1A: "0156",
    0x9F33: "0028C8",
    0x9F34: "1F0302",
    0x9F35: "22",
    0x9F66: "22004080",
}
_FROM_FEN, _FEN = 100, 900  # small amounts: no account runs dry


def sales(cards: list[Card], count: int) -> list[dict]:
    """[{"amount_fen", "track2", "pan", "chip": {tag: hex}}], card by card in turn."""
    today = datetime.now(UTC).strftime("%y%m%d")
    return [_sale(cards[i % len(cards)], 1 + i // len(cards), today, i) for i in range(count)]


def _sale(card: Card, atc: int, today: str, index: int) -> dict:
    personal = card.personal
    amount_fen = _FROM_FEN + index % _FEN
    chip = {tag: bytes.fromhex(value) for tag, value in _TERMINAL.items()}
    chip |= {
        0x9F02: bytes.fromhex(f"{amount_fen:012d}"),
        0x9A: bytes.fromhex(today),
        0x9F37: os.urandom(4),
        0x5F34: bytes.fromhex(personal.profile.psn),
        0x84: bytes.fromhex(personal.profile.aids[0]),
        0x82: bytes.fromhex(personal.scheme.aip),
        0x9F36: atc.to_bytes(2, "big"),
        0x9F10: issuer.issuer_application_data(issuer.TC),
        0x9F27: b"\x40",
    }
    chip[0x9F26] = issuer.cryptogram(personal.card_key, chip)
    return {
        "amount_fen": amount_fen,
        "track2": personal.track2.hex(),
        "masked_pan": personal.profile.pan[:6] + "******" + personal.profile.pan[-4:],
        "kernel": personal.scheme.kernel,
        "chip": {f"{tag:X}": value.hex() for tag, value in chip.items()},
    }


def fill(firmware: Path, image: Path, provision: Path, made: list[dict]) -> None:
    """Writes them into the flash image, as the terminal would have, one after the other."""
    stock = image.with_suffix(".sales")
    stock.write_text("\n".join(json.dumps(sale) for sale in made))
    try:
        target.run(firmware, "journal_stock.py", str(image), str(provision), str(stock))
    finally:
        stock.unlink()
