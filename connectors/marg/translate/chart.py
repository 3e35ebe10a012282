"""Groups of accounts: D and C begin the codes of debtors and creditors; the rest is told by name, up the tree."""

from __future__ import annotations

import re
from typing import Final

from canonical.codec import CanonicalRecord
from canonical.ledger import AccountGroup, ReservedGroup
from canonical.money import Side
from connectors.marg.translate.values import Json, UnreadableValue, key_of, text_of

G = ReservedGroup
REVENUE: Final = frozenset(
    {G.SALES, G.PURCHASE, G.DIRECT_INCOMES, G.DIRECT_EXPENSES, G.INDIRECT_INCOMES, G.INDIRECT_EXPENSES}
)
MONEY: Final = frozenset({G.CASH_IN_HAND, G.BANK_ACCOUNTS, G.BANK_OD})
_DEBIT: Final = frozenset(
    {
        G.SUNDRY_DEBTORS,
        G.FIXED_ASSETS,
        G.INVESTMENTS,
        G.CURRENT_ASSETS,
        G.BANK_ACCOUNTS,
        G.CASH_IN_HAND,
        G.STOCK_IN_HAND,
    }
    | {G.DEPOSITS_ASSET, G.LOANS_ADVANCES_ASSET, G.MISC_EXPENSES, G.PURCHASE, G.DIRECT_EXPENSES, G.INDIRECT_EXPENSES}
)
_LETTERS: Final = {"d": G.SUNDRY_DEBTORS, "c": G.SUNDRY_CREDITORS}
_DIGITS: Final = re.compile(r"[dc]\d*")
_WORDS: Final = {
    "bank accounts": G.BANK_ACCOUNTS,
    "bank account": G.BANK_ACCOUNTS,
    "bank od": G.BANK_OD,
    "cash": G.CASH_IN_HAND,
    "taxes": G.DUTIES_TAXES,
    "sales": G.SALES,
    "sale": G.SALES,
    "purchase": G.PURCHASE,
    "purchases": G.PURCHASE,
    "capital": G.CAPITAL,
    "stock": G.STOCK_IN_HAND,
    "suspense": G.SUSPENSE,
    "expenses direct": G.DIRECT_EXPENSES,
    "expenses indirect": G.INDIRECT_EXPENSES,
    "income direct": G.DIRECT_INCOMES,
    "income indirect": G.INDIRECT_INCOMES,
}
"""Further spellings; beside the names of the predefined groups all sources share."""


def _folded(name: str) -> str:
    words = re.sub(r"[^a-z0-9]+", " ", name.casefold().replace("a/c", " ")).split()
    return " ".join(word for word in words if word not in ("and", "account", "accounts")) or " ".join(words)


_BY_NAME: Final = {_folded(group.value): group for group in ReservedGroup} | {
    _folded(word): group for word, group in _WORDS.items()
}


def group_key(code: str) -> str:
    """Key of a group; ledgers have codes of the same look, so groups are told apart."""
    return f"group/{key_of(code)}"


def reserved_group(code: str, name: str) -> ReservedGroup | None:
    """The predefined group a group is by its own code or name; None if only those above it may tell."""
    if _DIGITS.fullmatch(key_of(code)):
        return _LETTERS[key_of(code)[0]]
    return _BY_NAME.get(_folded(name))


def read_group(row: Json, known: dict[str, AccountGroup], **address: object) -> list[CanonicalRecord]:
    """Read a row of ``ACGroup``.

    Raises:
        UnreadableValue: it has no code.
    """
    code, name = text_of(row, "AID"), text_of(row, "Name")
    if not code:
        raise UnreadableValue("AID", "", "is missing.")
    reserved = reserved_group(code, name)
    above = text_of(row, "Under")
    group = AccountGroup(
        key=group_key(code),
        name=name or code,
        parent_key=group_key(above) if above and key_of(above) not in (key_of(code), *_LETTERS) else "",
        reserved=reserved,
        is_revenue=reserved in REVENUE if reserved else None,
        nature=(Side.DEBIT if reserved in _DEBIT else Side.CREDIT) if reserved else None,
        extras={"code": code, "under": above},
        **address,  # type: ignore[arg-type]  # the source
    )
    known[group.key] = group
    return [group]
