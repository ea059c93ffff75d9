"""Which records a firmware can read, and which lie in the flash.

A layout never changes under its name: a record with another meaning gets a new kind, a sale that
says more gets a new tag at the end of CHIP_TAGS. So three things tell it all: the layout of the
journal's pages, the kinds of records, and how many of the tags are known.
"""

from micropython import const

from terminal import sale_record
from terminal.kinds import BATCH, TOTALS, UNREADABLE, WORDS

_LAYOUT = const(1)  # of pages and marks, as docs/journal-format.md has it


def stated():
    """What this firmware can read: what an image that replaces another has to say of itself."""
    kinds = [kind for kind in WORDS if kind != UNREADABLE]
    return {
        "journal": [_LAYOUT],
        "kinds": sorted(kinds + [TOTALS, BATCH]),
        "tags": len(sale_record.CHIP_TAGS),
    }


def in_flash(journal, feed):
    """The same of all that the journal still holds, also of what this firmware cannot read.

    Reads every record; `feed` keeps the watchdog content.
    """
    kinds, tags = set(), 0
    for _, kind, _, payload in journal.history():
        feed()
        kinds.add(kind)
        if kind in WORDS:
            tags = max(tags, sale_record.tags_needed(payload))
    return {"journal": [_LAYOUT], "kinds": sorted(kinds), "tags": tags}


def covers(statement, needed):
    """Whether a firmware that states this can read all that is needed."""
    for name in ("journal", "kinds"):
        if any(item not in statement.get(name, ()) for item in needed[name]):
            return False
    return needed["tags"] <= statement.get("tags", 0)
