"""The ids that people copy from one command into the next: ``v:12``, ``l:5``, ``r:77``, ``party:3``, ``issue:9``.

Reports print them, ``khata trace`` takes them. The store follows the short ones by itself (``v`` voucher, ``p``
posting, ``l`` ledger, ``b`` bill, ``r`` raw record); the long words are for everything else that has a number.
"""

from __future__ import annotations

from urllib.parse import quote

from canonical.company import Company
from canonical.cost import CostCategory, CostCentre
from canonical.errors import RuleError
from canonical.item import Godown, Item, StockGroup, Unit
from canonical.ledger import AccountGroup, Ledger
from canonical.party import Party
from canonical.receivable import ItemKey
from canonical.voucher import Voucher
from canonical.voucher_type import VoucherType

STORE_WORDS = ("v", "p", "l", "b", "r")
RECORD_WORDS: dict[str, type] = {
    "v": Voucher,
    "l": Ledger,
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
LONG_WORDS = {"voucher": "v", "ledger": "l", "raw": "r"}
"""People write these out; they mean the same."""
OTHER_WORDS = ("r", "issue", "run")
_WORD_OF = {record_type: word for word, record_type in RECORD_WORDS.items()}
DIGITS_MAX = 18


class RecordIdInvalid(RuleError):
    """A text is not one of our ids."""

    default_code = "trace.id_invalid"


def render_id(kind: type | str, number: int) -> str:
    """Write an id: the word of a canonical type (or the word itself) and the number.

    >>> render_id(Voucher, 12)
    'v:12'
    """
    return f"{kind if isinstance(kind, str) else _WORD_OF[kind]}:{number}"


def bill_id(company_id: int, item: ItemKey) -> str:
    """Write the id of an open item: its bill; for money on account the voucher's source key.

    >>> bill_id(1, ItemKey("asha traders", "inv-9", 2025))
    'b:1:asha%20traders:inv-9'
    """
    if not item.bill:
        return ""
    return f"b:{company_id}:{quote(item.party_key, safe='/')}:{quote(item.bill, safe='/')}"


def parse_id(text: str) -> tuple[str, int]:
    """Read an id of one number into its word and number.

    Raises:
        RecordIdInvalid: unknown word, or no number after it.
    """
    word, _, number = text.strip().partition(":")
    word = LONG_WORDS.get(word, word)
    if word not in RECORD_WORDS and word not in OTHER_WORDS:
        known = ", ".join(sorted({*RECORD_WORDS, *OTHER_WORDS, *LONG_WORDS, *STORE_WORDS}))
        raise RecordIdInvalid(f"{text[:60]!r} is not an id such as v:12; before the colon stands one of {known}.")
    if not _is_number(number):
        raise RecordIdInvalid(f"{text[:60]!r} is not an id such as {word}:12; a number follows the colon.")
    return word, int(number)


def check_store_id(text: str) -> None:
    """Refuse an id of the store's own words whose numbers are not numbers it could have made.

    Raises:
        RecordIdInvalid: a part that must be a number is none, or longer than any.
    """
    word, *parts = text.split(":")
    numbers = parts[:1] if word == "b" else parts
    if not numbers or not all(map(_is_number, numbers)):
        raise RecordIdInvalid(
            f"{text[:60]!r} is not an id to trace; expected v:N, p:N:LINE, l:N, r:N or b:N:LEDGER:REF."
        )


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= DIGITS_MAX
