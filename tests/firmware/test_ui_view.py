"""The screens: nothing is clipped, nothing overlaps, in either language; odd values never crash."""

import gc

import scenes
from ui_doubles import TEXTS, Blind, Recorder, Spy

from health import diagnosis
from ui.page import money
from ui.screens import SCREENS
from ui.view import View

_WORDS = ("paid", "stored", "checking", "returned", "failed")
_TITLES = ("brand", "enter_amount", "present_card", "history")
_BANDS = _WORDS + ("try_again", "cannot_sell", "fault", "charge_again")
_NOTES = ("remove_card", "contacting_bank")
_SENTENCES = ("in_doubt", "code_cancelling")  # explanations that are no reason


def _spied(panel=None, language="zh"):
    view = View(panel or Blind(), language, support="400-000-0000")
    spy = Spy(view._page.canvas)
    view._page.canvas = spy
    return view, spy


def _misplaced(written):
    """What is written outside the screen, and pairs that touch each other."""
    wrong = [box for box in written if box[0] < 0 or box[1] < 0 or box[2] > 240 or box[3] > 320]
    for number, one in enumerate(written):
        for other in written[number + 1 :]:
            apart = (
                one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
            )
            if not apart:
                wrong.append((one, other))
    return wrong


def _assert_placed(view, spy, screen, values):
    spy.written.clear()
    view.show(screen, **values)
    assert not _misplaced(spy.written), (screen, view.language, _misplaced(spy.written))


def _reasons():
    elsewhere = ("where_", "net_")  # these have screens of their own
    found = [key for key in _explanations() if not key.startswith(elsewhere)]
    return [key for key in found if key not in _SENTENCES]


def _explanations():
    return [key for key in sorted(TEXTS) if "。" in TEXTS[key][0]]


def test_every_scene_is_drawn_without_clipping_or_overlap():
    view, spy = _spied()
    for language in ("zh", "en"):
        view.language = language
        for name in sorted(scenes.SCENES):
            screen, status, values = scenes.SCENES[name]
            view.status(*status)
            _assert_placed(view, spy, screen, values)


def test_every_screen_has_a_scene():
    shown = {screen for screen, _, _ in scenes.SCENES.values()}
    assert shown == set(SCREENS), shown ^ set(SCREENS)


def test_every_reason_fits_wherever_a_reason_is_shown():
    view, spy = _spied()
    view.status(*scenes.HOLDING)  # the least room
    for language in ("zh", "en"):
        view.language = language
        for reason in _reasons():
            for screen in ("declined", "try_again", "confirm"):
                values = {"fen": 12345678, "reason": reason}
                if screen == "declined":
                    values["code"] = "51"
                _assert_placed(view, spy, screen, values)
            _assert_placed(view, spy, "refused", {"reason": reason})
            _assert_placed(view, spy, "fault", {"reason": reason, "code": "x" * 40})


def test_every_advice_of_the_network_check_fits_below_the_step_that_failed():
    view, spy = _spied()
    view.status(*scenes.HOLDING)
    for language in ("zh", "en"):
        view.language = language
        for number, step in enumerate(diagnosis.STEPS):
            rows = [(name, "ok", "118.4 kB/s") for name in diagnosis.STEPS[:number]]
            for cause, advice in diagnosis.ADVICE[step].items():
                assert advice in TEXTS and ("cause_" + cause in TEXTS or not cause)
                failed = rows + [(step, "failed", cause or "no_answer")]
                _assert_placed(view, spy, "check", {"rows": failed, "reason": advice})
        for advice in ("net_all_well", "net_weak", "net_slow"):
            rows = [(name, "ok", "118.4 kB/s") for name in diagnosis.STEPS]
            _assert_placed(view, spy, "check", {"rows": rows, "reason": advice})


def test_every_word_fits_its_entry_with_all_details():
    view, spy = _spied()
    view.status(*scenes.HOLDING)
    details = {"when": "2025-11-22 13:48", "card": "621094******0011"}
    details.update({"ref": "000123456789", "code": "05"})
    for language in ("zh", "en"):
        view.language = language
        for word in _WORDS:
            _assert_placed(view, spy, "entry", dict(details, fen=999999999, word=word))


def test_notes_and_titles_are_set_in_the_large_face():
    view, _ = _spied()
    font = view._page._fonts["title24"]
    for keys, room in ((_TITLES + _NOTES, 224), (_BANDS, 224 - 50)):
        for key in keys:
            for text in TEXTS[key]:
                assert font.width(text) <= room, (key, text, font.width(text))


