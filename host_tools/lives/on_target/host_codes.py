"""Pay codes at the model host: a wallet that confirms when its holder does, and cancelling.

The digits of a test code say it all: 28, account (2), seconds until the holder confirms (4; 9999
never), serial (10).
"""

from binascii import unhexlify

import host_restore
from cards import account

TYPE = "27"
WAITS = "09"
_STATE = 0x18
_TOKEN = 3
_NEVER_S = 9999


def account_of(digits):
    return account(int(digits[2:4]))


def _confirms_s(digits):
    return int(digits[4:8])


def sale(host, row, digits, now_ms):
    """-> response code of a code that was not here before."""
    refusal = host.issuer.refusal(row.account, row.amount_fen)
    if refusal or digits in host.used_codes:
        return refusal or "54"
    host.used_codes.add(digits)
    row.confirms_ms = now_ms + 1000 * _confirms_s(digits)
    if _confirms_s(digits) == 0:
        row.confirms_ms = None
        return "00"
    return WAITS


def look_again(host, row, request, now_ms):
    """The holder may have confirmed in the meantime."""
    if row.confirms_ms is None or now_ms < row.confirms_ms:
        return
    if row.confirms_ms - row.asked_ms >= 1000 * _NEVER_S:
        return
    refusal = host.issuer.refusal(row.account, row.amount_fen)
    if not refusal:
        host.post(row)
    end(host, row, request, refusal or "00")


def end(host, row, request, code):
    _, fields, _, keys, counter = request
    row.confirms_ms = None
    row.private.pop(_STATE, None)
    row.fields[39] = code
    if code == "00":
        row.fields[38] = row.fields[37][-6:]
        row.private[host_restore.PROOF] = host_restore.proof(row)
    text = row.fields[37] + fields[60][2:8] + code
    row.private[_TOKEN] = keys.token(counter, unhexlify("0210") + row.id + text.encode())
    host.gives(row.private[_TOKEN])


def waits(row):
    row.private[_STATE] = b"\1"
