"""The sixty named cases: what goes wrong, and what must hold then.

Each case is one plan or several, written in `steps.py`'s words. The invariants are checked in them
as in any life; their questions (expect, bank, word ...) ask what is particular to the case.
"""

import cases_codes
import cases_deferred
import cases_documents
import cases_host
import cases_lookup
import cases_network
import cases_reset
import cases_returns
import cases_settlement
import cases_terminal
import cases_update
from micropython import const

_RANDOM_LIVES = const(58)


def _cases():
    found = dict(cases_terminal.CASES)
    found.update(cases_network.CASES)
    found.update(cases_host.CASES)
    found.update(cases_codes.CASES)
    found.update(cases_returns.CASES)
    found.update(cases_reset.CASES)
    found.update(cases_lookup.CASES)
    found.update(cases_settlement.CASES)
    found.update(cases_deferred.CASES)
    found.update(cases_documents.CASES)
    found.update(cases_update.CASES)
    return found


def numbers():
    """[[number, title, why it is not covered, or None]] of all sixty."""
    rows = [[_RANDOM_LIVES, "all of it at once, by seeded random", None]]
    rows += [[number, title, None] for number, (title, _) in _cases().items()]
    rows += [[number, "", why] for number, why in cases_host.NOT_YET.items()]
    return sorted(rows)


def plans(number):
    return _cases()[number][1]()
