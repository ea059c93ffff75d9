"""Session and forwarder as state machines: events and time in, actions out."""

import parts

from uplink import session as s
from uplink.forwarder import ADVICE, ALARM_TRIES, REVERSAL, Forwarder
from uplink.session import Session, Timing

_TIMING = Timing(reply_ms=5000, open_ms=3000, echo_ms=20000)


def _session():
    return Session(parts.messages(), lambda: (1, (0, 0)), parts.random(), _TIMING)


def _sent(actions):
    return [action[1] for action in actions if action[0] == s.SEND]


def _signed_in(now=0):
    session = _session()
    assert session.poll(now, True) == [(s.OPEN,)]
    sign_in = _sent(session.opened(now))[0]
    assert session.received(parts.Host().reply(sign_in, "00"), now) == ()
    assert session.ready
    return session


def _sale_sent(session, now=0):
    key, frame = parts.messages().sale("0200", parts.sale(), parts.HELD)
    assert session.request(key, frame, now) == [(s.SEND, frame)]
    return key, frame


def test_it_does_not_try_while_there_is_no_network():
    assert _session().poll(0, False) == ()


def test_it_connects_signs_in_and_is_ready():
    assert _signed_in().trouble is None


def test_before_sign_in_no_request_leaves():
    session = _session()
    session.poll(0, True)
    session.opened(0)
    assert session.request(("02", "000007"), b"frame", 0) is None


def test_a_sign_in_answer_with_another_nonce_is_an_impostors():
    session = _session()
    session.poll(0, True)
    sign_in = _sent(session.opened(0))[0]
    actions = session.received(parts.Host().reply(sign_in, "00", t06=bytes(16)), 0)
    assert (s.CLOSE,) in actions
    assert not session.ready


def test_a_refused_sign_in_is_tried_again_later():
    session = _session()
    session.poll(0, True)
    sign_in = _sent(session.opened(0))[0]
    session.received(parts.Host().reply(sign_in, "97"), 0)
    assert session.trouble == "host_refused"
    assert session.poll(1, True) == ()
    assert session.poll(60000, True) == [(s.OPEN,)]


def test_a_reply_reaches_the_request_it_belongs_to():
    session = _signed_in()
    key, frame = _sale_sent(session)
    actions = session.received(parts.Host().reply(frame, "00"), 10)
    assert [(a[0], a[1], a[2].code) for a in actions] == [(s.ANSWER, key, "00")]


def test_a_reply_that_comes_twice_is_dropped_the_second_time():
    session = _signed_in()
    _, frame = _sale_sent(session)
    reply = parts.Host().reply(frame, "00")
    session.received(reply, 10)
    assert session.received(reply, 11) == ()
    assert session.dropped == 1


def test_a_late_reply_belongs_to_nobody():
    session = _signed_in()
    key, frame = _sale_sent(session)
    assert (s.ANSWER, key, None) in session.poll(5001, True)
    assert session.received(parts.Host().reply(frame, "00"), 5002) == ()


def test_silence_ends_the_request_and_the_connection():
    session = _signed_in()
    key, _ = _sale_sent(session)
    assert session.poll(5000, True) == ()
    assert session.poll(5001, True) == [(s.CLOSE,), (s.ANSWER, key, None)]
    assert not session.ready


def test_a_lost_line_ends_every_open_request_without_an_answer():
    session = _signed_in()
    key, _ = _sale_sent(session)
    assert session.lost(1, "host_unreachable") == [(s.CLOSE,), (s.ANSWER, key, None)]


def test_a_silent_line_is_probed_and_given_up():
    session = _signed_in()
    assert session.poll(20000, True) == ()
    assert len(_sent(session.poll(20001, True))) == 1
    assert session.ready
    assert session.poll(25002, True) == [(s.CLOSE,)]


def test_junk_from_the_host_closes_the_connection():
    assert (s.CLOSE,) in _signed_in().received(b"\xff" * 40, 5)


def test_gaps_between_tries_grow():
    session, now, gaps = _session(), 0, []
    for _ in range(5):
        start = now
        while session.poll(now, True) != [(s.OPEN,)]:
            now += 50
        gaps.append(now - start)
        session.lost(now, "host_unreachable")
    assert gaps == sorted(gaps)
    assert gaps[4] > 4 * gaps[1]


class FakeQueue:
    """Stands for the book: the forwarder only asks it for numbers and tells it results."""

    def __init__(self, doubts=(), stored=()):
        self.doubts = list(doubts)
        self.advices = list(stored)
        self.told = []

    def in_doubt(self):
        return self.doubts

    def stored(self):
        return self.advices

    def _end(self, what, seq):
        self.told.append((what, seq))
        for waiting in (self.doubts, self.advices):
            if seq in waiting:
                waiting.remove(seq)

    def banked(self, seq, reply):
        self._end("banked", seq)

    def returned(self, seq, reply):
        self._end("returned", seq)

    def nothing_there(self, seq, reply):
        self._end("nothing there", seq)

    def rejected(self, seq):
        self._end("rejected", seq)


