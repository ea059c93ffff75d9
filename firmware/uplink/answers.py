"""What the host's response codes mean to the terminal: the table of docs/protocol.md.

A code counts as final only with a receipt token; anything unknown is doubt, never approval.
"""

from micropython import const

# Of an online sale.
APPROVED = const(1)
REFUSED = const(2)  # final: the host has it on record as declined
NOT_POSTED = const(3)  # final without a record: the host says it did nothing
DOUBT = const(4)  # perhaps posted: reverse
WAITING = const(11)  # of a pay code only: the customer has yet to confirm

# Of a forwarded message.
ACCEPTED = const(5)
NOTHING_THERE = const(6)  # a reversal whose original the host never posted
REJECTED = const(7)  # it will never take this one: people must look
LATER = const(8)  # it may take it another time
SILENCE = const(9)  # no trustworthy answer: the line or the host, not this message
UNFIT = const(10)  # it does not take this message as it is; others it may take

# Of a settlement.
DIFFERS = const(12)  # the totals are not the host's: it wants the list

_NOT_POSTED = ("30", "97")  # of the message itself; any other answer may be better tomorrow
_UNREACHABLE = "91"
_CUSTOMER_PAYS = "09"
_NOTHING_STORED = "0" * 12  # the reference number of an answer that the host has not kept
_NEVER_TRUSTED = ("68", "94", "96", "98", "A0")
_CLOSES_REVERSAL = ("12", "25")
_CONTRADICTS = "94"
_TOTALS_DIFFER = "95"
_SAID_NO = ("30", "94", "97")

# Response code -> reason shown to the merchant, who sees the code as well.
REASONS = {
    "05": "issuer_declined",
    "12": "issuer_declined",
    "14": "invalid_card",
    "30": "host_refused",
    "51": "insufficient_funds",
    "54": "card_expired",
    "57": "not_permitted",
    "61": "card_amount_limit",
    "62": "card_blocked",
    "65": "card_count_limit",
    "91": "issuer_unreachable",
    "97": "host_refused",
}


def reason(code):
    return REASONS.get(code, "issuer_declined")


def is_kept(reference):
    """Whether the answer with this DE 37 is one that the host has on record."""
    return reference not in ("", _NOTHING_STORED)


def of_sale(reply):
    """An 0210 (None: no answer came) -> APPROVED, REFUSED, NOT_POSTED or DOUBT."""
    if reply is None or not reply.trusted or reply.code in _NEVER_TRUSTED:
        return DOUBT
    if reply.token:
        return APPROVED if reply.code == "00" else REFUSED
    # The same request, should it come a second time, must not be posted then: only a 91 that the
    # host has kept is final.
    kept = reply.code == _UNREACHABLE and is_kept(reply.rrn)
    return NOT_POSTED if kept or reply.code in _NOT_POSTED else DOUBT


def of_pay_code(reply):
    """An 0210 to a pay code -> as `of_sale`, or WAITING."""
    if reply is not None and reply.trusted and reply.code == _CUSTOMER_PAYS:
        return WAITING
    return of_sale(reply)


def of_advice(reply):
    """An 0230, or an 0210 to a deferred sale (never doubt: it is asked until there is an answer) ->
    ACCEPTED, REJECTED, UNFIT, LATER or SILENCE."""
    if reply is None or not reply.trusted:
        return SILENCE
    if reply.token:
        return ACCEPTED if reply.code == "00" else REJECTED
    return UNFIT if reply.code in _NOT_POSTED else LATER


def of_repeat(judge, reply):
    """The same of what was told once before: a host that says no to it now will not change its
    mind, and nothing waits for it."""
    verdict = judge(reply)
    no = verdict in (UNFIT, LATER) and reply.code in _SAID_NO
    return REJECTED if no else verdict


def of_reversal(reply):
    """An 0410 -> ACCEPTED, NOTHING_THERE, LATER or SILENCE."""
    if reply is None or not reply.trusted:
        return SILENCE
    if reply.token and reply.code == "00":
        return ACCEPTED
    if reply.token and reply.code in _CLOSES_REVERSAL:
        return NOTHING_THERE
    return LATER


def of_closing(reply, wanted):
    """An 0510 -> ACCEPTED (closed), DIFFERS, REJECTED (another closing was there before), LATER or
    SILENCE. `wanted`: the item of the list that it asks for, or None."""
    if reply is None or not reply.trusted:
        return SILENCE
    if reply.token and reply.code == "00":
        return ACCEPTED
    if reply.code == _CONTRADICTS:
        return REJECTED
    return DIFFERS if reply.code == _TOTALS_DIFFER and wanted is not None else LATER


def of_list(reply, wanted):
    """An 0330 -> ACCEPTED, LATER or SILENCE."""
    if reply is None or not reply.trusted:
        return SILENCE
    return ACCEPTED if reply.code == "00" and wanted is not None else LATER
