"""What the records of a sale mean together, after every kind of restart."""

import parts

from crypto.dukpt import counter_is_usable
from terminal import book as b

TOKEN = bytes(range(16))
ANSWER = ("123456789012", "A1B2C3", "00")


class Bench:
    """A book on a journal on flash, that can be switched off and on."""

    def __init__(self, usable=counter_is_usable, sectors=8):
        self.flash = parts.Flash(sectors)
        self.usable = usable
        self.book = b.Book(parts.journal(self.flash, formatted=False), usable)

    def restart(self):
        """Some quiet moments, in which a release becomes durable, and then the power fails."""
        for _ in range(3):
            self.book._journal.idle()
        self.book = b.Book(parts.journal(self.flash), self.usable)
        return self.book.load()

    def sale(self, amount_fen=1234):
        return parts.sale(self.book.reserve(), amount_fen)

    def stored(self, amount_fen=1234):
        sale = self.sale(amount_fen)
        self.book.open_intent(sale)
        self.book.open(b.STORED, sale, sale.number)
        return sale

    def words(self):
        return [word for _, word in self.book.recent(20)]


def test_a_new_book_is_empty():
    assert Bench().book.held() == (0, 0)
    assert Bench().book.recent(5) == []


def test_an_intent_that_was_cut_off_is_closed_as_nothing_happened():
    bench = Bench()
    bench.book.open_intent(bench.sale())
    assert bench.restart() == 1
    assert bench.book.held() == (0, 0)
    assert bench.words() == ["failed"]
    assert bench.restart() == 0


def test_a_stored_sale_is_held_over_restarts_until_the_host_has_it():
    bench = Bench()
    sale = bench.stored(3600)
    bench.restart()
    assert bench.book.held() == (1, 3600)
    assert bench.words() == ["stored"]
    assert bench.book.waiting(b.STORED) == [sale.number]
    assert bench.book.sale(sale.number).pack() == sale.pack()
    bench.book.resolve(sale.number, TOKEN)
    assert bench.words() == ["paid"]
    bench.restart()
    assert bench.book.held() == (0, 0)
    assert bench.words() == ["paid"]


def test_a_request_without_an_answer_is_in_doubt_after_a_restart():
    bench = Bench()
    sale = bench.sale()
    bench.book.open_intent(sale)
    bench.book.open(b.REQUEST, sale, sale.number)
    bench.restart()
    assert bench.book.waiting(b.REQUEST) == [sale.number]
    assert bench.words() == ["checking"]
    bench.book.end(sale.number, b.REVERSED, TOKEN, ANSWER)
    bench.restart()
    assert bench.words() == ["returned"]
    assert bench.book.held() == (0, 0)


def test_a_paid_sale_shows_the_hosts_reference():
    bench = Bench()
    sale = bench.sale()
    bench.book.open(b.REQUEST, sale, sale.number)
    bench.book.end(sale.number, b.PAID, TOKEN, ANSWER)
    bench.restart()
    shown, word = bench.book.recent(1)[0]
    assert word == "paid"
    assert shown.answer == ANSWER
    assert shown.masked_pan == "621094******0011"


def test_numbers_are_never_used_twice_over_restarts():
    bench, seen = Bench(), []
    for _ in range(5):
        sale = bench.stored()
        seen.append(sale.number)
        bench.book.resolve(sale.number, TOKEN)
        bench.restart()
    assert seen == [1, 2, 3, 4, 5]


def test_numbers_that_dukpt_skips_are_skipped_and_do_not_hold_anything_back():
    bench = Bench(usable=lambda number: number not in (2, 3))
    first, second = bench.stored(), bench.stored()
    assert (first.number, second.number) == (1, 4)
    bench.restart()
    for sale in (first, second):
        bench.book.resolve(sale.number, TOKEN)
    bench.restart()
    assert bench.book.held() == (0, 0)
    assert bench.book.reserve() == 5


def test_an_answer_out_of_order_is_kept_until_its_turn():
    bench = Bench()
    first, second = bench.stored(100), bench.stored(200)
    bench.book.resolve(second.number, TOKEN)
    assert bench.book.held() == (1, 100)
    bench.book.resolve(first.number, TOKEN)
    bench.restart()
    assert bench.book.held() == (0, 0)


def test_a_dead_letter_is_kept_and_lets_the_others_go():
    bench = Bench()
    poison, good = bench.stored(100), bench.stored(200)
    bench.book.bury(poison.number)
    bench.book.resolve(good.number, TOKEN)
    bench.restart()
    assert bench.book.waiting(b.STORED) == []
    assert bench.book.totals(b.DEAD) == (1, 100)
    seq = bench.book.waiting(b.DEAD)[0]
    assert bench.book.sale(seq).number == poison.number
    assert bench.book.sale(seq).id == poison.id


