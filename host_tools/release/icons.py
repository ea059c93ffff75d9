"""Our own icons, described as shapes in a unit square and rendered to grey coverage.

An icon is a list of (sign, shape): "+" adds the shape, "-" cuts it out. A shape is a signed
distance function: negative inside, in units of the square's side; y grows downward.
"""

import math
from collections.abc import Callable

Shape = Callable[[float, float], float]
Layers = list[tuple[str, Shape]]


def disc(cx: float, cy: float, r: float) -> Shape:
    return lambda x, y: math.hypot(x - cx, y - cy) - r


def ring(cx: float, cy: float, r: float, width: float) -> Shape:
    return lambda x, y: abs(math.hypot(x - cx, y - cy) - r) - width / 2


def stroke(x0: float, y0: float, x1: float, y1: float, width: float) -> Shape:
    """A straight stroke with round ends."""
    dx, dy = x1 - x0, y1 - y0
    length2 = dx * dx + dy * dy

    def distance(x: float, y: float) -> float:
        along = max(0.0, min(1.0, ((x - x0) * dx + (y - y0) * dy) / length2))
        return math.hypot(x - x0 - along * dx, y - y0 - along * dy) - width / 2

    return distance


def arc(cx: float, cy: float, r: float, start: float, end: float, width: float) -> Shape:
    """Part of a circle with round ends, from `start` to `end` degrees, clockwise from the right."""
    tips = [
        (cx + r * math.cos(math.radians(a)), cy + r * math.sin(math.radians(a)))
        for a in (start, end)
    ]

    def distance(x: float, y: float) -> float:
        angle = math.degrees(math.atan2(y - cy, x - cx))
        if (angle - start) % 360 <= end - start:
            return abs(math.hypot(x - cx, y - cy) - r) - width / 2
        return min(math.hypot(x - tx, y - ty) for tx, ty in tips) - width / 2

    return distance


def box(x0: float, y0: float, x1: float, y1: float, r: float) -> Shape:
    """A filled rectangle with corners of radius `r`."""
    cx, cy, hx, hy = (x0 + x1) / 2, (y0 + y1) / 2, (x1 - x0) / 2 - r, (y1 - y0) / 2 - r

    def distance(x: float, y: float) -> float:
        qx, qy = abs(x - cx) - hx, abs(y - cy) - hy
        return math.hypot(max(qx, 0.0), max(qy, 0.0)) + min(max(qx, qy), 0.0) - r

    return distance


_COMBINE: dict[str, Callable[[float, float], float]] = {
    "+": min,
    "-": lambda old, new: max(old, -new),
}


def render(layers: Layers, size: int) -> list[list[float]]:
    """Rows of coverage, 0.0 to 1.0, one value a pixel."""
    return [[_coverage(layers, col, row, size) for col in range(size)] for row in range(size)]


def _coverage(layers: Layers, col: int, row: int, size: int) -> float:
    x, y, distance = (col + 0.5) / size, (row + 0.5) / size, 9.0
    for sign, shape in layers:
        distance = _COMBINE[sign](distance, shape(x, y))
    return max(0.0, min(1.0, 0.5 - distance * size))


def _path(points: list[tuple[float, float]], width: float, sign: str = "+") -> Layers:
    return [
        (sign, stroke(*start, *end, width)) for start, end in zip(points, points[1:], strict=False)
    ]


def _badge(*cut: tuple[str, Shape]) -> Layers:
    """A full disc with the sign cut out of it, so that the sign shows the colour behind."""
    return [("+", disc(0.5, 0.5, 0.49)), *cut]


_CROSS: Layers = [
    ("-", stroke(0.34, 0.34, 0.66, 0.66, 0.09)),
    ("-", stroke(0.66, 0.34, 0.34, 0.66, 0.09)),
]
_TRAY = [(0.27, 0.56), (0.27, 0.7), (0.73, 0.7), (0.73, 0.56)]


# A radio link pointing upward.
_FAN: Layers = [
    ("+", disc(0.5, 0.82, 0.09)),
    ("+", arc(0.5, 0.82, 0.33, 225, 315, 0.11)),
    ("+", arc(0.5, 0.82, 0.6, 225, 315, 0.11)),
]


