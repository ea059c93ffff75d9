"""What the host has acknowledged; and that it has lost its memory, should it ever.

Sign-in and echo tell how far the host has acknowledged. A host that was restored from a backup does
not know that any more, and asks for everything from a number on (docs/protocol.md).

It is told on one connection, from the sign-in that asks to the echo that says it is done. When the
connection breaks, the host may be restored before the next one and forget what it has just been
told: then it is told from the beginning.
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
        self._challenge = b""  # of who asked
        self._reported = False  # whether the echo under way says that it is done
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
        went_on = self._again.step()
        if went_on:
            self._session.has_news = self._is_told
        return went_on

    def take(self, number, was_taken):
        self._again.take(number, was_taken)
        self._session.has_news = self._is_told

    @property
    def _is_told(self):
        return self._again.done and self._again.first is not None

    # What goes with sign-in and echo

    def _tell(self):
        released, beyond = self._book.acknowledged()
        # What was heard while it is being told is of old sales too: it says nothing about the rest.
        is_asked = self._again.first is not None
        reference = "" if is_asked else self._session.reference
        items = [messages.acknowledged(released, beyond, reference)]
        self._reported = self._is_told and self._session.ready  # not while it signs in
        if self._reported:
            again = self._again
            items.append(messages.told_again(again.first, self._challenge, again.missing))
        return items

    def _heard(self, reply):
        wanted = messages.wanted_from(reply)
        if self._reported:
            self._again = _NothingAsked()
        if wanted:
            first, self._challenge = wanted
            self._session.reference = ""  # of before the host forgot
            self._begin(first)

    def _begin(self, first):
        # Most terminals never need it: it is loaded when it is asked for.
        from terminal.again import Again

        # What is under way must find its place when the answer comes.
        self._again = Again(self._book, self._journal, first, loaded=self._again.loaded)
