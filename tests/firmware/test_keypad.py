"""The keypad driver on a matrix of wires: debounce, order, and nothing lost or invented."""

import asyncio

from micropython import const

from drivers.buzzer import Buzzer
from drivers.keypad import LAYOUT, Keypad
from drivers.leds import Leds

_SEEN_READS = const(44)  # what is left of a look, then two whole ones with a key down
_GONE_READS = const(12)  # the same with none


class _Matrix:
    """Four rows and four columns; a closed key connects its column to its row."""

    def __init__(self):
        self.closed = set()
        self.reads = 0
        self.on_read = lambda: None
        self.rows = [_Row(self) for _ in range(4)]
        self.columns = [_Column(self, place) for place in range(4)]

    def press(self, key, edge=True):
        self.closed.add(LAYOUT.index(key))
        if edge:
            self.edge()

    def release(self, key):
        self.closed.discard(LAYOUT.index(key))
        self.edge()

    async def looked(self, reads):
        """Waits until the driver has read that many columns: a finger is slower than any driver."""
        until = self.reads + reads
        while self.reads < until:
            await asyncio.sleep_ms(2)

    def edge(self):
        for column in self.columns:
            column.handler(column)


class _Row:
    def __init__(self, matrix):
        self.level = 1

    def value(self, level):
        self.level = level


class _Column:
    def __init__(self, matrix, place):
        self.matrix = matrix
        self.place = place

    def irq(self, handler):
        self.handler = handler

    def value(self):
        self.matrix.reads += 1
        self.matrix.on_read()
        closed = [key // 4 for key in self.matrix.closed if key % 4 == self.place]
        return min([1] + [self.matrix.rows[row].level for row in closed])


def _keypad():
    matrix = _Matrix()
    return matrix, Keypad(matrix.rows, matrix.columns)


async def _tap(matrix, key, edge=True, down_ms=0):
    matrix.press(key, edge)
    await asyncio.sleep_ms(down_ms)
    await matrix.looked(_SEEN_READS)
    matrix.release(key)
    await matrix.looked(_GONE_READS)


async def _next(keypad, wait_ms=5000):
    try:
        return await asyncio.wait_for_ms(keypad.get(), wait_ms)
    except asyncio.TimeoutError:
        return None


async def test_every_key_of_the_matrix_is_told_apart():
    matrix, keypad = _keypad()
    for key in LAYOUT:
        tap = asyncio.create_task(_tap(matrix, key))
        assert await _next(keypad) == key
        await tap


async def test_a_key_is_reported_once_however_long_it_is_held():
    matrix, keypad = _keypad()
    asyncio.create_task(_tap(matrix, "5", down_ms=250))
    assert await _next(keypad) == "5"
    assert await _next(keypad, 350) is None


async def test_a_key_is_found_without_an_edge():
    matrix, keypad = _keypad()
    asyncio.create_task(_tap(matrix, "M", edge=False))
    assert await _next(keypad) == "M"


async def test_a_key_that_goes_down_in_the_midst_of_a_look_is_not_lost():
    for read in range(1, 10):
        matrix, keypad = _keypad()

        def finger():
            if matrix.reads == read:  # noqa: B023  it is used before the next one is made
                matrix.press("0", edge=False)  # noqa: B023

        matrix.on_read = finger
        assert await _next(keypad) == "0", read
        matrix.release("0")


async def test_bouncing_contacts_give_one_key():
    matrix, keypad = _keypad()

    async def bounce():
        for _ in range(4):
            matrix.press("7")
            await asyncio.sleep_ms(2)
            matrix.release("7")
            await asyncio.sleep_ms(2)
        await _tap(matrix, "7")

    asyncio.create_task(bounce())
    assert await _next(keypad) == "7"
    assert await _next(keypad, 300) is None


async def test_keys_pressed_together_count_as_none():
    matrix, keypad = _keypad()
    matrix.press("1", edge=False)
    matrix.press("2")
    assert await _next(keypad, 150) is None
    matrix.release("1")
    matrix.release("2")
    await matrix.looked(_GONE_READS)
    asyncio.create_task(_tap(matrix, "E"))
    assert await _next(keypad) == "E"


async def test_keys_wait_until_they_are_asked_for_in_order():
    matrix, keypad = _keypad()
    assert await _next(keypad, 20) is None
    for key in "12E":
        await _tap(matrix, key)
    for expected in ("1", "2", "E", None):
        assert await _next(keypad, 5) == expected


async def test_a_cancelled_get_loses_no_key():
    matrix, keypad = _keypad()
    tap = asyncio.create_task(_tap(matrix, "9", down_ms=80))
    found = ""
    while not tap.done():
        found += await _next(keypad, 1) or ""
    assert found == "9"


async def test_keys_pressed_before_a_question_can_be_forgotten():
    matrix, keypad = _keypad()
    await _next(keypad, 5)
    await _tap(matrix, "E")
    keypad.forget()
    assert await _next(keypad, 100) is None


async def test_at_rest_the_columns_are_read_only_now_and_then():
    matrix, keypad = _keypad()
    await _next(keypad, 550)
    assert matrix.reads <= 4 * 6


async def test_a_broken_wire_is_raised_to_who_asks_for_keys():
    matrix, keypad = _keypad()

    def broken():
        raise OSError("the wire")

    await _next(keypad, 5)
    matrix.columns[2].value = broken
    try:
        await asyncio.wait_for_ms(keypad.get(), 500)
    except OSError as error:
        assert error.args[0] == "the wire"
    else:
        raise AssertionError("the error was swallowed")


class _Pwm:
    def __init__(self):
        self.calls = []

    def freq(self, hz):
        self.calls.append(("hz", hz))

    def duty_u16(self, duty):
        self.calls.append(("on", duty > 0))


async def test_the_buzzer_plays_notes_and_rests_and_falls_silent():
    pwm = _Pwm()
    await Buzzer(pwm).play(((1500, 5), (0, 5), (750, 5)))
    on, off = ("on", True), ("on", False)
    assert pwm.calls == [("hz", 1500), on, off, ("hz", 750), on, off], pwm.calls


async def test_a_new_tune_replaces_the_one_that_plays():
    pwm = _Pwm()
    buzzer = Buzzer(pwm)
    buzzer.play(((1000, 5000),))
    await asyncio.sleep_ms(5)
    await buzzer.play(((2000, 5),))
    assert ("hz", 2000) in pwm.calls
    assert pwm.calls[-1] == ("on", False)


def test_lights_show_their_levels_from_left_to_right():
    class Pin:
        def value(self, level):
            self.level = level

    pins = [Pin() for _ in range(4)]
    Leds(pins).show((1, 0, True, False))
    assert [pin.level for pin in pins] == [1, 0, 1, 0]