def test_a_dead_letter_that_is_sent_again_is_owed_as_what_it_was_and_the_same_sale():
    bench = Bench()
    sale = bench.stored(500)
    given = _given_back(bench, sale, 120)
    packed = sale.pack()
    for number in (sale.number, given.number):
        bench.book.bury(bench.book.seq_of(number))
    bench.restart()
    assert bench.book.checking() == 2
    for number in (sale.number, given.number):
        assert bench.book.revive(number)
    bench.restart()
    assert bench.book.owed() == [sale.number, given.number]
    assert bench.book.sale(bench.book.seq_of(sale.number)).pack() == packed
    assert bench.book.kind(given.number) == b.RETURN
    assert bench.book.checking() == 0


def test_only_a_dead_letter_can_be_sent_again():
    bench = Bench()
    sale = bench.stored()
    assert not bench.book.revive(sale.number)
    bench.book.resolve(sale.number, TOKEN)
    assert not bench.book.revive(sale.number)


def test_what_is_in_doubt_is_counted_apart_but_not_the_sale_that_is_being_made():
    bench = Bench()
    sale = bench.sale(700)
    bench.book.open(b.REQUEST, sale, sale.number)
    bench.book.in_play = sale.number
    assert bench.book.checking() == 0
    bench.book.in_play = None
    assert bench.book.checking() == 1
    assert bench.book.pending() == (0, 0)


def test_a_stuck_sale_is_carried_forward_and_keeps_its_identity():
    bench = Bench(sectors=16)
    stuck = bench.stored(100)
    for _ in range(40):
        sale = bench.stored(200)
        bench.book.resolve(sale.number, TOKEN)
    assert bench.book.keep_short()
    bench.restart()
    seq = bench.book.waiting(b.STORED)[0]
    assert seq > stuck.number
    assert bench.book.sale(seq).number == stuck.number
    assert bench.book.held() == (1, 100)


def test_a_carried_sale_is_still_found_by_its_number():
    bench = Bench()
    stuck = bench.stored(100)
    assert bench.book.seq_of(stuck.number) == stuck.number
    while not bench.book.keep_short():
        bench.book.resolve(bench.stored(200).number, TOKEN)
    assert bench.book.owed() == [stuck.number]
    assert bench.book.seq_of(stuck.number) > stuck.number
    bench.book.resolve(bench.book.seq_of(stuck.number), TOKEN)
    assert bench.book.held() == (0, 0)


def test_a_full_journal_says_so_before_a_sale_and_keeps_everything():
    bench, count = Bench(), 0
    while bench.book.has_room():
        bench.stored(10)
        count += 1
    assert count > 15
    bench.restart()
    assert bench.book.held() == (count, 10 * count)
    assert not bench.book.has_room()


def test_released_sales_make_room_again():
    bench = Bench()
    for _ in range(300):  # several laps of the flash
        assert bench.book.has_room()
        sale = bench.stored(10)
        bench.book.resolve(sale.number, TOKEN)
    bench.restart()
    assert bench.book.held() == (0, 0)
    assert bench.book.reserve() == 301


def test_a_number_that_was_reserved_is_not_taken_by_a_dead_letter():
    bench = Bench()
    poison = bench.stored(100)
    sale = bench.sale(700)  # being made: the card is not there yet
    bench.book.bury(poison.number)
    bench.book.open_intent(sale)
    bench.book.open(b.STORED, sale, sale.number)
    bench.book.put_back(sale.number)
    bench.restart()
    assert bench.book.totals(b.DEAD) == (1, 100)
    assert bench.book.totals(b.STORED) == (1, 700)


def test_a_number_that_was_put_back_holds_nothing_back():
    bench = Bench()
    poison, good = bench.stored(100), bench.stored(200)
    number = bench.book.reserve()
    bench.book.bury(poison.number)
    bench.book.put_back(number)
    for seq in (good.number, bench.book.waiting(b.DEAD)[0]):
        bench.book.resolve(seq, TOKEN)
    bench.restart()
    assert bench.book.held() == (0, 0)
    assert bench.book._journal.released == bench.book._journal.next_seq - 1


def test_a_reserved_number_that_no_record_has_is_passed_over_after_a_restart():
    bench = Bench()
    poison = bench.stored(100)
    bench.book.reserve()
    bench.book.bury(poison.number)  # written above the reserved number; then the power fails
    bench.restart()
    bench.book.resolve(bench.book.waiting(b.DEAD)[0], TOKEN)
    assert bench.book._journal.released == bench.book._journal.next_seq - 1


def test_a_cut_while_a_sale_is_written_again_leaves_it_once():
    bench = Bench()
    stuck = bench.stored(100)
    bench.book.open(b.STORED, stuck, bench.book._journal.next_seq)  # and the power fails
    bench.restart()
    assert bench.book.held() == (1, 100)
    assert bench.book.waiting(b.STORED) == [2]


