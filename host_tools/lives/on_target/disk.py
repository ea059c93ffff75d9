"""The small files beside the journal, on a file system under a power that may fail: a write may end
half done, a file takes another's place whole or not at all."""

from world import AFTER, BEFORE, Dice


class Disk:
    """As terminal.folder.Folder. `full`: nothing can be written any more."""

    provisioned = "provision.json"

    def __init__(self, world, seed):
        self._world = world
        self._dice = Dice(seed, 7)
        self.files = {}
        self.full = False

    def read(self, name):
        self._world.must_be_on()
        return self.files.get(name)

    def write(self, name, data):
        def done(how):
            whole = how in (None, AFTER)
            self.files[name] = data if whole else data[: self._dice.below(len(data) + 1)]

        self._do("file write", done)

    def replace(self, name, by):
        self._do("file rename", lambda how: self.files.update({name: self.files.pop(by)}))

    def remove(self, name):
        self._do("file remove", lambda how: self.files.pop(name, None))

    def scrub(self, feed):
        self._do("file scrub", lambda how: None)

    def _do(self, what, done):
        self._world.must_be_on()
        if self.full:
            raise OSError(28)
        how = self._world.flash_step(what, 0)
        if how != BEFORE:
            done(how)
        if how:
            self._world.power_off()
