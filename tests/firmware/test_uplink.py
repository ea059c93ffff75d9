"""Session and forwarder as state machines: events and time in, actions out."""

import parts

from uplink import answers
from uplink import session as s
from uplink.forwarder import ALARM_TRIES, Forwarder
from uplink.networks import Networks
from uplink.session import Session, Timing

WIDEST = 16
_TIMING = Timing(reply_ms=5000, open_ms=3000, echo_ms=20000)


class Net:
    """A network that is there or not."""

    exclusive = False

    def __init__(self, name, up=True):
        self.name = name
        self.there = up

    def up(self):
        return self.there

    def join(self):
        pass


def _session(*up):
    nets = [Net(str(i), there) for i, there in enumerate(up or (True,))]
    networks = Networks(nets, lambda: True, lambda text: None)
    made = Session(parts.messages(), lambda: (1, (0, 0)), parts.random(), _TIMING, networks)
    made.nets = nets
    return made


def _sent(actions):
    return [action[1] for action in actions if action[0] == s.SEND]


def _signed_in(now=0, nets=(True,)):
    session = _session(*nets)
    assert session.poll(now) == [(s.OPEN, session.nets[0])]
    sign_in = _sent(session.opened(now))[0]
    assert session.received(parts.Host().reply(sign_in, "00"), now) == ()
    assert session.ready
    return session


def _sale_sent(session, now=0):
    key, frame = parts.messages().sale("0200", parts.sale(), parts.HELD)
    assert session.request(key, frame, now) == [(s.SEND, frame, key)]
    return key, frame


def test_it_does_not_try_while_there_is_no_network():
    assert _session(False).poll(0) == ()


def test_it_connects_signs_in_and_is_ready():
    assert _signed_in().trouble is None


def test_rooms_add_to_sign_in_and_hear_the_answer():
    session, heard = _session(), []
    session.extras.append(lambda: [(0x15, b"held")])
    session.listeners.append(lambda reply: heard.append(reply.private[0x15]))
    session.poll(0)
    sign_in = _sent(session.opened(0))[0]
    assert b"\x15\x04held" in sign_in
    session.received(parts.Host().reply(sign_in, "00", t15=b"offered"), 0)
    assert heard == [b"offered"]


def test_news_do_not_wait_for_the_time_of_the_next_echo():
    session = _signed_in()
    assert session.poll(1) == ()
    session.has_news = True
    assert len(_sent(session.poll(1))) == 1
    assert session.poll(2) == ()


def test_nobody_hears_an_answer_that_is_not_trusted():
    session, heard = _session(), []
    session.listeners.append(heard.append)
    session.poll(0)
    session.received(parts.Host().reply(_sent(session.opened(0))[0], "00", t06=bytes(16)), 0)
    assert heard == []


def test_before_sign_in_no_request_leaves():
    session = _session()
    session.poll(0)
    session.opened(0)
    assert session.request(("02", "000007"), b"frame", 0) is None


def test_a_sign_in_answer_with_another_nonce_is_an_impostors():
    session = _session()
    session.poll(0)
    sign_in = _sent(session.opened(0))[0]
    actions = session.received(parts.Host().reply(sign_in, "00", t06=bytes(16)), 0)
    assert (s.CLOSE,) in actions
    assert not session.ready


def test_a_refused_sign_in_is_tried_again_later():
    session = _session()
    session.poll(0)
    sign_in = _sent(session.opened(0))[0]
    session.received(parts.Host().reply(sign_in, "97"), 0)
    assert session.trouble == "host_refused"
    assert session.poll(1) == ()
    assert session.poll(60000) == [(s.OPEN, session.nets[0])]


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
    assert (s.ANSWER, key, None) in session.poll(5001)
    assert session.received(parts.Host().reply(frame, "00"), 5002) == ()


def test_the_highest_reference_counts_of_what_the_host_has_on_record_with_or_without_a_receipt():
    for code, token, rrn, highest in (
        ("91", False, "123456789012", "123456789012"),
        ("91", False, "0" * 12, ""),
        ("00", True, "123456789012", "123456789012"),
    ):
        session = _signed_in()
        _, frame = _sale_sent(session)
        session.received(parts.Host().reply(frame, code, token=token, rrn=rrn), 100)
        assert session.reference == highest, code


def test_silence_ends_the_request_and_the_connection():
    session = _signed_in()
    key, _ = _sale_sent(session)
    assert session.poll(5000) == ()
    assert session.poll(5001) == [(s.CLOSE,), (s.ANSWER, key, None)]
    assert not session.ready


def test_a_lost_line_ends_every_open_request_without_an_answer():
    session = _signed_in()
    key, _ = _sale_sent(session)
    assert session.lost(1, "host_unreachable") == [(s.CLOSE,), (s.ANSWER, key, None)]


