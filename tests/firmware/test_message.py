"""The codec is strict, the messages are what docs/protocol.md says, wrong MACs are not believed."""

import os
from binascii import unhexlify as unhex

import parts

from message import codec, returns
from message.host import SIGN_IN, stan


def _refused(work, *args):
    try:
        work(*args)
    except codec.BadMessage:
        return True
    return False


def _no_mac(body):
    return b"12345678"


def test_a_message_is_laid_out_as_the_standard_says():
    packed = codec.pack("0800", {11: "000001", 41: "T0000001"}, _no_mac)
    assert (
        packed == unhex("0800") + unhex("0020000000800001") + unhex("000001") + b"T000000112345678"
    )


def test_what_is_packed_is_unpacked_again():
    fields = {3: "000000", 4: "000000001234", 39: "00", 55: b"\x9f\x26", 60: "22000001", 63: b"ab"}
    mti, found, covered = codec.unpack(codec.pack("0200", fields, _no_mac))
    assert mti == "0200"
    assert found.pop(64) == b"12345678"
    assert found == fields
    assert covered == len(codec.pack("0200", fields, _no_mac)) - 8


def test_values_that_do_not_fit_their_field_are_refused():
    for fields in ({3: "00000"}, {3: "00000x"}, {39: "000"}, {55: bytes(511)}):
        assert _refused(codec.pack, "0200", fields, _no_mac)


def test_every_truncation_of_a_message_is_refused():
    whole = parts.messages().sale("0200", parts.sale(), parts.HELD)[1]
    for length in range(len(whole)):
        assert _refused(codec.unpack, whole[:length])


def test_junk_never_does_worse_than_be_refused():
    whole = parts.messages().sale("0200", parts.sale(), parts.HELD)[1]
    for _ in range(300):
        bent = bytearray(whole)
        for byte in os.urandom(3):
            bent[byte % len(bent)] = os.urandom(1)[0]
        try:
            codec.unpack(bytes(bent))
        except codec.BadMessage:
            pass


def test_a_private_tag_twice_is_refused():
    assert _refused(codec.unpack_private, b"\1\1a\1\1b")
    assert _refused(codec.unpack_private, b"\1\5a")


def test_a_private_value_whose_length_does_not_fit_is_refused():
    assert codec.unpack_private(codec.pack_private([(1, bytes(255))])) == {1: bytes(255)}
    assert _refused(codec.pack_private, [(1, bytes(256))])


def test_stan_counts_from_1_to_999999_and_wraps():
    assert [stan(n) for n in (1, 2, 999999, 1000000)] == ["000001", "000002", "999999", "000001"]


def test_a_sale_carries_its_identity_and_no_clear_card_number():
    sale = parts.sale(number=7, amount_fen=1234)
    key, frame = parts.messages().sale("0200", sale, (2, 3600))
    _, fields, _ = codec.unpack(frame)
    private = codec.unpack_private(fields[63])
    assert key == ("02", "000007")
    assert fields[4] == "000000001234"
    assert private[1] == sale.id
    assert private[5] == unhex("0002") + unhex("000000000e10")
    assert fields[53] == parts.IKID + unhex("00000007")
    assert unhex("6210948000000011") not in frame
    assert b"6210948000000011" not in frame


def test_a_repeat_differs_only_in_type_time_and_mac():
    made = parts.messages()
    first = codec.unpack(made.sale("0220", parts.sale(), parts.HELD)[1])[1]
    again = codec.unpack(made.sale("0221", parts.sale(), parts.HELD)[1])[1]
    assert [n for n in first if first[n] != again[n]] == [64]


def test_a_reply_with_a_right_mac_and_token_is_believed():
    made = parts.messages()
    _, frame = made.sale("0200", parts.sale(), parts.HELD)
    reply = made.read(parts.Host().reply(frame, "00"))
    assert reply.trusted
    assert reply.code == "00"
    assert reply.token
    assert reply.key == ("02", "000007")
    assert reply.transaction_id() == parts.sale().id


def test_a_reply_is_about_one_sale_and_one_amount():
    made, sale = parts.messages(), parts.sale()
    _, frame = made.sale("0200", sale, parts.HELD)
    reply = made.read(parts.Host().reply(frame, "00"))
    assert reply.is_about(sale.id, sale.amount_fen)
    assert not reply.is_about(sale.id, sale.amount_fen - 1)
    assert not reply.is_about(bytes(16), sale.amount_fen)
    del reply.fields[4]
    assert not reply.is_about(sale.id, sale.amount_fen)


def test_a_changed_bit_in_a_reply_costs_it_all_trust():
    made = parts.messages()
    _, frame = made.sale("0200", parts.sale(), parts.HELD)
    reply = parts.Host().reply(frame, "05")
    at = reply.find(b"05", 30)
    forged = reply[:at] + b"00" + reply[at + 2 :]
    read = made.read(forged)
    assert not read.trusted
    assert read.token is None


def test_a_token_for_another_response_code_is_no_token():
    made = parts.messages()
    _, frame = made.sale("0200", parts.sale(), parts.HELD)
    reply = made.read(parts.Host().reply(frame, "00", token=False))
    assert reply.trusted
    assert reply.token is None


def test_a_reply_for_another_terminal_is_refused():
    made = parts.messages()
    _, frame = made.sale("0200", parts.sale(), parts.HELD)
    reply = parts.Host().reply(frame, "00").replace(b"T0000001", b"T0000002")
    assert _refused(made.read, reply)


def test_sign_in_carries_a_fresh_nonce_each_time():
    made = parts.messages()
    _, _, first = made.network(SIGN_IN, 1, parts.HELD)
    _, _, second = made.network(SIGN_IN, 1, parts.HELD)
    assert len(first) == 16
    assert first != second


def test_a_return_names_its_original_and_nothing_of_the_card():
    given = parts.given_back(parts.sale(number=7), number=9, amount_fen=300, how="23")
    key, frame = returns.build(parts.messages(), "0220", given, (1, 1234))
    mti, fields, _ = codec.unpack(frame)
    assert (mti, key) == ("0220", ("02", "000009"))
    assert (fields[3], fields[4], fields[60]) == ("200000", "000000000300", "23000001000")
    assert fields[53][-4:] == unhex("00000009")
    private = codec.unpack_private(fields[63])
    assert private[0x0D] == parts.sale().id + unhex("00000007")
    assert private[0x01] == given.id
    assert not {23, 55, 62} & set(fields)
