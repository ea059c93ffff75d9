"""Sales, advices, returns and reversals: each takes effect once, however often it arrives.

De-duplication row, ledger entries and reply belong to one database transaction.
"""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from hmac import compare_digest
from typing import Any

from sqlalchemy import Connection, Row

from host_tools.acquirer import (
    book,
    fields,
    pay_code,
    payees,
    replies,
    restore,
    returns,
    rules,
    totals,
)
from host_tools.acquirer.book import Conflict
from host_tools.acquirer.card import Card
from host_tools.acquirer.keys import HostKeys
from host_tools.acquirer.outcome import LATER, POSTED, Outcome
from host_tools.acquirer.request import Request
from host_tools.acquirer.terms import Terms
from host_tools.acquirer.wire import Message
from host_tools.issuer import ARQC, TC

_CRYPTOGRAM_KIND = {"0200": ARQC, "0220": TC}
_PRODUCT = {
    "0200": totals.ONLINE,
    "0220": totals.OFFLINE,
    "0400": totals.ADJUSTMENT,
    fields.RETURN: totals.RETURN,
    fields.PAY_CODE: totals.ONLINE,
    fields.DEFERRED: totals.DEFERRED,
}
_REVERSIBLE = ("0200", "0201")
_FOR_PEOPLE = ("exception", "refund", "refused")
_CLEAN, _WITH_EXCEPTION = b"\x01", b"\x02"
# State -> what DE 63.0C says of it.
_POSTING = {
    "posted": _CLEAN,
    "exception": _WITH_EXCEPTION,
    "returned": _CLEAN,
    "refund": _WITH_EXCEPTION,
}