def test_a_silent_line_is_probed_and_given_up():
    session = _signed_in()
    assert session.poll(20000) == ()
    assert len(_sent(session.poll(20001))) == 1
    assert session.ready
    assert session.poll(25002) == [(s.CLOSE,)]


def test_junk_from_the_host_closes_the_connection():
    assert (s.CLOSE,) in _signed_in().received(b"\xff" * 40, 5)


def test_gaps_between_tries_grow():
    session, now, gaps = _session(), 0, []
    for _ in range(5):
        start = now
        while session.poll(now) != [(s.OPEN, session.nets[0])]:
            now += 50
        gaps.append(now - start)
        session.lost(now, "host_unreachable")
    assert gaps == sorted(gaps)
    assert gaps[4] > 4 * gaps[1]


class FakeQueue:
    """Stands for the book: the forwarder only asks it for numbers and tells it verdicts."""

    def __init__(self, doubts=(), owed=()):
        self.waiting = {"doubt": list(doubts), "owed": list(owed)}
        self.told = []
        self.has_room = True

    def in_doubt(self):
        return self.waiting["doubt"]

    def owed(self):
        return self.waiting["owed"]

    def close(self, number, verdict, reply):
        if self.has_room:
            self.told.append((verdict, number))
            for waiting in self.waiting.values():
                if number in waiting:
                    waiting.remove(number)
        return self.has_room


class Answer:
    trusted = True

    def __init__(self, code, token=b"token"):
        self.code = code
        self.token = token


GOOD = Answer("00")
BUSY = Answer("96", token=None)


def _judge(forwarder, job, now, reply, judge=answers.of_advice):
    forwarder.answered(job, judge(reply), reply, now)


def _send(forwarder, now, reply, judge=answers.of_advice):
    job = forwarder.next(now)
    forwarder.sent(job)
    _judge(forwarder, job, now, reply, judge)
    return job


def _fill(forwarder, now=0):
    """Sends all that the window lets through."""
    jobs = []
    while job := forwarder.next(now):
        forwarder.sent(job)
        jobs.append(job)
    return jobs


def _wide(stored):
    """A forwarder with an open window, its queue, and what is left in it."""
    queue = FakeQueue(owed=range(1, WIDEST + stored + 1))
    forwarder = Forwarder(queue, parts.random(), WIDEST)
    for _ in range(WIDEST):
        _send(forwarder, 0, GOOD)
    return forwarder, queue


def test_reversals_go_before_stored_sales_and_those_in_order():
    queue = FakeQueue(doubts=[9], owed=[3, 5])
    forwarder = Forwarder(queue, parts.random(), WIDEST)
    numbers = [_send(forwarder, 0, GOOD).number for _ in range(3)]
    assert numbers == [9, 3, 5]
    assert queue.told == [(answers.ACCEPTED, n) for n in numbers]
    assert forwarder.next(0) is None


def test_a_line_that_has_not_answered_yet_gets_one_message():
    assert len(_fill(Forwarder(FakeQueue(owed=range(1, 40)), parts.random(), WIDEST))) == 1


def test_each_good_answer_widens_the_window_up_to_a_limit():
    forwarder, _ = _wide(stored=40)
    jobs = _fill(forwarder)
    assert [job.number for job in jobs] == list(range(WIDEST + 1, 2 * WIDEST + 1))


def test_answers_may_come_in_any_order():
    forwarder, queue = _wide(stored=3)
    first, second, third = _fill(forwarder)
    for job in (third, first, second):
        _judge(forwarder, job, 0, GOOD)
    assert [number for _, number in queue.told[WIDEST:]] == [
        j.number for j in (third, first, second)
    ]
    assert not forwarder.busy


def test_a_reversal_waits_until_the_line_is_clear_and_then_goes_alone():
    forwarder, queue = _wide(stored=5)
    under_way = _fill(forwarder)
    queue.waiting["doubt"].append(99)
    queue.waiting["owed"] += [100, 101]
    for job in under_way:
        assert forwarder.next(0) is None
        _judge(forwarder, job, 0, GOOD)
    assert [job.number for job in _fill(forwarder)] == [99]


def test_a_broken_line_is_one_failure_however_much_was_under_way():
    forwarder, _ = _wide(stored=40)
    for job in _fill(forwarder):
        _judge(forwarder, job, 0, None)
    again = _fill(forwarder, 0)
    assert [(job.number, job.repeat) for job in again] == [(WIDEST + 1, True)]
    _judge(forwarder, again[0], 0, None)
    assert forwarder.next(3900) is None
    assert forwarder.next(6100)


def test_a_host_that_sheds_load_gets_one_message_at_a_time_with_growing_gaps():
    forwarder, _ = _wide(stored=400)
    sent = 0
    for now in range(0, 600000, 500):
        for job in _fill(forwarder, now):
            _judge(forwarder, job, now, BUSY)
            sent += 1
    assert sent < WIDEST + 8


