"""About this terminal: who it is, what it may decide itself, and what its contract says."""

import parts
import signer

from message.documents import NOTICES, PARAMETERS
from terminal import VERSION, about, checks


class Services:
    def __init__(self, keys, content=None):
        self.settings = self.parameters = self.people = self.book = self.age = self
        self.content = {PARAMETERS: content, NOTICES: None}
        self.policy = checks.Section()
        for name, value in signer.parameters()["policy"].items():
            setattr(self.policy, name, value)
        for name, value in checks.POLICY_DEFAULTS.items():
            setattr(self.policy, name, value)

        class Terminal(parts.Identity):
            serial = "TEST0001"
            support = "400-1"

        self.terminal = Terminal
        self._keys = list(keys)
        self.screens = []

    def version(self, kind):
        return self.content[kind]["version"] if self.content[kind] else 0

    def pending(self):
        return 3, 4567

    def seconds(self):
        return 5 * 3600

    async def key(self, wait_ms):
        return self._keys.pop(0) if self._keys else None

    def show(self, name, **values):
        self.screens.append(dict(values["rows"]))

    def switch_language(self):
        pass


async def _pages(keys, content=None):
    services = Services(keys, content)
    await about.run(services, services)
    return services.screens


async def test_the_first_page_says_who_it_is_and_what_it_runs():
    page = (await _pages("X"))[0]
    assert page["serial"] == "TEST0001" and page["terminal_id"] == "T0000001"
    assert page["merchant_id"] == "M00000000000001" and page["firmware"] == VERSION
    assert page["support"] == "400-1" and page["parameters"] == "0"


async def test_the_second_page_says_what_it_may_do_offline_and_how_much_of_that_is_used():
    page = (await _pages("EX"))[1]
    assert page["limit_sale"] == "¥1,000.00" and page["limit_count"] == "3/5"
    assert page["stored_now"] == "¥45.67" and page["limit_sum"] == "¥2,000.00"
    assert page["limit_age"] == "5/72 h" and page["limit_cards"] == "*"


async def test_the_third_page_is_the_contract():
    content = signer.parameters(
        7,
        fees={"debit": {"rate_bp": 50, "cap_fen": 2000}, "qr": {"rate_bp": 38}},
        settlement={"account": "6222****1234", "cycle": "D+1", "valid_from": [2026, 12, 1]},
    )
    page = (await _pages("EEX", content))[2]
    assert page["account"] == "6222****1234" and page["cycle"] == "D+1"
    assert page["valid_from"] == "2026-12-01"
    assert page["fee_debit"] == "0.50 % max. ¥20.00" and page["fee_qr"] == "0.38 %"


async def test_without_parameters_there_is_no_contract_to_show():
    assert (await _pages("EEX"))[2] == {"parameters": "-"}


async def test_the_pages_go_round():
    pages = await _pages("EEEX")
    assert len(pages) == 4 and pages[3] == pages[0]
