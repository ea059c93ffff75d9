"""Whether the terminal stands still: nothing is begun that a restart would break off.

What is stored, in doubt or refused is no hindrance: it outlives restarts.
"""


def hindrance(services):
    """-> None, or why it does not: a text key."""
    if services.forwarding.paused or services.book.in_play is not None:
        return "still_selling"
    if awaits_answer(services):
        return "still_sending"
    if services.book.tally.batch.closing:
        return "settle_under_way"
    return None


def awaits_answer(services):
    """Whether the host has been asked something, or is being told again what it forgot."""
    return services.forwarding.busy or services.memory.busy or services.link.busy
