"""What a translator has learned: accounts, taxes, contacts and opening balances a document is understood by.

Documents name accounts by id, but taxes only by their own id and name; which account a tax is booked on, and which
accounts take discounts, rounding or tax withheld, is found through the settings and the chart of accounts. Taxes,
currencies and opening balances are kept in the extras of the company record, because they belong to the books as a
whole and have no record of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from canonical.company import Company
from canonical.ledger import AccountGroup, Ledger, ReservedGroup, name_key
from canonical.party import Party
from canonical.tax import TaxHead

TAXES, CURRENCIES, OPENINGS = "taxes", "currencies", "opening_balances"
"""Parts of the company's extras."""
RECEIVABLE, PAYABLE = "accounts_receivable", "accounts_payable"
ADVANCES = {"other_current_liability": "unearned revenue", "other_current_asset": "prepaid expenses"}
"""Accounts that hold what payments leave over until it is applied, by type; Zoho makes them under these names."""
ACCOUNT_TYPE = "account_type"
"""Extra of a ledger or group: Zoho's own word."""


@dataclass(frozen=True, slots=True)
class AccountFact:
    """What documents need to know of an account."""

    key: str
    name: str
    account_type: str = ""


@dataclass(frozen=True, slots=True)
class TaxFact:
    """A tax as the settings list it; the accounts are named, not numbered."""

    name: str
    head: TaxHead
    output_account: str = ""
    input_account: str = ""
    rate: str = ""
    members: tuple[str, ...] = ()
    """Ids of the taxes a group consists of."""


@dataclass(slots=True)
class Learned:
    """Masters by key, and what was already said in this run."""

    company: Company
    is_company_stored: bool = False
    accounts: dict[str, AccountFact] = field(default_factory=dict)
    controls: dict[str, AccountFact] = field(default_factory=dict)
    """Control accounts (receivable, payable, advances): groups here, their contacts hang below."""
    contacts: dict[str, str] = field(default_factory=dict)
    """Names by id."""
    said: set[str] = field(default_factory=set)
    """Placeholders introduced in this run."""
    outdated: set[str] = field(default_factory=set)
    _by_name: dict[str, AccountFact] = field(default_factory=dict)
    _taxes: tuple[int, dict[str, TaxFact], dict[str, TaxFact]] = (0, {}, {})

    @property
    def base_currency(self) -> str:
        """The currency the books are kept in."""
        return self.company.base_currency

    def add_account(self, fact: AccountFact) -> None:
        """Learn an account; taxes and differences are booked by its name, so a new name outdates documents."""
        before = self.accounts.get(fact.key)
        if before is not None and name_key(before.name) != name_key(fact.name):
            self._by_name.pop(name_key(before.name), None)
        self.accounts[fact.key] = fact
        self._by_name[name_key(fact.name)] = fact

    def add_ledger(self, ledger: Ledger) -> None:
        """Learn a stored ledger: an account, or a contact's."""
        if ledger.is_placeholder:
            self.said.add(ledger.key)
        elif ledger.reserved not in (ReservedGroup.SUNDRY_DEBTORS, ReservedGroup.SUNDRY_CREDITORS):
            self.add_account(AccountFact(ledger.key, ledger.name, str(ledger.extras.get(ACCOUNT_TYPE, ""))))

    def add_group(self, group: AccountGroup) -> None:
        """Learn a stored group, if it is a control account."""
        account_type = str(group.extras.get(ACCOUNT_TYPE, ""))
        if account_type:
            self.controls[group.key] = AccountFact(group.key, group.name, account_type)

    def add_party(self, party: Party) -> None:
        """Learn a contact."""
        self.contacts[party.key] = party.name

    def named(self, *names: str) -> AccountFact | None:
        """Find an account by the first of these names that exists."""
        return next((self._by_name[key] for name in names if (key := name_key(name)) in self._by_name), None)

    def single(self, begins: str, contains: str = "") -> AccountFact | None:
        """Find the only account, of those that are no claims, whose name begins and goes on so."""
        found = [
            fact
            for name, fact in self._by_name.items()
            if name.startswith(begins) and contains.casefold() in name and "receivable" not in name
        ]
        return found[0] if len(found) == 1 else None

    def control(self, account_type: str) -> AccountFact | None:
        """The control account of a type; of several the first Zoho made (ids grow)."""
        found = [fact for fact in self.controls.values() if fact.account_type == account_type]
        return min(found, key=lambda fact: (len(fact.key), fact.key), default=None)

    def tax(self, tax_id: str, name: str) -> TaxFact | None:
        """Find a tax by its id, else by its name without the rate in brackets."""
        by_id, by_name = self._tax_tables()
        return by_id.get(tax_id) or by_name.get(name_key(bare_tax_name(name)))

    def _tax_tables(self) -> tuple[dict[str, TaxFact], dict[str, TaxFact]]:
        held, by_id, by_name = self._taxes
        if held != id(self.company):
            told: Mapping[str, Any] = self.company.extras.get(TAXES, {})
            by_id = {key: _tax_fact(row) for key, row in told.items()}
            by_name = {name_key(fact.name): fact for fact in by_id.values()}
            self._taxes = (id(self.company), by_id, by_name)
        return by_id, by_name


def _tax_fact(row: Mapping[str, Any]) -> TaxFact:
    return TaxFact(
        name=row.get("name", ""),
        head=TaxHead(row.get("head", TaxHead.OTHER.value)),
        output_account=row.get("output", ""),
        input_account=row.get("input", ""),
        rate=row.get("rate", ""),
        members=tuple(row.get("members", ())),
    )


def is_control(fact: AccountFact) -> bool:
    """Whether an account is kept by contact: receivables, payables, and what payments leave over."""
    return fact.account_type in (RECEIVABLE, PAYABLE) or ADVANCES.get(fact.account_type) == name_key(fact.name)


def bare_tax_name(name: str) -> str:
    """A tax's name without the rate that some replies add: ``IGST18 (18%)`` is ``IGST18``.

    >>> bare_tax_name("IGST18 (18%)")
    'IGST18'
    """
    head, bracket, rest = name.rpartition(" (")
    return head if bracket and rest.endswith("%)") else name


_HEADS = {
    "igst": TaxHead.IGST,
    "cgst": TaxHead.CGST,
    "sgst": TaxHead.SGST,
    "utgst": TaxHead.SGST,
    "cess": TaxHead.CESS,
    "vat": TaxHead.VAT,
    "tds": TaxHead.TDS,
    "tcs": TaxHead.TCS,
}


def head_of(specific_type: str, name: str) -> TaxHead:
    """The head of a tax: as Zoho types it (igst, cgst, sgst, cess), else as its name begins."""
    said = _HEADS.get(specific_type.casefold())
    folded = name.casefold().replace(" ", "")
    return said or next((head for word, head in _HEADS.items() if folded.startswith(word)), TaxHead.OTHER)
