"""Records sessions of the virtual cards with the firmware's own kernels as the terminal."""

from pathlib import Path
from typing import Any

from host_tools.cards import world
from host_tools.cards.applet import Card
from host_tools.emv.inside import Inside

SERIAL = "SIM00001"
_DATE, _TIME = "261122", "103000"
# Terminal, amount, online, how many of the cards: online, those after the first five are alike.
_TAPS = (("usual", 1234, False, None), ("usual", 1234, True, 5), ("strict", 1234, False, None))


def request(amount_fen: int, online: bool) -> dict[str, Any]:
    """A payment as on_target/player.request() takes it; always the same numbers."""
    return {
        "amount_fen": amount_fen,
        "date": _DATE,
        "time": _TIME,
        "unpredictable": "52BF4585",
        "sequence": 7,
        "online_able": online,
    }


def tap(terminal: Inside, card: Card, asked: dict[str, Any]) -> tuple[list[list[str]], dict]:
    """([[command, reply]...], outcome) of one payment; `terminal` runs on_target/tap.py."""
    exchanges = []
    answer = terminal.ask({"request": asked})
    while "apdu" in answer:
        reply = card.apdu(bytes.fromhex(answer["apdu"]))
        text = None if reply is None else reply.hex()
        if text:
            exchanges.append([answer["apdu"], text])
        answer = terminal.ask({"reply": text})
    return exchanges, answer


def strict(section: dict[str, Any]) -> dict[str, Any]:
    """The same terminal with a PIN pad, verification from 5.00 on, and torn sessions recovered."""
    ours = {
        2: {
            "cvm_capability_cvm_required": "60",
            "max_number_of_torn_records": "02",
        },
        3: {"ttq": "36004000"},
        7: {"ttq": "36004080"},
    }
    rows = section["applications"]
    changed = [{**row, "cvm_limit_fen": 500, **ours.get(row["kernel"], {})} for row in rows]
    return {**section, "applications": changed}


def corpus(built: Path, folder: Path) -> dict[str, Any]:
    """What the fuzzer starts from: {"configs": {name: section}, "seeds": [...]}.

    A world of cards is made in `folder`. The revoked card stays out: its issuer's key has a good
    certificate, too, and with that from another session it is a good card.
    """
    world.create(folder)
    usual = world.emv_section(folder, SERIAL)
    configs = {"usual": usual, "strict": strict(usual)}
    seeds = []
    for config, amount_fen, online, most in _TAPS:
        with Inside(built, "tap") as terminal:
            terminal.tell({"section": configs[config]})
            for card in [c for c in world.cards(folder) if not c.profile.revoked][:most]:
                asked = request(amount_fen, online)
                exchanges, _ = tap(terminal, card, asked)
                name = f"{card.profile.id} {config}{' online' if online else ''}"
                seeds.append(
                    {"seed": name, "config": config, "request": asked, "replies": exchanges}
                )
    return {"configs": configs, "seeds": seeds}
