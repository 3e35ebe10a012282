"""A writer beside a fake QuickBooks, and commands for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from connectors.quickbooks.writing.books import QuickBooksWriteBooks
from connectors.sdk.writing.api_writer import ApiWriter
from connectors.sdk.writing.policy import WritePolicy
from sandbox.quickbooks.shelf import Record
from tests.connectors.quickbooks.api import Api
from tests.support.api_writing import EVERYTHING
from tests.support.audit_log import Remembering
from tests.support.dying import dying_after

CUSTOMER: dict[str, Any] = {
    "key": "customer-1",
    "operation": "create_customer",
    "customer": {"name": "Kaveri Exports", "company_name": "Kaveri & Co", "email": "k@example.com", "city": "Mysuru"},
}
ITEM: dict[str, Any] = {
    "key": "item-1",
    "operation": "create_item",
    "item": {"name": "Tea Tasting", "rate": "250", "account": "Services", "kind": "service"},
}


def invoice(key: str = "invoice-1", **more: Any) -> dict[str, Any]:
    lines = [{"item": "Tea Tasting", "quantity": 2, "rate": "250", "tax": "18.0% GST"}]
    told = {"customer": "Kaveri Exports", "day": "2026-03-20", "lines": lines, "total": "590", **more}
    return {"key": key, "operation": "create_invoice", "invoice": told}


def payment(key: str = "payment-1", **more: Any) -> dict[str, Any]:
    told = {"customer": "Kaveri Exports", "day": "2026-03-25", "amount": "400", **more}
    return {"key": key, "operation": "create_payment", "payment": told}


@dataclass
class Desk:
    """Somebody who writes to a fake company."""

    api: Api
    audit: Remembering = field(default_factory=Remembering)

    def writer(
        self, policy: WritePolicy = EVERYTHING, *, dies_after: int | None = None, log: Remembering | None = None
    ) -> ApiWriter:
        """A process that writes; it ends at the call of that number, if one is given."""
        place = dying_after(dies_after, self.api.surroundings())
        books = QuickBooksWriteBooks(self.api.config(), place)
        return ApiWriter(books, policy=policy, audit=log or self.audit, clock=self.api.clock, by="asha")

    def made(self, entity: str, customer: str = "Kaveri Exports") -> list[Record]:
        """Documents of a customer in the fake's own books."""
        company = self.api.live.company
        key = company.shelf("Customer").names.get(customer.casefold())
        found = company.records(entity)
        return [one for one in found if one.document.get("CustomerRef", {}).get("value") == key]

    def writes(self, since: int = 0) -> list[str]:
        """Calls that could have changed something."""
        return [
            f"{one.method} {one.path.rpartition('/')[2]}"
            for one in self.api.running.requests[since:]
            if one.method != "GET" and "/v3/" in one.path
        ]
