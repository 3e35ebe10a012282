"""References inside documents: they must exist, be active where a new document uses them, and carry today's names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sandbox.quickbooks.company import Company
from sandbox.quickbooks.refusals import Refusal
from sandbox.quickbooks.shelf import Document, Record

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
_NAMED = frozenset({"Customer", "Vendor", "Employee"})
_PLURALS = {"Account": "Accounts", "Customer": "Customers", "Vendor": "Vendors", "Item": "Items"}


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference found in a document.

    Attributes:
        entity: what it refers to; empty where that is nothing these books keep.
        place: the property it stands under.
        value: the object itself, to be changed in place.
    """

    entity: str
    place: str
    value: Document

    @property
    def key(self) -> str:
        """The id it holds."""
        return str(self.value.get("value", ""))


def name_references(company: Company, document: Document, *, must_be_active: bool) -> None:
    """Check every reference of a document and write the name beside the id.

    Raises:
        Refusal: one leads nowhere (2500), or to something inactive (610).
    """
    for reference in iter_references(document):
        if not reference.entity or not reference.key:
            continue
        record = company.shelf(reference.entity).find(reference.key)
        if record is None:
            raise Refusal.invalid_reference(_PLURALS.get(reference.entity, reference.entity), reference.key)
        if must_be_active and not record.document.get("Active", True):
            raise Refusal.not_found()
        reference.value["value"] = record.key
        if reference.place in _NAMELESS:
            reference.value.pop("name", None)
        else:
            reference.value["name"] = shown_name(record.document)


def remember_references(company: Company, record: Record) -> None:
    """Note what a document refers to, so that a new name finds it without a walk through the books."""
    for reference in iter_references(record.document):
        if reference.entity:
            company.users[reference.entity, reference.key].add((record.entity.name, record.key))


def users_of(company: Company, entity: str, key: str) -> Iterator[Record]:
    """Yield the documents that refer to a list member."""
    for name, user in sorted(company.users.get((entity, key), ())):
        record = company.shelf(name).find(user)
        if record is not None and any(
            one.entity == entity and one.key == key for one in iter_references(record.document)
        ):
            yield record


def respell(company: Company, entity: str, key: str) -> None:
    """Write a new name of a list member into every document that refers to it; nothing else of them moves."""
    name = shown_name(company.get(entity, key).document)
    for record in users_of(company, entity, key):
        for reference in iter_references(record.document):
            if reference.entity == entity and reference.key == key and "name" in reference.value:
                reference.value["name"] = name


def shown_name(document: Document) -> str:
    """Return what references call a list member."""
    return str(document.get("DisplayName") or document.get("FullyQualifiedName") or document.get("Name"))


def iter_references(value: Any, place: str = "", kind: str = "") -> Iterator[Reference]:
    """Yield every reference inside a value.

    Args:
        value: a document, or a part of one.
        place: the property it stands under.
        kind: what the object around it says it refers to (journal lines).
    """
    if isinstance(value, dict):
        if place.endswith("Ref") or (place == "Entity" and "value" in value):
            named = str(value.get("type", kind))
            entity = TARGETS.get(place, named if place in {"EntityRef", "Entity"} and named in _NAMED else "")
            yield Reference(entity, place, value)
            return
        kind = str(value.get("Type", ""))
        for inner, part in value.items():
            if isinstance(part, dict | list):
                yield from iter_references(part, inner, kind)
    elif isinstance(value, list):
        for part in value:
            yield from iter_references(part, place, kind)
