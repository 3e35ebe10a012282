"""Writing contacts and items."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.zoho.app import contacts, items
from sandbox.zoho.app.writing.fields import Body, Field, amount, read_body, required, take, text
from sandbox.zoho.app.writing.upsert import find_unique, unique_value
from sandbox.zoho.books import editing
from sandbox.zoho.books.company import Books, get_record
from sandbox.zoho.books.records import Address, Contact, ContactType

if TYPE_CHECKING:
    from sandbox.zoho.app.application import Call, Reply

CONTACT_FIELDS: dict[str, Field] = {
    "contact_name": ("name", text),
    "company_name": ("company_name", text),
    "legal_name": ("legal_name", text),
    "gst_treatment": ("gst_treatment", text),
    "gst_no": ("gst_no", text),
    "pan_no": ("pan_no", text),
    "place_of_contact": ("place", text),
    "currency_id": ("currency_id", text),
    "email": ("email", text),
    "phone": ("phone", text),
    "notes": ("notes", text),
    "credit_limit": ("credit_limit", amount),
    "payment_terms": ("terms_days", lambda _name, value: int(value)),
}
ITEM_FIELDS: dict[str, Field] = {
    "name": ("name", text),
    "rate": ("rate", amount),
    "purchase_rate": ("purchase_rate", amount),
    "unit": ("unit", text),
    "hsn_or_sac": ("hsn", text),
    "description": ("description", text),
    "sku": ("sku", text),
    "product_type": ("product_type", text),
    "account_id": ("account_id", text),
    "purchase_account_id": ("purchase_account_id", text),
}


@dataclass(frozen=True, slots=True)
class ContactWriter:
    """Contacts."""

    def read(self, call: Call, key: str) -> Reply:
        """Answer a contact in full."""
        contact = get_record(call.books.contacts, key, "Contact")
        return 200, "success", {"contact": contacts.detail(call.books, contact)}

    def create(self, call: Call) -> Reply:
        """Make a contact."""
        return self._create(call, read_body(call.request), {})

    def _create(self, call: Call, body: Body, unique: dict[str, str]) -> Reply:
        values = _contact_values(body)
        name = values.pop("name", "") or str(required(body, "contact_name"))
        kind = ContactType(body.get("contact_type") or "customer")
        values["custom"] = {**values.get("custom", {}), **unique}
        contact = editing.make_contact(call.books, name, kind, **values)
        return 201, "The contact has been added.", {"contact": contacts.detail(call.books, contact)}

    def update(self, call: Call, key: str) -> Reply:
        """Change a contact."""
        return self._update(call, key, read_body(call.request))

    def _update(self, call: Call, key: str, body: Body) -> Reply:
        contact = get_record(call.books.contacts, key, "Contact")
        values = merged(contact, _contact_values(body))
        editing.alter_contact(call.books, key, **values)
        return 200, "Contact information has been saved.", {"contact": contacts.detail(call.books, contact)}

    def upsert(self, call: Call) -> Reply:
        """Make a contact or change the one that bears the unique value."""
        found = find_unique(call.request, call.books.contacts.values(), "Contact")
        body = read_body(call.request)
        if found is None:
            return self._create(call, body, unique_value(call.request))
        return self._update(call, found.id, body)

    def delete(self, call: Call, key: str) -> Reply:
        """Delete a contact."""
        kind = get_record(call.books.contacts, key, "Contact").type
        editing.delete_contact(call.books, key)
        return 200, f"The {kind.value} has been deleted.", {}

    def activate(self, call: Call, key: str) -> Reply:
        """Mark a contact active."""
        editing.alter_contact(call.books, key, is_active=True)
        return 200, "The contact has been marked as active.", {}

    def deactivate(self, call: Call, key: str) -> Reply:
        """Mark a contact inactive."""
        editing.alter_contact(call.books, key, is_active=False)
        return 200, "The contact has been marked as inactive.", {}


def _contact_values(body: Body) -> dict[str, Any]:
    values = take(body, CONTACT_FIELDS)
    sent = body.get("billing_address")
    if isinstance(sent, dict):
        names = {"address": "street", "city": "city", "state": "state", "zip": "zip", "country": "country"}
        values["billing"] = Address(**{attribute: str(sent.get(name) or "") for name, attribute in names.items()})
    persons = body.get("contact_persons")
    if isinstance(persons, list) and persons:
        first = persons[0]
        values["person"] = f"{first.get('first_name', '')} {first.get('last_name', '')}".strip()
        values.setdefault("email", str(first.get("email") or ""))
        values.setdefault("phone", str(first.get("phone") or ""))
    return values


def merged(record: Any, values: dict[str, Any]) -> dict[str, Any]:
    """Put custom fields that were sent beside those there are."""
    if "custom" in values:
        values["custom"] = {**record.custom, **values["custom"]}
    return values


@dataclass(frozen=True, slots=True)
class ItemWriter:
    """Items."""

    def read(self, call: Call, key: str) -> Reply:
        """Answer an item in full."""
        return 200, "success", {"item": items.detail(call.books, get_record(call.books.items, key, "Item"))}

    def create(self, call: Call) -> Reply:
        """Make an item."""
        return self._create(call, read_body(call.request), {})

    def _create(self, call: Call, body: Body, unique: dict[str, str]) -> Reply:
        values = _item_values(call.books, body)
        name = values.pop("name", "") or str(required(body, "name"))
        price = values.pop("rate", 0)
        values["custom"] = {**values.get("custom", {}), **unique}
        item = editing.make_item(call.books, name, price, **values)
        return 201, "The item has been added.", {"item": items.detail(call.books, item)}

    def update(self, call: Call, key: str) -> Reply:
        """Change an item."""
        return self._update(call, key, read_body(call.request))

    def _update(self, call: Call, key: str, body: Body) -> Reply:
        item = get_record(call.books.items, key, "Item")
        editing.alter_item(call.books, key, **merged(item, _item_values(call.books, body)))
        return 200, "Item details have been saved.", {"item": items.detail(call.books, item)}

    def upsert(self, call: Call) -> Reply:
        """Make an item or change the one that bears the unique value."""
        found = find_unique(call.request, call.books.items.values(), "Item")
        body = read_body(call.request)
        if found is None:
            return self._create(call, body, unique_value(call.request))
        return self._update(call, found.id, body)

    def delete(self, call: Call, key: str) -> Reply:
        """Delete an item."""
        editing.delete_item(call.books, key)
        return 200, "The item has been deleted.", {}

    def activate(self, call: Call, key: str) -> Reply:
        """Mark an item active."""
        editing.alter_item(call.books, key, is_active=True)
        return 200, "The item has been marked as active.", {}

    def deactivate(self, call: Call, key: str) -> Reply:
        """Mark an item inactive."""
        editing.alter_item(call.books, key, is_active=False)
        return 200, "The item has been marked as inactive.", {}


def _item_values(books: Books, body: Body) -> dict[str, Any]:
    values = take(body, ITEM_FIELDS)
    if body.get("tax_id"):
        values["tax_percent"] = get_record(books.taxes, str(body["tax_id"]), "Tax").percent
    return values


def contact_of(books: Books, body: Body, member: str) -> Contact:
    """Return the contact a body names.

    Raises:
        Missing: there is none.
    """
    return get_record(books.contacts, str(required(body, member)), "Contact")
