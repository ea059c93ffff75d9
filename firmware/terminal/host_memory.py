"""What the host has acknowledged; and that it has lost its memory, should it ever.

Sign-in and echo tell how far the host has acknowledged. A host that was restored from a backup does
not know that any more, and asks for everything from a number on (docs/protocol.md).
"""

from message import again as messages


class _NothingAsked:
    """Stands for an Again that nobody has asked for."""

    first = None
    missing = 0
    done = True
    loaded = {}

    def step(self):
        return False

    def take(self, number, was_taken):
        raise KeyError(number)


class HostMemory:
    def __init__(self, book, journal, session):
        self._book = book
        self._journal = journal
        self._session = session
        self._again = _NothingAsked()  # until the host knows that it was told everything
        self._reported = False  # whether the message under way says that it is done
        session.extras.append(self._tell)
        session.listeners.append(self._heard)

    @property
    def busy(self):
        """The host has not been told everything yet."""
        return not self._again.done

    @property
    def waiting(self):
        """What is to be told now: sale number -> (kind, Sale)."""
        return self._again.loaded

    def read_on(self):
        """Loads a little more of what is to be told. False: there is nothing to do."""
        return self._again.step()

    def take(self, number, was_taken):
        self._again.take(number, was_taken)

    # What goes with sign-in and echo

    def _tell(self):
        released, beyond = self._book.acknowledged()
        items = [messages.acknowledged(released, beyond, self._session.receipt)]
        again = self._again
        self._reported = again.done and again.first is not None
        if self._reported:
            items.append(messages.told_again(again.first, again.missing))
        return items

    def _heard(self, reply):
        first = messages.wanted_from(reply)
        if self._reported:
            self._again = _NothingAsked()
            self._session.receipt = ""  # of before the host forgot
        if first is not None and first != self._again.first:
            self._begin(first)

    def _begin(self, first):
        # Most terminals never need it: it is loaded when it is asked for.
        from terminal.again import Again

        self._again = Again(self._book, self._journal, first)
