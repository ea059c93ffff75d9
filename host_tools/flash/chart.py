"""The costs of `tapstone bench journal` as a picture: for each cost a bar for each way.

Drawn with Pillow (`pip install 'tapstone[charts]'`), in the colours of the page.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from host_tools.errors import Unusable

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

_PAPER, _BAND, _LINE = "#fffefb", "#eef6f3", "#e3dfd6"
_INK, _SOFT, _FAINT = "#1c2127", "#5d6570", "#8b929c"
_OURS, _OTHER = "#0c6f68", "#c9c3b6"

_FINE = 2  # drawn this much larger, then reduced: soft edges
_WIDTH, _EDGE, _NAMES, _GAP = 1440, 48, 240, 52
_TOP, _ROW, _BAR, _NUMBER = 194, 54, 28, 72
_COLOURS = 64

_NAMED = {
    "journal": "Tapstone's journal",
    "littlefs append": "littlefs, append and flush",
    "littlefs append + state": "littlefs, append + state file",
    "littlefs file a record": "littlefs, a file for each",
    "FAT append": "FAT, append and flush",
}


class NoPillow(Unusable):
    """The library that draws is not installed."""


@dataclass(frozen=True)
class Panel:
    """One cost: its key in the costs, what it is called, from where a logarithmic scale begins."""

    cost: str
    title: str
    note: str
    shown: Callable[[float], str]
    log_from: float | None = None

    def share(self, value: float, most: float) -> float:
        """How long the bar of `value` is, 0 to 1."""
        if self.log_from:
            return math.log(max(value / self.log_from, 1)) / math.log(most / self.log_from)
        return value / most if most else 0

    def scale(self, most: float) -> list[float]:
        """The powers of ten at which a logarithmic scale has lines."""
        if not self.log_from:
            return []
        steps = int(math.log10(most / self.log_from))
        return [self.log_from * 10**step for step in range(steps + 1)]


def _digits(value: float) -> str:
    return f"{value:.2f}" if value < 2 else f"{value:.0f}" if value >= 20 else f"{value:.1f}"


def _whole(value: float) -> str:
    return f"{value:,.0f}" if value else "none"


PANELS = (
    Panel(
        "mean_ms_typical",
        "Until a record is durable, ms",
        "a program 0.4, an erase 45; logarithmic",
        _digits,
        0.1,
    ),
    Panel("bytes_per_byte", "Bytes programmed per byte", "1 would be the record alone", _digits),
    Panel("erases_critical", "Erases while somebody waits", "of sectors, 4 KiB each", _whole),
)


def check() -> None:
    """Raises NoPillow where nothing could be drawn."""
    try:
        import PIL  # noqa: F401
    except ImportError:
        raise NoPillow("A chart needs Pillow: pip install 'tapstone[charts]'.") from None


def draw(ways: dict[str, dict[str, Any]], records: int, out: Path) -> None:
    """Writes the costs of each way as a PNG; the first way is ours, and drawn as such."""
    check()
    from PIL import Image, ImageDraw

    height = _TOP + _ROW * len(ways) + _EDGE
    image = Image.new("RGB", (_WIDTH * _FINE, height * _FINE), _PAPER)
    pen = _Pen(ImageDraw.Draw(image))
    pen.text(_EDGE, 40, "What a durable record costs on flash", 30, _INK)
    about = f"{records:,} records of 256 bytes, one counting NOR flash of 1 MiB for all"
    pen.text(_EDGE, 80, f"{about}; times modelled from the counts", 17, _SOFT)
    pen.band(_EDGE - 16, _TOP - 12, _WIDTH - _EDGE + 16)
    for row, way in enumerate(ways):
        pen.text(_EDGE, _TOP + row * _ROW + 4, _NAMED.get(way, way), 18, _INK if row else _OURS)
    room = (_WIDTH - 2 * _EDGE - _NAMES - _GAP * (len(PANELS) - 1)) / len(PANELS)
    for number, panel in enumerate(PANELS):
        _bars(pen, panel, ways, _EDGE + _NAMES + number * (room + _GAP), room)
    out.parent.mkdir(parents=True, exist_ok=True)
    small = image.resize((_WIDTH, height), Image.Resampling.LANCZOS)
    small.quantize(_COLOURS, dither=Image.Dither.NONE).save(out, optimize=True)


class _Pen:
    """Draws at the size of the finished picture."""

    def __init__(self, canvas: "ImageDraw") -> None:
        self._canvas = canvas

    def text(
        self, x: float, y: float, words: str, size: int, colour: str, anchor: str = "la"
    ) -> None:
        from PIL import ImageFont

        font = ImageFont.load_default(size * _FINE)
        self._canvas.text((x * _FINE, y * _FINE), words, colour, font, anchor)

    def bar(self, x: float, y: float, width: float, colour: str) -> None:
        self._round(x, y, x + width, y + _BAR, 4, colour)

    def band(self, left: float, top: float, right: float) -> None:
        self._round(left, top, right, top + _ROW - 2, 10, _BAND)

    def _round(
        self, left: float, top: float, right: float, bottom: float, radius: int, colour: str
    ) -> None:
        box = [each * _FINE for each in (left, top, right, bottom)]
        self._canvas.rounded_rectangle(box, radius * _FINE, fill=colour)

    def line(self, x: float, top: float, bottom: float) -> None:
        self._canvas.line([x * _FINE, top * _FINE, x * _FINE, bottom * _FINE], _LINE, _FINE)


def _bars(pen: _Pen, panel: Panel, ways: dict[str, dict[str, Any]], x: float, room: float) -> None:
    """One panel: a heading and a bar for each way, with its number behind it."""
    values = [float(costs[panel.cost]) for costs in ways.values()]
    longest, bottom = room - _NUMBER, _TOP + _ROW * len(ways) - 10
    pen.text(x, _TOP - 72, panel.title, 18, _INK)
    pen.text(x, _TOP - 46, panel.note, 14, _FAINT)
    pen.line(x, _TOP - 12, bottom)
    for mark in panel.scale(max(values)):
        at = x + longest * panel.share(mark, max(values))
        pen.line(at, bottom - 6, bottom)
        pen.text(at, bottom + 5, f"{mark:g}", 13, _FAINT, "ma")
    for row, value in enumerate(values):
        y, width = _TOP + row * _ROW, longest * panel.share(value, max(values))
        if value:
            pen.bar(x, y, width, _OTHER if row else _OURS)
        pen.text(x + width + 10, y + 4, panel.shown(value), 18, _INK if row else _OURS)
