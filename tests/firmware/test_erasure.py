"""A factory reset and the power: nothing has happened, or it is finished at the next starts."""

import os

import parts
import vfs

from terminal import erasure
from terminal.folder import Folder

KEYS = b'{"keys": "0123456789abcdef0123456789abcdef"}' * 100
SECRET = b"0123456789abcdef"
FILES = ("provision.json", "parameters", "notices", "waiting", "waiting.part", "language")


class PowerCut(Exception):
    """The power is gone."""


class Power:
    """Fails at the so-manieth operation, 1 the next one: before it, in its midst, or after it."""

    def __init__(self, at=0, how=""):
        self._left, self._how = at, how

    def meets(self, operation, half=None):
        """Does an operation, as far as the power lasts."""
        self._left -= 1
        if self._left == 0 and self._how == "before":
            raise PowerCut
        if self._left == 0 and self._how == "midst" and half:
            half()
            raise PowerCut
        operation()
        if self._left == 0:
            raise PowerCut


class ShakyFolder(Folder):
    def __init__(self, path, power):
        super().__init__(path)
        self._power = power

    def write(self, name, data):
        whole, half = super().write, data[: len(data) // 2]
        self._power.meets(lambda: whole(name, data), lambda: whole(name, half))

    def replace(self, name, by):
        renamed = super().replace
        self._power.meets(lambda: renamed(name, by))

    def remove(self, name):
        removed = super().remove
        self._power.meets(lambda: removed(name))


class ShakyFlash(parts.Flash):
    """Notes whether it was touched while keys were still to be read."""

    def __init__(self, place):
        super().__init__(8)
        self.power = Power()
        self._place = place
        self.too_early = False

    def ioctl(self, request, argument):
        if request != 6:
            return super().ioctl(request, argument)
        at = argument * 4096
        self.too_early = self.too_early or _holds_keys(self._place)

        def erase():
            self.data[at : at + 4096] = b"\xff" * 4096

        def half():
            self.data[at : at + 2048] = b"\xff" * 2048

        self.power.meets(erase, half)
        return 0


def _content(place, name):
    with open(place + name, "rb") as file:
        return file.read()


def _holds_keys(place):
    return any(SECRET in _content(place, name) for name in os.listdir(place))


class Bench:
    """A provisioned terminal with a journal full of records, as far as files and flash go."""

    def __init__(self):
        self.place = parts.place("erasure")
        for name in FILES:
            with open(self.place + name, "wb") as file:
                file.write(KEYS if name == "provision.json" else b"something")
        self.flash = ShakyFlash(self.place)
        self.flash.data[:] = b"\x55" * len(self.flash.data)

    def runs(self, power, work):
        """False if the power failed in it."""
        self.flash.power = power
        try:
            work(ShakyFolder(self.place + "provision.json", power))
        except PowerCut:
            return False
        return True

    def start(self, power):
        """What main does. False if the power failed in it."""

        def work(folder):
            if erasure.is_under_way(folder):
                erasure.finish(folder, self.flash, lambda: None)

        return self.runs(power, work)

    def is_as_before(self):
        if sorted(os.listdir(self.place)) != sorted(FILES):
            return False
        return _content(self.place, "provision.json") == KEYS and self.records_stand()

    def records_stand(self):
        return self.flash.data == b"\x55" * len(self.flash.data)

    def is_blank(self):
        blank = self.flash.data == b"\xff" * len(self.flash.data)
        return blank and not os.listdir(self.place)

    def throw_away(self):
        for name in os.listdir(self.place):
            os.remove(self.place + name)
        os.rmdir(self.place[:-1])


def test_a_terminal_that_is_not_being_reset_starts_as_it_is():
    bench = Bench()
    assert bench.start(Power())
    assert bench.is_as_before()
    bench.throw_away()


def test_the_step_that_decides_happens_or_not():
    for how, begun in (("before", False), ("after", True)):
        bench = Bench()
        assert not bench.runs(Power(1, how), erasure.begin)
        assert bench.is_as_before() is not begun
        assert bench.start(Power())
        assert bench.is_blank() is begun
        bench.throw_away()


def test_wherever_the_power_fails_the_reset_is_finished_and_keys_go_before_records():
    steps = 0
    for how in ("before", "midst", "after"):
        for at in range(1, 100):
            bench = Bench()
            bench.runs(Power(), erasure.begin)
            assert "provision.json" not in os.listdir(bench.place)  # it sells no more
            done = bench.start(Power(at, how))
            assert not (_holds_keys(bench.place) and not bench.records_stand())
            assert bench.start(Power())
            assert bench.is_blank() and not bench.flash.too_early, (how, at)
            bench.throw_away()
            if done:
                break
        steps += at - 1
    assert steps == 3 * (1 + 8 + 8 + 1)


def test_the_power_may_fail_in_every_start():
    bench = Bench()
    bench.runs(Power(), erasure.begin)
    at = 1
    while not bench.start(Power(at, "midst")):
        at += 1
    assert bench.is_blank()
    bench.throw_away()


def test_flash_that_does_not_erase_ends_the_start_and_not_the_reset():
    bench = Bench()
    bench.runs(Power(), erasure.begin)
    bench.flash.ioctl = lambda request, argument: {4: 8, 5: 4096, 6: 0}[request]
    try:
        bench.start(Power())
    except OSError:
        assert os.listdir(bench.place) and not _holds_keys(bench.place)
    else:
        raise AssertionError("records were left behind in silence")
    bench.throw_away()


class Blocks:
    """A small block device in memory, for LittleFS."""

    def __init__(self, count=48):
        self.data = bytearray(count * 4096)

    def readblocks(self, block, buffer, offset=0):
        at = block * 4096 + offset
        buffer[:] = memoryview(self.data)[at : at + len(buffer)]

    def writeblocks(self, block, buffer, offset=0):
        at = block * 4096 + offset
        self.data[at : at + len(buffer)] = buffer

    def ioctl(self, request, argument):
        return {4: len(self.data) // 4096, 5: 4096}.get(request, 0)


def _reset_on_littlefs(is_flash):
    """-> whether a key can still be read from the blocks."""
    blocks = Blocks()
    vfs.VfsLfs2.mkfs(blocks)
    vfs.mount(blocks, "/lfs")
    try:
        with open("/lfs/provision.json", "wb") as file:
            file.write(KEYS)
        folder = Folder("/lfs/provision.json", is_flash)
        erasure.begin(folder)
        erasure.finish(folder, parts.Flash(), lambda: None)
        assert not os.listdir("/lfs")
    finally:
        vfs.umount("/lfs")
    return bytes(blocks.data).find(SECRET) >= 0


def test_on_littlefs_no_key_is_left_in_a_block_that_was_freed():
    assert _reset_on_littlefs(is_flash=False)  # what it is for
    assert not _reset_on_littlefs(is_flash=True)
