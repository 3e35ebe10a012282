"""A writer beside a fake Zoho Books, and commands for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from connectors.sdk.base import Surroundings
from connectors.sdk.breaking import LocalBreaker
from connectors.sdk.pacing import LocalPace
from connectors.sdk.writing.api_writer import ApiWriter
from connectors.sdk.writing.policy import WritePolicy
from connectors.zoho.client import ZohoClient
from connectors.zoho.limits import limits_of
from connectors.zoho.writing.books import ZohoWriteBooks
from sandbox.zoho.books.records import ContactType, Document, DocumentKind, Payment
from tests.connectors.zoho.fake import Zoho
from tests.support.api_writing import EVERYTHING
from tests.support.audit_log import Remembering
from tests.support.dying import dying_after

CUSTOMER: dict[str, Any] = {
    "key": "customer-1",
    "operation": "create_customer",
    "customer": {"name": "Kaveri Stores", "company_name": "Kaveri Stores & Co", "terms_days": 15, "city": "Mysuru"},
}
ITEM: dict[str, Any] = {
    "key": "item-1",
    "operation": "create_item",
    "item": {"name": "Tea Chest", "rate": "250", "hsn": "0902", "unit": "box", "kind": "goods"},
}


def invoice(key: str = "invoice-1", **more: Any) -> dict[str, Any]:
    lines = [{"item": "Tea Chest", "quantity": 2, "rate": "250", "tax": "GST18"}]
    told = {"customer": "Kaveri Stores", "day": "2026-03-20", "lines": lines, "total": "590", **more}
    return {"key": key, "operation": "create_invoice", "invoice": told}


def payment(key: str = "payment-1", **more: Any) -> dict[str, Any]:
    told = {"customer": "Kaveri Stores", "day": "2026-03-25", "amount": "400", "mode": "banktransfer", **more}
    return {"key": key, "operation": "create_payment", "payment": told}


@dataclass
class Desk:
    """Somebody who writes to a fake organisation."""

    zoho: Zoho
    audit: Remembering = field(default_factory=Remembering)
    settings: dict[str, Any] = field(default_factory=dict)

    def place(self) -> Surroundings:
        clock = self.zoho.clock
        pace = LocalPace(limits_of(self.zoho.config()), clock=clock.seconds, sleep=clock.sleep, now=clock)
        return Surroundings(
            work_directory=self.zoho.folder,
            clock=clock.seconds,
            sleep=clock.sleep,
            pace=pace,
            breaker=LocalBreaker(clock=clock.seconds),
            now=clock,
        )

    def writer(
        self, policy: WritePolicy = EVERYTHING, *, dies_after: int | None = None, log: Remembering | None = None
    ) -> ApiWriter:
        """A process that writes; it ends at the call of that number, if one is given."""
        config = self.zoho.config(**self.settings)
        place = dying_after(dies_after, self.place())
        books = ZohoWriteBooks(ZohoClient(config, place), config)
        return ApiWriter(books, policy=policy, audit=log or self.audit, clock=self.zoho.clock.tick, by="asha")

    def invoices(self, customer: str = "Kaveri Stores") -> list[Document]:
        books = self.zoho.books
        return [
            one for one in books.documents_of(DocumentKind.INVOICE) if books.contacts[one.contact_id].name == customer
        ]

    def payments(self, customer: str = "Kaveri Stores") -> list[Payment]:
        books = self.zoho.books
        found = books.payments.values()
        return [
            one for one in found if one.type is ContactType.CUSTOMER and books.contacts[one.contact_id].name == customer
        ]

    def writes(self, since: int = 0) -> list[str]:
        """Calls that could have changed something."""
        requests = self.zoho.running.web.requests[since:]
        return [f"{one.method} {one.path}" for one in requests if one.method != "GET" and "/oauth/" not in one.path]
