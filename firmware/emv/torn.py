"""The log of torn transactions (C-2 states 9 to 11): the card left after GENERATE AC was sent.

When it comes back for the same payment, RECOVER AC asks for the answer that was missed. The log is
a list in the configuration; it need not survive a restart, for the card then simply starts over.
"""


class Torn:
    """What is needed to understand the missed answer: what was asked, and with which data."""

    def __init__(self, session, found, control, signed_data):
        self.identity = _identity(session)
        self.when = _moment(session.request)
        self.terminal = session.terminal
        self.control = control
        self.signed_data = signed_data
        self.relay_data = found.relay_data
        self.cvm = found.cvm


def remember(log, record, most):
    """Adds a record; the oldest give way where there are more than `most`."""
    if most:
        log.append(record)
        del log[:-most]


def find(log, session, lifetime_s):
    """The record of this very payment with this card; those too old are dropped on the way."""
    now = _moment(session.request)
    log[:] = [record for record in log if 0 <= now - record.when <= lifetime_s]
    for record in log:
        if record.identity == _identity(session):
            return record
    return None


def _identity(session):
    """Same card and same payment: another one must never be answered by the missed answer."""
    request = session.request
    card = session.pan, session.card.get(0x5F34), session.aid
    return card, request.sequence, request.amount_fen, request.currency, request.type


def _moment(request):
    """Seconds, good for differences within a month; across its end a record only ages too fast."""
    day = (request.date[0] * 12 + request.date[1]) * 31 + request.date[2]
    hour, minute, second = request.time
    return ((day * 24 + hour) * 60 + minute) * 60 + second
