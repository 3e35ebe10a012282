"""What a translator has learned of a company: its accounts, items and tax rates, this run's and those in the store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from canonical.company import Company
from canonical.item import Item
from canonical.ledger import AccountGroup, Ledger
from connectors.quickbooks.entities import LEDGERS
from connectors.quickbooks.translate.chart import CONTROL_TYPES, RECEIVABLE, TAX_PAYABLE

PARTS = ("preferences", "tax_agencies", "tax_rates", "tax_codes")
"""Facts under ``Company.extras``, one map by id each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account as documents need it.

    Attributes:
        key: of its ledger, or of its group if it is a control account.
        currency: empty if not said.
    """

    id: str
    key: str
    name: str
    type: str
    subtype: str = ""
    currency: str = ""
    is_active: bool = True

    @property
    def is_control(self) -> bool:
        """Its balance is that of its parties."""
        return self.type in CONTROL_TYPES

    @property
    def is_receivable(self) -> bool:
        """Customers' control account."""
        return self.type == RECEIVABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemAccounts:
    """Which accounts an item's lines go to, by id; empty if none."""

    income: str = ""
    expense: str = ""
    asset: str = ""

    @property
    def purchase(self) -> str:
        """Of a purchase: stock is an asset until it is sold, anything else an expense."""
        return self.asset or self.expense


@dataclass(slots=True)
class Learned:
    """One company's; readers add to it, and documents ask.

    Attributes:
        company: as far as it is known.
        parts: facts that complete the company, by kind and id.
        parties: keys of the party ledgers that masters have introduced.
        implied: keys of the ledgers that documents have introduced.
        outdated: streams whose stored records would translate differently by what this run taught.
    """

    company: Company
    is_company_stored: bool = False
    parts: dict[str, dict[str, Any]] = field(default_factory=lambda: {name: {} for name in PARTS})
    accounts: dict[str, Account] = field(default_factory=dict)
    items: dict[str, ItemAccounts] = field(default_factory=dict)
    item_names: dict[str, str] = field(default_factory=dict)
    parties: dict[str, str] = field(default_factory=dict)
    groups: set[str] = field(default_factory=set)
    implied: set[str] = field(default_factory=set)
    missed: dict[str, set[str]] = field(default_factory=dict)
    outdated: set[str] = field(default_factory=set)

    @property
    def home_currency(self) -> str:
        """The currency of the books."""
        return self.company.base_currency

    def learn_company(self, company: Company) -> None:
        """Take the company as it is stored, with the facts that complete it."""
        self.company, self.is_company_stored = company, True
        for name in PARTS:
            held = company.extras.get(name)
            if isinstance(held, Mapping) and not self.parts[name]:
                self.parts[name] = dict(held)

    def learn_account(self, record: Ledger | AccountGroup) -> None:
        """Take an account that is stored, or was just read."""
        if record.source.stream != LEDGERS or "account_type" not in record.extras:
            return
        account = Account(
            id=record.source.key,
            key=record.key,
            name=record.name,
            type=str(record.extras["account_type"]),
            subtype=str(record.extras.get("account_subtype", "")),
            currency=record.currency if isinstance(record, Ledger) else str(record.extras.get("currency", "")),
            is_active=bool(record.extras.get("active", True)),
        )
        self.accounts[account.id] = account
        self._supply(f"account:{account.id}")

    def learn_item(self, item: Item) -> None:
        """Take an item's accounts."""
        accounts = item.extras.get("accounts")
        if isinstance(accounts, Mapping):
            known = ItemAccounts(**{name: str(accounts.get(name, "")) for name in ("income", "expense", "asset")})
            if self.items.get(item.source.key, known) != known:
                self.outdated |= _ITEM_STREAMS
            self.items[item.source.key] = known
        self.item_names[item.source.key] = item.name
        self._supply(f"item:{item.source.key}")

    def miss(self, what: str, stream: str) -> None:
        """Note that a document of a stream named something not read yet."""
        self.missed.setdefault(what, set()).add(stream)

    def _supply(self, what: str) -> None:
        self.outdated |= self.missed.pop(what, set())

    def control(self, *, is_receivable: bool, currency: str) -> Account | None:
        """The control account of a currency: the active one with the smallest id; of any currency if there is none."""
        found = [account for account in self.accounts.values() if account.is_control]
        found = [account for account in found if account.is_receivable is is_receivable]
        if not found:
            return None
        return min(found, key=lambda one: (one.currency not in (currency, ""), not one.is_active, _number(one.id)))

    def of_subtype(self, *subtypes: str) -> Account | None:
        """The active account of a subtype with the smallest id."""
        found = [account for account in self.accounts.values() if account.subtype in subtypes]
        return min(found, key=lambda one: (not one.is_active, _number(one.id)), default=None)

    def tax_account(self, rate_id: str) -> Account | None:
        """The account a tax rate is owed on: named after the rate's agency, or the only one for taxes there is."""
        payable = [account for account in self.accounts.values() if account.subtype in TAX_PAYABLE]
        agency = str(self.parts["tax_rates"].get(rate_id, {}).get("agency", ""))
        name = str(self.parts["tax_agencies"].get(agency, {}).get("name", "")).casefold()
        named = [one for one in payable if name and one.name.casefold().startswith(name)]
        found = named or payable
        return found[0] if len(found) == 1 else None


_ITEM_STREAMS = frozenset(
    "invoices sales_receipts credit_memos refund_receipts bills vendor_credits purchases estimates "
    "purchase_orders".split()
)


def _number(identity: str) -> tuple[int, str]:
    return (int(identity), "") if identity.isdigit() else (1 << 62, identity)
