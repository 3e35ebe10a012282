"""The ids that people copy from one command into the next: ``voucher:12``, ``ledger:5``, ``raw:77``, ``issue:3``.

Every table prints them, ``khata trace`` takes them. The word says what it is, so a number alone is never guessed at.
"""

from __future__ import annotations

from canonical.company import Company
from canonical.cost import CostCategory, CostCentre
from canonical.errors import RuleError
from canonical.item import Godown, Item, StockGroup, Unit
from canonical.ledger import AccountGroup, Ledger
from canonical.party import Party
from canonical.voucher import Voucher
from canonical.voucher_type import VoucherType

RECORD_WORDS: dict[str, type] = {
    "voucher": Voucher,
    "ledger": Ledger,
    "party": Party,
    "item": Item,
    "group": AccountGroup,
    "voucher-type": VoucherType,
    "company-profile": Company,
    "unit": Unit,
    "stock-group": StockGroup,
    "godown": Godown,
    "cost-category": CostCategory,
    "cost-centre": CostCentre,
}
OTHER_WORDS = ("raw", "issue", "run")
_WORD_OF = {record_type: word for word, record_type in RECORD_WORDS.items()}


class RecordIdInvalid(RuleError):
    """A text is not one of our ids."""

    default_code = "trace.id_invalid"


def render_id(kind: type | str, number: int) -> str:
    """Write an id: the word of a canonical type (or the word itself) and the number.

    >>> render_id(Voucher, 12)
    'voucher:12'
    """
    return f"{kind if isinstance(kind, str) else _WORD_OF[kind]}:{number}"


def parse_id(text: str) -> tuple[str, int]:
    """Read an id into its word and number.

    Raises:
        RecordIdInvalid: unknown word, or no number after it.
    """
    word, _, number = text.strip().partition(":")
    if word not in RECORD_WORDS and word not in OTHER_WORDS:
        known = ", ".join((*RECORD_WORDS, *OTHER_WORDS))
        raise RecordIdInvalid(f"{text!r} is not an id such as voucher:12; the word may be {known}.")
    if not number.isascii() or not number.isdigit() or len(number) > 18:  # noqa: PLR2004 - fits 64 bits
        raise RecordIdInvalid(f"{text!r} is not an id such as {word}:12; a number follows the colon.")
    return word, int(number)
