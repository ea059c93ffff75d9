"""A sale comes back from its journal payload as it was, and fits one page in the usual case."""

from binascii import unhexlify as unhex

import parts

from terminal import sale_record


def test_a_sale_comes_back_as_it_was():
    sale = parts.sale()
    again = sale_record.unpack(sale.pack())
    for name in ("number", "id", "batch", "amount_fen", "time", "clock_trusted", "masked_pan"):
        assert getattr(again, name) == getattr(sale, name), name
    assert again.chip == sale.chip
    assert again.card_data == sale.card_data


def test_the_card_number_is_not_in_the_payload():
    payload = parts.sale().pack()
    assert unhex("6210948000000011") not in payload
    assert unhex("80000000") not in payload


def test_a_usual_sale_fits_one_page():
    assert len(parts.sale().pack()) <= 216


def test_the_largest_sale_fits_two_pages():
    sale = parts.sale()
    for tag, length in sale_record.CHIP_TAGS:
        sale.chip[tag] = bytes(abs(length))
    assert len(sale.pack()) <= 432


def test_the_ending_keeps_what_the_host_answered():
    ending = parts.sale().ending(("123456789012", "A1B2C3", "00"))
    again = sale_record.unpack(ending)
    assert again.answer == ("123456789012", "A1B2C3", "00")
    assert again.amount_fen == 1234
    assert again.chip == {}


def test_a_tag_of_impossible_length_is_refused_before_it_is_written():
    sale = parts.sale()
    sale.chip[0x9F26] = b"short"
    try:
        sale.pack()
        raise AssertionError("packed a cryptogram of five bytes")
    except sale_record.BadSale:
        pass


def test_every_truncated_payload_is_refused():
    payload = parts.sale().pack()
    for length in range(len(payload)):
        try:
            sale_record.unpack(payload[:length])
            raise AssertionError("accepted %d bytes" % length)
        except sale_record.BadSale:
            pass


def test_a_return_comes_back_with_the_sale_that_it_gives_back():
    again = sale_record.unpack(parts.given_back(parts.sale(number=7)).pack())
    assert again.original == (parts.sale().id, 7, "25")
    assert (again.number, again.amount_fen, again.signed_fen) == (9, 300, -300)
    assert again.masked_pan == "621094******0011"
    assert again.card_data == b""


def test_a_sale_gives_nothing_back():
    assert parts.sale().original is None
    assert parts.sale().signed_fen == 1234


def test_a_card_cannot_make_a_sale_look_like_a_return():
    outcome = parts.Outcome()
    outcome.chip[sale_record.ORIGINAL] = bytes(21)
    sale = sale_record.Sale(7, bytes(16), 1, 100, parts.NOW, True)
    sale.take_outcome(outcome, lambda track2: track2)
    assert sale.original is None
