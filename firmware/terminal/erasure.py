"""Takes the terminal back to what it was before it was provisioned, whatever the power does.

One step decides, and it is one for the file system too: the provisioning file gets another name.
Before it nothing has happened. After it there is no terminal that could sell, and each start goes
on with what is left to do, until nothing is.

Keys go before records: a cut between the two leaves records that nobody can read. The other way
about it would leave keys without the numbers that were used with them.
"""

from journal.wipe import wipe

_MARK = "reset"  # the new name: as long as it is there, the reset goes on
_FILES = ("parameters", "notices", "waiting", "language")  # what the terminal writes itself
_PART = ".part"


def begin(folder):
    """From here on there is no way back. The board must be restarted at once."""
    folder.replace(_MARK, folder.provisioned)


def is_under_way(folder):
    return folder.read(_MARK) is not None


def finish(folder, device, feed):
    """At a start, before anything is read. Raises OSError; then the next start tries again."""
    folder.write(_MARK, bytes(len(folder.read(_MARK))))
    folder.scrub(feed)
    wipe(device, feed)
    for name in _FILES:
        folder.remove(name)
        folder.remove(name + _PART)
    folder.remove(_MARK)
