"""The font file of the terminal's screen, as `firmware/ui/font.py` reads it. Little endian.

    header   "TSF1"  u8 bits per pixel (1, 2)  u8 line height  u16 glyphs
    index    a glyph each, ascending: u16 code point, u8 advance, u8 first row, u8 rows, u24 offset
    bitmaps  rows of `advance` pixels, each padded to a byte, without blank rows above and below

Offsets count from the start of the file. 1-bit rows have their leftmost pixel in the highest bit
(MONO_HLSB), 2-bit rows in the lowest two bits (GS2_HMSB), as MicroPython's framebuf wants them.
"""

import struct
from dataclasses import dataclass

_MAGIC = b"TSF1"
_HEADER = struct.Struct("<4sBBH")
_RECORD = struct.Struct("<HBBB3s")
_FAINTEST = 1 / 6  # below this a pixel is blank even with two bits


@dataclass(frozen=True)
class Glyph:
    """Coverage 0.0 to 1.0 for each pixel of the rows from `top` (below the top of the line)."""

    character: str
    advance: int
    top: int
    rows: list[list[float]]

    def shifted(self, by: int) -> "Glyph":
        return Glyph(self.character, self.advance, self.top + by, self.rows)


def trimmed(character: str, rows: list[list[float]], top: int = 0) -> Glyph:
    """A glyph without its blank rows above and below; its advance is the width of `rows`."""
    inked = [n for n, row in enumerate(rows) if any(value >= _FAINTEST for value in row)]
    first, last = (inked[0], inked[-1]) if inked else (0, -1)
    return Glyph(character, len(rows[0]), top + first, rows[first : last + 1])


def pack(glyphs: list[Glyph], bits: int) -> bytes:
    """The font file; the line is as high as the glyphs need."""
    above = min(glyph.top for glyph in glyphs if glyph.rows)
    ordered = sorted((glyph.shifted(-above) for glyph in glyphs), key=lambda g: g.character)
    height = max(glyph.top + len(glyph.rows) for glyph in ordered if glyph.rows)
    bitmaps = [b"".join(_pack_row(row, bits) for row in glyph.rows) for glyph in ordered]
    offset = _HEADER.size + len(ordered) * _RECORD.size
    records = []
    for glyph, bitmap in zip(ordered, bitmaps, strict=True):
        top = glyph.top if glyph.rows else 0
        place = offset.to_bytes(3, "little")
        records.append(
            _RECORD.pack(ord(glyph.character), glyph.advance, top, len(glyph.rows), place)
        )
        offset += len(bitmap)
    header = _HEADER.pack(_MAGIC, bits, height, len(ordered))
    return b"".join([header, *records, *bitmaps])


def _pack_row(row: list[float], bits: int) -> bytes:
    per_byte, top_level = 8 // bits, (1 << bits) - 1
    packed = bytearray((len(row) + per_byte - 1) // per_byte)
    for x, value in enumerate(row):
        place = x % per_byte
        shift = 7 - place if bits == 1 else place * bits
        packed[x // per_byte] |= int(value * top_level + 0.5) << shift
    return bytes(packed)


def characters(data: bytes) -> set[str]:
    """The characters that a font file can draw."""
    magic, _, _, count = _HEADER.unpack_from(data)
    if magic != _MAGIC:
        raise ValueError("not a font file of the terminal")
    index = data[_HEADER.size : _HEADER.size + count * _RECORD.size]
    return {chr(record[0]) for record in _RECORD.iter_unpack(index)}
