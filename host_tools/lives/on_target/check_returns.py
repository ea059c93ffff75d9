"""What the outside demands of a return: it is of a sale, and never of more than was paid."""

from micropython import const

_ORIGINAL_AT = const(54)  # in the payload of a return: its original's transaction id


def promises(check, given, payload):
    """The terminal has written that it gives money back: of a sale that is paid or will be, and
    never more than is left of it."""
    if given.original:  # written again; of a dead letter, because it is to be sent again
        given.original.promised_fen += given.amount_fen if given.dead else 0
        given.dead = False
        return
    original = check.sales[bytes(payload[_ORIGINAL_AT : _ORIGINAL_AT + 16])]
    given.original, check.newest_return = original, given
    original.promised_fen += given.amount_fen
    good = original.stored or original.said == "paid"
    check.that(good and not original.original, "I3 nothing was paid to give back", given.number)
    enough = original.promised_fen <= original.amount_fen
    check.that(enough, "I2 more promised back than was paid", original.number)


def gave_back(check, given, original, amount_fen):
    """The bank has given back."""
    check.that(given.original is original, "I2 given back for another sale", given.number)
    check.that(given.amount_fen == amount_fen, "I2 another amount given back", given.number)
    check.that(not given.net, "I2 given back twice", given.number)
    given.net = 1
    original.returned_fen += amount_fen
    paid = original.net == 1 and original.returned_fen <= original.amount_fen
    check.that(paid, "I2 more given back than was paid", original.number)


def says(check, given, word, where):
    """I3: "returned" is returned for ever; "checking" is what people must look at."""
    returned = given.net == 1 or given.forgotten
    right = {"stored": not given.dead, "returned": returned, "checking": given.dead}
    check.that(right.get(word), "I3 %s of a return: %s" % (where, word), given.number)


def at_rest(check, given, poison):
    """It is at the bank, or refused for a reason: never lost."""
    check.that(given.net == 1 or given.dead, "I1 return lost", given.number)
    original = given.original
    reason = given.amount_fen in poison or original.dead or original.rotten
    reason = reason or original.forgotten and not original.net
    check.that(given.net or reason, "I1 return refused without a reason", given.number)
