"""The ways in which a program or an erase can be left half done by a power cut.

Each takes (flash, address, data) and does to the cells what remains of the operation. Randomness is
MicroPython's `random`, seeded by the caller.
"""

import random

from flash import BLOCK, PAGE, UNIT

_FEW = (1, 1, 2, 3, 8, 40, 250)


def _number(cells):
    """Many cells at once, as one large number."""
    return int.from_bytes(cells, "big")


def _noise(length):
    words = [random.getrandbits(32).to_bytes(4, "big") for _ in range(length // 4)]
    return _number(b"".join(words))


def _store(flash, address, number, length):
    flash.data[address : address + length] = number.to_bytes(length, "big")


def nothing(flash, address, data):
    """The power failed before the operation began."""


def whole_program(flash, address, data):
    flash.program(address, data)


def prefix(flash, address, data):
    flash.program(address, data[: random.randrange(len(data))])


def some_bits(flash, address, data):
    taken = _noise(len(data))
    if random.getrandbits(1):
        taken &= _noise(len(data))
    kept = _number(flash.data[address : address + len(data)])
    _store(flash, address, kept & (_number(data) | taken), len(data))


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
    _zeroed_from(flash, address, random.randrange(BLOCK))


def _zeroed_from(flash, address, start):
    flash.data[address + start : address + BLOCK] = bytes(BLOCK - start)


def erase_drops(flash, address, data):
    old = _number(flash.data[address : address + BLOCK])
    _store(flash, address, old & _noise(BLOCK), BLOCK)


def erase_lifts(flash, address, data):
    old = _number(flash.data[address : address + BLOCK])
    _store(flash, address, old | _noise(BLOCK), BLOCK)


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


def _prefix_of(length):
    def exact_prefix(flash, address, data):
        flash.program(address, data[:length])

    return exact_prefix


def _erased_up_to(length):
    def exact_erase(flash, address, data):
        flash.data[address : address + length] = b"\xff" * length

    return exact_erase


def _zeroed_behind(start):
    def exact_zeros(flash, address, data):
        _zeroed_from(flash, address, start)

    return exact_zeros


CERTAIN = {"program": (nothing, whole_program), "erase": (nothing, whole_erase)}
_PREFIXES = tuple([_prefix_of(length) for length in range(UNIT, PAGE, UNIT)])
_PARTIAL_ERASES = tuple(
    [torn(at) for at in range(PAGE, BLOCK, PAGE) for torn in (_erased_up_to, _zeroed_behind)]
)
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


def every(kind, length, times):
    """All ways: at each unit of a page or page of a sector; `times` each of the random ones."""
    steps = _PARTIAL_ERASES if kind == "erase" else _PREFIXES[: length // UNIT - 1]
    return CERTAIN[kind] + steps + RANDOM[kind] * times


def one(kind):
    """One way by chance, without the exact steps."""
    return random.choice(CERTAIN[kind] + RANDOM[kind])


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