class Answer:
    trusted = True

    def __init__(self, code, token=b"token"):
        self.code = code
        self.token = token


def _send(forwarder, now, reply):
    job = forwarder.next(now)
    forwarder.sent(job)
    forwarder.answered(job, reply, now)
    return job


def test_reversals_go_before_stored_sales_and_those_in_order():
    queue = FakeQueue(doubts=[9], stored=[3, 5])
    forwarder = Forwarder(queue, parts.random())
    jobs = [_send(forwarder, 0, Answer("00")) for _ in range(3)]
    assert [(j.kind, j.number) for j in jobs] == [(REVERSAL, 9), (ADVICE, 3), (ADVICE, 5)]
    assert queue.told == [("returned", 9), ("banked", 3), ("banked", 5)]
    assert forwarder.next(0) is None


def test_only_a_91_that_the_host_has_kept_is_final():
    from uplink import answers

    busy, kept = Answer("91", token=None), Answer("91", token=None)
    busy.rrn, kept.rrn = "000000000000", "632600000001"
    assert answers.of_sale(busy) == answers.DOUBT
    assert answers.of_sale(kept) == answers.NOT_POSTED


def test_an_accepted_advice_without_a_token_is_not_banked():
    queue = FakeQueue(stored=[3])
    forwarder = Forwarder(queue, parts.random())
    _send(forwarder, 0, Answer("00", token=None))
    assert queue.told == []


def test_silence_holds_everything_back_with_growing_gaps():
    forwarder = Forwarder(FakeQueue(stored=[3, 5]), parts.random())
    now, gaps = 0, []
    for _ in range(4):
        start = now
        while forwarder.next(now) is None:
            now += 500
        gaps.append(now - start)
        _send(forwarder, now, None)
    assert gaps[0] == 0
    assert gaps[3] > 2 * gaps[2] > 0


def test_a_repeat_says_that_it_is_one():
    forwarder = Forwarder(FakeQueue(stored=[3]), parts.random())
    assert not _send(forwarder, 0, None).repeat
    assert forwarder.next(0).repeat


def test_a_host_that_signs_in_but_swallows_messages_is_not_stormed():
    forwarder = Forwarder(FakeQueue(stored=[3]), parts.random())
    sends = 0
    for now in range(0, 3600000, 500):  # an hour, with a new session at any time
        if forwarder.next(now):
            _send(forwarder, now, None)
            sends += 1
    assert 5 <= sends <= 12


def test_a_poison_message_steps_aside_and_ends_in_the_dead_letters():
    queue = FakeQueue(stored=[3, 5])
    forwarder = Forwarder(queue, parts.random())
    now, tries = 0, 0
    while ("rejected", 3) not in queue.told:
        job = forwarder.next(now)
        if job is None:
            now += 1000
            continue
        tries += job.number == 3
        forwarder.sent(job)
        answer = Answer("30", token=None) if job.number == 3 else Answer("00")
        forwarder.answered(job, answer, now)
    assert tries == ALARM_TRIES
    assert ("banked", 5) in queue.told


def test_a_host_that_is_busy_for_a_day_makes_no_dead_letter():
    queue = FakeQueue(stored=[3])
    forwarder = Forwarder(queue, parts.random())
    now = 0
    for code in ("91", "96", "90", "A0", "94") * 6:
        while forwarder.next(now) is None:
            now += 60000
        _send(forwarder, now, Answer(code, token=None))
    assert queue.told == []
    assert queue.advices == [3]


def test_a_refusal_on_record_is_final_at_once():
    queue = FakeQueue(stored=[3])
    _send(Forwarder(queue, parts.random()), 0, Answer("05"))
    assert queue.told == [("rejected", 3)]


def test_a_reversal_of_something_unknown_is_closed():
    queue = FakeQueue(doubts=[9])
    _send(Forwarder(queue, parts.random()), 0, Answer("25"))
    assert queue.told == [("nothing there", 9)]


def test_a_reversal_is_an_alarm_after_six_tries_and_is_still_tried():
    queue = FakeQueue(doubts=[9])
    forwarder = Forwarder(queue, parts.random())
    now = 0
    for _ in range(10):
        while forwarder.next(now) is None:
            now += 60000
        _send(forwarder, now, Answer("96", token=None))
    assert forwarder.alarms() == 1
    assert queue.doubts == [9]
    assert forwarder.next(now + 3600000)
