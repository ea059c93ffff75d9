"""Plays transactions against a card that is a list of what it says."""

import emv

LIMITLESS_FEN = 10**12 - 1


def section(aid, kernel, **more):
    """An "emv" section of the provisioning file that accepts one application, without limits.

    `more` are fields of the application; those that no application has belong to the section.
    """
    application = {
        "aid": aid,
        "kernel": kernel,
        "version": "0002",
        "limit_fen": LIMITLESS_FEN,
        "limit_device_cvm_fen": LIMITLESS_FEN,
        "cvm_limit_fen": LIMITLESS_FEN,
        "floor_limit_fen": LIMITLESS_FEN,
        "zero_amount_allowed": True,
    }
    outside = {
        "country": "0156",
        "terminal_type": "22",
        "terminal_serial": "SIM00001",
    }
    for name, value in more.items():
        known = name in outside or name in ("ca_keys", "capabilities", "additional_capabilities")
        (outside if known else application)[name] = value
    outside["version"] = 1
    outside["applications"] = [application]
    return outside


def request(amount_fen, currency="0156", kind=0, date="260412", **more):
    """A payment; `more`: time, unpredictable (hex), sequence, online_able, relay, other_fen."""
    return emv.Request(
        amount_fen,
        currency,
        kind,
        _digits(date),
        _digits(more.get("time", "102030")),
        bytes.fromhex(more.get("unpredictable", "ABABABAB")),
        more.get("sequence", 5),
        more.get("online_able", False),
        more.get("relay"),
        more.get("other_fen", 0),
    )


def _digits(text):
    return tuple([int(text[i : i + 2]) for i in (0, 2, 4)])


def play(transaction, card):
    """Runs a transaction against card(command) -> reply or None; returns (Outcome, commands)."""
    sent, answer = [], None
    while True:
        try:
            step = transaction.send(answer)
        except StopIteration as end:
            return end.value, sent
        answer = None
        if not isinstance(step, int):
            sent.append(bytes(step))
            answer = card(sent[-1])
