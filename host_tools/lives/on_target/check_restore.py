"""What the outside knows when the bank has been restored from a backup.

Until such a sale has been told again, the bank's books say less than people were told. In the end
they must agree, but for what the terminal has said that it cannot tell.
"""


def books(sales):
    """{transaction id: (net, given back)} of this moment."""
    return {sale.id: (sale.net, sale.returned_fen) for sale in sales.values()}


def forget(sales, then):
    """The money is where it was then."""
    for sale in sales.values():
        was = then.get(sale.id, (0, 0))
        if was != (sale.net, sale.returned_fen):
            sale.net, sale.returned_fen = was
            sale.forgotten = True


def is_lost(sale):
    """Whether people were told something else than the bank's books say in the end."""
    if sale.original or sale.stored:
        return not sale.net and not sale.dead
    return sale.said is not None and (sale.said == "paid") != (sale.net == 1)
