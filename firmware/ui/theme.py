"""Sixteen colours, five of which follow what the screen says: green paid, amber stored, red failed,
blue checking, slate for what is no answer yet."""

from micropython import const

from ui.canvas import mix

PAPER = const(0)
LINE = const(1)
SOFT = const(2)
MUTED = const(3)
INK = const(4)
ACCENT = const(5)
ON_ACCENT = const(6)  # text on the accent
TINT = const(9)  # a field in the accent's faintest shade
AMBER = const(10)
AMBER_TINT = const(11)
GREEN = const(12)
RED = const(13)
BLUE = const(14)

_WHITE = const(0xFFFFFF)
_NIGHT = const(0x0F1B2D)

# name -> (accent, text on it)
_ACCENTS = {
    "paid": (0x0B7A43, _WHITE),
    "stored": (0xFFB020, _NIGHT),
    "failed": (0xC5221F, _WHITE),
    "checking": (0x1A56C4, _WHITE),
    "slate": (0x33475F, _WHITE),
}


def palettes():
    """-> name: its 16 colours."""
    return {name: _palette(accent, text) for name, (accent, text) in _ACCENTS.items()}


def _palette(accent, text):
    """In the order of the numbers above."""
    return (
        _WHITE,
        mix(_NIGHT, _WHITE, 14, 100),
        mix(_NIGHT, _WHITE, 36, 100),
        mix(_NIGHT, _WHITE, 66, 100),
        _NIGHT,
        accent,
        text,
        mix(accent, text, 2, 3),  # this and the next make text on the accent smooth
        mix(accent, text, 1, 3),
        mix(accent, _WHITE, 9, 100),
        _ACCENTS["stored"][0],
        mix(_ACCENTS["stored"][0], _WHITE, 24, 100),
        _ACCENTS["paid"][0],
        _ACCENTS["failed"][0],
        _ACCENTS["checking"][0],
        mix(_ACCENTS["stored"][0], _NIGHT, 1, 2),  # makes ink on amber smooth
    )
