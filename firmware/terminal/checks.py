"""Checks of one value each, for documents that come from outside: what is provisioned, and what the
acquirer signed. Tables of them say what a document may hold."""


class Section:
    """A checked part of a document: its fields are attributes."""

    def __getattr__(self, name):
        """For type checkers: which fields there are is known only when a document was read."""
        raise AttributeError(name)


def text(shortest, longest):
    """ASCII, because these go into messages as they are."""

    def check(value):
        plain = isinstance(value, str) and all(0x20 <= ord(c) < 0x7F for c in value)
        return plain and shortest <= len(value) <= longest

    return check


def number(lowest, highest):
    def check(value):
        whole = isinstance(value, int) and not isinstance(value, bool)
        return whole and lowest <= value <= highest

    return check


def time_of_day(value):
    """hh:mm, or nothing."""
    if value == "":
        return True
    plain = text(5, 5)(value) and value[2] == ":" and (value[:2] + value[3:]).isdigit()
    return plain and int(value[:2]) < 24 and int(value[3:]) < 60


def flag(value):
    return isinstance(value, bool)


def several(most, check):
    """A list of at most so many values, each of which passes."""

    def checked(value):
        return isinstance(value, list) and len(value) <= most and all(check(v) for v in value)

    return checked


def date(value):
    whole = isinstance(value, list) and len(value) == 3
    limits = ((2020, 2099), (1, 12), (1, 31))
    return whole and all(number(low, high)(v) for v, (low, high) in zip(value, limits))


def digits_of_hex(shortest, longest):
    """Whole bytes in hex."""
    plain = text(2 * shortest, 2 * longest)

    def check(value):
        return (
            plain(value)
            and not len(value) % 2
            and all(c in "0123456789ABCDEFabcdef" for c in value)
        )

    return check


# Limits of what the terminal decides by itself. The same table checks what is provisioned and what
# the acquirer sends later.
POLICY = {
    "sale_limit_fen": number(1, 10**12 - 1),
    "stored_count_limit": number(0, 500),
    "stored_sum_limit_fen": number(0, 10**14),
    "stored_age_limit_h": number(1, 720),  # of the oldest stored sale
    "offline_aids": several(16, digits_of_hex(5, 16)),  # beginnings; none: every card
    "settle_at": time_of_day,  # local; then the batch is closed by itself
    "deferred": flag,  # whether a sale may be stored that neither card nor bank has approved
}

# What stands where a field of the policy is absent.
POLICY_DEFAULTS = {"stored_age_limit_h": 72, "offline_aids": [], "deferred": False, "settle_at": ""}
