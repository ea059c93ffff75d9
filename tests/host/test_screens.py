"""What the screens look like, and that the fonts hold every character of every text."""

import ast
import json
import re

import pytest
from golden import record

from host_tools import paths
from host_tools.release import fontfile, fonts, icons, texts

FIRMWARE = paths.firmware_dir()
FONTS = FIRMWARE / "ui" / "fonts"
GOLDEN = json.loads(record.GOLDEN.read_text())


def table(path: str, name: str):
    """The literal that a firmware module assigns to `name`; the module is parsed, not imported."""
    for node in ast.parse((FIRMWARE / path).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            return ast.literal_eval(node.value)
    raise LookupError(f"{path} has no {name}")


@pytest.fixture(scope="module")
def panels():
    drawn = record.draw(record.BUILD)  # conftest.py has built it
    record.write_pictures(drawn)
    return drawn


@pytest.mark.parametrize("name", sorted(GOLDEN))
def test_a_screen_looks_as_recorded(panels, name):
    seen = record.hashes(panels).get(name)
    picture = record.PICTURES / f"{name}.png"
    assert seen == GOLDEN[name], f"see {picture}; if right: python -m tests.golden.record"


def test_every_screen_is_recorded_in_both_languages(panels):
    assert set(panels) == set(GOLDEN)
    assert {name.rsplit(".", 1)[1] for name in panels} == {"zh", "en"}


def test_the_fonts_hold_every_character_of_every_text():
    for face in fonts.FACES:
        if face.every_text:
            held = fontfile.characters((FONTS / f"{face.name}.bin").read_bytes())
            missing = sorted(set(face.characters()) - held)
            assert not missing, f"{face.name}: {missing}; run python -m host_tools.release.fonts"


def test_the_fonts_hold_nothing_that_no_text_uses():
    for face in fonts.FACES:
        if face.every_text:
            held = fontfile.characters((FONTS / f"{face.name}.bin").read_bytes())
            assert held <= set(face.characters())


def test_the_fonts_are_small_and_come_with_their_licence():
    assert sum(file.stat().st_size for file in FONTS.glob("*.bin")) < 150_000
    assert "SIL OPEN FONT LICENSE Version 1.1" in (FONTS / "OFL.txt").read_text()


def test_icons_are_drawn_in_the_order_that_the_firmware_names_them():
    assert tuple(icons.icons()) == table("ui/icons.py", "ICONS")


def test_the_icon_font_is_what_the_shapes_say():
    assert fonts.icon_font() == (FONTS / "icons.bin").read_bytes()


def test_every_text_is_in_both_languages_with_the_same_blanks():
    for key, (chinese, english) in texts.table().items():
        assert chinese and english, key
        assert chinese.count("{}") == english.count("{}"), key
        assert english.isascii() or key == "key_language", key


def test_the_five_words_say_what_the_merchant_needs():
    table = texts.table()
    words = {key: table[key][0] for key in ("paid", "stored", "checking", "returned", "failed")}
    assert list(words.values()) == ["已收妥", "已受理待上送", "处理中", "已退回", "未成功"]
    assert all(f"where_{word}" in table for word in words)


# Keys that the firmware puts together of two parts.
_BUILT = ("where_", "back_", "net_", "cause_", "scope_", "fee_")


_UNITS = ("_fen", "_count")  # names of values, not of texts
_HANDED = {"reason", "title", "yes", "note", "why"}


def _nodes(*rooms: str):
    """Every node of the syntax trees of these rooms' modules, but not of the texts themselves."""
    for room in rooms:
        for file in sorted((FIRMWARE / room).rglob("*.py")):
            if file.name != "texts.py":
                yield from ast.walk(ast.parse(file.read_text(encoding="utf-8")))


def _words(node: ast.AST) -> set[str]:
    """The strings in there that can be a text key of several words."""
    strings = {n.value for n in ast.walk(node) if isinstance(n, ast.Constant)}
    keys = {s for s in strings if isinstance(s, str) and re.fullmatch(r"[a-z]+(_[a-z]+)+", s)}
    return {key for key in keys if not key.endswith(_UNITS)}


def test_every_text_is_one_that_something_shows():
    used = {n.value for n in _nodes("") if isinstance(n, ast.Constant) and isinstance(n.value, str)}
    built = {key for key in texts.table() if key.startswith(_BUILT)}
    assert set(texts.table()) <= used | built | {key + "_short" for key in used}


def test_every_text_key_that_a_job_returns_or_hands_to_a_screen_has_a_text():
    named = set()
    for node in _nodes("terminal", "ui/screens"):
        handed = isinstance(node, ast.keyword) and node.arg in _HANDED
        called = isinstance(node, ast.Call) and ast.unparse(node.func) in ("page.say", "page.band")
        if handed or called or isinstance(node, ast.Return):
            named |= _words(node)
        if isinstance(node, ast.Dict):
            named |= {key for value in node.values for key in _words(value)}
    assert len(named) > 100 and named <= set(texts.table()), named - set(texts.table())


def test_every_reason_of_the_card_and_of_the_host_has_a_text():
    outcomes = {"offline_approved", "online_needed"}  # never shown: the sale goes on
    reasons = set(table("emv/outcome.py", "REASONS")) - outcomes
    reasons |= set(table("uplink/answers.py", "REASONS").values())
    assert reasons <= set(texts.table()), reasons - set(texts.table())


def test_a_font_file_is_read_back_as_it_was_packed():
    glyph = fontfile.trimmed("收", [[0.0, 0.0], [1.0, 0.5], [0.0, 0.0]])
    assert (glyph.top, glyph.advance, len(glyph.rows)) == (1, 2, 1)
    blank = fontfile.trimmed(" ", [[0.0, 0.0]])
    data = fontfile.pack([glyph, blank], bits=2)
    assert fontfile.characters(data) == {"收", " "}
    assert data[-1] == 0b1011  # full, then half rounded up: levels 3 and 2
