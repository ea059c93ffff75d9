"""A request that no card should be shown is refused before there is one."""

import emv_cases

import emv


def _refused(**change):
    try:
        emv_cases.request(**change)
    except ValueError as error:
        return str(error)
    return None


def test_amounts_have_twelve_digits():
    assert _refused(amount_fen=10**12 - 1) is None
    assert _refused(amount_fen=10**12) == "amount_fen"
    assert _refused(amount_fen=-1) == "amount_fen"


def test_cash_back_is_part_of_the_amount():
    assert _refused(amount_fen=100, other_fen=100) is None
    assert _refused(amount_fen=100, other_fen=101) == "other_fen"
    assert _refused(amount_fen=100, other_fen=-1) == "other_fen"


def test_a_clock_that_is_off_is_refused():
    assert _refused(date=(26, 0, 1)) == "date"
    assert _refused(date=(26, 13, 1)) == "date"
    assert _refused(date=(2026, 1, 1)) == "date"
    assert _refused(date=(26, 1, 0)) == "date"


def test_the_unpredictable_number_has_four_bytes():
    assert _refused(unpredictable="ABABAB") == "unpredictable"


def test_the_currency_is_numeric():
    assert _refused(currency="CNY") == "currency"


def test_every_reason_is_a_short_text_key():
    for reason in emv.REASONS:
        assert 0 < len(reason) <= 20, reason
        assert all(c == "_" or "a" <= c <= "z" for c in reason), reason