def test_a_carried_sale_keeps_its_place_in_the_order_of_capture():
    bench = Bench()
    first = bench.stored(100)
    bench.stored(200)
    bench.book._rewrite(first.number, b.STORED)
    amounts = [bench.book.sale(seq).amount_fen for seq in bench.book.waiting(b.STORED)]
    assert amounts == [100, 200]


def test_a_full_journal_keeps_room_for_the_end_of_what_is_in_doubt():
    bench = Bench()
    doubtful = bench.sale(500)
    bench.book.open_intent(doubtful)
    bench.book.open(b.REQUEST, doubtful, doubtful.number)
    while bench.book.has_room():
        bench.stored(10)
    assert not bench.book.bury(bench.book.waiting(b.STORED)[0])
    bench.book.end(doubtful.number, b.REVERSED, TOKEN, ANSWER)
    bench.restart()
    assert bench.book.waiting(b.REQUEST) == []


def test_in_a_full_journal_what_the_host_will_not_take_makes_way_for_those_behind_it():
    bench = Bench()
    poison, good = bench.stored(100), []
    while bench.book.has_room():
        good.append(bench.stored(200))
    for sale in good:
        bench.book.resolve(sale.number, TOKEN)
    assert bench.book.bury(poison.number)
    assert bench.book.has_room()
    bench.restart()
    assert bench.book.held() == (1, 100)


def test_the_last_room_is_not_used_up_for_what_frees_nothing():
    bench = Bench()
    doubted = [bench.stored(100) for _ in range(20)]
    while bench.book.has_room():
        bench.stored(200)
    room = bench.book._journal.room()
    for sale in doubted:
        assert not bench.book.bury(sale.number)
    assert bench.book._journal.room() == room


def test_starts_in_a_row_leave_room_for_what_the_bank_decides():
    bench = Bench()
    sales = []
    while bench.book.has_room():
        sales.append(bench.sale())
        bench.book.open(b.DEFERRED, sales[-1], sales[-1].number)
        bench.book.put_back(sales[-1].number)
    for _ in range(10):
        bench.restart()
    for sale in sales:
        bench.book.end(sale.number, b.GRANTED, TOKEN, ("123456789012", "000042", "00"))
    assert bench.book.held() == (0, 0)


def _damage(bench, pos):
    """Two flipped bits in the record at `pos`: more than a repair can put right."""
    bench.flash.data[bench.flash.record_at(pos) + 100] ^= 0x81


def test_a_damaged_record_of_a_stored_sale_is_neither_forgotten_nor_called_failed():
    bench = Bench()
    sale = bench.stored(500)
    _damage(bench, bench.book.entry(sale.number).pos)
    bench.stored(100)
    assert bench.restart() == 0
    assert bench.book.unreadable() == 1
    assert bench.book.totals(b.UNREADABLE) == (1, 500)
    assert bench.book._journal.released == 0


def test_a_paid_sale_whose_last_record_is_damaged_is_not_reversed():
    bench = Bench()
    sale = bench.sale(500)
    bench.book.open(b.REQUEST, sale, sale.number)
    bench.book.end(sale.number, b.PAID, b.NOTHING_OWED, ANSWER)
    pos = [record[0] for record in bench.book._journal.history() if record[1] == b.PAID][0]
    bench.book._journal.released = 0  # as if the host's receipt had not been written yet
    bench.stored(100)
    _damage(bench, pos)
    bench = _reopened(bench)
    assert bench.book.waiting(b.REQUEST) == []


def test_a_paid_sale_of_long_ago_whose_last_record_is_damaged_is_not_called_returned():
    bench = Bench()
    sale = bench.sale(500)
    bench.book.open(b.REQUEST, sale, sale.number)
    bench.book.end(sale.number, b.PAID, TOKEN, ANSWER)
    pos = [record[0] for record in bench.book._journal.history() if record[1] == b.PAID][0]
    bench.book.resolve(bench.stored(100).number, TOKEN)
    bench.restart()
    _damage(bench, pos)
    assert bench.words() == ["paid", "checking"]
    assert bench.book.held() == (0, 0)


def _reopened(bench):
    bench.restart()
    return bench


def test_in_a_small_journal_a_stuck_sale_is_carried_before_there_is_no_room_to():
    bench = Bench()
    bench.stored(100)
    for _ in range(200):
        bench.book.keep_short()
        assert bench.book.has_room()
        bench.book.resolve(bench.stored(200).number, TOKEN)
    assert bench.book.held() == (1, 100)


def test_numbers_behind_a_damaged_record_are_kept_and_nothing_is_copied_for_ever():
    bench = Bench(sectors=9)
    lost = bench.stored(100)
    _damage(bench, bench.book.entry(lost.number).pos)
    for _ in range(40):
        bench.book.resolve(bench.stored(200).number, TOKEN)
    bench.restart()
    room = bench.book._journal.room()
    for _ in range(20):
        bench.book.keep_short()
    assert bench.book._journal.room() == room


