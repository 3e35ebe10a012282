"""The chart of accounts: accounts become ledgers, the control accounts become groups their contacts hang below.

Zoho keeps one receivable and one payable account and knows per document whose it is; here every contact has a ledger
of its own under that account, so that each has a balance and open bills. The same goes for the accounts that hold what
payments leave over (Unearned Revenue, Prepaid Expenses). Account types hang under the reserved groups
all sources share.
"""

from __future__ import annotations

from dataclasses import replace

from canonical.ledger import AccountGroup, Ledger, ReservedGroup
from canonical.money import Side, parse_amount
from canonical.tax import TaxHead
from connectors.zoho.translate.learned import (
    ACCOUNT_TYPE,
    OPENINGS,
    RECEIVABLE,
    AccountFact,
    head_of,
    is_control,
)
from connectors.zoho.translate.node import Node, UnreadableField, kept, text_of
from connectors.zoho.translate.reading import Reading

G = ReservedGroup
TYPES: dict[str, ReservedGroup] = {
    "cash": G.CASH_IN_HAND,
    "bank": G.BANK_ACCOUNTS,
    "payment_clearing": G.BANK_ACCOUNTS,
    "payment_clearing_account": G.BANK_ACCOUNTS,
    "credit_card": G.BANK_OD,
    "accounts_receivable": G.SUNDRY_DEBTORS,
    "accounts_payable": G.SUNDRY_CREDITORS,
    "other_asset": G.CURRENT_ASSETS,
    "other_current_asset": G.CURRENT_ASSETS,
    "contract_asset": G.CURRENT_ASSETS,
    "input_tax": G.DUTIES_TAXES,
    "output_tax": G.DUTIES_TAXES,
    "overseas_tax_payable": G.DUTIES_TAXES,
    "fixed_asset": G.FIXED_ASSETS,
    "intangible_asset": G.FIXED_ASSETS,
    "right_to_use_asset": G.FIXED_ASSETS,
    "stock": G.STOCK_IN_HAND,
    "other_current_liability": G.CURRENT_LIABILITIES,
    "other_liability": G.CURRENT_LIABILITIES,
    "contract_liability": G.CURRENT_LIABILITIES,
    "non_current_liability": G.LOANS_LIABILITY,
    "long_term_liability": G.LOANS_LIABILITY,
    "equity": G.CAPITAL,
    "income": G.SALES,
    "other_income": G.INDIRECT_INCOMES,
    "cost_of_goods_sold": G.DIRECT_EXPENSES,
    "expense": G.INDIRECT_EXPENSES,
    "other_expense": G.INDIRECT_EXPENSES,
}
"""Zoho's account types (facts: as seen and documented); any other hangs under no group, and an issue says so."""
_REVENUE = frozenset({"income", "other_income", "cost_of_goods_sold", "expense", "other_expense"})
_TAX_TYPES = frozenset({"input_tax", "output_tax"})
_KEPT = (
    "account_code",
    "description",
    "is_user_created",
    "is_system_account",
    "parent_account_id",
    "parent_account_name",
    "currency_code",
)


def read_account(node: Node, reading: Reading) -> AccountGroup | Ledger:
    """Read an account; the group of its type is one of ours, known by its reserved name.

    Raises:
        UnreadableField: it has no id or no name.
    """
    key, name, account_type = text_of(node, "account_id"), text_of(node, "account_name"), text_of(node, ACCOUNT_TYPE)
    if not key or not name:
        raise UnreadableField("account_name", name, "a name and an id")
    reading.label = f"account {name}"
    fact = AccountFact(key, name, account_type)
    if is_control(fact):
        reading.learned.controls[key] = fact
        return _control(node, reading, fact)
    reading.learned.add_account(fact)
    return _ledger(node, reading, fact)


def _control(node: Node, reading: Reading, fact: AccountFact) -> AccountGroup:
    is_debit = fact.account_type in (RECEIVABLE, "other_current_asset")
    return AccountGroup(
        source=reading.source,
        key=fact.key,
        name=fact.name,
        reserved=TYPES[fact.account_type],
        is_revenue=False,
        nature=Side.DEBIT if is_debit else Side.CREDIT,
        is_subledger=True,
        extras={ACCOUNT_TYPE: fact.account_type, **kept(node, _KEPT)},
    )


def _ledger(node: Node, reading: Reading, fact: AccountFact) -> Ledger:
    reserved = TYPES.get(fact.account_type)
    head = head_of("", fact.name.partition(" ")[2]) if fact.account_type in _TAX_TYPES else TaxHead.OTHER
    opening = reading.learned.company.extras.get(OPENINGS, {}).get(fact.key)
    return Ledger(
        source=reading.source,
        key=fact.key,
        name=fact.name,
        reserved=reserved,
        is_revenue=fact.account_type in _REVENUE if reserved else None,
        opening=parse_amount(opening) if opening is not None else None,
        currency=text_of(node, "currency_code"),
        tax_head=head if head is not TaxHead.OTHER else None,
        is_active=node.get("is_active") is not False,
        extras={ACCOUNT_TYPE: fact.account_type, **kept(node, _KEPT)},
    )


def read_bank_account(node: Node, reading: Reading) -> list[Ledger]:
    """A bank account is an account of the chart too; where the chart was read before, nothing is said twice."""
    key = text_of(node, "account_id")
    if not key or key in reading.learned.accounts:
        return []
    ledger = read_account(node, reading)
    return [replace(ledger, source=reading.source)] if isinstance(ledger, Ledger) else []
