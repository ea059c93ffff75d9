"""The golden pictures: what every screen looks like. Made anew by `python -m tests.golden.record`.

The pictures are drawn by the real firmware inside MicroPython, through the real display driver, and
read back by the virtual panel. Only their hashes are committed; the PNGs go to build/screens/.
"""

import copy
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from host_tools import paths
from host_tools.release.build import build
from host_tools.simulator.panel import Panel

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = Path(__file__).with_name("screens.json")
BUILD = ROOT / "build" / "unix"
PICTURES = ROOT / "build" / "screens"
_FIRMWARE_TESTS = ROOT / "tests" / "firmware"


def feed(panel: Panel, frames: bytes) -> None:
    """Plays a recorded stream of wire frames to the panel."""
    at = 0
    while at < len(frames):
        size = int.from_bytes(frames[at + 1 : at + 4], "little")
        panel.feed(frames[at], frames[at + 4 : at + 4 + size])
        at += 4 + size


def draw(firmware: Path) -> dict[str, Panel]:
    """scene.language -> the panel as it showed that scene."""
    shown, panel = {}, Panel()
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [
                paths.micropython(),
                "-X",
                "heapsize=512k",
                _FIRMWARE_TESTS / "draw_scenes.py",
                folder,
            ],
            env={**os.environ, "MICROPYPATH": f"{firmware}:{_FIRMWARE_TESTS}:.frozen"},
            check=True,
        )
        for file in sorted(Path(folder).iterdir()):
            feed(panel, file.read_bytes())
            shown[file.name.split(".", 1)[1]] = copy.deepcopy(panel)
    return shown


def hashes(panels: dict[str, Panel]) -> dict[str, str]:
    return {name: hashlib.sha256(panel.picture()).hexdigest() for name, panel in panels.items()}


def write_pictures(panels: dict[str, Panel]) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    for old in PICTURES.glob("*.png"):
        old.unlink()
    for name, panel in panels.items():
        panel.png(PICTURES / f"{name}.png")


def main() -> None:
    panels = draw(build("unix", BUILD))
    write_pictures(panels)
    GOLDEN.write_text(json.dumps(hashes(panels), indent=1) + "\n")
    sys.stdout.write(f"{len(panels)} pictures recorded, to be seen in {PICTURES}\n")


if __name__ == "__main__":
    main()
