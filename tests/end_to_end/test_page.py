"""The page in a real browser, against a front that plays the simulator's messages."""

import os
import shutil

import fake_front
import pytest
from playwright.sync_api import expect, sync_playwright

CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
pytestmark = pytest.mark.needs_tool
KEYS = "123X456C789ML0DE"
PATIENCE_MS = 6000  # a tapped card leaves after this, beep or no beep
BLACK = [0, 0, 0, 255]
END = {"type": "event", "time": "", "text": "the end"}
EVIL = '<img src="x" onerror="window.broken=1"><script>window.broken=1</script>'


@pytest.fixture(scope="module")
def browser():
    if not CHROMIUM and not os.environ.get("CI"):
        pytest.skip("chromium is not installed")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def front():
    return fake_front.FakeFront()


@pytest.fixture
def port():
    return fake_front.free_port()


@pytest.fixture
def address(front, port):
    with fake_front.served(front, port):
        yield f"http://127.0.0.1:{port}/"


@pytest.fixture
def page(browser, address):
    """The page, greeted; the test fails if the browser complained about anything."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    page = context.new_page()
    complaints = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.clock.install()
    page.goto(address)
    expect(page.locator("#cards .card")).to_have_count(len(fake_front.CARDS))
    yield page
    context.close()
    assert complaints == []


def told(front):
    """The next command that reached the server."""
    return front.commands.get(timeout=5)


def presses(front, count):
    return [told(front) for _ in range(count)]


def pressed(keys):
    return [{"do": "press", "key": key} for key in keys]


def pixels(page, *points):
    """The colours at (x, y) of the screen, once all that was published before has arrived."""
    expect(page.get_by_text("the end")).to_be_visible()
    return page.evaluate(
        """(points) => {
            const canvas = document.getElementById("screen");
            const { data } = canvas.getContext("2d").getImageData(0, 0, 240, 320);
            return points.map(([x, y]) => [...data.slice(4 * (240 * y + x)).slice(0, 4)]);
        }""",
        points,
    )


def drag(page, start, end):
    a, b = page.locator(start).bounding_box(), page.locator(end).bounding_box()
    page.mouse.move(a["x"] + a["width"] / 2, a["y"] + 20)
    page.mouse.down()
    page.mouse.move(b["x"] + b["width"] / 2, b["y"] + 10, steps=5)
    page.mouse.up()


def test_the_page_loads_from_its_own_server_only(browser, address):
    page = browser.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    expect(page.locator("#link")).to_have_text("Live")
    assert [url for url in asked if not url.startswith(address)] == []
    page.close()


def test_it_says_that_the_keys_are_test_keys(page):
    expect(page.get_by_text("TEST KEYS - not for live cards")).to_be_visible()


def test_every_key_reaches_the_terminal(page, front):
    for key in KEYS:
        page.click(f"#key-{key}")
    assert presses(front, len(KEYS)) == pressed(KEYS)


def test_the_computers_keys_work(page, front):
    for name in ["1", "0", ".", "Backspace", "m", "l", "Escape", "Enter"]:
        page.keyboard.press(name)
    assert presses(front, 8) == pressed("10DCMLXE")


def test_enter_after_a_click_is_enter_and_not_the_clicked_key_again(page, front):
    page.click("#key-5")
    page.keyboard.press("Enter")
    assert presses(front, 2) == pressed("5E")


def test_a_key_reached_by_tab_is_pressed_once(page, front):
    page.locator("#key-7").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("2")
    assert presses(front, 2) == pressed("72")


def test_shortcuts_of_the_browser_are_not_keys(page, front):
    page.keyboard.press("Control+5")
    page.keyboard.press("6")
    assert told(front) == {"do": "press", "key": "6"}


def test_bands_are_painted_where_they_belong_in_the_right_colours(page, front):
    colours = {
        0xFFFF: [255, 255, 255, 255],
        0xF800: [255, 0, 0, 255],
        0x07E0: [0, 255, 0, 255],
        0x001F: [0, 0, 255, 255],
        0x8410: [132, 130, 132, 255],
    }
    bands = [fake_front.band(64 * place, 64, rgb565) for place, rgb565 in enumerate(colours)]
    front.published(*bands, END)
    corners = [(x, 64 * place + line) for place in range(5) for x, line in ((0, 0), (239, 63))]
    assert pixels(page, *corners) == [rgba for rgba in colours.values() for _ in range(2)]


def test_a_band_leaves_the_other_lines_alone(page, front):
    front.published(fake_front.band(16, 8, 0xFFFF), END)
    assert pixels(page, (120, 15), (120, 24)) == [BLACK, BLACK]


def test_a_clicked_card_is_taken_away_after_the_beep(page, front):
    page.click("#card-visa")
    assert told(front) == {"do": "tap", "card": "visa"}
    expect(page.locator("#remove")).to_be_visible()
    front.published({"type": "buzzer", "hz": 2000, "on": True})
    expect(page.locator("#buzzer")).to_have_class("grille on")
    page.clock.fast_forward(PATIENCE_MS // 2)
    assert told(front) == {"do": "remove"}
    expect(page.locator("#remove")).to_have_count(0)


def test_a_clicked_card_does_not_wait_for_a_beep_for_ever(page, front):
    page.click("#card-unionpay-debit")
    assert told(front) == {"do": "tap", "card": "unionpay-debit"}
    expect(page.locator("#remove")).to_be_visible()
    page.clock.fast_forward(PATIENCE_MS)
    assert told(front) == {"do": "remove"}


def test_the_card_on_the_reader_speaks_the_pages_language(page, front):
    drag(page, "#card-visa", "#reader")
    expect(page.locator("#remove .name")).to_have_text("Visa credit")
    page.click("#language-zh")
    expect(page.locator("#remove .name")).to_have_text("Visa 信用卡")


def test_a_dragged_card_stays_until_it_is_taken_away(page, front):
    drag(page, "#card-phone", "#reader")
    assert told(front) == {"do": "tap", "card": "phone"}
    expect(page.locator("#remove")).to_be_visible()
    page.clock.fast_forward(10 * PATIENCE_MS)
    page.click("#network-slow")
    assert told(front) == {"do": "network", "mode": "slow"}  # and not a removal
    page.click("#remove")
    assert told(front) == {"do": "remove"}


def test_a_held_card_can_be_dragged_away(page, front):
    drag(page, "#card-visa", "#reader")
    assert told(front) == {"do": "tap", "card": "visa"}
    drag(page, "#remove", "#key-0")
    assert told(front) == {"do": "remove"}


def test_a_card_dropped_elsewhere_goes_back(page, front):
    drag(page, "#card-visa", "#ledger")
    page.keyboard.press("1")
    assert told(front) == {"do": "press", "key": "1"}


def test_another_card_replaces_the_one_that_is_held(page, front):
    drag(page, "#card-visa", "#reader")
    assert told(front) == {"do": "tap", "card": "visa"}
    expect(page.locator("#remove")).to_be_visible()
    page.click("#card-mastercard")
    assert told(front) == {"do": "remove"}
    assert told(front) == {"do": "tap", "card": "mastercard"}


def test_special_cards_lie_behind_a_tab(page, front):
    expect(page.locator("#card-no-funds")).to_be_hidden()
    page.click("#tray-special")
    page.click("#card-no-funds")
    assert told(front) == {"do": "tap", "card": "no-funds"}


def test_a_phone_with_a_pay_code_is_held_before_the_scanner(page, front):
    expect(page.locator("#phone-code-at-once")).to_be_hidden()
    page.click("#tray-codes")
    page.click("#phone-code-at-once")
    assert told(front) == {"do": "scan", "phone": "code-at-once"}


def test_cards_work_from_the_keyboard(page, front):
    page.locator("#card-visa").focus()
    page.keyboard.press("Shift+Enter")
    assert told(front) == {"do": "tap", "card": "visa"}
    expect(page.locator("#remove")).to_be_visible()
    page.clock.fast_forward(10 * PATIENCE_MS)
    page.locator("#remove").focus()
    page.keyboard.press("Enter")
    assert told(front) == {"do": "remove"}


def test_a_card_that_the_simulator_took_away_is_back_in_the_tray(page, front):
    page.click("#card-pulled-away")
    expect(page.locator("#remove")).to_be_visible()
    front.published({"type": "state", **front.state, "card": None})
    expect(page.locator("#remove")).to_have_count(0)


def test_the_network_switch(page, front):
    for mode in ("slow", "drop", "down", "up"):
        page.click(f"#network-{mode}")
        assert told(front) == {"do": "network", "mode": mode}
        expect(page.locator("#network [aria-pressed=true]")).to_have_id(f"network-{mode}")


def test_the_switch_of_the_backup_network(page, front):
    expect(page.locator("#backup")).to_have_attribute("aria-checked", "false")
    for on in (True, False):
        page.click("#backup")
        assert told(front) == {"do": "backup", "on": on}
        expect(page.locator("#backup")).to_have_attribute("aria-checked", str(on).lower())


def test_the_acquirer_switch(page, front):
    page.click("#acquirer")
    assert told(front) == {"do": "acquirer", "on": False}
    expect(page.locator("#acquirer")).to_have_attribute("aria-checked", "false")
    page.click("#acquirer")
    assert told(front) == {"do": "acquirer", "on": True}


def test_the_power_is_cut_and_comes_back(page, front):
    page.click("#power")
    assert told(front) == {"do": "power", "on": False}
    expect(page.locator("#power")).to_have_text("Power on")
    page.click("#power")
    assert told(front) == {"do": "power", "on": True}
    expect(page.locator("#power")).to_have_text("POWER CUT")


def test_the_keys_of_a_dead_terminal_do_nothing(page, front):
    page.click("#power")
    assert told(front) == {"do": "power", "on": False}
    expect(page.locator("#power")).to_have_text("Power on")
    page.click("#key-1")
    page.click("#power")
    assert told(front) == {"do": "power", "on": True}


def test_a_cut_at_a_flash_operation_is_armed(page, front):
    page.click("#cut-summary")
    page.fill("#cut-operation", "12")
    page.click("#cut-before")
    page.click("#cut-arm")
    assert told(front) == {"do": "cut", "operation": 12, "how": "before"}
    expect(page.locator("#cut-summary")).to_have_text("before operation 12")


def test_digits_in_the_operation_field_do_not_reach_the_terminal(page, front):
    page.click("#cut-summary")
    page.locator("#cut-operation").focus()
    page.keyboard.press("7")
    page.click("#key-1")
    assert told(front) == {"do": "press", "key": "1"}


def record(seq, state, amount_fen, text="sale"):
    return {
        "pos": seq * 256,
        "seq": seq,
        "kind": "sale",
        "text": text,
        "amount_fen": amount_fen,
        "state": state,
        "time": "12:00:00",
    }


def journal(*records, pending=(0, 0)):
    message = fake_front.empty_journal()
    message["sectors"][0] = {"index": 0, "state": "open", "fill": 5}
    message["records"] = list(records)
    message["pending"] = {"count": pending[0], "fen": pending[1]}
    return message


def ledger(*amounts_fen, what="sale"):
    rows = [
        {
            "time": "12:00:00",
            "stan": f"{stan:06}",
            "rrn": f"{stan:012}",
            "what": what,
            "amount_fen": amount,
            "card": "621094******0011",
            "state": "paid",
        }
        for stan, amount in enumerate(amounts_fen, 1)
    ]
    return {"type": "ledger", "rows": rows, "net_fen": sum(amounts_fen), "count": len(rows)}


def test_the_headline_says_where_the_money_is(page, front):
    records = [record(3, "torn", 100), record(2, "checking", 8800), record(1, "stored", 3600)]
    front.published(journal(*records, pending=(1, 3600)), ledger(123_456_78, -200))
    expect(page.locator("#banked .amount")).to_have_text("¥123,454.78")
    expect(page.locator("#stored .amount")).to_have_text("¥36.00")
    expect(page.locator("#checking .amount")).to_have_text("¥88.00")


def test_a_sale_that_was_in_doubt_and_is_settled_counts_no_longer(page, front):
    front.published(
        journal(record(2, "checking", 700), record(1, "paid", 500), record(1, "checking", 500))
    )
    expect(page.locator("#checking .amount")).to_have_text("¥7.00")


def test_what_the_terminal_itself_counts_as_in_doubt_has_the_last_word(page, front):
    told_so = {**journal(record(1, "checking", 500)), "checking": {"count": 2, "fen": 900}}
    front.published(told_so)
    expect(page.locator("#checking .amount")).to_have_text("¥9.00")


def test_the_journal_shows_records_as_given_and_marks_the_torn_one(page, front):
    front.published(journal(record(2, "torn", 200), record(1, "paid", 100)))
    rows = page.locator("#records .record")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("¥2.00")
    expect(rows.first).to_have_attribute("data-state", "torn")
    expect(page.locator("#sectors i[data-state=open]")).to_have_count(1)


def test_the_open_sector_shows_its_pages_as_the_sales_on_them_stand(page, front):
    message = journal(record(2, "torn", 200), record(1, "paid", 100), record(0, "", 100))
    message["sectors"][0]["number"] = 64  # the second lap
    for slot, told in zip((6, 2, 0), message["records"], strict=True):
        told["pos"] = 64 * 15 + slot
    front.published(message)
    pages = page.locator("#open-sector i")
    expect(pages).to_have_count(15)
    states = ["kept", "void", "paid", "void", "void", "void", "torn", *["blank"] * 8]
    for cell, state in zip(pages.all(), states, strict=True):
        expect(cell).to_have_attribute("data-state", state)
    expect(page.locator("#open-sector span")).to_have_text("Sector 0")


def test_without_an_open_sector_no_pages_are_shown(page, front):
    front.published(fake_front.empty_journal())
    expect(page.locator("#open-sector")).to_be_hidden()


def test_a_record_whose_state_changes_is_shown_once(page, front):
    front.published(journal(record(1, "stored", 100)), journal(record(1, "paid", 100)))
    expect(page.locator("#records .pill")).to_have_text("paid")
    expect(page.locator("#records .record")).to_have_count(1)


def test_the_ledger_shows_rows_and_the_net_total(page, front):
    front.published(ledger(-50, 10_000, 5_050))
    expect(page.locator("#ledger-rows tr")).to_have_count(3)
    expect(page.locator("#ledger-net")).to_have_text("¥150.00")
    expect(page.locator("#ledger-rows tr").first).to_contain_text("−¥0.50")


def test_ledger_rows_that_are_alike_are_all_shown(page, front):
    twice = ledger(100)
    twice["rows"] *= 2
    front.published(twice)
    expect(page.locator("#ledger-rows tr")).to_have_count(2)


def test_the_lights_follow_the_terminal(page, front):
    front.published({"type": "leds", "values": [True, False, True, False]})
    expect(page.locator(".leds .on")).to_have_count(2)
    expect(page.locator("#led-3")).to_have_class("on")


def test_texts_are_shown_as_text_and_never_as_markup(page, front):
    cards = [fake_front.card(EVIL, EVIL, EVIL, EVIL, EVIL)]
    hostile = journal(record(1, EVIL, 100, text=EVIL)), ledger(100, what=EVIL)
    front.published({"type": "cards", "cards": cards}, *hostile)
    front.published({"type": "event", "time": EVIL, "text": EVIL})
    expect(page.locator("#cards .card")).to_have_count(1)
    for place in ("#cards .name", "#records .text", "#ledger-rows .what b", "#event-list span"):
        expect(page.locator(place)).to_have_text(EVIL)
    assert page.locator("main img, main script").count() == 0
    assert page.evaluate("window.broken") is None


def test_a_page_outlives_a_restart_of_the_server(browser, port):
    page = browser.new_page(locale="en-GB")
    with fake_front.served(fake_front.FakeFront(), port):
        page.goto(f"http://127.0.0.1:{port}/")
        expect(page.locator("#link")).to_have_text("Live")
    expect(page.locator("#link")).to_have_text("Disconnected, trying again")
    expect(page.get_by_text("No connection to the simulator")).to_be_visible()
    page.keyboard.press("1")  # lost: a key must not arrive minutes later
    second = fake_front.FakeFront()
    second.keep(fake_front.band(0, 320, 0x07E0))
    with fake_front.served(second, port):
        expect(page.locator("#link")).to_have_text("Live")
        page.keyboard.press("2")
        assert told(second) == {"do": "press", "key": "2"}
        second.published(END)
        assert pixels(page, (120, 160)) == [[0, 255, 0, 255]]
        page.close()


def test_the_language_is_kept(page):
    page.click("#language-zh")
    expect(page.locator("#money-title")).to_have_text("我的钱在哪里？")
    expect(page.locator("#card-visa .name")).to_have_text("Visa 信用卡")
    page.reload()
    expect(page.locator("#money-title")).to_have_text("我的钱在哪里？")
    page.click("#language-en")
    expect(page.locator("#money-title")).to_have_text("Where is the money?")


def test_every_label_has_a_chinese_text(page):
    page.click("#language-zh")
    labels = "[...document.querySelectorAll('[data-t], [data-t-label]')]"
    texts = page.evaluate(f"{labels}.map((e) => 't' in e.dataset ? e.textContent : e.ariaLabel)")
    assert [text for text in texts if not any("\u4e00" <= mark <= "\u9fff" for mark in text)] == []


def test_nothing_sticks_out_sideways(page):
    for width in (1440, 1340, 1100, 900, 390):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_controls_have_names_for_screen_readers(page):
    page.click("#cut-summary")
    names = page.evaluate(
        "[...document.querySelectorAll('button, input')]"
        ".map((e) => e.ariaLabel || e.textContent.trim() || e.labels?.[0]?.textContent || e.id)"
    )
    ids = page.evaluate("[...document.querySelectorAll('button, input')].map((e) => e.id)")
    assert "" not in ids
    assert [name for name in names if name in ids] == []
