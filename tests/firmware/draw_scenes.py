"""Draws every scene in both languages: `micropython draw_scenes.py FOLDER`.

One display, started once, and one file of wire frames for each picture: what a picture does not
repaint must still be right from those before it.
"""

import io
import sys

import scenes
import wire

from drivers import st7789
from ui.view import View


class Tape(io.IOBase):
    """A stream whose file is changed under the driver's feet."""

    def write(self, data):
        return self.file.write(data)


def main(folder):
    tape = Tape()
    panel, _ = wire.display(st7789, tape)
    view = View(panel, support="400-000-0000")
    started = False
    for number, (language, name) in enumerate(
        [(a, b) for a in ("zh", "en") for b in sorted(scenes.SCENES)]
    ):
        screen, status, values = scenes.SCENES[name]
        with open("%s/%03d.%s.%s" % (folder, number, name, language), "wb") as tape.file:
            if not started:
                panel.start()
            started = True
            view.language = language
            view.status(*status)
            view.show(screen, **values)


main(sys.argv[1])
