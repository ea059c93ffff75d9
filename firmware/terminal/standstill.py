"""Whether the terminal stands still: nothing is begun that a restart would break off.

What is stored, in doubt or refused is no hindrance: it outlives restarts.
"""


def hindrance(services):
    """-> None, or why it does not: a text key."""
    s = services
    if s.forwarding.paused or s.book.in_play is not None:
        return "still_selling"
    if s.forwarding.busy or s.memory.busy or s.link.busy:
        return "still_sending"
    if s.book.tally.batch.closing:
        return "settle_under_way"
    return None
