"""Every board can be put together: its board.py runs on hardware modules that accept everything.

It proves that the parts fit the drivers, not that the pins are right: that needs the silicon.
"""

import sys

PARTS = ("display", "flash", "reader", "scanner", "keypad", "leds", "buzzer")
JEDEC_2_MIB = b"\xef\x40\x15"


class Part:
    """A part, or a class of parts, that takes any call and has any attribute."""

    def __init__(self, name):
        self.name = name

    def __call__(self, *arguments, **options):
        return Part(self.name + "()")

    def __getattr__(self, attribute):
        return Part(self.name + "." + attribute)

    def readinto(self, buffer):
        buffer[: len(JEDEC_2_MIB)] = JEDEC_2_MIB

    def find(self, kind, label):
        assert label == "journal"
        return [Partition()]


class Partition:
    def info(self):
        return (1, 6, 0x600000, 0x200000, "journal", False)

    def ioctl(self, request, argument):
        return 4096


def board(name):
    """-> (a Board of boards/<name>, its module)."""
    for module in ("machine", "network", "esp32"):
        sys.modules[module] = Part(module)
    module = {"__name__": "board"}
    path = "boards/%s/board.py" % name
    with open(path) as file:
        exec(compile(file.read(), path, "exec"), module)
    return module["Board"](), module


def put_together(name):
    made, module = board(name)
    assert module["NAME"] == name
    for part in PARTS:
        assert getattr(made, part)() is not None, part
    assert len(made.entropy(32)) == 32
    assert made.tasks() == []


def test_the_esp32s3_board_hands_out_every_part():
    put_together("esp32s3")


def test_the_pico2w_board_hands_out_every_part():
    put_together("pico2w")


def test_the_network_is_the_provisioned_one_and_brings_its_task():
    for name in ("esp32s3", "pico2w"):
        made, module = board(name)
        module["credentials"] = lambda path: [("shop " + path, "secret"), ("cafe", "other")]
        assert [network.name for network in made.networks()] == ["shop /provision.json", "cafe"]
        ((task, coroutine),) = made.tasks()
        assert task == "wifi" and hasattr(coroutine, "send")


def test_a_touch_anywhere_on_the_lower_lines_is_one_of_sixteen_keys():
    regions = board("esp32s3")[0].keypad().regions
    assert "".join([region[4] for region in regions]) == "123X456C789ML0DE"
    covered = sum([(right - left) * (bottom - top) for left, top, right, bottom, _ in regions])
    assert covered == 240 * 120 and regions[0][:2] == (0, 200) and regions[-1][2:4] == (240, 320)
