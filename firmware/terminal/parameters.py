"""What the acquirer has told the terminal in signed documents: limits, contacts, notices.

Each kind of document is one file. A new one is written beside it, read back, checked as a whole,
and only then takes its place: a power cut leaves the old or the new one. What it says is taken over
in one step, between two sales.
"""

from binascii import unhexlify

from message.documents import KINDS, NOT_STORED, NOTICES, PARAMETERS, Refused
from message.documents import held as held_item
from terminal import once

_FILES = {PARAMETERS: "parameters", NOTICES: "notices"}
_PART = ".part"
_CHECKER = "terminal.documents"  # large, and seldom needed


class Parameters:
    """`content`: kind -> the document in use (see terminal/documents.py), or None.

    `refused`: (kind, version, why) of a document that the host has not heard about yet, or None.
    """

    def __init__(self, services):
        self._s = services
        self._support = services.settings.terminal.support
        self.content = dict.fromkeys(KINDS)
        self.refused = None
        self._telling = None  # the refusal that is in the message under way

    def version(self, kind):
        """Of the document in use; 0 if there is none."""
        content = self.content[kind]
        return content["version"] if content else 0

    # Sign-in and echo tell it

    def tell(self):
        """DE 63.15."""
        self._telling = self.refused
        return [held_item({kind: self.version(kind) for kind in KINDS}, self.refused)]

    def heard(self):
        """The host has answered what `tell` said."""
        if self.refused is self._telling:
            self.refused = None

    # Taking them up

    def load(self):
        """At the start. A file that cannot be used is as good as none: the host offers it anew."""
        self._take_over_policy(self._s.settings.policy)
        for kind in KINDS:
            try:
                blob = self._s.folder.read(_FILES[kind])
                if blob:
                    self._use(kind, self._opened(kind, blob))
            except (Refused, OSError) as error:
                self._s.log("%s not used: %s" % (_FILES[kind], error))

    def replace(self, kind, version, blob):
        """A document that the host has sent as this version. False: refused, see `refused`."""
        try:
            content = self._stored(kind, blob)
        except Refused as error:
            self.refuse(kind, version, error)
            return False
        self._use(kind, content)
        return True

    def refuse(self, kind, version, why):
        """People at the terminal see it now; the host hears it with the next sign-in or echo."""
        self._s.log("%s %d refused: %s" % (_FILES[kind], version, why))
        self.refused = (kind, version, why)

    def _stored(self, kind, blob):
        """The content of a good document, once it is safe."""
        folder, name = self._s.folder, _FILES[kind]
        try:
            folder.write(name + _PART, blob)
            content = self._opened(kind, folder.read(name + _PART))
            folder.replace(name, name + _PART)
        except OSError as error:
            raise Refused(NOT_STORED, str(error)) from None
        return content

    def _opened(self, kind, blob):
        s = self._s
        try:
            open_document = once.load(_CHECKER).opened
            held = self.version(kind)
            return open_document(kind, blob, s.settings.signer, s.settings.terminal, held)
        finally:
            once.let_go(_CHECKER)

    def _use(self, kind, content):
        self.content[kind] = content
        self._s.log("%s %d in use" % (_FILES[kind], content["version"]))
        if kind == PARAMETERS:
            self._take_over_policy(content["policy"])
            self._s.emv_config.hotlists[1:] = [content["hotlist"]]  # behind the provisioned one
            self._s.settings.terminal.support = content.get("support", self._support)
            self._s.people.support(self._s.settings.terminal.support)

    def _take_over_policy(self, policy):
        self._s.settings.policy = policy
        self._s.emv_config.allow_offline([unhexlify(name) for name in policy.offline_aids])
