"""The acquirer and the issuer behind it, after docs/protocol.md: a model with real balances.

It commits a request in one go (row, posting, reply), answers, and can crash on either side of the
commit. Faults come as a mood: {fault: percent}.
"""

import time
from binascii import unhexlify

import host_codes
import host_deferred
import host_network
import host_reset
import host_restore
import host_returns
import host_settlement
import host_terms
import wire
from host_books import Row
from host_documents import Documents
from micropython import const
from world import Dice, strikes

from crypto.dukpt import counter_is_usable

BUSY_CODES = ("91", "96", "90")
_ZEROS = "000000000000"
_FINANCIAL = "2"
_REVERSAL = "4"
_ECHOED = (3, 4, 11, 12, 13, 41, 42, 49, 53, 60)
_ID, _TOKEN, _NONCE, _TIME, _POSTING = const(1), const(3), const(6), const(7), const(12)


_OF_A_BATCH = ("0500", "0320", "0321")


class Crash(Exception):
    """The host is gone: every connection breaks."""


class Host:
    def __init__(self, world, check, issuer, terminals, seed, first=1):
        """`terminals`: key id -> (keys.HostKeys, terminal id, merchant id); `first`: the number
        that their sales begin with."""
        self._world = world
        self._check = check
        self.issuer = issuer
        self._terminals = terminals
        self._dice = Dice(seed, 3)
        self.by_key = {}  # business key -> Row
        self.ids = {}  # (transaction id, class) -> Row
        self._references = 0  # never given twice, not even after a restoring
        self.given = set()  # the references of all rows
        self.memory = host_restore.Memory(first)
        self.backup = None
        self.settlements = host_settlement.Settlements(self, check)
        self.payees = host_terms.Payees()
        self.used_codes = set()
        self.mood = {}
        self.poison = ()  # amounts of advices that the host will never understand
        self.start_s = 0  # its clock when the life began
        self.resets = host_reset.Resets()
        self.documents = Documents(list(terminals.values())[0][2])

    def now_s(self):
        return self.start_s + self._world.now_ms // 1000

    def rows(self):
        """All that was committed."""
        return self.by_key.values()

    def _is(self, fault):
        return fault in self.mood and strikes(self.mood, fault, self._dice)

    def receive(self, frame):
        """The reply to a frame, or None for silence. Raises Crash, wire.Unreadable."""
        mti, fields, covered = wire.read(frame)
        ksn = fields.get(53, b"")
        terminal = self._terminals.get(ksn[:-4])
        counter = int.from_bytes(ksn[-4:], "big")
        if len(ksn) != 12 or terminal is None or not counter_is_usable(counter):
            raise wire.Unreadable("no known key")
        keys = terminal[0]
        private = wire.read_private(fields.get(63, b""))
        request = (mti, fields, private, keys, counter)
        right = keys.request_mac(counter, frame[:covered]) == fields[64]
        if not right or mti != "0800" and self._is("old_keys"):
            return self._refuse(request, "A0")
        if (fields.get(41), fields.get(42)) != terminal[1:]:
            return self._refuse(request, "97")
        if mti in _OF_A_BATCH:
            return self._settle(request)
        return self._network(request) if mti == "0800" else self._financial(request)

    # 0800

    def _network(self, request):
        if self._is("refuses_sign_in"):
            return self._reply(request, {39: "97"}, {})
        code, told = host_network.answer(self, request)
        return self._reply(request, {39: code}, told)

    # 0500, 0320

    def _settle(self, request):
        if self._is("busy"):
            return self._refuse(request, self._dice.pick(BUSY_CODES))
        if self._is("crash_before"):
            raise Crash
        if request[0] != "0500" and self._is("restored"):
            self.backup.restore(self, self._check)
            raise Crash
        answer = self.settlements.answer(request)
        if self._is("crash_after"):
            raise Crash
        if self._is("mute"):
            return None
        return self._reply(request, *answer) if answer else self._refuse(request, "94")

    # 0200, 0220, 0400

    def _financial(self, request):
        mti, fields, private, keys, counter = request
        if mti not in wire.ORIGINAL or not self._is_well_formed(mti, fields, private, counter):
            return self._refuse(request, "30")
        advice = mti[:3] == "022" or host_deferred.is_one(request)
        if advice and int(fields[4]) in self.poison:
            return self._refuse(request, "30")
        if self._is("busy") or mti[:2] == "04" and self._is("shy"):
            return self._refuse(request, self._dice.pick(BUSY_CODES))
        if self._is("crash_before"):
            raise Crash
        if host_deferred.is_one(request) and self._is("issuer_down"):
            return self._refuse(request, "91")  # and nothing is kept: it is asked again
        row = self._committed(request)
        if row is None:
            return self._refuse(request, "94")
        if self._is("crash_after"):
            raise Crash
        if self._is("issuer_slow"):
            return self._refuse(request, self._dice.pick(("68", "98")))
        if self._is("mute"):
            return None
        said = (row.fields[37], row.fields.get(38), row.fields[39])
        if row.confirms_ms is None:
            self._check.answered(row.mti[1], row.id, said)
        return self._reply(request, row.fields, row.private)

    def _is_well_formed(self, mti, fields, private, counter):
        stan = (counter - 1) % 999999 + 1
        right = (wire.ORIGINAL[mti], fields.get(3)) in _DO and fields.get(49) == "156"
        right = right and host_deferred.is_well_formed(mti, fields, private)
        return right and int(fields.get(4, "0")) and int(fields[11]) == stan and _ID in private

    def _committed(self, request):
        """The row of this request, made now or before; None if it contradicts an earlier one."""
        mti, fields, private, keys, counter = request
        kind = _REVERSAL if mti[1] == "4" else _FINANCIAL
        account = self._account(fields, keys, counter)
        identity = private[_ID]
        fingerprint = (wire.ORIGINAL[mti], identity, account) + tuple(
            [fields.get(n) for n in (3, 4, 49, 12, 13)]
        )
        fingerprint += (private.get(host_returns.ORIGINAL),)
        self._heard(kind, request)
        key = (keys.key_id, fields[60][2:8], fields[11], kind)
        if self._is("race"):
            self._entered(request, key, fingerprint)  # by another node, in this very moment
        row = self._entered(request, key, fingerprint)
        if row is None or row.fingerprint != fingerprint:
            return None
        host_codes.look_again(self, row, request, self._world.now_ms)
        return row

    def _entered(self, request, key, fingerprint):
        """The row under this key, which is unique: whoever commits second finds the first one's."""
        row = self.by_key.get(key)
        if row and host_restore.is_brought_back(row, request):
            self._forget(row)
            row = None
        if row is None:
            identity, account = fingerprint[1:3]
            if (identity, key[3]) in self.ids:
                return None
            row = Row(fingerprint, identity, request[4], account, int(request[1][4]))
            row.deferred = host_deferred.is_one(request)
            row.key = key
            if not self._take_effect(row, request, key):
                return None
            self.by_key[key] = self.ids[identity, key[3]] = row
        return row

    def _forget(self, row):
        del self.by_key[row.key], self.ids[row.id, row.key[3]]
        self._check.was_late(row.mti[1], row.id)

    def _heard(self, kind, request):
        mti, fields, private, _, _ = request
        words = [fields.get(n) for n in (3, 4, 11, 12, 13, 22, 23, 25, 41, 42, 49, 53, 55, 60, 62)]
        original = private.get(host_returns.ORIGINAL)
        said = (wire.ORIGINAL[mti], tuple(words), private.get(4), original)
        self._check.heard(kind, private[_ID], said)

    def _account(self, fields, keys, counter):
        if 62 not in fields:
            return None
        digits = wire.digits(keys.track2(counter, fields[62])).split("d")[0]
        return host_codes.account_of(digits) if fields[60][:2] == host_codes.TYPE else digits

    def _take_effect(self, row, request, key):
        """False if it contradicts another request. The posting and the reply are one."""
        _, fields, private, keys, counter = request
        row.day = host_terms.business_day(private[host_terms.CAPTURED], self.now_s())
        row.payee = self.payees.of(row.day)
        code = _DO[row.mti, fields[3]](self, row, request, key)
        if code is None:
            return False
        self._references += 1
        rrn = row.fields.get(37) or "%012d" % self._references
        approval = row.fields.get(38) or rrn[-6:]
        row.fields = {37: rrn, 39: code}
        self.given.add(rrn)
        self._check.references[rrn] = row.id
        row.private = {_ID: row.id}
        if code == "00" and row.mti == "0200":
            row.fields[38] = approval
            row.private[host_restore.PROOF] = host_restore.proof(row)
        if row.posting:
            row.private[_POSTING] = row.posting
        if code == host_codes.WAITS:
            host_codes.waits(row)
        elif code != "91":
            answer = wire.answer_to(request[0])
            text = rrn + fields[60][2:8] + code
            token = keys.token(counter, unhexlify(answer) + row.id + text.encode())
            row.private[_TOKEN] = token
            self._check.tokens.add(token)
        return True

    def row_of(self, identity):
        """The sale, advice or return with this transaction id, None if there is none."""
        return self.ids.get((identity, _FINANCIAL))

    def sale(self, row, request, key):
        if key[:3] + (_REVERSAL,) in self.by_key:
            return "12"  # its reversal came first and left a tombstone
        if host_restore.PROOF in request[2]:
            return host_restore.posted_before(self, row, request)
        if not host_deferred.is_one(request) and self._is("issuer_down"):
            return "91"
        if request[1][60][:2] == host_codes.TYPE:
            return self._pay_code(row, request)
        refusal = self.issuer.refusal(row.account, row.amount_fen)
        if not refusal:
            self.post(row)
        return refusal or "00"

    def _pay_code(self, row, request):
        _, fields, _, keys, counter = request
        digits = wire.digits(keys.track2(counter, fields[62]))
        row.asked_ms = self._world.now_ms
        code = host_codes.sale(self, row, digits, self._world.now_ms)
        if code == "00":
            self.post(row)
        return code

    def gives(self, token):
        self._check.tokens.add(token)

    def advice(self, row, request, key):
        self.post(row)
        row.posting = b"\1"
        return "00"

    def give_back(self, row, request, key):
        return host_returns.give_back(self, row, request)

    def reversal(self, row, request, key):
        original = self.by_key.get(key[:3] + (_FINANCIAL,))
        if original is None:
            return "25"
        wrong = original.id != row.id or original.amount_fen != row.amount_fen
        if wrong or original.mti == "0220" or original.returned_fen:
            return None
        host_codes.look_again(self, original, request, self._world.now_ms)
        if original.confirms_ms is not None:
            host_codes.end(self, original, request, "12")
        if not original.posted:
            return "12"
        self.issuer.move(original.id, original.account, original.amount_fen, -1)
        original.posted = False
        row.adjusts = original.settled is not None
        return "00"

    def twin_sale(self, key_id, number):
        """A terminal with the same keys has made a sale under this number, and it is paid."""
        stan = "%06d" % ((number - 1) % 999999 + 1)
        identity, account = self._dice.bytes(16), list(self.issuer.balances)[0]
        row = Row(("0200", identity), identity, number, account, 5555)
        row.key = key_id, "000001", stan, _FINANCIAL
        self.by_key[row.key] = self.ids[identity, _FINANCIAL] = row
        self.post(row)
        self._check.sale(identity).said = "paid"

    def post(self, row):
        row.posted = True
        self.issuer.move(row.id, row.account, row.amount_fen, 1)

    # Replies

    def _refuse(self, request, code):
        """Nothing was stored: no token, and zeros for a reference."""
        private = {_ID: request[2][_ID]} if _ID in request[2] else {}
        if _NONCE in request[2]:
            private[_NONCE] = request[2][_NONCE]
        more = {39: code}
        if request[0] != "0800":
            more[37] = _ZEROS
        return self._reply(request, more, private)

    def _reply(self, request, more, private):
        mti, fields, _, keys, counter = request
        answer = {n: fields[n] for n in _ECHOED if n in fields}
        answer.update(more)
        t = time.gmtime(self.now_s())
        answer[7] = "%02d%02d%02d%02d%02d" % t[1:6]
        answer[63] = wire.write_private(private)
        kind = wire.answer_to(mti)

        def mac(body):
            right = keys.reply_mac(counter, body)
            return bytes(8) if self._is("wrong_mac") else right

        return wire.write(kind, answer, mac)


# (message type, processing code) -> what is done: the response code, None if it contradicts another
_DO = {
    ("0200", "000000"): Host.sale,
    ("0220", "000000"): Host.advice,
    ("0220", host_returns.CODE): Host.give_back,
    ("0400", "000000"): Host.reversal,
}
