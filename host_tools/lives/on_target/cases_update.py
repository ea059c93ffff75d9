"""Named case 16: other firmware on a journal that holds sales."""

from steps import (
    ANY,
    BREATH,
    CONNECTED,
    DOWN,
    ONLINE,
    REST,
    STORED,
    UP,
    bank,
    case,
    cut_at,
    expect,
    next_one,
)

_LATER, _TODAY = ["firmware", "later"], ["firmware", "today"]
_QUEUE = [DOWN, STORED, STORED]


def _may_update(name, why=None):
    return ["may update", name, why]


def _upgrade():
    """The queue waits, the later firmware sends it; also what was in doubt."""
    doubt = [next_one("lost_reply"), ONLINE]
    return [
        case(*_QUEUE + [_may_update("later"), _LATER, ["held", 2], STORED, UP, REST, bank(3)]),
        case(*doubt + [DOWN, _LATER, UP, REST, bank(0)]),
        case(*_QUEUE + [_LATER, cut_at("program"), BREATH, ANY, UP, REST]),
    ]


def _downgrade():
    """The older firmware is warned of; put in all the same, it keeps what it cannot read, sells,
    and sends what it can. The later one sends the rest, each sale once."""
    kept = [["held", 2], STORED, expect("stored"), UP, CONNECTED, ONLINE, expect("approved")]
    back = [_LATER, REST, bank(4)]
    refused = _may_update("today", "update_unreadable")
    return [
        case(*[_LATER] + _QUEUE + [refused, _TODAY] + kept + [REST, bank(2)] + back),
        case(*[_LATER] + _QUEUE + [_TODAY, ["off", 1000]] + kept + [REST, bank(2)] + back),
        case(*[_LATER] + _QUEUE + [UP, REST, bank(2), refused, _TODAY, REST, bank(2), ONLINE]),
    ]


def _cases():
    return _upgrade() + _downgrade()


CASES = {16: ("another firmware on a journal that holds sales", _cases)}
