"""May an update begin now? What replaces the firmware has to ask this first, whatever it is.

There is no updater yet. The one that comes restarts the board at once when it hears None: no other
task may run in between.
"""

from terminal import formats, standstill


def hindrance(services, statement, feed):
    """-> None, or why not: a text key. `statement`: what the new firmware says that it can read, as
    `formats.stated` gives it; `feed` keeps the watchdog content.

    A queue may wait: its records stay where they are, and the new firmware sends them.
    """
    why = standstill.hindrance(services)
    if why:
        return why
    needed = formats.in_flash(services.journal, feed)
    return None if formats.covers(statement, needed) else "update_unreadable"
