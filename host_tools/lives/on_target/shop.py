"""The people: a merchant who follows a plan, presses keys and believes the screen, and a customer.

`Shop` stands where terminal.people.People stands. It is asked for a key and answers as a merchant
would who sees that screen; what the screens say goes to the ledger outside.
"""

import asyncio

import acts
from cards import Card, account
from micropython import const

_KEY_MS = const(5)
_READ_MS = const(80)
_LOOKING_MS = const(64)  # who looks at a screen sees what happens within this time
_HURRY = ("approved", "stored", "deferred", "declined", "refused", "returned")
_HURRY += ("report", "given_back")
# Keys that mean what is on the screen.
_ACTIONS = {"G": "give_back", "A": "ask_bank", "R": "reset", "C": "call_off"}


def _keyed(fen):
    """The keys for an amount; one of them is 00."""
    return "%dDE" % (fen // 100) if fen % 100 == 0 else "%dE" % fen


class Closed(BaseException):
    """The merchant has gone home: the life has ended."""


class Shop:
    """`plan` is a list of steps; `life` carries out those that are not the merchant's."""

    def __init__(self, world, check, chip, plan, life):
        self._world = world
        self._check = check
        self._chip = chip
        self._plan = plan
        self._life = life
        self._next = 0
        self._keys = ""  # still to be pressed at home
        self._browsing = ""  # and in the history, with letters of _ACTIONS
        self._amount = ""  # and when asked how much
        self._sure = ""  # and when asked whether it is meant
        self._items = ()  # of the menu on the screen
        self._until_ms = 0  # waiting at home
        self._resting = False  # until nothing is owed any more
        # What is under way: ["sell", fen, card, habit, manner], or ["give back", fen, place in the
        # list, "", manner]
        self._step = None
        self.screen = None
        self.payer = None  # whose card or phone it is
        self.typed_fen = 0
        self.back_fen = 0  # what is to be given back, 0 for all that is left
        self.sales = 0

    def dark(self):
        """The power went: whoever was keying an amount gives up."""
        self._keys = self._browsing = self._amount = self._sure = ""

    # What the terminal does to people

    def show(self, name, **values):
        self._world.step("screen", name)
        for value in values.values():
            if not isinstance(value, int):
                self._check.says_nothing_secret(str(value), "screen")
        self.screen = name
        self._items = values.get("items", ())
        self._life.shown(name, values)

    def status(self, **values):
        pass

    def switch_language(self):
        pass

    def support(self, number):
        pass

    def card_read(self):
        pass

    stored = failed = card_read

    # What people do to the terminal

    async def key(self, wait_ms):
        after_ms, key = self._decide(wait_ms)
        if self.screen != "amount":
            self._world.stir(_LOOKING_MS)
        await asyncio.sleep_ms(min(after_ms, wait_ms))
        if key is None or after_ms > wait_ms:
            return None
        self._world.step("key", key)
        self._world.stir()
        return key

    def pressed(self, key):
        return key == "X" and self._manner() == "gives up"

    async def agree(self, wait_ms):
        await asyncio.sleep_ms(_READ_MS)
        return self._manner() != "second thoughts"

    def _manner(self):
        return self._step[4] if self._step else ""

    def _decide(self, wait_ms):
        """(after how many ms, which key or None), by what is on the screen."""
        if self.screen == "amount":
            return self._at_home(wait_ms)
        if self.screen == "waiting":
            return (_READ_MS, "X") if self._manner() == "gives up" else (wait_ms, None)
        if self.screen == "denied":
            return _READ_MS, "X" if self._manner() == "hurries" else "E"
        if self.screen == "in_doubt":
            return (_READ_MS, "X") if self._manner() == "hurries" else (wait_ms, None)
        if self.screen in ("menu", "history", "entry"):
            key, self._browsing = self._browsing[:1], self._browsing[1:]
            if key in _ACTIONS:
                action = _ACTIONS[key]
                there = action in self._items  # or the list of sales is empty
                key = "%d" % (self._items.index(action) + 1) if there else "X"
            return _READ_MS, key or "X"
        if self.screen == "report" and self._sure:
            key, self._sure = self._sure[:1], self._sure[1:]
            return _READ_MS, key
        if self.screen == "give_back":
            key, self._amount = self._amount[:1], self._amount[1:]
            return _KEY_MS, key or "X"
        if self.screen == "given_back" and self._manner() == "waits":
            return wait_ms, None
        return _READ_MS, "X" if self.screen in _HURRY else None

    def _press(self):
        key, self._keys = self._keys[:1], self._keys[1:]
        return key

    def _at_home(self, wait_ms):
        while not self._keys:
            if self._world.now_ms < self._until_ms:
                return min(wait_ms, self._until_ms - self._world.now_ms), None
            if self._resting and not self._life.is_at_rest():
                return wait_ms, None
            self._resting = False
            if self._next == len(self._plan):
                raise Closed
            self._next += 1
            self._begin(self._plan[self._next - 1])
        return _KEY_MS, self._press()

    def _begin(self, step):
        if self._world.trace:
            self._world.say("step %s" % (step,))
        verb = step[0]
        if verb == "sell":
            self._step = step
            self.typed_fen = step[1]
            self.sales += 1
            self._keys = _keyed(step[1])
            self._comes(step)
        elif verb == "give back":
            self._step = step
            self.back_fen, place = step[1:3]
            self._keys, self._browsing = "M", "1" + "8" * place + "EEG"
            self._amount = _keyed(self.back_fen) if self.back_fen else "E"
        elif verb == "reset":
            self._step = None
            self._keys, self._browsing, self._sure = "M", "R", "9"
        elif verb == "call off":
            self._keys, self._browsing = "M", "1" + "8" * step[1] + "EEC"
        elif verb == "wait":
            self._until_ms = self._world.now_ms + step[1]
            self._world.stir()
        elif verb == "rest":
            self._resting = True
        elif verb == "history":
            self._keys, self._browsing = "M", "1" + step[1]
        else:
            acts.do(self._life, *step)

    def _comes(self, step):
        """The customer, with a card, or with a pay code that is confirmed after so many seconds."""
        by_code = step[3][:4] == "code"
        self.payer = account(step[2])
        self._life.scanner.code = self._chip.card = None
        if by_code:
            self._life.scanner.show(step[2], int(step[3][4:]))
        elif step[4] != "nobody":
            self._chip.card = self._card(step)

    def _card(self, step):
        leaves = step[4][6:]  # "leaves1": pulled away at the first command; "flees 1": and gone
        return Card(
            step[2], step[3], int(leaves) if leaves.isdigit() else 0, step[4][:5] == "flees"
        )
