"""Makes the small fonts of the terminal's screen: `python -m host_tools.release.fonts`.

Needs `freetype-py` (`pip install .[fonts]`) and Noto Sans CJK (Debian: `apt-get install
fonts-noto-cjk`). Only the characters that `firmware/ui/texts.py` uses, ASCII, and in the smallest
face those of notices go in: a test fails when one is missing. The results are committed under names
of their own, beside the licence of the fonts they come from.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

from host_tools import paths
from host_tools.release import fontfile, icons, texts

_NOTO = Path("/usr/share/fonts/opentype/noto")
_ASCII = "".join(map(chr, range(0x20, 0x7F)))
_AMOUNT = "0123456789,.-"
_TOFU = "\ufffd"  # drawn for a character that is not in the font
_BITS = 2  # anti-aliased, four levels

# What notices of the acquirer are written with, besides the characters of the terminal's own texts.
# Only the smallest face has these; publishing a notice checks it against that.
ANNOUNCING = (
    "收单机构与银行清算升级维护，期间暂停或延迟部分服务，离线收款不受影响。"
    "节假日、国庆、春节、元旦前后，凌晨零点至今明两日早上下午晚间，"
    "一二三四五六七八九十月年日时分，请提前安排，给您带来不便敬请谅解。"
    "延长完成通知公告故障抢修网络切换演练"
)


@dataclass(frozen=True)
class Face:
    """One font file to make: which weight at which size, and whether it holds every text."""

    name: str
    source: str
    size: int
    every_text: bool
    notices: bool = False

    def characters(self) -> str:
        """What the font is to hold, ascending."""
        wanted = set(characters() if self.every_text else _AMOUNT + _TOFU)
        return "".join(sorted(wanted | set(ANNOUNCING if self.notices else "")))


FACES = [
    Face("text16", "NotoSansCJK-Regular.ttc", 16, True, notices=True),
    Face("body20", "NotoSansCJK-Regular.ttc", 20, True),
    Face("title24", "NotoSansCJK-Bold.ttc", 24, True),
    Face("amount34", "NotoSansCJK-Bold.ttc", 34, False),
    Face("amount48", "NotoSansCJK-Bold.ttc", 48, False),
]


def characters() -> str:
    """Every character that a text can contain, ascending."""
    used = {
        character
        for pair in texts.table().values()
        for text in pair
        for character in text
        if character != "\n"
    }
    return "".join(sorted(used | set(_ASCII) | {"¥", _TOFU}))


def rasterise(face: Face, wanted: str) -> list[fontfile.Glyph]:
    """The glyphs of `wanted`, at their place above and below the baseline."""
    import freetype  # an extra: only who makes the fonts again needs it

    font = freetype.Face(str(_NOTO / face.source), index=_simplified_chinese(face.source))
    font.set_pixel_sizes(0, face.size)
    flags = freetype.FT_LOAD_RENDER | freetype.FT_LOAD_TARGET_LIGHT
    glyphs = []
    for character in wanted:
        if character == _TOFU:
            glyphs.append(_tofu(face.size))
            continue
        if not font.get_char_index(character):
            raise LookupError(f"{face.source} has no {character!r}")
        font.load_char(character, flags)
        glyphs.append(_from_slot(character, font.glyph))
    return glyphs


def _simplified_chinese(source: str) -> int:
    """The collection's member for mainland China: Han shapes differ by region."""
    import freetype

    count = freetype.Face(str(_NOTO / source)).num_faces
    for index in range(count):
        if b"CJK SC" in freetype.Face(str(_NOTO / source), index=index).family_name:
            return index
    raise LookupError(f"{source} has no member for Simplified Chinese")


def _from_slot(character: str, slot) -> fontfile.Glyph:
    advance = max(1, (slot.advance.x + 32) >> 6)
    left = max(0, slot.bitmap_left)
    bitmap = slot.bitmap
    blank = [0.0] * max(advance, left + bitmap.width)
    rows = [blank.copy() for _ in range(max(bitmap.rows, 1))]
    for y in range(bitmap.rows):
        for x in range(bitmap.width):
            rows[y][left + x] = bitmap.buffer[y * bitmap.pitch + x] / 255
    return fontfile.trimmed(character, rows, -slot.bitmap_top)


def _tofu(size: int) -> fontfile.Glyph:
    """An open box: visibly a missing character, never a wrong one."""
    side = size * 3 // 4
    frame = icons.render([("+", icons.box(0.1, 0.0, 0.9, 1.0, 0.05))], side)
    hole = icons.render([("+", icons.box(0.2, 0.1, 0.8, 0.9, 0.0))], side)
    rows = [
        [max(0.0, a - b) for a, b in zip(*pair, strict=True)]
        for pair in zip(frame, hole, strict=True)
    ]
    return fontfile.trimmed(_TOFU, rows, -side)


def icon_font() -> bytes:
    """The font of our own signs; needs no font to make it from."""
    drawn = [
        fontfile.trimmed(character, icons.render(layers, size))
        for character, layers, size in icons.icons().values()
    ]
    return fontfile.pack([*drawn, _tofu(16).shifted(16)], _BITS)


def make(out: Path) -> dict[str, int]:
    """Writes every font file into `out`; -> name: bytes."""
    made = {"icons": icon_font()}
    for face in FACES:
        made[face.name] = fontfile.pack(rasterise(face, face.characters()), _BITS)
    for name, data in made.items():
        (out / f"{name}.bin").write_bytes(data)
    return {name: len(data) for name, data in made.items()}


def main() -> None:
    sizes = make(paths.firmware_dir() / "ui" / "fonts")
    for name, size in sizes.items():
        sys.stdout.write(f"{name:10} {size:7,} bytes\n")
    sys.stdout.write(
        f"{'total':10} {sum(sizes.values()):7,} bytes, {len(characters())} characters\n"
    )


if __name__ == "__main__":
    main()
