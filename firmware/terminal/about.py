"""About this terminal: who it is, what it runs, what it was told, and what it may decide itself."""

from micropython import const

from message.documents import NOTICES, PARAMETERS
from terminal import VERSION
from ui.page import money

_READ_MS = const(60000)
_HINTS = ((("E", "key_next"), ("X", "key_back")),)


async def run(services, front):
    pages = (_names, _limits, _contract)
    at = 0
    while True:
        front.show("report", title="about", rows=pages[at](services), hints=_HINTS)
        key = await services.people.key(_READ_MS)
        if key in ("X", "M", None):
            return
        if key == "E":
            at = (at + 1) % len(pages)


def _names(services):
    terminal, parameters = services.settings.terminal, services.parameters
    return (
        ("serial", terminal.serial),
        ("terminal_id", terminal.terminal_id),
        ("merchant_id", terminal.merchant_id),
        ("firmware", VERSION),
        ("parameters", "%d" % parameters.version(PARAMETERS)),
        ("notices", "%d" % parameters.version(NOTICES)),
        ("support", terminal.support),
    )


def _limits(services):
    policy = services.settings.policy
    count, total_fen = services.book.pending()
    return (
        ("limit_sale", money(policy.sale_limit_fen)),
        ("limit_count", "%d/%d" % (count, policy.stored_count_limit)),
        ("limit_sum", money(policy.stored_sum_limit_fen)),
        ("stored_now", money(total_fen)),
        ("limit_age", "%d/%d h" % (services.age.seconds() // 3600, policy.stored_age_limit_h)),
        ("limit_cards", " ".join(policy.offline_aids) or "*"),
    )


def _contract(services):
    content = services.parameters.content[PARAMETERS] or {}
    settlement = content.get("settlement")
    rows = [
        ("fee_" + product, _fee(fee)) for product, fee in sorted(content.get("fees", {}).items())
    ]
    if settlement:
        rows.append(("account", settlement["account"]))
        rows.append(("cycle", settlement["cycle"]))
        rows.append(("valid_from", "%04d-%02d-%02d" % tuple(settlement["valid_from"])))
    return rows or (("parameters", "-"),)


def _fee(fee):
    """0.60 %, and how much it is at most."""
    rate = "%d.%02d %%" % divmod(fee["rate_bp"], 100)
    return rate + (" max. " + money(fee["cap_fen"]) if "cap_fen" in fee else "")
