"""Customers and items in Zoho's words."""

from __future__ import annotations

from typing import Any

from connectors.sdk.writing.api_plan import Fields, Wish
from connectors.sdk.writing.drafts import CustomerDraft, ItemDraft
from connectors.sdk.writing.texts import as_number, plain, text
from connectors.zoho.client import Row
from connectors.zoho.writing.lookup import Lookup

CUSTOMER = {
    "name": "contact_name",
    "company": "company_name",
    "GSTIN": "gst_no",
    "GST treatment": "gst_treatment",
    "place": "place_of_contact",
    "payment terms": "payment_terms",
    "notes": "notes",
}
"""Fields of a contact and their members, as documented for requests and seen in replies."""
ADDRESS = {"street": "address", "city": "city", "state": "state", "postal code": "zip", "country": "country"}
ADDRESS_SENT = ("attention", "address", "street2", "city", "state", "zip", "country", "phone", "fax")
"""An address goes as a whole: whether one that is sent in part is merged is not documented."""
ITEM = {
    "name": "name",
    "description": "description",
    "unit": "unit",
    "SKU": "sku",
    "HSN": "hsn_or_sac",
    "kind": "product_type",
}


def customer_wish(draft: CustomerDraft, lookup: Lookup, before: Row) -> Wish:
    """A customer, new or changed."""
    wish = Wish(title=f"customer {draft.name or before.get('contact_name', '')}".strip())
    values = (draft.name, draft.company_name, draft.gstin, draft.gst_treatment, draft.place)
    for (name, member), value in zip(CUSTOMER.items(), values, strict=False):
        wish.say(name, text(value), member)
    if draft.terms_days is not None:
        wish.say("payment terms", str(draft.terms_days), "payment_terms", draft.terms_days)
    wish.say("notes", text(draft.notes), "notes")
    _say_address(wish, draft, before)
    _say_person(wish, draft, before)
    if not before:
        wish.body["contact_type"] = "customer"
        wish.near = {"contact_name": draft.name.strip()}
    elif before.get("contact_type") != "customer":
        lookup.objections.append("it is a vendor; only customers are written")
    return wish


def _say_address(wish: Wish, draft: CustomerDraft, before: Row) -> None:
    values = (draft.street, draft.city, draft.state, draft.postal_code, draft.country)
    said = {name: text(value) for name, value in zip(ADDRESS, values, strict=True) if text(value)}
    if not said:
        return
    wish.wanted |= said
    old: dict[str, Any] = before.get("billing_address") or {}
    kept = {member: old[member] for member in ADDRESS_SENT if old.get(member)}
    wish.body["billing_address"] = {**kept, **{ADDRESS[name]: value for name, value in said.items()}}


def _say_person(wish: Wish, draft: CustomerDraft, before: Row) -> None:
    said = {"email": text(draft.email), "phone": text(draft.phone)}
    if not any(said.values()):
        return
    if before:
        wish.objections.append("e-mail and phone belong to contact persons, who are replaced as a whole; change them")
        wish.objections[-1] += " in Zoho Books"
        return
    wish.wanted |= {name: value for name, value in said.items() if value}
    sent = {name: value for name, value in said.items() if value}
    wish.body["contact_persons"] = [{**sent, "is_primary_contact": True}]


def customer_fields(node: Row) -> Fields:
    """What a contact says."""
    address = node.get("billing_address") or {}
    persons = [one for one in node.get("contact_persons") or () if isinstance(one, dict)]
    first: Row = next((one for one in persons if one.get("is_primary_contact")), {})
    return {
        "": text(node.get("contact_id")),
        **{name: text(node.get(member)) for name, member in CUSTOMER.items()},
        **{name: text(address.get(member)) for name, member in ADDRESS.items()},
        "email": text(node.get("email") or first.get("email")),
        "phone": text(node.get("phone") or first.get("phone")),
    }


def item_wish(draft: ItemDraft, lookup: Lookup, before: Row) -> Wish:
    """An item, new or changed."""
    wish = Wish(title=f"item {draft.name or before.get('name', '')}".strip())
    kind = {"service": "service", "goods": "goods"}.get(draft.kind, "")
    values = (draft.name, draft.description, draft.unit, draft.sku, draft.hsn, kind)
    for (name, member), value in zip(ITEM.items(), values, strict=True):
        wish.say(name, text(value), member)
    if draft.rate is not None:
        wish.say("rate", plain(draft.rate), "rate", as_number(draft.rate))
    elif not before:
        wish.objections.append("a new item needs its rate")
    if draft.account:
        account = lookup.account(draft.account)
        wish.say("account", text(account.get("account_name")), "account_id", text(account.get("account_id")))
    if not before:
        wish.near = {"name": draft.name.strip()}
    return wish


def item_fields(node: Row) -> Fields:
    """What an item says."""
    return {
        "": text(node.get("item_id")),
        **{name: text(node.get(member)) for name, member in ITEM.items()},
        "rate": plain(node.get("rate")),
        "account": text(node.get("account_name")),
    }
