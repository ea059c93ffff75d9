"""The ways in which a program or an erase can be left half done by a power cut.

Each takes (flash, address, data) and does to the cells what remains of the operation. Randomness is
MicroPython's `random`, seeded by the caller.
"""

import random

from flash import BLOCK

_FEW = (1, 1, 2, 3, 8, 40, 250)


def nothing(flash, address, data):
    """The power failed before the operation began."""


def whole_program(flash, address, data):
    flash.program(address, data)


def prefix(flash, address, data):
    flash.program(address, data[: random.randrange(len(data))])


def some_bits(flash, address, data):
    thick = random.getrandbits(1)
    for i in range(len(data)):
        kept = random.getrandbits(8)
        flash.data[address + i] &= data[i] | (kept & random.getrandbits(8) if thick else kept)


def unstable(flash, address, data):
    """All bits have changed, but some have not settled."""
    old = bytes(flash.data[address : address + len(data)])
    flash.program(address, data)
    for _ in range(random.choice(_FEW)):
        i = random.randrange(len(data))
        flash.weaken(address + i, old[i] & ~data[i] & 1 << random.randrange(8))


def early(flash, address, data):
    """The page still reads nearly blank, but some cells have begun to move."""
    for _ in range(random.choice(_FEW)):
        i = random.randrange(len(data))
        flash.weaken(address + i, flash.data[address + i] & ~data[i] & 1 << random.randrange(8))


def whole_erase(flash, address, data):
    flash.erase(address)


def erased_prefix(flash, address, data):
    end = random.randrange(BLOCK)
    flash.data[address : address + end] = b"\xff" * end


def zeroed_suffix(flash, address, data):
    """Some parts write zeros from the end before they erase: the header stays, the data go."""
    start = random.randrange(BLOCK)
    flash.data[address + start : address + BLOCK] = bytes(BLOCK - start)


def _mixed(flash, address, merge):
    noise = b"".join([random.getrandbits(32).to_bytes(4, "little") for _ in range(256)])
    for i in range(BLOCK):
        flash.data[address + i] = merge(flash.data[address + i], noise[i & 1023])


def erase_drops(flash, address, data):
    _mixed(flash, address, lambda old, noise: old & noise)


def erase_lifts(flash, address, data):
    _mixed(flash, address, lambda old, noise: old | noise)


def _weak_zeros(flash, address, old):
    for _ in range(random.choice(_FEW) * 4):
        i = random.randrange(BLOCK)
        flash.weaken(address + i, ~old[i] & 0xFF & 1 << random.randrange(8))


def erased_but_weak(flash, address, data):
    """Looks erased, but some cells are not."""
    old = bytes(flash.data[address : address + BLOCK])
    flash.erase(address)
    _weak_zeros(flash, address, old)


def erase_begun(flash, address, data):
    """Looks untouched, but some cells are going."""
    _weak_zeros(flash, address, bytes(flash.data[address : address + BLOCK]))


CERTAIN = {"program": (nothing, whole_program), "erase": (nothing, whole_erase)}
RANDOM = {
    "program": (prefix, some_bits, unstable, early),
    "erase": (
        erased_prefix,
        zeroed_suffix,
        erase_drops,
        erase_lifts,
        erased_but_weak,
        erase_begun,
    ),
}


def tear(flash, kind, address, data, how, starting):
    """Leaves the operation half done in the manner `how`; also keeps the flash's own accounts."""
    how(flash, address, data)
    unknowable = starting and how is erase_begun  # to the next start, nothing has happened
    if how is nothing or how is whole_erase or unknowable:
        return
    if kind == "program":
        flash.check_program(address, data)
        if starting:
            # What one start left half begun and reading blank, the next one cannot know of.
            flash.forget_blank(address, len(data))
    else:
        flash.spent[address // 32 : (address + BLOCK) // 32] = b"\1" * (BLOCK // 32)
