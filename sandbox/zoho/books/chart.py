"""The organisation before its first document: accounts, taxes, currencies.

Account types and the names of system accounts are Zoho Books' own (recorded June 2026); the other accounts keep the
names they have in the world, so that its truth can be compared account by account.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from canonical.ledger import ReservedGroup as G
from sandbox.world.business import World
from sandbox.world.chart import Account as Name
from sandbox.world.masters import GroupMaster, LedgerMaster
from sandbox.zoho.books.company import Books
from sandbox.zoho.books.editing import stamp
from sandbox.zoho.books.ledger_records import Account, Currency, Role, Tax, TdsTax

TYPES: dict[str, str] = {
    G.CAPITAL: "equity",
    G.RESERVES: "equity",
    G.SECURED_LOANS: "long_term_liability",
    G.UNSECURED_LOANS: "long_term_liability",
    G.LOANS_LIABILITY: "long_term_liability",
    G.FIXED_ASSETS: "fixed_asset",
    G.INVESTMENTS: "other_asset",
    G.DEPOSITS_ASSET: "other_asset",
    G.LOANS_ADVANCES_ASSET: "other_current_asset",
    G.CURRENT_ASSETS: "other_current_asset",
    G.STOCK_IN_HAND: "stock",
    G.CASH_IN_HAND: "cash",
    G.BANK_ACCOUNTS: "bank",
    G.BANK_OD: "bank",
    G.DUTIES_TAXES: "other_current_liability",
    G.PROVISIONS: "other_current_liability",
    G.CURRENT_LIABILITIES: "other_current_liability",
    G.SALES: "income",
    G.DIRECT_INCOMES: "income",
    G.INDIRECT_INCOMES: "other_income",
    G.PURCHASE: "cost_of_goods_sold",
    G.DIRECT_EXPENSES: "cost_of_goods_sold",
    G.INDIRECT_EXPENSES: "expense",
}
SYSTEM: dict[Role, str] = {
    Role.RECEIVABLE: "accounts_receivable",
    Role.PAYABLE: "accounts_payable",
    Role.UNEARNED: "other_current_liability",
    Role.PREPAID: "other_current_asset",
    Role.OFFSET: "other_current_liability",
    Role.OTHER_CHARGES: "income",
    Role.DISCOUNT: "income",
    Role.EXCHANGE: "other_expense",
}
"""Accounts every organisation is born with."""

OF_THE_WORLD = {
    Role.BAD_DEBT: Name.BAD_DEBTS,
    Role.BANK_FEES: Name.BANK_CHARGES,
    Role.TDS_RECEIVABLE: Name.TDS_RECEIVABLE,
    Role.TDS_PAYABLE: Name.TDS_PAYABLE,
}
"""Accounts the world has under its own name."""

RATES = (500, 1200, 1800, 2800)
DOLLAR = Decimal("84.50")


def open_chart(books: Books, world: World) -> None:
    """Make the accounts, with their opening balances."""
    for role, kind in SYSTEM.items():
        account = _account(books, role.value, kind, is_system=True, is_user_created=False)
        books.roles[role] = account.id
    groups = {one.name: one for one in world.masters.groups}
    for ledger in world.masters.ledgers:
        if ledger.group:
            _of_ledger(books, ledger, groups)
    for role, name in OF_THE_WORLD.items():
        books.roles[role] = books.account_named(name).id
        books.account(role).is_system = True


def _account(books: Books, name: str, kind: str, **values: Any) -> Account:
    account = Account(name=name, type=kind, **values, **stamp(books))
    books.accounts[account.id] = account
    return account


def _of_ledger(books: Books, ledger: LedgerMaster, groups: dict[str, GroupMaster]) -> None:
    group = groups[ledger.group]
    while not group.reserved:
        group = groups[group.parent]
    kind = TYPES[group.reserved]
    if ledger.tax_rate is None and ledger.tax_head is not None:
        kind = "output_tax" if ledger.name.startswith("Output") else "input_tax"
    bank = ledger.bank
    _account(
        books,
        ledger.name,
        kind,
        opening=ledger.opening,
        description=ledger.notes,
        bank_name=bank.bank if bank is not None else "",
        bank_number=bank.number if bank is not None else "",
        is_user_created=True,
    )


def open_taxes(books: Books, rates: set[int]) -> None:
    """Make the taxes of India for the rates: IGST, CGST and SGST of half the rate, and the group of the two."""
    for rate in sorted(rates | set(RATES)):
        halves = tuple(
            _tax(books, f"{head.upper()}{render_percent(rate, 200)}", rate // 2, head) for head in ("cgst", "sgst")
        )
        _tax(books, f"IGST{render_percent(rate)}", rate, "igst", specification="inter")
        group = Tax(
            name=f"GST{render_percent(rate)}",
            percent=rate,
            members=tuple(one.id for one in halves),
            **stamp(books),
        )
        books.taxes[group.id] = group
    tds = TdsTax(name="Payment of contractors HUF/Indiv (1%)", percent=100, section="194C", **stamp(books))
    books.tds_taxes[tds.id] = tds


def _tax(books: Books, name: str, percent: int, head: str, **values: Any) -> Tax:
    tax = Tax(
        name=name,
        percent=percent,
        head=head,
        output_account_id=books.account_named(f"Output {head.upper()}").id,
        input_account_id=books.account_named(f"Input {head.upper()}").id,
        **values,
        **stamp(books),
    )
    books.taxes[tax.id] = tax
    return tax


def render_percent(rate: int, unit: int = 100) -> str:
    """Write a rate the way names of taxes do: 18, 2.5, 0.125."""
    return f"{Decimal(rate) / unit:f}".rstrip("0").rstrip(".") if rate % unit else str(rate // unit)


def open_currencies(books: Books) -> None:
    """Make the rupee, which the books are kept in, and the dollar."""
    for iso, name, symbol, rate in (("INR", "Indian Rupee", "₹", Decimal(1)), ("USD", "US Dollar", "$", DOLLAR)):
        currency = Currency(iso=iso, name=name, symbol=symbol, rate=rate, is_base=iso == "INR", **stamp(books))
        books.currencies[currency.id] = currency