def test_a_message_that_breaks_every_line_steps_aside_and_then_goes_alone():
    forwarder, queue = _wide(stored=20)
    poison, now = WIDEST + 1, 0
    while queue.owed() != [poison]:
        jobs = _fill(forwarder, now)
        broken = poison in [job.number for job in jobs]
        for job in jobs:
            _judge(forwarder, job, now, None if broken else GOOD)
        now += 1000
    assert now < 120000
    queue.waiting["owed"] += [200, 201, 202]
    while poison not in [job.number for job in jobs]:
        now += 1000
        jobs = _fill(forwarder, now)
        for job in jobs:
            if job.number != poison:
                _judge(forwarder, job, now, GOOD)
    assert [job.number for job in jobs] == [poison]


def test_what_cannot_be_closed_for_want_of_room_is_not_asked_about_at_once_again():
    queue = FakeQueue(owed=[3])
    queue.has_room = False
    forwarder = Forwarder(queue, parts.random(), WIDEST)
    _send(forwarder, 0, Answer("05"))
    assert queue.owed() == [3]
    assert forwarder.next(1000) is None
    assert forwarder.next(10000).repeat


def test_only_a_91_that_the_host_has_kept_is_final():
    busy, kept = Answer("91", token=None), Answer("91", token=None)
    busy.rrn, kept.rrn = "000000000000", "632600000001"
    assert answers.of_sale(busy) == answers.DOUBT
    assert answers.of_sale(kept) == answers.NOT_POSTED


def test_an_accepted_advice_without_a_token_is_not_banked():
    queue = FakeQueue(owed=[3])
    forwarder = Forwarder(queue, parts.random(), WIDEST)
    _send(forwarder, 0, Answer("00", token=None))
    assert queue.told == []


def test_silence_holds_everything_back_with_growing_gaps():
    forwarder = Forwarder(FakeQueue(owed=[3, 5]), parts.random(), WIDEST)
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
    forwarder = Forwarder(FakeQueue(owed=[3]), parts.random(), WIDEST)
    assert not _send(forwarder, 0, None).repeat
    assert forwarder.next(0).repeat


def test_a_host_that_signs_in_but_swallows_messages_is_not_stormed():
    forwarder = Forwarder(FakeQueue(owed=[3]), parts.random(), WIDEST)
    sends = 0
    for now in range(0, 3600000, 500):  # an hour, with a new session at any time
        if forwarder.next(now):
            _send(forwarder, now, None)
            sends += 1
    assert 5 <= sends <= 12


def test_a_poison_message_steps_aside_and_ends_in_the_dead_letters():
    queue = FakeQueue(owed=[3, 5])
    forwarder = Forwarder(queue, parts.random(), WIDEST)
    now, tries = 0, 0
    while (answers.REJECTED, 3) not in queue.told:
        job = forwarder.next(now)
        if job is None:
            now += 1000
            continue
        tries += job.number == 3
        forwarder.sent(job)
        _judge(forwarder, job, now, Answer("30", token=None) if job.number == 3 else GOOD)
    assert tries == ALARM_TRIES
    assert (answers.ACCEPTED, 5) in queue.told


def test_a_host_that_is_busy_for_a_day_makes_no_dead_letter():
    queue = FakeQueue(owed=[3])
    forwarder = Forwarder(queue, parts.random(), WIDEST)
    now = 0
    for code in ("91", "96", "90", "A0", "94") * 6:
        while forwarder.next(now) is None:
            now += 60000
        _send(forwarder, now, Answer(code, token=None))
    assert queue.told == []
    assert queue.owed() == [3]


def test_a_refusal_on_record_is_final_at_once():
    queue = FakeQueue(owed=[3])
    _send(Forwarder(queue, parts.random(), WIDEST), 0, Answer("05"))
    assert queue.told == [(answers.REJECTED, 3)]


def test_a_reversal_of_something_unknown_is_closed():
    queue = FakeQueue(doubts=[9])
    _send(Forwarder(queue, parts.random(), WIDEST), 0, Answer("25"), answers.of_reversal)
    assert queue.told == [(answers.NOTHING_THERE, 9)]


def test_a_reversal_is_an_alarm_after_six_tries_and_is_still_tried():
    queue = FakeQueue(doubts=[9])
    forwarder = Forwarder(queue, parts.random(), WIDEST)
    now = 0
    for _ in range(10):
        while forwarder.next(now) is None:
            now += 60000
        _send(forwarder, now, BUSY, answers.of_reversal)
    assert forwarder.alarms() == 1
    assert queue.in_doubt() == [9]
    assert forwarder.next(now + 3600000)
