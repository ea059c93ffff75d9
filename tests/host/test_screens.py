"""What the screens look like, and that the fonts hold every character of every text."""

import ast
import json

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
