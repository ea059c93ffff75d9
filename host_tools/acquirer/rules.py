"""Would the issuer approve? A table of rules over what is known about one sale.

The first rule that applies decides. The simulated issuer keeps an account per card; which card and
which cryptogram are real is for `verify` to say, which is handed in.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from host_tools.acquirer.card import Card
from host_tools.issuer import cryptogram_kind

APPROVED = "00"
DECLINED = "05"
CUSTOMER_PAYS = "09"
INVALID = "12"
BAD_AMOUNT = "13"
UNKNOWN_CARD = "14"
UNKNOWN_ORIGINAL = "25"
FORMAT = "30"
NO_FUNDS = "51"
EXPIRED = "54"
BUSY = "91"
DUPLICATE = "94"
TOTALS_DIFFER = "95"
FAULT = "96"
UNKNOWN_TERMINAL = "97"
BAD_MAC = "A0"

# For the merchant: Chinese, English.
TEXTS = {
    "05": ("交易失败，请联系发卡行", "Not approved. The customer should call the card issuer."),
    "09": ("请顾客在手机上确认", "The customer is asked to confirm on the phone."),
    "12": ("无效交易", "This transaction is not possible."),
    "13": ("无效金额", "The amount is not valid."),
    "14": ("无效卡号或付款码", "The issuer does not know this card or pay code."),
    "25": ("未找到原交易", "The original transaction is not known."),
    "30": ("报文格式错误，请联系客服", "Message format error. Please call support."),
    "51": ("余额不足", "Insufficient funds."),
    "54": ("卡片过期或付款码已用", "The card has expired, or the pay code is used up."),
    "61": ("超出金额限制", "The amount is above the card's limit."),
    "91": ("发卡行暂时无法处理", "The card issuer cannot answer now."),
    "94": ("重复交易", "This transaction number was used before."),
    "95": ("对账不平", "The totals differ."),
    "96": ("系统故障", "The host has a fault."),
    "97": ("终端未登记，请联系客服", "This terminal is not registered. Please call support."),
    "A0": ("校验错", "The message could not be authenticated."),
}

# verify(icc, pan, psn, issuer master key) -> is this the card's own cryptogram?
Verify = Callable[[dict[int, bytes], str, bytes, bytes], bool]

_AMOUNT = 0x9F02
_CURRENCY = 0x5F2A
_ISSUER_DATA = 0x9F10


@dataclass(frozen=True)
class Sale:
    """Everything that the rules look at. `account` is the issuer's row, None for a foreign card."""

    amount_fen: int
    currency: str
    card: Card
    account: Any
    now: datetime
    cryptogram_kind: str  # ARQC for an online sale, TC for one that the card approved
    cryptogram_is_right: bool
    cryptogram_is_new: bool


def _chip_data_differs(sale: Sale) -> bool:
    """The cryptogram covers 9F02 and 5F2A, not DE 4 and DE 49: they have to say the same."""
    icc = sale.card.icc
    amount = icc.get(_AMOUNT, b"").hex() == f"{sale.amount_fen:012d}"
    return not (amount and icc.get(_CURRENCY, b"").hex() == "0" + sale.currency)


def _other_kind(sale: Sale) -> bool:
    """A decline of the card (AAC) is no sale, and a request for approval (ARQC) no approval."""
    return cryptogram_kind(sale.card.icc.get(_ISSUER_DATA, b"")) != sale.cryptogram_kind


def _above_limit(sale: Sale) -> bool:
    return sale.account.limit_fen is not None and sale.amount_fen > sale.account.limit_fen


_RULES: tuple[tuple[Callable[[Sale], bool], str, str], ...] = (
    (lambda s: s.account is None, "14", "unknown_card"),
    (lambda s: s.account.status == "unreachable", BUSY, "issuer_unreachable"),
    (lambda s: not s.cryptogram_is_right, "05", "wrong_cryptogram"),
    (_other_kind, "05", "wrong_cryptogram_kind"),
    (_chip_data_differs, "05", "chip_data_differs"),
    (lambda s: not s.cryptogram_is_new, "05", "cryptogram_used_before"),
    (lambda s: s.account.status == "expired", "54", "expired"),
    (lambda s: s.card.yymm < s.now.strftime("%y%m"), "54", "expired"),
    (lambda s: s.account.status != "active", "05", "account_blocked"),
    (_above_limit, "61", "above_limit"),
    (lambda s: s.amount_fen > s.account.balance_fen, "51", "insufficient_funds"),
)


def decide(sale: Sale) -> tuple[str, str]:
    """-> (response code, reason in snake case); ("00", "") approves."""
    for applies, code, reason in _RULES:
        if applies(sale):
            return code, reason
    return APPROVED, ""
