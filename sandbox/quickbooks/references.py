"""References inside documents: they must exist, be active where a new document uses them, and carry today's names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sandbox.quickbooks.company import Company
from sandbox.quickbooks.refusals import Refusal
from sandbox.quickbooks.shelf import Document

TARGETS = {
    "CustomerRef": "Customer",
    "VendorRef": "Vendor",
    "ItemRef": "Item",
    "SalesTermRef": "Term",
    "TermRef": "Term",
    "PaymentMethodRef": "PaymentMethod",
    "ClassRef": "Class",
    "DepartmentRef": "Department",
    **dict.fromkeys(
        (
            *("AccountRef", "ItemAccountRef", "DiscountAccountRef", "DepositToAccountRef", "APAccountRef"),
            *("ARAccountRef", "BankAccountRef", "CCAccountRef", "FromAccountRef", "ToAccountRef"),
            *("IncomeAccountRef", "ExpenseAccountRef", "AssetAccountRef"),
        ),
        "Account",
    ),
}
_NAMELESS = frozenset({"DepositToAccountRef", "SalesTermRef", "PaymentMethodRef"})
"""Recorded documents give these without the name."""
_PLURALS = {"Account": "Accounts", "Customer": "Customers", "Vendor": "Vendors", "Item": "Items"}


def name_references(company: Company, document: Document, *, must_be_active: bool) -> None:
    """Check every reference of a document and write the name beside the id.

    Raises:
        Refusal: one leads nowhere (2500), or to something inactive (610).
    """
    for key, reference in _iter_references(document):
        entity = TARGETS.get(key) or (str(reference.get("type", "")) if key in {"EntityRef", "Entity"} else "")
        if entity not in company.shelves or "value" not in reference:
            continue
        record = company.shelf(entity).find(str(reference["value"]))
        if record is None:
            raise Refusal.invalid_reference(_PLURALS.get(entity, entity), str(reference["value"]))
        if must_be_active and not record.document.get("Active", True):
            raise Refusal.not_found()
        reference["value"] = record.key
        if key in _NAMELESS:
            reference.pop("name", None)
        else:
            reference["name"] = _shown_name(record.document)


def respell(company: Company, entity: str, key: str) -> None:
    """Write a new name of a list member into every document that refers to it; nothing else of them moves."""
    name = _shown_name(company.get(entity, key).document)
    for shelf in company.shelves.values():
        if not shelf.entity.is_transaction:
            continue
        for record in shelf:
            for where, reference in _iter_references(record.document):
                same = TARGETS.get(where, reference.get("type")) == entity
                if same and "name" in reference and reference.get("value") == key:
                    reference["name"] = name


def _shown_name(document: Document) -> str:
    name = document.get("DisplayName") or document.get("FullyQualifiedName") or document.get("Name")
    return str(name)


def _iter_references(value: Any, key: str = "") -> Iterator[tuple[str, Document]]:
    if isinstance(value, dict):
        if key.endswith("Ref") or (key == "Entity" and "value" in value):
            yield key, value
            return
        for inner, part in value.items():
            if isinstance(part, dict | list):
                yield from _iter_references(part, inner)
    elif isinstance(value, list):
        for part in value:
            yield from _iter_references(part, key)
