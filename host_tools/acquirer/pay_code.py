"""Sales by pay code: the wallet's issuer, the waiting for the customer, and the cancelling.

A sale that the customer has yet to confirm is a row in state "waiting": every repeat of the request
looks at it again, until it is final. It ends in the same transaction as whatever ended it.
"""

from datetime import UTC, datetime

from sqlalchemy import Connection, Row

from host_tools import wallet
from host_tools.acquirer import book, fields, replies, restore, rules
from host_tools.acquirer.card import PayCode
from host_tools.acquirer.keys import HostKeys
from host_tools.acquirer.outcome import Outcome
from host_tools.acquirer.request import Request

WAITING = "waiting"
CUSTOMER_IS_ASKED = b"\x01"


def decide(request: Request, connection: Connection, card_hash: str, wallet_key: bytes) -> Outcome:
    """What a pay code comes to that was not here before."""
    code = request.card
    assert isinstance(code, PayCode), "a sale without a readable code was refused as ill-formed"
    account = book.account(connection, card_hash)
    if account is None or not wallet.is_genuine(code.digits, wallet_key):
        return Outcome(rules.UNKNOWN_CARD, "declined", "unknown_code")
    if not book.cryptogram_is_new(connection, card_hash, code.cryptogram):
        return Outcome(rules.EXPIRED, "declined", "code_used_before")
    if account.status != "active":
        return Outcome(rules.DECLINED, "declined", "account_blocked")
    if request.amount_fen > account.balance_fen:
        return Outcome(rules.NO_FUNDS, "declined", "insufficient_funds")
    if account.confirms_s == 0:
        return Outcome(rules.APPROVED, "posted")
    return Outcome(rules.CUSTOMER_PAYS, WAITING)


class Waiting:
    """A sale that waits for its customer, looked at when `request` comes: its repeat, or its
    reversal. Identity, batch and keys of both are the same."""

    def __init__(self, request: Request, connection: Connection, now: datetime, keys: HostKeys):
        self._request = request
        self._connection = connection
        self._now = now
        self._keys = keys

    def look_again(self, row: Row) -> Row:
        """The row as it stands now: the customer may have confirmed in the meantime."""
        if row.state != WAITING:
            return row
        account = book.account(self._connection, row.card_hash)
        assert account, "a wallet that was there when the sale began"
        asked_at = datetime.fromisoformat(row.received_at).astimezone(UTC)
        waited_s = (self._now - asked_at).total_seconds()
        if account.confirms_s is None or waited_s < account.confirms_s:
            return row
        if row.amount_fen > account.balance_fen:
            return self._end(row, rules.NO_FUNDS, "declined", "insufficient_funds")
        book.post(self._connection, row.id, row.card_hash, row.merchant_id, row.amount_fen)
        return self._end(row, rules.APPROVED, "posted", "")

    def cancel(self, row: Row) -> Row:
        """The row after its reversal came: what was paid is there to be returned, the rest is
        closed."""
        row = self.look_again(row)
        if row.state == WAITING:
            return self._end(row, rules.INVALID, "declined", "cancelled")
        return row

    def _end(self, row: Row, code: str, state: str, reason: str) -> Row:
        request, reply = self._request, book.stored_reply(row)
        for tag in (fields.QR_STATE, fields.TEXT_ZH, fields.TEXT_EN):
            reply.private.pop(tag, None)
        reply.fields["39"] = code
        replies.add_texts(reply, code)
        if state == "posted":
            approval = reply.fields["38"] = replies.approval(row.id)
            proof = restore.proof(self._keys, request, row.fingerprint, row.rrn, approval)
            reply.private[fields.PROOF] = proof
        replies.add_receipt(request, reply)
        values = {"code": code, "state": state, "reason": reason}
        return book.conclude(self._connection, row.id, reply=book.storable(reply), **values)
