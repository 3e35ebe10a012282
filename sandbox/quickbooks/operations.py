"""The writing operations as the API names them: create, update, delete, void."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.quickbooks.catalogue import ENTITIES, Kind
from sandbox.quickbooks.refusals import Refusal
from sandbox.quickbooks.shelf import Document

if TYPE_CHECKING:
    from sandbox.quickbooks.live import LiveCompany

READ_ONLY = frozenset({"TaxCode", "TaxRate"})
"""Tax codes are made through a service of their own, which is not here."""


def write_object(live: LiveCompany, entity: str, given: Document, operation: str = "") -> Document:
    """Do what an operation says; without one, an object with an id is updated and another made.

    Raises:
        Refusal: it cannot be done.
    """
    if entity in READ_ONLY or ENTITIES[entity].kind is Kind.SETTING:
        raise Refusal.unsupported(f"write of {entity}")
    match operation.lower():
        case "delete":
            return live.write.delete(entity, _key(given), _token(given))
        case "void":
            return live.write.void(entity, _key(given), _token(given)).document
        case "" | "create" | "update" if given.get("Id"):
            _token(given)
            return live.write.update(entity, given).document
        case "" | "create":
            return live.write.create(entity, given).document
        case _:
            raise Refusal.unsupported(operation)


def _key(given: Document) -> str:
    if not given.get("Id"):
        raise Refusal.missing("Id")
    return str(given["Id"])


def _token(given: Document) -> str:
    if given.get("SyncToken") is None:
        raise Refusal.missing("SyncToken")
    return str(given["SyncToken"])
