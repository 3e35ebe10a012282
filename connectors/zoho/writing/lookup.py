"""What a command refers to, as Zoho Books has it now: by name or number, or by ``id:...``.

A filter that a list does not know is ignored silently, so every row is compared again here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from canonical.errors import SourceRejected
from connectors.sdk.writing.drafts import NAMED_BY_ID
from connectors.sdk.writing.texts import exact, text
from connectors.zoho.client import Row, ZohoClient, rows_of
from connectors.zoho.refusals import NOT_FOUND

COUNTS_NOT = frozenset({"draft", "void", "pending_approval", "rejected"})
"""States of an invoice in which it is not in the books, though its balance says otherwise."""


@dataclass(slots=True)
class Lookup:
    """Looks things up for one command, and collects why one of them cannot be used.

    Attributes:
        client: of the organisation.
        base_currency_id: of its books.
        objections: what was found to speak against the command.
    """

    client: ZohoClient
    base_currency_id: str
    objections: list[str] = field(default_factory=list)

    def customer(self, reference: str) -> Row:
        """An active customer in the currency of the books."""
        found = self._one("contacts", "contact", "contact_name", reference, contact_type="customer")
        if not found:
            return {}
        if found.get("contact_type") != "customer" or found.get("status") != "active":
            self.objections.append(f"{reference!r} is no active customer")
        if text(found.get("currency_id")) != self.base_currency_id:
            self.objections.append(f"{reference!r} is kept in a foreign currency; such documents are not written")
        return found

    def item(self, reference: str) -> Row:
        """An active item that is sold."""
        found = self._one("items", "item", "name", reference)
        if found and (found.get("status") != "active" or found.get("can_be_sold") is False):
            self.objections.append(f"the item {reference!r} is inactive or not sold")
        return found

    def invoice(self, reference: str) -> Row:
        """An invoice that counts in the books."""
        found = self._one("invoices", "invoice", "invoice_number", reference)
        if found and found.get("status") in COUNTS_NOT:
            self.objections.append(f"the invoice {reference!r} is {found['status']}: it is not in the books")
        return found

    def tax(self, reference: str) -> Row:
        """A tax or a group of taxes."""
        return self._of_list("settings/taxes", ("taxes",), "tax", reference)

    def account(self, reference: str) -> Row:
        """An active account."""
        return self._of_list("chartofaccounts", ("chartofaccounts",), "account", reference)

    def object(self, path: str, key: str, name: str, reference: str) -> Row:
        """The object of a list that is to be changed, in full."""
        return self._one(path, key, name, reference)

    def read(self, path: str, key: str, identifier: str) -> Row:
        """An object in full; empty if there is none."""
        try:
            answer = self.client.get(f"{path}/{identifier}")
        except SourceRejected as error:
            if error.code == NOT_FOUND:
                return {}
            raise
        return next(iter(rows_of(answer, (key,), path)), {})

    def _one(self, path: str, key: str, name: str, reference: str, **more: str) -> Row:
        if reference.startswith(NAMED_BY_ID):
            found = self.read(path, key, reference.removeprefix(NAMED_BY_ID))
            if not found:
                self.objections.append(f"Zoho Books has no {key} {reference!r}")
            return found
        wanted = reference.strip().casefold()
        rows = [
            row
            for page in self.client.pages(path, (path,), **{name: reference, **more})
            for row in page
            if text(row.get(name)).casefold() == wanted
        ]
        if len(rows) != 1:
            self._not_one(key, reference, len(rows))
            return {}
        return self.read(path, key, text(rows[0].get(f"{key}_id")))

    def _of_list(self, path: str, keys: tuple[str, ...], noun: str, reference: str) -> Row:
        identifier = reference.removeprefix(NAMED_BY_ID) if reference.startswith(NAMED_BY_ID) else ""
        wanted = reference.strip().casefold()
        rows = [
            row
            for page in self.client.pages(path, keys)
            for row in page
            if (
                text(row.get(f"{noun}_id")) == identifier
                if identifier
                else text(row.get(f"{noun}_name")).casefold() == wanted
            )
        ]
        if len(rows) != 1:
            self._not_one(noun, reference, len(rows))
            return {}
        return rows[0]

    def _not_one(self, noun: str, reference: str, count: int) -> None:
        if count:
            told = f"Zoho Books has {count} with the {noun} {reference!r}; name the one by {NAMED_BY_ID}..."
        else:
            told = f"Zoho Books has no {noun} {reference!r}"
        self.objections.append(told)


def tax_rate(tax: Row) -> Decimal:
    """Percent of a tax or group."""
    return exact(tax.get("tax_percentage")) or Decimal(0)
