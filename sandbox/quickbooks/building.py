"""Building a company: its chart and lists from the sandbox world, then a year of business written day by day.

The same specification gives the same books. Company 0 is under the global tax model (India's rates and fields), company
1 is one of the United States, company 2 again as 0, and so on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta

from sandbox.quickbooks.amounts import number_of
from sandbox.quickbooks.business import Business
from sandbox.quickbooks.chart import (
    ACCOUNTS,
    CHECKING,
    OPENING_EQUITY,
    OPENING_ITEM,
    PAYMENT_METHODS,
    SALES,
    SERVICES,
    TERMS,
    RateSeed,
    tax_codes,
)
from sandbox.quickbooks.company import Company, CompanyFacts
from sandbox.quickbooks.edition import EDITIONS, Edition
from sandbox.quickbooks.exchange import CURRENCIES, GAIN_OR_LOSS
from sandbox.quickbooks.live import LiveCompany
from sandbox.quickbooks.postings import PAYABLE, RECEIVABLE
from sandbox.quickbooks.shelf import Document
from sandbox.web import Clock, MovableClock
from sandbox.world.business import World, build_world
from sandbox.world.masters import GstCategory, ItemMaster, PartyMaster, Role
from sandbox.world.spec import WorldSpec

REALM_FIRST = 9_130_350_000_000_001
"""Realm ids are sixteen digits; these are invented."""
_REGISTRATION = {
    GstCategory.REGULAR: "GST_REG_REG",
    GstCategory.COMPOSITION: "GST_REG_COMP",
    GstCategory.UNREGISTERED: "GST_UNREG",
    GstCategory.SEZ: "SEZ",
}


@dataclass(slots=True)
class Books:
    """Every company of the fake, and the time they live in."""

    clock: Clock
    companies: list[LiveCompany] = field(default_factory=list)

    def company(self, realm_id: str) -> LiveCompany | None:
        """Find a company."""
        return next((one for one in self.companies if one.realm_id == realm_id), None)


def build_books(
    *,
    companies: int = 1,
    documents: int = 300,
    seed: int = 42,
    clock: Clock | None = None,
    parties: int | None = None,
    foreign: bool = False,
) -> Books:
    """Build the books of several companies.

    Args:
        companies: how many, of alternating editions.
        documents: how many steps of business each has had (a step is mostly one document).
        seed: the same seed makes the same books.
        clock: the time they live in from now on; None makes one that stands still on the morning after the year.
        parties: customers and vendors together; None lets them grow with the documents.
        foreign: companies of the global model have customers and vendors in other currencies as well.
    """
    specs = [
        WorldSpec(seed=seed, vouchers=documents, company_index=index, parties=parties) for index in range(companies)
    ]
    clock = clock or MovableClock(_evening(specs[0], _days(specs[0]) + 1))
    return Books(clock, [build_company(spec, clock, foreign=foreign) for spec in specs])


def build_company(spec: WorldSpec, clock: Clock, *, foreign: bool = False) -> LiveCompany:
    """Build one company; ``spec.vouchers`` is the number of steps of business."""
    world = build_world(spec)
    edition = EDITIONS[spec.company_index % len(EDITIONS)]
    past = MovableClock(_evening(spec, 0))
    live = LiveCompany(Company(_facts(world, edition, spec.company_index), past))
    live.company.facts.is_multi_currency = foreign and edition.is_global
    _Builder(live, world, edition).build()
    live.business = Business(live, spec.dice("quickbooks"))
    _run_year(live.business, past, spec)
    live.company.clock = clock
    return live


def _run_year(business: Business, past: MovableClock, spec: WorldSpec) -> None:
    for step in range(spec.vouchers):
        day = 1 + step * (_days(spec) - 1) // spec.vouchers
        past.moment = _evening(spec, day) + timedelta(seconds=step % 1800 * 7)
        business.trade()


def _days(spec: WorldSpec) -> int:
    return (spec.last_day - spec.first_day).days


def _evening(spec: WorldSpec, day: int) -> datetime:
    return datetime.combine(spec.first_day + timedelta(days=day), time(18), UTC)


def _facts(world: World, edition: Edition, index: int) -> CompanyFacts:
    company = world.masters.company
    return CompanyFacts(
        realm_id=str(REALM_FIRST + world.spec.seed % 1000 * 100 + index),
        name=company.name,
        edition=edition,
        began=company.books_from,
        fiscal_month=edition.month_number,
        street="14 Station Road",
        city=company.city if edition.is_global else "Middlefield",
        region=company.state_code if edition.is_global else "CA",
        pincode=company.pincode if edition.is_global else "94303",
        gstin=company.gstin if edition.is_global else "",
        pan=company.pan if edition.is_global else "",
    )


class _Builder:
    """Writes the lists and the opening balances."""

    def __init__(self, live: LiveCompany, world: World, edition: Edition) -> None:
        self._live = live
        self._company = live.company
        self._create: Callable[[str, Document], str] = lambda entity, document: live.write.create(entity, document).key
        self._world = world
        self._edition = edition

    def build(self) -> None:
        for seed in ACCOUNTS:
            document: Document = {"Name": seed.name, "AccountType": seed.kind, "AccountSubType": seed.detail}
            if seed.under:
                document["ParentRef"] = {"value": self._company.account(seed.under)}
            self._create("Account", document)
        for name, days in TERMS:
            self._create("Term", {"Name": name, "Type": "STANDARD", "DueDays": days, "DiscountDays": 0})
        for name, kind in PAYMENT_METHODS:
            self._create("PaymentMethod", {"Name": name, "Type": kind})
        self._taxes()
        self._items()
        self._parties()
        self._openings()
        if self._company.facts.is_multi_currency:
            self._currencies()

    def _taxes(self) -> None:
        agencies: dict[str, str] = {}
        rates: dict[str, str] = {}
        for code in tax_codes(self._edition):
            for rate in (*code.sales, *code.purchases):
                if rate.agency not in agencies:
                    agencies[rate.agency] = self._agency(rate.agency)
                if rate.name not in rates:
                    rates[rate.name] = self._rate(rate, agencies[rate.agency])
            key = self._create("TaxCode", {"Name": code.name, "Description": code.name})
            document = self._company.get("TaxCode", key).document
            document |= {"Taxable": code.is_taxable, "TaxGroup": True}
            document["SalesTaxRateList"] = _rate_list(code.sales, rates)
            document["PurchaseTaxRateList"] = _rate_list(code.purchases, rates)

    def _agency(self, name: str) -> str:
        kind = {"AccountType": "Other Current Liability", "AccountSubType": "SalesTaxPayable"}
        self._create("Account", {"Name": f"{name} Payable", **kind})
        tracked = {"TaxTrackedOnSales": True, "TaxTrackedOnPurchases": self._edition.is_global}
        return self._create("TaxAgency", {"DisplayName": name, **tracked})

    def _rate(self, rate: RateSeed, agency: str) -> str:
        document = {"Name": rate.name, "Description": rate.name, "RateValue": rate.percent}
        key = self._create("TaxRate", {**document, "AgencyRef": {"value": agency}})
        more = {"SpecialTaxType": rate.special, "DisplayType": "ReadOnly"}
        self._company.get("TaxRate", key).document.update(more)
        return key

    def _items(self) -> None:
        sales, services = self._company.account(SALES), self._company.account(SERVICES)
        cost = self._company.account("Cost of Goods Sold")
        equity = self._company.account(OPENING_EQUITY)
        self._create("Item", {"Name": OPENING_ITEM, "Type": "Service", "IncomeAccountRef": {"value": equity}})
        self._create("Item", {"Name": "Consulting", "Type": "Service", "IncomeAccountRef": {"value": services}})
        for item in self._world.masters.items:
            self._create("Item", self._item(item, sales, cost))

    def _item(self, item: ItemMaster, sales: str, cost: str) -> Document:
        document: Document = {
            "Name": item.name.replace(":", "-")[:100],
            "Type": "NonInventory",
            "Description": item.name,
            "Sku": item.part_number or item.hsn,
            "UnitPrice": number_of(item.price),
            "PurchaseCost": number_of(item.cost),
            "Taxable": True,
            "IncomeAccountRef": {"value": sales},
            "ExpenseAccountRef": {"value": cost},
        }
        if self._edition.is_global:
            document |= {"UQCDisplayText": item.unit.uqc, "ItemCategoryType": "Product"}
        return document

    def _parties(self) -> None:
        terms = [record.key for record in self._company.records("Term")]
        for position, party in enumerate(self._world.masters.parties):
            term = {"value": terms[position % len(terms)]}
            document = self._party(party)
            if party.role is Role.CUSTOMER:
                taxable = {"Taxable": True, "DefaultTaxCodeRef": {"value": "1"}} if not self._edition.is_global else {}
                ship = {"ShipAddr": dict(document["BillAddr"])}
                self._create("Customer", {**document, **taxable, **ship, "SalesTermRef": term})
            else:
                self._create("Vendor", {**document, "TermRef": term})
        first = next(self._company.records("Customer"))
        branch = {"DisplayName": f"{first.document['DisplayName']} - Branch", "ParentRef": {"value": first.key}}
        self._create("Customer", {**branch, "SalesTermRef": first.document["SalesTermRef"]})

    def _party(self, party: PartyMaster) -> Document:
        document: Document = {
            "DisplayName": party.name.replace(":", "-").replace("\t", " ").strip()[:100],
            "CompanyName": party.legal_name[:100],
            "BillAddr": {
                "Line1": party.street,
                "City": party.city,
                "CountrySubDivisionCode": party.state_code,
                "PostalCode": party.pincode,
                "Country": self._edition.country,
            },
        }
        if party.email:
            document["PrimaryEmailAddr"] = {"Address": party.email}
        if party.phone:
            document["PrimaryPhone"] = {"FreeFormNumber": party.phone}
        if self._edition.is_global:
            document["GSTRegistrationType"] = _REGISTRATION[party.category]
            if party.gstin:
                document |= {"GSTIN": party.gstin, "BusinessNumber": party.pan}
        return document

    def _openings(self) -> None:
        """Write what was there before: money at the bank by journal, invoices and bills as QuickBooks makes them."""
        equity, bank = self._company.account(OPENING_EQUITY), self._company.account(CHECKING)
        day = self._world.spec.first_day.isoformat()
        sides = [("Debit", bank, 500_000), ("Credit", equity, 500_000)]
        lines = [_journal_line(side, account, amount) for side, account, amount in sides]
        self._create("JournalEntry", {"TxnDate": day, "PrivateNote": OPENING_ITEM, "Line": lines})
        item = self._company.shelf("Item").find_named(OPENING_ITEM)
        for record in list(self._company.records("Customer"))[:4]:
            detail = {"ItemRef": {"value": item.key if item else ""}, **self._untaxed()}
            line = {
                "Amount": 1000 * int(record.key),
                "DetailType": "SalesItemLineDetail",
                "SalesItemLineDetail": detail,
            }
            head = {"CustomerRef": {"value": record.key}, "TxnDate": day, "PrivateNote": OPENING_ITEM}
            self._create("Invoice", {**head, "Line": [line]})
        for record in list(self._company.records("Vendor"))[:3]:
            detail = {"AccountRef": {"value": equity}, **self._untaxed()}
            line = {"Amount": 700 * int(record.key), "DetailType": "AccountBasedExpenseLineDetail"}
            head = {"VendorRef": {"value": record.key}, "TxnDate": day, "PrivateNote": OPENING_ITEM}
            self._create("Bill", {**head, "Line": [{**line, "AccountBasedExpenseLineDetail": detail}]})

    def _currencies(self) -> None:
        """Add other currencies, their control accounts, and somebody in each."""
        kind = {"AccountType": "Other Expense", "AccountSubType": "ExchangeGainOrLoss"}
        self._create("Account", {"Name": GAIN_OR_LOSS, **kind})
        for code, (name, _) in CURRENCIES.items():
            currency = {"CurrencyRef": {"value": code, "name": name}}
            self._create("CompanyCurrency", {"Name": name, "Code": code})
            for control, kind_name in ((RECEIVABLE, "Accounts Receivable"), (PAYABLE, "Accounts Payable")):
                self._create("Account", {"Name": f"{control} - {code}", "AccountType": kind_name, **currency})
            for number in (1, 2):
                self._create("Customer", {"DisplayName": f"Overseas Buyer {code} {number}", **currency})
            self._create("Vendor", {"DisplayName": f"Overseas Supplier {code}", **currency})

    def _untaxed(self) -> Document:
        if not self._edition.is_global:
            return {"TaxCodeRef": {"value": "NON"}}
        code = self._company.shelf("TaxCode").find_named("Out of Scope")
        return {"TaxCodeRef": {"value": code.key if code else ""}}


def _journal_line(side: str, account: str, amount: int) -> Document:
    detail = {"PostingType": side, "AccountRef": {"value": account}}
    return {"Amount": amount, "DetailType": "JournalEntryLineDetail", "JournalEntryLineDetail": detail}


def _rate_list(seeds: tuple[RateSeed, ...], keys: dict[str, str]) -> Document:
    return {
        "TaxRateDetail": [
            {
                "TaxRateRef": {"value": keys[one.name], "name": one.name},
                "TaxTypeApplicable": "TaxOnAmount",
                "TaxOrder": 0,
            }
            for one in seeds
        ]
    }


__all__ = ["REALM_FIRST", "Books", "build_books", "build_company"]
