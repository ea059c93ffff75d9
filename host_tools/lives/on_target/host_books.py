"""The books at the model host: accounts at the issuer, and a row for each request."""

# What may change of a row, besides what it answers.
_STATE = ("key", "posted", "deferred", "returned_fen", "asked_ms", "confirms_ms", "posting")
_STATE += ("day", "payee", "settled", "adjusts")


class Issuer:
    """Accounts with balances. Every movement is told to the ledger outside."""

    def __init__(self, check, balances):
        self._check = check
        self.balances = balances  # card number -> fen

    def refusal(self, account, amount_fen):
        if account not in self.balances:
            return "14"
        return "51" if self.balances[account] < amount_fen else None

    def move(self, identity, account, amount_fen, way):
        self.balances[account] -= way * amount_fen
        self._check.moved(identity, amount_fen, way, account)

    def give_back(self, given, original):
        """Rows: so much of the original as `given` is for."""
        self.balances[original.account] += given.amount_fen
        self._check.gave_back(given.id, original.id, given.amount_fen)


class Row:
    """What was committed for a request: its fingerprint, its effect, and the reply for ever."""

    def __init__(self, fingerprint, identity, counter, account, amount_fen):
        self.fingerprint = fingerprint
        self.id = identity
        self.counter = counter
        self.account = account
        self.amount_fen = amount_fen
        self.mti = fingerprint[0]
        self.key = ()  # the business key
        self.posted = False
        self.deferred = False  # the bank was asked later
        self.returned_fen = 0
        self.asked_ms = 0
        self.confirms_ms = None  # of a pay code that waits for its holder
        self.posting = None  # DE 63.0C
        self.day = ()  # business date
        self.payee = ""  # the account that it goes to
        self.settled = None  # the batch that brought it to the merchant
        self.adjusts = False  # a reversal of what was settled already
        self.fields = {}
        self.private = {}

    def copy(self):
        twin = Row(self.fingerprint, self.id, self.counter, self.account, self.amount_fen)
        for name in _STATE:
            setattr(twin, name, getattr(self, name))
        twin.fields, twin.private = dict(self.fields), dict(self.private)
        return twin
