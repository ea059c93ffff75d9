"""Turns 4-bit palette pixels into RGB565 for the panel: the one inner loop of the screen.

Both converters are called as `convert(source, lut, target, pairs)`: `source` holds two pixels a
byte (left one high), `lut` 16 colours as the panel wants them (RGB565, big endian), `target` gets
four bytes for each of the `pairs` source bytes. Colours are copied as they stand, so byte order is
no concern.
"""

import framebuf
import micropython

# Compiled on the device, because one tree of .mpy files serves every architecture.
_VIPER = """
@micropython.viper
def convert(source: ptr8, lut: ptr16, target: ptr16, pairs: int):
    at = 0
    while at < pairs:
        both = source[at]
        target[2 * at] = lut[both >> 4]
        target[2 * at + 1] = lut[both & 15]
        at += 1
"""


def viper():
    """The native converter, or None where this build cannot make native code."""
    scope: dict = {"micropython": micropython}
    try:
        exec(_VIPER, scope)  # noqa: S102  the text above
    except (SyntaxError, NotImplementedError):
        return None
    return scope["convert"]


def portable(source, lut, target, pairs):
    """The same by framebuf, which every build has; several times slower."""
    wide = 2 * pairs
    palette = framebuf.FrameBuffer(lut, 16, 1, framebuf.RGB565)
    indices = framebuf.FrameBuffer(source, wide, 1, framebuf.GS4_HMSB)
    pixels = framebuf.FrameBuffer(target, wide, 1, framebuf.RGB565)
    pixels.blit(indices, 0, 0, -1, palette)


def best():
    return viper() or portable
