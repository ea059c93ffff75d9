"""The row of lights above the card reader."""


class Leds:
    """`pins`: outputs, lit when high, from left to right."""

    def __init__(self, pins):
        self._pins = pins

    def show(self, levels):
        """One level for each light; 0 is dark."""
        for pin, level in zip(self._pins, levels):
            pin.value(1 if level else 0)