class Financial:
    """One financial request in its database transaction."""

    def __init__(
        self,
        request: Request,
        connection: Connection,
        now: datetime,
        keys: HostKeys,
        verify: rules.Verify,
        terms: Terms,
    ):
        self._request = request
        self._connection = connection
        self._now = now
        self._keys = keys
        self._verify = verify
        self._terms = terms
        self._card_hash = keys.hash_pan(request.card.pan) if request.card else ""

    def answer(self) -> Message:
        """The reply: of now, or the stored one if this very request was here. Raises Conflict."""
        key = self._request.key(self._request.mti[1])
        fingerprint = self._fingerprint()
        earlier = self._find(key)
        if earlier is None:
            return self._take_effect(_DECIDE[self._request.form](self), key, fingerprint)
        if earlier.fingerprint != fingerprint:
            raise Conflict
        if earlier.state == "declined" and fields.PROOF in self._request.message.private:
            return self._bring_back(earlier, key, fingerprint)
        return book.stored_reply(self._waiting().look_again(earlier))

    def _bring_back(self, declined: Row, key: dict[str, str | int], fingerprint: str) -> Message:
        """A late copy of the request was declined after this host had forgotten that it had
        approved the sale. What the merchant was told counts."""
        outcome = _DECIDE[self._request.form](self)
        if outcome.state not in POSTED:
            return book.stored_reply(declined)
        book.drop(self._connection, declined.id)
        return self._take_effect(outcome, key, fingerprint)

    def _find(self, key: dict[str, str | int]) -> Row | None:
        """The request with this key, which must also be the one with our transaction id."""
        rows = book.find(self._connection, key, self._request.transaction_id)
        for row in rows:
            if not book.same_key(row, key) or row.transaction_id != self._request.transaction_id:
                raise Conflict
        return rows[0] if rows else None

    def _fingerprint(self) -> str:
        request = self._request
        parts = [request.mti, *(request.field(number) for number in (3, 4, 49, 12, 13))]
        parts += [request.transaction_id, self._card_hash]
        parts += [str(part) for part in request.original or ()]
        return hashlib.sha256("|".join(parts).encode()).hexdigest()

    # -- what it comes to -------------------------------------------------------------------------

    def online_sale(self) -> Outcome:
        if self._find(self._request.key(book.REVERSAL_KIND)):
            return Outcome(rules.INVALID, "declined", "reversed_before")
        if fields.PROOF in self._request.message.private:
            return self._posted_before()
        code, reason = self._issuer_says()
        return Outcome(code, "declined" if reason else "posted", reason)

    def _posted_before(self) -> Outcome:
        """This host had approved it and was restored from an older backup: it gets its place back,
        under the reference that the merchant has, unless another sale got that one since."""
        request = self._request
        reference, approval = (request.message.fields.get(name, "") for name in ("37", "38"))
        expected = restore.proof(self._keys, request, self._fingerprint(), reference, approval)
        if not compare_digest(expected, request.message.private[fields.PROOF]):
            raise Conflict
        if book.has(self._connection, reference):
            reference = ""
        return Outcome(rules.APPROVED, "posted", "restored", None, reference, approval)

    def advice(self) -> Outcome:
        """The customer has left with the goods: an advice is taken, whatever the issuer thinks."""
        if self._find(self._request.key(book.REVERSAL_KIND)):
            return Outcome(rules.INVALID, "declined", "reversed_before")
        _, reason = self._issuer_says()
        return Outcome(rules.APPROVED, "exception" if reason else "posted", reason)

    def reversal(self) -> Outcome:
        original = self._find(self._request.key(book.SALE_KIND))
        if original is None:
            return Outcome(rules.UNKNOWN_ORIGINAL, "tombstone")
        whole = self._request.amount_fen == original.amount_fen and not original.returned_fen
        if original.mti not in _REVERSIBLE or not whole:
            raise Conflict
        original = self._waiting().cancel(original)
        if original.state in POSTED and original.settled_in:
            # The merchant has been credited: it is taken back in the next settlement.
            return Outcome(rules.APPROVED, "refund", "settled_before", original)
        if original.state in POSTED:
            return Outcome(rules.APPROVED, "reversal", original=original)
        return Outcome(rules.INVALID, "void", "declined_before", original)

    def by_code(self) -> Outcome:
        if self._find(self._request.key(book.REVERSAL_KIND)):
            return Outcome(rules.INVALID, "declined", "reversed_before")
        if fields.PROOF in self._request.message.private:
            return self._posted_before()
        wallet_key = self._keys.wallet_key
        return pay_code.decide(self._request, self._connection, self._card_hash, wallet_key)

    def deferred_sale(self) -> Outcome:
        """The customer has left, and the terminal asks until there is an answer: an issuer that
        cannot be reached is asked another time."""
        outcome = self.online_sale()
        return replace(outcome, state=LATER) if outcome.code == rules.BUSY else outcome

    def _waiting(self) -> pay_code.Waiting:
        return pay_code.Waiting(self._request, self._connection, self._now, self._keys)

    def give_back(self) -> Outcome:
        return returns.decide(self._request, self._connection)

    def _issuer_says(self) -> tuple[str, str]:
        card, connection = self._request.card, self._connection
        assert isinstance(card, Card), "a sale without a readable card was refused as ill-formed"
        master_key = self._keys.master_keys.get(card.pan[:6])
        sale = rules.Sale(
            amount_fen=self._request.amount_fen,
            currency=self._request.field(49),
            card=card,
            account=book.account(connection, self._card_hash),
            now=self._now,
            cryptogram_kind=_CRYPTOGRAM_KIND[self._request.mti],
            cryptogram_is_right=master_key is not None
            and self._verify(card.icc, card.pan, card.psn, master_key),
            cryptogram_is_new=book.cryptogram_is_new(connection, self._card_hash, card.cryptogram),
        )
        return rules.decide(sale)

    # -- making it so -----------------------------------------------------------------------------

    def _take_effect(
        self, outcome: Outcome, key: dict[str, str | int], fingerprint: str
    ) -> Message:
        """Row, ledger entries and reply of a request that is new."""
        request, connection = self._request, self._connection
        if outcome.state == LATER:
            return replies.refuse(request, outcome.code)
        number, reference = book.next_reference(connection, self._now)
        reference = outcome.reference or reference
        reply = self._reply(outcome, reference, number)
        book.keep(
            connection,
            **key,
            **self._card_columns(outcome),
            **self._times(),
            id=number,
            mti=request.message.mti,
            transaction_id=request.transaction_id,
            fingerprint=fingerprint,
            type=request.type,
            amount_fen=request.amount_fen,
            original_id=outcome.original.id if outcome.original else None,
            received_at=book.stamp(self._now),
            rrn=reference,
            code=outcome.code,
            state=outcome.state,
            reason=outcome.reason,
            product=_PRODUCT[request.form],
            reply=book.storable(reply),
        )
        self._move_money(outcome, number)
        if outcome.state in _FOR_PEOPLE:
            subject = request.transaction_id
            book.notice(connection, "exception", outcome.reason, subject, self._now, number)
        return reply

    def _times(self) -> dict[str, Any]:
        captured = self._request.capture_time
        if self._request.mti == "0400":
            captured = {**captured, "clock_trusted": 0}  # the sale's time, not the reversal's
        day = self._terms.business_date(
            captured["captured_at"], bool(captured["clock_trusted"]), self._now
        )
        request, date = self._request, day.isoformat()
        payee = payees.of(self._connection, request.field(42), request.field(41), date)
        return {**request.capture_time, "business_date": date, "payee": payee}

    def _card_columns(self, outcome: Outcome) -> dict[str, Any]:
        if card := self._request.card:
            columns = {"card": card.masked, "atc": card.atc, "cryptogram": card.cryptogram}
            return {"card_hash": self._card_hash, **columns}
        original = outcome.original
        return {
            "card_hash": original.card_hash if original else "",
            "card": original.card if original else "",
        }

    def _move_money(self, outcome: Outcome, number: int) -> None:
        connection, original = self._connection, outcome.original
        merchant_id, amount_fen = self._request.field(42), self._request.amount_fen
        if outcome.state in POSTED:
            book.post(connection, number, self._card_hash, merchant_id, amount_fen)
        elif original is not None and outcome.state in _BACK:
            book.post(connection, number, original.card_hash, merchant_id, -amount_fen)
            _BACK[outcome.state](connection, original, amount_fen)

    def _reply(self, outcome: Outcome, reference: str, number: int) -> Message:
        reply = replies.echo(self._request, outcome.code)
        reply.fields["37"] = reference
        if reply.mti == "0210" and outcome.state == "posted":
            approval = outcome.approval or replies.approval(number)
            reply.fields["38"] = approval
            reply.private[fields.PROOF] = restore.proof(
                self._keys, self._request, self._fingerprint(), reference, approval
            )
        if outcome.state == pay_code.WAITING:
            reply.private[fields.QR_STATE] = pay_code.CUSTOMER_IS_ASKED
        if reply.mti != "0210" and outcome.state in _POSTING:
            reply.private[fields.POSTING] = _POSTING[outcome.state]
        replies.add_receipt(self._request, reply)
        return reply


# State of a request that moves money back -> what becomes of the original.
_BACK: dict[str, Callable[[Connection, Row, int], None]] = {
    "reversal": lambda connection, row, _: book.set_state(connection, row.id, "reversed"),
    "refund": lambda connection, row, _: book.set_state(connection, row.id, "refunded"),
    "returned": lambda connection, row, fen: book.give_back(connection, row.id, fen),
}

_DECIDE: dict[str, Callable[[Financial], Outcome]] = {
    "0200": Financial.online_sale,
    "0220": Financial.advice,
    "0400": Financial.reversal,
    fields.RETURN: Financial.give_back,
    fields.PAY_CODE: Financial.by_code,
    fields.DEFERRED: Financial.deferred_sale,
}
