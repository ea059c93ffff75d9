"""What comes from the host is taken as it is there, in whatever pieces."""

import asyncio

from uplink.connect import Reader


class Plug:
    """A TLS socket: what has come, piece by piece; None where nothing has."""

    def __init__(self, *pieces):
        self.pieces = list(pieces)
        self.waits = 0

    def read(self, most):
        return self.pieces.pop(0)


class Stream:
    def __init__(self, plug):
        self.plug = plug

    async def read(self, most):
        self.plug.waits += 1
        return self.plug.pieces.pop(0)


def taken(plug, *counts):
    reader = Reader(Stream(plug), plug)
    return [asyncio.run(reader.readexactly(count)) for count in counts]


def test_several_frames_in_one_piece_are_taken_without_waiting():
    plug = Plug(b"abcdef")
    assert taken(plug, 2, 3, 1) == [b"ab", b"cde", b"f"]
    assert plug.waits == 0


def test_it_waits_only_when_nothing_has_come():
    plug = Plug(b"a", None, b"bc")
    assert taken(plug, 3) == [b"abc"]
    assert plug.waits == 1


def test_a_line_that_ends_in_the_midst_is_an_error():
    for pieces in ((b"a", b""), (b"a", None, b"")):
        try:
            taken(Plug(*pieces), 2)
        except EOFError:
            continue
        raise AssertionError("half a frame was taken for a whole one")


def test_a_host_that_never_stops_gives_others_their_turn():
    plug = Plug(*[b"a"] * 100)
    taken(plug, 100)
    assert plug.waits >= 5
