"""What is read of QuickBooks: entities of its API as streams, and what each can do.

List entities that were made inactive are hidden from queries unless they are asked for; change data capture leaves a
few entities out; nobody tells when a tax code changed, so those short lists are read whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

CONNECTOR: Final = "quickbooks"
COMPANIES: Final = "companies"
REPORTS: Final = "reports"
LEDGERS: Final = "ledgers"
"""Stream of the accounts: the hub calls the chart of accounts so, whatever the source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """One entity of the API.

    Attributes:
        stream: ours.
        name: as queries name it.
        has_active: it can be made inactive, and is then hidden from a plain query.
        has_changes: change data capture and a filter on the time of change work.
        is_document: it has a day and may move money; otherwise it is a list.
    """

    stream: str
    name: str
    has_active: bool = False
    has_changes: bool = True
    is_document: bool = False

    @property
    def is_booked(self) -> bool:
        """The books are not whole without it; orders are intentions, and some lists only names on documents."""
        return self.stream not in KEPT_ONLY | INTENTIONS


def _list(stream: str, name: str, *, has_changes: bool = True) -> Entity:
    return Entity(stream=stream, name=name, has_active=True, has_changes=has_changes)


def _document(stream: str, name: str) -> Entity:
    return Entity(stream=stream, name=name, is_document=True)


TAX_AGENCIES: Final = Entity(stream="tax_agencies", name="TaxAgency", has_changes=False)
TAX_RATES: Final = _list("tax_rates", "TaxRate", has_changes=False)
TAX_CODES: Final = _list("tax_codes", "TaxCode", has_changes=False)
PREFERENCES: Final = Entity(stream="preferences", name="Preferences", has_changes=False)
COMPANY_INFO: Final = Entity(stream=COMPANIES, name="CompanyInfo", has_changes=False)

LISTS: Final = (
    _list(LEDGERS, "Account"),
    _list("terms", "Term"),
    _list("customers", "Customer"),
    _list("vendors", "Vendor"),
    _list("items", "Item"),
    _list("classes", "Class"),
    _list("departments", "Department"),
    _list("payment_methods", "PaymentMethod"),
)
DOCUMENTS: Final = (
    _document("invoices", "Invoice"),
    _document("sales_receipts", "SalesReceipt"),
    _document("credit_memos", "CreditMemo"),
    _document("refund_receipts", "RefundReceipt"),
    _document("payments", "Payment"),
    _document("bills", "Bill"),
    _document("vendor_credits", "VendorCredit"),
    _document("bill_payments", "BillPayment"),
    _document("purchases", "Purchase"),
    _document("deposits", "Deposit"),
    _document("transfers", "Transfer"),
    _document("journal_entries", "JournalEntry"),
    _document("estimates", "Estimate"),
    _document("purchase_orders", "PurchaseOrder"),
)
COUNTED: Final = (*(entity for entity in LISTS if entity.name in ("Customer", "Vendor", "Item")), *DOCUMENTS)
"""What the proof has QuickBooks count: whatever becomes one record of the books each."""
ABOUT_COMPANY: Final = frozenset({COMPANIES, PREFERENCES.stream})
"""One object each, about the company itself: nothing on it can be made inactive."""
PAYING: Final = frozenset({"payments", "bill_payments"})
"""Documents that settle others, and need their rates where they are in foreign currency."""
WHOLE: Final = (TAX_AGENCIES, TAX_RATES, TAX_CODES)
"""Short lists that are read whole every time: nothing tells which of them changed."""
COMPANY_PARTS: Final = (PREFERENCES, *WHOLE)
"""Entities that together describe the company: their facts stand on its record."""
ENTITIES: Final = (*COMPANY_PARTS, COMPANY_INFO, *LISTS, *DOCUMENTS)
BY_STREAM: Final = {entity.stream: entity for entity in ENTITIES}
BY_NAME: Final = {entity.name: entity for entity in ENTITIES}
READ_ORDER: Final = (COMPANIES, *(entity.stream for entity in ENTITIES if entity.stream != COMPANIES), REPORTS)
"""The company first, so that everything after it has somewhere to belong; reports last, when all they are compared with
was read."""
INTENTIONS: Final = frozenset({"estimates", "purchase_orders"})
KEPT_ONLY: Final = frozenset({"terms", "classes", "departments", "payment_methods"})
"""Streams kept as they are: documents say themselves what follows from them (due date, name of class or method)."""
TRANSLATED: Final = tuple(entity.stream for entity in ENTITIES if entity.stream not in KEPT_ONLY)
"""Streams in the order they are translated: what the company is, the lists, then documents."""
