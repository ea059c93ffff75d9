"""The status bar and the screens behind it, for the merchant's loop and the menu's jobs."""


class Front:
    def __init__(self, services):
        self._s = services
        self._shown = None  # the status that is on the screen

    def _status(self):
        count, total_fen = self._s.book.pending()
        return {
            "link": "up" if self._s.link.ready else "down",
            "pending_count": count,
            "pending_fen": total_fen,
            "checking_count": self._s.book.checking(),
            "test_keys": self._s.settings.test_keys,
            "clock": "%02d:%02d" % self._s.clock.hour_and_minute(),
        }

    def changed(self):
        """Whether the status bar on the screen is out of date."""
        return self._status() != self._shown

    def refresh(self):
        """The next screen, whoever shows it, has the status of now."""
        now = self._status()
        if now != self._shown:
            self._shown = now
            self._s.people.status(**now)

    def show(self, name, **values):
        self.refresh()
        self._s.people.show(name, **values)
