"""What a start does before it reads anything, and the technician who sets up what has been reset.

A terminal is provisioned as long as its file is there. What is outside knows when that is allowed
to go, and what may be left then.
"""

import keys

from terminal import erasure

PROVISIONED = "provision.json"
_BLANK = b"\xff" * 4096
_SECRET = keys.text(keys.INITIAL_KEY).encode()


def provision(disk):
    disk.files[PROVISIONED] = _SECRET * 20


def start(life):
    """As main does: a reset that was begun is finished. Then a technician sets it up anew."""
    disk = life.disk
    if erasure.is_under_way(disk):
        if not life.is_erased:
            life.is_erased = True
            _judge(life)
        erasure.finish(disk, _Watched(life), life.world.must_be_on)
    if PROVISIONED not in disk.files:
        _set_up_anew(life)


def _judge(life):
    """It was provisioned a moment ago. What is lost by this, the host has released and knows."""
    check, losses = life.check, life.host.resets.losses
    lost = check.unresolved()
    lost_fen = sum([sale.amount_fen for sale in lost if not sale.original])
    known = losses and len(lost) <= losses[-1].count and lost_fen <= losses[-1].fen
    check.that(known or not lost, "I1 erased, and nobody had released it", len(lost))
    unsettled_fen = life.host.settlements.waiting_fen(life.settings.keys.ikid)[0]
    check.that(losses or not unsettled_fen, "I5 erased before it was settled", unsettled_fen)
    for sale in lost:
        sale.erased = True
    check.count("erased")


class _Watched:
    """The flash, while it is being erased: there is no key any more that its records belong to."""

    def __init__(self, life):
        self._life = life
        self.program_bytes = life.flash.program_bytes
        self.readblocks = life.flash.readblocks

    def ioctl(self, request, argument):
        left = [name for name, data in self._life.disk.files.items() if _SECRET in data]
        self._life.check.that(request != 6 or not left, "K1 keys outlive their journal", left)
        return self._life.flash.ioctl(request, argument)


def _set_up_anew(life):
    """Another incarnation, on flash that must be blank."""
    check, data = life.check, life.flash.data
    check.that(life.is_erased, "L3 not provisioned any more")
    for at in range(0, len(data), len(_BLANK)):
        check.that(data[at : at + len(_BLANK)] == _BLANK, "K2 records are left without their keys")
    check.that(not life.disk.files, "K2 files are left of a terminal without keys")
    life.starts_anew()
