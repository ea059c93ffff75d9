"""What a plan can ask for about firmware, another one on the same journal, and factory resets.

Firmwares differ in the tables that say what a record may hold; the later one knows a chip tag more.
"""

from terminal import formats, sale_record, update

TODAY = sale_record.CHIP_TAGS
_TAGS = {"today": TODAY, "later": TODAY + ((0x9F19, 6),)}


def install(name):
    """From the next start on the terminal is of this firmware."""
    sale_record.CHIP_TAGS = _TAGS[name]


def _firmware(life, name):
    """Somebody puts it in, whatever the terminal would say to that."""
    install(name)
    if name == "today":  # it may not read what the later one has written
        life.check.batches.excused.update(life.check.sales)
    life.world.power_off()


def _may_update(life, name, why=None):
    """What the terminal says to an update to this firmware: a text key, or nothing against it."""
    statement = formats.stated()
    statement["tags"] = len(_TAGS[name])
    said = update.hindrance(life.terminal, statement, life.world.must_be_on)
    life.check.that(said == why, "expected %s of an update, not" % why, said)


def _grant(life):
    """Somebody at the bank allows a factory reset."""
    life.host.resets.granted = True


def _erased(life, count):
    """It was reset, and the bank knows that so many were lost by that; None: it was not."""
    losses = life.host.resets.losses
    known = (losses[-1].count if losses else 0) if life.is_erased else None
    life.check.that(known == count, "expected %s erased, not" % count, known)


VERBS = {
    "grant": _grant,
    "erased": _erased,
    "firmware": _firmware,
    "may update": _may_update,
}
