"""Customers and items in QuickBooks' words. India's own fields are those of its old companies."""

from __future__ import annotations

from connectors.quickbooks.client import Row
from connectors.quickbooks.translate.values import part, text_of
from connectors.quickbooks.writing.lookup import Company, Lookup, reference
from connectors.sdk.writing.api_plan import Fields, Wish
from connectors.sdk.writing.drafts import CustomerDraft, ItemDraft
from connectors.sdk.writing.texts import as_number, plain, text

CUSTOMER = {
    "name": "DisplayName",
    "company": "CompanyName",
    "GSTIN": "GSTIN",
    "GST treatment": "GSTRegistrationType",
    "notes": "Notes",
}
WRAPPED = {"email": ("PrimaryEmailAddr", "Address"), "phone": ("PrimaryPhone", "FreeFormNumber")}
ADDRESS = {
    "street": "Line1",
    "city": "City",
    "state": "CountrySubDivisionCode",
    "postal code": "PostalCode",
    "country": "Country",
}
ITEM = {"name": "Name", "description": "Description", "SKU": "Sku"}
TYPES = {"service": "Service", "goods": "NonInventory", "": "Service"}


def customer_wish(draft: CustomerDraft, lookup: Lookup, before: Row) -> Wish:
    """A customer, new or changed."""
    wish = Wish(title=f"customer {draft.name or before.get('DisplayName', '')}".strip())
    values = (draft.name, draft.company_name, draft.gstin, draft.gst_treatment, draft.notes)
    for (name, member), value in zip(CUSTOMER.items(), values, strict=True):
        wish.say(name, text(value), member)
    for (name, (member, inner)), value in zip(WRAPPED.items(), (draft.email, draft.phone), strict=True):
        if text(value):
            wish.say(name, text(value), member, {**part(before, member), inner: text(value)})
    _say_address(wish, draft, before)
    if draft.terms_days is not None:
        term = lookup.term(draft.terms_days)
        wish.say("payment terms", text_of(term, "Name"), "SalesTermRef", reference(term))
    if draft.place:
        wish.objections.append("QuickBooks keeps no place of supply with a customer")
    if draft.name and ":" in draft.name:
        wish.objections.append("a name in QuickBooks has no colon")
    wish.near = {"DisplayName": draft.name.strip()} if not before else {}
    return wish


def _say_address(wish: Wish, draft: CustomerDraft, before: Row) -> None:
    values = (draft.street, draft.city, draft.state, draft.postal_code, draft.country)
    said = {name: text(value) for name, value in zip(ADDRESS, values, strict=True) if text(value)}
    if said:
        wish.wanted |= said
        # Sent as a whole: whether an address that is sent in part is merged is not documented.
        wish.body["BillAddr"] = {**part(before, "BillAddr"), **{ADDRESS[name]: one for name, one in said.items()}}


def customer_fields(node: Row, company: Company) -> Fields:
    """What a customer says."""
    address = part(node, "BillAddr")
    return {
        "": text_of(node, "Id"),
        **{name: text_of(node, member) for name, member in CUSTOMER.items()},
        **{name: text_of(part(node, member), inner) for name, (member, inner) in WRAPPED.items()},
        **{name: text_of(address, member) for name, member in ADDRESS.items()},
        "payment terms": company.name_of("Term", node, "SalesTermRef"),
    }


def item_wish(draft: ItemDraft, lookup: Lookup, before: Row) -> Wish:
    """An item that is no stock, new or changed."""
    wish = Wish(title=f"item {draft.name or before.get('Name', '')}".strip())
    for (name, member), value in zip(ITEM.items(), (draft.name, draft.description, draft.sku), strict=True):
        wish.say(name, text(value), member)
    if draft.rate is not None:
        wish.say("rate", plain(draft.rate), "UnitPrice", as_number(draft.rate))
    if draft.kind or not before:
        wish.say("kind", TYPES[draft.kind], "Type")
    if draft.account:
        account = lookup.find("Account", "Name", draft.account)
        wish.say("account", text_of(account, "Name"), "IncomeAccountRef", reference(account))
    elif not before:
        wish.objections.append("QuickBooks wants the income account of a new item (account)")
    if before and draft.kind and TYPES[draft.kind] != text_of(before, "Type"):
        wish.objections.append("the kind of an item is not changed")
    if draft.hsn or draft.unit:
        wish.objections.append("QuickBooks has no HSN code and no unit on an item")
    wish.near = {"Name": draft.name.strip()} if not before else {}
    return wish


def item_fields(node: Row, company: Company) -> Fields:
    """What an item says."""
    return {
        "": text_of(node, "Id"),
        **{name: text_of(node, member) for name, member in ITEM.items()},
        "rate": plain(node.get("UnitPrice")),
        "kind": text_of(node, "Type"),
        "account": company.name_of("Account", node, "IncomeAccountRef"),
    }