def test_records_of_another_version_are_kept_and_not_guessed_at():
    bench = Bench()
    journal = bench.book._journal
    journal.append(21, journal.next_seq, bytes(60))  # a kind of a later firmware
    journal.append(b.STORED, journal.next_seq, b"another layout")
    bench.stored(300)
    bench.restart()
    assert bench.book.totals(b.UNREADABLE) == (2, 0)
    assert bench.book.unreadable() == 2
    assert bench.book.totals(b.STORED) == (1, 300)
    assert journal.released == 0
    assert bench.words() == ["stored"]


def _given_back(bench, original, amount_fen=100):
    given = parts.given_back(original, bench.book.reserve(), amount_fen)
    bench.book.open(b.RETURN, given, given.number)
    bench.book.put_back(given.number)
    return given


def test_a_return_is_owed_over_restarts_until_the_host_has_it():
    bench = Bench()
    sale = bench.stored(500)
    bench.book.resolve(sale.number, TOKEN)
    given = _given_back(bench, sale)
    bench.restart()
    assert bench.book.owed() == [given.number]
    assert bench.book.sale(given.number).original == (sale.id, sale.number, "25")
    assert bench.words() == ["stored", "paid"]
    bench.book.resolve(given.number, TOKEN)
    bench.restart()
    assert bench.words() == ["returned", "paid"]
    assert bench.book.held() == (0, 0)


def test_a_return_waits_until_the_host_has_answered_for_its_original():
    bench = Bench()
    sale = bench.stored(500)
    given = _given_back(bench, sale)
    other = bench.stored(200)
    bench.restart()
    waiting = [n for n in bench.book.owed() if bench.book.must_wait(n)]
    assert bench.book.owed() == [sale.number, given.number, other.number]
    assert waiting == [given.number]
    bench.book.resolve(sale.number, TOKEN)
    assert not bench.book.must_wait(given.number)


def test_a_return_does_not_wait_for_an_original_that_people_must_look_at():
    bench = Bench()
    sale = bench.stored(500)
    given = _given_back(bench, sale)
    bench.book.bury(sale.number)
    assert not bench.book.must_wait(given.number)


def test_a_return_whose_original_was_carried_forward_still_waits_for_it():
    bench = Bench()
    sale = bench.stored(500)
    given = _given_back(bench, sale)
    bench.book._rewrite(sale.number, b.STORED)
    bench.restart()
    assert bench.book.must_wait(given.number)


def test_what_is_to_be_given_back_lessens_the_money_and_is_one_record_more():
    bench = Bench()
    sale = bench.stored(500)
    _given_back(bench, sale, 120)
    assert bench.book.pending() == (2, 380)
    assert bench.book.held() == (2, 500)
    assert bench.book.totals(b.STORED, b.DEAD) == (1, 500)


def test_a_return_that_the_host_refuses_is_kept_for_people_and_moves_no_money():
    bench = Bench()
    sale = bench.stored(500)
    given = _given_back(bench, sale, 120)
    bench.book.bury(given.number)
    bench.restart()
    assert bench.book.totals(b.DEAD_RETURN) == (1, 120)
    assert bench.book.totals(b.DEAD) == (0, 0)
    assert bench.book.pending() == (1, 500)
    assert bench.book.checking() == 1
    assert bench.book.owed() == [sale.number]
    assert bench.words() == ["checking", "stored"]


def test_a_thousand_stored_sales_fit_beside_the_rest():
    import gc

    from terminal.standing import Entry, Standing

    gc.collect()
    before = gc.mem_alloc()
    standing = Standing((b.STORED,))
    for number in range(1, 1001):
        standing.put(number, Entry(b.STORED, 3 * number, number, 10**11 + number))
    gc.collect()
    assert gc.mem_alloc() - before < 40000
    assert standing[777].amount_fen == 10**11 + 777
    assert standing.totals((b.STORED,)) == (1000, 1000 * 10**11 + 500500)
    for number in range(1, 1001):
        standing.drop(number)
    assert standing.owed == list(standing) == []


def test_sales_that_were_written_again_keep_their_number_and_their_place_in_the_order():
    from terminal.standing import Entry, Standing

    standing = Standing((b.STORED,))
    for number in (5, 6, 7):
        standing.put(number, Entry(b.STORED, number, number, 100))
    standing.put(90, Entry(b.STORED, 90, 5, 100))
    standing.drop(5)
    assert standing.owed == [5, 6, 7]
    assert (standing.seq_of(5), standing.seq_of(6), standing.seq_of(90)) == (90, 6, None)
    assert standing.seqs(b.STORED) == [90, 6, 7]
