"""Status look-up (docs/protocol.md): what the acquirer tells a terminal about one of its sales."""

from acquirer_client import POOR, UNREACHABLE

UNKNOWN, POSTED, EXCEPTION, DECLINED, RETURNED, REFUSED = range(6)


def look_up(terminal, sale):
    """DE 63.10 taken apart: state, RRN, code, received, batch, closed, paid out on."""
    reply = terminal.ask(terminal.network("401", more={0x01: sale.id}))
    assert (reply.mti, reply.code, reply.private[0x01]) == ("0810", "00", sale.id)
    said = reply.private[0x10]
    assert len(said) == 30
    return (
        said[0],
        said[1:13].decode(),
        said[13:15].strip(b"\0").decode(),
        said[15:22].hex(),
        said[22:25].hex(),
        said[25],
        said[26:].hex(),
    )


def state(terminal, sale):
    return look_up(terminal, sale)[0]


def test_a_posted_sale_is_told_with_its_reference_and_batch(terminal):
    sale = terminal.sale(1234)
    reply = terminal.ask(terminal.message("0200", sale))
    found = look_up(terminal, sale)
    assert found[:3] == (POSTED, reply.rrn, "00")
    assert found[3][:8].isdigit() and found[4:] == ("000001", 0, "00000000")


def test_every_end_of_a_sale_has_its_state(terminal):
    sales = [terminal.sale(1000, POOR), terminal.offline_sale(1000, UNREACHABLE), terminal.sale()]
    for mti, sale in zip(("0200", "0220", "0200"), sales):
        terminal.ask(terminal.message(mti, sale))
    terminal.ask(terminal.message("0400", sales[2]))
    assert [state(terminal, sale) for sale in sales] == [DECLINED, EXCEPTION, RETURNED]


def test_a_sale_that_only_its_reversal_told_of_will_never_be_posted(terminal):
    sale = terminal.sale()
    terminal.ask(terminal.message("0400", sale))
    assert state(terminal, sale) == REFUSED


def test_a_return_was_given_back_or_refused_and_its_sale_stays_posted(terminal):
    sale = terminal.offline_sale(1000)
    terminal.ask(terminal.message("0220", sale))
    given, too_much = terminal.give_back(sale, 900), terminal.give_back(sale, 101)
    for one in (given, too_much):
        terminal.ask(terminal.return_message("0220", one))
    assert [state(terminal, one) for one in (sale, given, too_much)] == [POSTED, RETURNED, DECLINED]


def test_nothing_is_known_of_what_never_came_and_of_others_sales(acquirer, terminal):
    sale = terminal.sale()
    assert look_up(terminal, sale) == (UNKNOWN, "0" * 12, "", "0" * 14, "000000", 0, "00000000")
    terminal.ask(terminal.message("0200", sale))
    assert state(acquirer.terminal(), sale) == UNKNOWN


def test_a_look_up_without_a_sale_is_ill_formed(terminal):
    assert terminal.ask(terminal.network("401")).code == "30"