# Large signs of the result screens (40 px).
_SIGNS: dict[str, Layers] = {
    "paid": _badge(*_path([(0.3, 0.52), (0.44, 0.66), (0.71, 0.37)], 0.09, "-")),
    "stored": _badge(
        *_path(_TRAY, 0.07, "-"),
        *_path([(0.5, 0.56), (0.5, 0.28)], 0.07, "-"),
        *_path([(0.38, 0.4), (0.5, 0.28), (0.62, 0.4)], 0.07, "-"),
    ),
    "checking": _badge(*[("-", disc(x, 0.5, 0.065)) for x in (0.29, 0.5, 0.71)]),
    "returned": _badge(
        ("-", arc(0.53, 0.55, 0.17, -90, 90, 0.08)),
        *_path([(0.34, 0.72), (0.53, 0.72)], 0.08, "-"),
        *_path([(0.53, 0.38), (0.31, 0.38)], 0.08, "-"),
        *_path([(0.41, 0.27), (0.3, 0.38), (0.41, 0.49)], 0.08, "-"),
    ),
    "failed": _badge(*_CROSS),
    "stop": _badge(("-", stroke(0.29, 0.5, 0.71, 0.5, 0.1))),
    "alert": _badge(("-", stroke(0.5, 0.26, 0.5, 0.53, 0.1)), ("-", disc(0.5, 0.71, 0.065))),
    "question": _badge(
        ("-", arc(0.5, 0.4, 0.14, 180, 410, 0.085)),
        *_path([(0.59, 0.507), (0.5, 0.58)], 0.085, "-"),
        ("-", disc(0.5, 0.73, 0.06)),
    ),
    "again": _badge(
        ("-", arc(0.5, 0.52, 0.22, -10, 275, 0.085)),
        *_path([(0.46, 0.17), (0.59, 0.3), (0.46, 0.43)], 0.085, "-"),
    ),
}

# The sign for "present a card" (112 px): a card, seen flat, and waves rising from it.
_TAP: Layers = [
    ("+", arc(0.5, 0.66, 0.2, 222, 318, 0.045)),
    ("+", arc(0.5, 0.66, 0.34, 222, 318, 0.045)),
    ("+", arc(0.5, 0.66, 0.48, 222, 318, 0.045)),
    ("+", box(0.2, 0.62, 0.8, 0.98, 0.07)),
    ("-", box(0.245, 0.665, 0.755, 0.935, 0.035)),
    ("+", box(0.31, 0.73, 0.43, 0.815, 0.02)),
    ("+", stroke(0.33, 0.87, 0.55, 0.87, 0.03)),
]

# The mark of the product (96 px): a stone with a ripple.
_MARK: Layers = [
    ("+", box(0.04, 0.04, 0.96, 0.96, 0.26)),
    ("-", disc(0.3, 0.5, 0.085)),
    *[("-", arc(0.3, 0.5, r, -48, 48, 0.075)) for r in (0.2, 0.34, 0.48)],
]

# Small signs of the status bar (18 px).
_STATUS: dict[str, Layers] = {
    "link_up": _FAN,
    "link_down": [
        *_FAN,
        ("-", stroke(0.14, 0.1, 0.9, 0.92, 0.26)),
        ("+", stroke(0.14, 0.1, 0.9, 0.92, 0.1)),
    ],
}

# Faces of the keys (18 px), as printed on the keypad.
_KEYS: dict[str, Layers] = {
    "key_X": [("+", stroke(0.2, 0.2, 0.8, 0.8, 0.14)), ("+", stroke(0.8, 0.2, 0.2, 0.8, 0.14))],
    "key_E": [("+", ring(0.5, 0.5, 0.32, 0.14))],
    "key_C": [
        ("+", stroke(0.16, 0.5, 0.86, 0.5, 0.13)),
        *_path([(0.44, 0.2), (0.16, 0.5), (0.44, 0.8)], 0.13),
    ],
    "key_M": [("+", stroke(0.18, y, 0.82, y, 0.12)) for y in (0.24, 0.5, 0.76)],
    "key_L": [
        ("+", ring(0.5, 0.5, 0.4, 0.09)),
        ("+", stroke(0.1, 0.5, 0.9, 0.5, 0.08)),
        ("+", stroke(0.5, 0.1, 0.5, 0.9, 0.08)),
        ("+", arc(0.1, 0.5, 0.46, -58, 58, 0.08)),
        ("+", arc(0.9, 0.5, 0.46, 122, 238, 0.08)),
    ],
}


def _quarters() -> dict[str, Layers]:
    """Quarters of a disc for the corners of rectangles: top left, top right, then below."""
    centres = [(1.0, 1.0), (0.0, 1.0), (1.0, 0.0), (0.0, 0.0)]
    return {f"corner_{n}": [("+", disc(x, y, 1.0))] for n, (x, y) in enumerate(centres)}


def icons() -> dict[str, tuple[str, Layers, int]]:
    """name -> (character that stands for it in the font, layers, size in pixels)."""
    sizes: list[tuple[dict[str, Layers], int]] = [
        (_SIGNS, 40),
        ({"tap": _TAP}, 112),
        ({"mark": _MARK}, 96),
        (_STATUS, 18),
        (_KEYS, 18),
        ({"dot": [("+", disc(0.5, 0.5, 0.46))]}, 11),
        (_quarters(), 6),
    ]
    listed = [(name, layers, size) for group, size in sizes for name, layers in group.items()]
    return {name: (chr(0xE000 + n), layers, size) for n, (name, layers, size) in enumerate(listed)}
