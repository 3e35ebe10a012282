"""Filling in a list member: full names, classification, the figures that start at nothing."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from sandbox.quickbooks.company import Company
from sandbox.quickbooks.refusals import Refusal
from sandbox.quickbooks.shelf import Document

CLASSES = {
    "Bank": ("Asset", "Checking"),
    "Accounts Receivable": ("Asset", "AccountsReceivable"),
    "Other Current Asset": ("Asset", "OtherCurrentAssets"),
    "Fixed Asset": ("Asset", "OtherFixedAssets"),
    "Other Asset": ("Asset", "OtherLongTermAssets"),
    "Accounts Payable": ("Liability", "AccountsPayable"),
    "Credit Card": ("Liability", "CreditCard"),
    "Other Current Liability": ("Liability", "OtherCurrentLiabilities"),
    "Long Term Liability": ("Liability", "OtherLongTermLiabilities"),
    "Equity": ("Equity", "OwnersEquity"),
    "Income": ("Revenue", "SalesOfProductIncome"),
    "Other Income": ("Revenue", "OtherMiscellaneousIncome"),
    "Cost of Goods Sold": ("Expense", "SuppliesMaterialsCogs"),
    "Expense": ("Expense", "OfficeGeneralAdministrativeExpenses"),
    "Other Expense": ("Expense", "OtherMiscellaneousExpense"),
}
"""Account types with their classification and the detail type taken where none is given."""
ITEM_TYPES = frozenset({"Service", "NonInventory", "Category"})
PREFIXED = frozenset({"Account", "Item", "Customer", "Class", "Department"})
"""Lists whose members may hang under another."""


def fill_member(company: Company, entity: str, document: Document) -> None:
    """Complete a list member in place.

    Raises:
        Refusal: it breaks a rule.
    """
    document.setdefault("Active", True)
    fill = _FILL.get(entity)
    if fill is not None:
        fill(company, document)
    if entity in PREFIXED:
        document["FullyQualifiedName"] = full_name(company, entity, document)


def full_name(company: Company, entity: str, document: Document) -> str:
    """Return the name with those it hangs under before it, colons between."""
    name = str(document[company.shelf(entity).entity.name_key])
    parent = document.get("ParentRef")
    if not parent:
        return name
    return f"{company.get(entity, str(parent['value'])).document['FullyQualifiedName']}:{name}"


def _fill_account(company: Company, document: Document) -> None:
    kind = document.get("AccountType")
    if kind not in CLASSES:
        raise Refusal.missing("AccountType") if kind is None else Refusal.invalid_enumeration("AccountType", kind)
    classification, detail = CLASSES[kind]
    document["Classification"] = classification
    document.setdefault("AccountSubType", detail)
    document["SubAccount"] = "ParentRef" in document
    document.setdefault("CurrentBalance", 0)
    document.setdefault("CurrentBalanceWithSubAccounts", document["CurrentBalance"])
    _fill_currency(company, document)


def _fill_currency(company: Company, document: Document) -> None:
    edition = company.facts.edition
    document.setdefault("CurrencyRef", {"value": edition.currency, "name": edition.currency_name})
    if document["CurrencyRef"]["value"] != edition.currency and not company.facts.is_multi_currency:
        raise Refusal.business_rule("Multicurrency is not switched on.")


def _fill_customer(company: Company, document: Document) -> None:
    document.setdefault("Taxable", False)
    document["Job"] = "ParentRef" in document
    if document["Job"]:
        parent = company.get("Customer", document["ParentRef"]["value"]).document
        document["Level"] = int(parent.get("Level", 0)) + 1
    for key in ("BillWithParent", "IsProject"):
        document.setdefault(key, False)
    document.setdefault("Balance", 0)
    document.setdefault("BalanceWithJobs", document["Balance"])
    document.setdefault("PreferredDeliveryMethod", "Print")
    document.setdefault("PrintOnCheckName", document["DisplayName"])
    _fill_currency(company, document)


def _fill_vendor(company: Company, document: Document) -> None:
    document.setdefault("Balance", 0)
    document.setdefault("Vendor1099", False)
    for key in ("BillRate", "CostRate"):
        document.setdefault(key, 0)
    document.setdefault("PrintOnCheckName", document["DisplayName"])
    _fill_currency(company, document)


def _fill_item(company: Company, document: Document) -> None:  # noqa: ARG001 - one shape for all
    kind = document.setdefault("Type", "Service")
    if kind == "Inventory":
        detail = "Inventory tracking is not part of this plan."
        raise Refusal("5030", "Feature Not Supported Error", detail, status=HTTPStatus.FORBIDDEN)
    if kind not in ITEM_TYPES:
        raise Refusal.invalid_enumeration("Type", kind)
    if kind != "Category" and "IncomeAccountRef" not in document:
        raise Refusal.missing("IncomeAccountRef")
    document.setdefault("Taxable", False)
    document.setdefault("UnitPrice", 0)
    document.setdefault("PurchaseCost", 0)
    document.setdefault("TrackQtyOnHand", False)
    document.setdefault("DeferredRevenue", False)


_FILL: dict[str, Callable[[Company, Document], None]] = {
    "Account": _fill_account,
    "Customer": _fill_customer,
    "Vendor": _fill_vendor,
    "Item": _fill_item,
}
