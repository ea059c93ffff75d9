"""The status bar and the screens behind it, for the merchant's loop and the menu's jobs."""

from message.documents import NOTICES
from terminal import maintenance
from terminal.kinds import DENIED
from ui.page import money


class Front:
    def __init__(self, services):
        self._s = services
        self._told = None  # the status that people have on the screen
        self._shown = None  # the status and the notice of when the last screen was shown
        services.people.is_stale = self.refresh

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

    def notice(self):
        """What is to be said at rest, (text key, value), or None: stored sales that the bank has
        declined, else announced maintenance that is near or has begun."""
        denied, fen = self._s.book.totals(DENIED)
        if denied:
            return "declined_later", money(fen)
        s, content = self._s, self._s.parameters.content[NOTICES]
        return maintenance.pressing(content["notices"], s.clock, s.link.ready) if content else None

    def changed(self):
        """Whether anything is new since the last screen was shown."""
        return (self._status(), self.notice()) != self._shown

    def refresh(self):
        """Whatever is drawn next, whoever shows it, has the status of now. -> whether that is
        another than before."""
        before, self._told = self._told, self._status()
        if self._told == before:
            return False
        self._s.people.status(**self._told)
        return True

    def show(self, name, **values):
        self.refresh()
        self._shown = self._told, self.notice()
        self._s.people.show(name, **values)


def particulars(sale):
    """What people can find a sale by, for a screen."""
    when = "%04d-%02d-%02d %02d:%02d" % sale.time[:5]
    return {"fen": sale.signed_fen, "when": when, "card": sale.masked_pan, "ref": sale.answer[0]}
