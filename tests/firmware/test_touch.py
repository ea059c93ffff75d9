"""The touch panel, over an I2C bus that plays the chip."""

import asyncio

from drivers.touch import CST816S, Touch, grid

KEYS = grid(("12", "34"), 0, 200, 60, 30)
NOBODY = (0, 0, 0)
ON_1, ON_2, BESIDE = (1, 30, 215), (1, 90, 215), (1, 30, 100)
TWO_FINGERS = (2, 30, 215)


class Panel:
    """I2C bus, interrupt and reset pin of one panel. A step is (fingers, x, y) or an error."""

    IRQ_FALLING = 2

    def __init__(self, answers=True):
        self.answers = answers
        self.steps = []
        self.resets = 0

    def irq(self, handler, trigger):
        assert trigger == self.IRQ_FALLING
        self.fall = lambda: handler(self)

    def reset(self, level):
        self.resets += level == 0

    def readfrom_mem_into(self, address, register, buffer):
        assert (address, register, len(buffer)) == (CST816S, 2, 5)
        step = self.steps.pop(0) if self.steps else NOBODY
        if step is OSError or not self.answers:
            raise OSError(19)
        fingers, x, y = step
        # The two bits above a coordinate tell the kind of event: not a part of it.
        buffer[:] = bytes((fingers, 0x80 | x >> 8, x & 255, 0x40 | y >> 8, y & 255))

    async def touch(self, *steps):
        self.steps = list(steps)
        self.fall()
        while self.steps:
            await asyncio.sleep_ms(5)


async def rig(answers=True):
    panel = Panel(answers)
    touch = Touch(panel, CST816S, panel, panel.reset, KEYS)
    if answers:
        assert await keys(touch) == []  # the panel starts with the first question
        await asyncio.sleep_ms(60)
    return panel, touch


async def keys(touch):
    """All keys that come within a moment."""
    found = []
    while True:
        try:
            found.append(await asyncio.wait_for_ms(touch.get(), 60))
        except asyncio.TimeoutError:
            return found


async def test_a_finger_on_a_key_gives_that_key():
    panel, touch = await rig()
    await panel.touch(ON_2, ON_2, ON_2)
    assert await keys(touch) == ["2"]


async def test_one_reading_alone_is_noise():
    panel, touch = await rig()
    await panel.touch(ON_1, NOBODY)
    assert await keys(touch) == []


async def test_a_finger_that_slides_to_another_key_gives_only_the_first():
    panel, touch = await rig()
    await panel.touch(ON_1, ON_1, ON_2, ON_2)
    assert await keys(touch) == ["1"]


async def test_two_touches_give_two_keys_in_order():
    panel, touch = await rig()
    await panel.touch(ON_1, ON_1)
    await asyncio.sleep_ms(60)
    await panel.touch(ON_2, ON_2)
    assert await keys(touch) == ["1", "2"]


async def test_a_touch_beside_the_keys_or_with_two_fingers_gives_nothing():
    panel, touch = await rig()
    await panel.touch(BESIDE, BESIDE, TWO_FINGERS, TWO_FINGERS)
    assert await keys(touch) == []


async def test_keys_can_be_laid_out_anew():
    panel, touch = await rig()
    touch.regions = [(0, 90, 240, 110, "E")]
    await panel.touch(BESIDE, BESIDE)
    assert await keys(touch) == ["E"]


async def test_a_key_pressed_before_a_question_can_be_forgotten():
    panel, touch = await rig()
    await panel.touch(ON_1, ON_1)
    await asyncio.sleep_ms(30)
    touch.forget()
    assert await keys(touch) == []


async def test_a_chip_that_hangs_is_reset_and_works_on():
    panel, touch = await rig()
    assert panel.resets == 1
    await panel.touch(ON_1, OSError)
    await asyncio.sleep_ms(60)
    assert panel.resets == 2
    await panel.touch(ON_2, ON_2)
    assert await keys(touch) == ["2"]


async def test_a_panel_that_never_answers_is_an_error():
    _, touch = await rig(answers=False)
    try:
        await asyncio.wait_for_ms(touch.get(), 3000)
    except OSError as error:
        assert error.errno == 19
    else:
        raise AssertionError("no error")
