"""Contactless EMV as a pure function of bytes: entry.transaction() asks for APDUs to be carried
to the card, and returns what happened.

Follows the public flow of kernels 2, 3, 5 and 7; nobody has approved it. Test keys, not for live
cards.
"""

# ruff: noqa: F401  the names that others use

from . import config, entry, record
from .outcome import (
    APPROVED,
    CARD_DONE,
    COMMIT,
    DECLINED,
    DEVICE,
    FAILED,
    NO_CVM,
    NOT_DONE,
    OK,
    ONLINE,
    ONLINE_PIN,
    OTHER_CARD,
    REASONS,
    SEE_PHONE,
    SIGNATURE,
    TRY_AGAIN,
    Outcome,
    Request,
)