def test_no_sentence_needs_a_break_that_was_not_chosen():
    view, _ = _spied()
    font = view._page._fonts["body20"]
    for key in _explanations():
        for text in TEXTS[key]:
            for line in text.split("\n"):
                assert font.width(line) <= 224, (key, line, font.width(line))


def test_amounts_up_to_the_largest_fit_in_one_line():
    view, spy = _spied()
    for fen in (0, 1, 99999, 999999, 99999999, 9999999999, 999999999999):
        _assert_placed(view, spy, "amount", {"fen": fen})
        _assert_placed(view, spy, "approved", {"fen": fen})


def test_money_is_grouped_by_thousands_without_rounding():
    assert money(0) == "¥0.00"
    assert money(5) == "¥0.05"
    assert money(123456) == "¥1,234.56"
    assert money(100000000) == "¥1,000,000.00"
    assert money(999999999999) == "¥9,999,999,999.99"
    assert money(-1250) == "-¥12.50"


def test_a_reason_without_a_text_is_shown_with_the_support_number():
    view, spy = _spied(language="en")
    view.show("declined", fen=100, reason="nobody_wrote_this", code="??")
    written = " ".join([box[4] for box in spy.written])
    assert "nobody_wrote_this" in written and "400-000-0000" in written, written


def test_characters_that_no_font_has_do_not_crash():
    view, spy = _spied()
    values = {"fen": 1, "card": "龘靐 МИР 0011", "ref": "é", "cvm": "未知"}
    _assert_placed(view, spy, "approved", values)


def test_a_long_card_label_loses_its_beginning_not_its_digits():
    view, spy = _spied(language="en")
    view.show("approved", fen=1, card="A VERY LONG CARD LABEL OF SOME BANK 0011")
    shown = [box[4] for box in spy.written if box[4].endswith("0011")]
    assert shown and shown[0].startswith("…"), shown
    assert not _misplaced(spy.written)


def test_the_history_shows_the_marked_sale_wherever_it_is():
    view, spy = _spied()
    rows = [("%02d:00" % number, number * 100, "paid") for number in range(20)]
    for index in range(20):
        _assert_placed(view, spy, "history", {"rows": rows, "index": index})
        assert "%02d:00" % index in [box[4] for box in spy.written]


def test_what_is_stored_but_not_banked_is_said_on_every_screen():
    view, spy = _spied(language="en")
    view.status(*scenes.HOLDING)
    for name in sorted(scenes.SCENES):
        screen, _, values = scenes.SCENES[name]
        spy.written.clear()
        view.show(screen, **values)
        written = [box[4] for box in spy.written]
        assert "2 stored, not banked" in written and "¥36.00" in written, (name, written)
        assert "TEST KEYS" in written, name


def test_without_test_keys_there_is_no_badge():
    view, spy = _spied()
    view.status("up", 0, 0, False, "10:00")
    view.show("amount", fen=0)
    assert TEXTS["test_keys"][0] not in [box[4] for box in spy.written]


def test_the_language_changes_with_the_next_screen():
    view, spy = _spied()
    assert view.language == "zh"
    view.language = "en"
    view.show("present", fen=1)
    assert "Tap to pay" in [box[4] for box in spy.written]


def test_showing_the_same_again_sends_nothing():
    view, _ = _spied()
    assert view.show("amount", fen=1250) == 320
    assert view.show("amount", fen=1250) == 0


def test_a_new_digit_or_minute_sends_only_its_lines():
    panel = Recorder()
    view, _ = _spied(panel)
    view.status("up", 0, 0, True, "14:05")
    view.show("amount", fen=125)
    panel.sent.clear()
    view.show("amount", fen=1250)
    assert panel.sent and all(120 <= y and y + count <= 176 for y, count in panel.sent)
    panel.sent.clear()
    view.status("up", 0, 0, True, "14:06")
    view.show("amount", fen=1250)
    assert panel.sent and all(y + count <= 28 for y, count in panel.sent), panel.sent


def test_the_whole_screen_costs_less_than_a_third_of_the_heap():
    gc.collect()
    before = gc.mem_alloc()
    view = View(Blind())
    for name in sorted(scenes.SCENES):
        screen, status, values = scenes.SCENES[name]
        view.status(*status)
        view.show(screen, **values)
    gc.collect()
    used = gc.mem_alloc() - before
    print("view, canvas and fonts: %d bytes" % used)
    assert used < 110000, used


def test_what_is_drawn_again_has_the_values_and_the_status_of_now():
    view, spy = _spied(language="en")
    left_s = [60]
    view.show("waiting", fen=1250, left_s=lambda: left_s[0])
    left_s[0] = 42
    spy.written.clear()
    view.redraw()
    assert "42 seconds left" in [box[4] for box in spy.written]
