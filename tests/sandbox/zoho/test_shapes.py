"""Replies against what was recorded of the real service and against its official description.

The recordings are of a US organisation and of Indian ones; ``""`` stands for no value whatever the type. The official
description is wrong in places, which are named here.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from tests.sandbox.zoho.calling import Caller, calling
from tests.support.samples import sample, sample_json

LIVE = "zoho/live-us-2026-06"
LISTS = {
    "list-contacts": ("contacts", "contacts"),
    "list-items": ("items", "items"),
    "list-invoices": ("invoices", "invoices"),
    "list-credit-notes": ("creditnotes", "creditnotes"),
    "list-payments": ("customerpayments", "customerpayments"),
    "list-bills": ("bills", "bills"),
    "list-vendor-payments": ("vendorpayments", "vendorpayments"),
    "list-expenses": ("expenses", "expenses"),
    "list-journals": ("journals", "journals"),
    "list-chart-of-accounts": ("chartofaccounts", "chartofaccounts"),
    "list-bank-accounts": ("bankaccounts", "bankaccounts"),
    "list-estimates": ("estimates", "estimates"),
    "list-purchase-orders": ("purchaseorders", "purchaseorders"),
    "list-currencies": ("settings/currencies", "currencies"),
    "list-organizations": ("organizations", "organizations"),
}
DETAILS = {
    "get-contact": ("contacts", "contact"),
    "get-item": ("items", "item"),
    "get-invoice": ("invoices", "invoice"),
    "get-credit-note": ("creditnotes", "creditnote"),
    "get-payment": ("customerpayments", "payment"),
    "get-bill": ("bills", "bill"),
    "get-vendor-payment": ("vendorpayments", "vendorpayment"),
    "get-expense": ("expenses", "expense"),
    "get-journal": ("journals", "journal"),
    "get-chart-of-account": ("chartofaccounts", "chart_of_account"),
    "get-bank-account": ("bankaccounts", "bankaccount"),
    "get-estimate": ("estimates", "estimate"),
    "get-purchase-order": ("purchaseorders", "purchaseorder"),
}
ONLY_HERE = frozenset({"comments", "is_first_email"})


def differences(recorded: Any, ours: Any, where: str = "") -> list[str]:
    """Say where ours lacks a key or has another type; nothing said in either is no difference."""
    if _says_nothing(recorded) or _says_nothing(ours):
        return []
    if isinstance(recorded, dict) and isinstance(ours, dict):
        found = [
            f"{where}.{key} is missing"
            for key in recorded
            if key not in ours and not key.endswith("_formatted") and key not in ONLY_HERE
        ]
        both = recorded.keys() & ours.keys() - ONLY_HERE
        return found + [line for key in both for line in differences(recorded[key], ours[key], f"{where}.{key}")]
    if isinstance(recorded, list) and isinstance(ours, list):
        return differences(recorded[0], ours[0], f"{where}[]")
    return [] if _kind(recorded) == _kind(ours) else [f"{where} is {_kind(ours)}, recorded {_kind(recorded)}"]


def _says_nothing(value: Any) -> bool:
    return value is None or (isinstance(value, str | list | dict) and not value)


def _kind(value: Any) -> str:
    return "bool" if isinstance(value, bool) else "number" if isinstance(value, int | float) else type(value).__name__


def recorded(name: str) -> Any:
    """One recorded reply."""
    return sample_json(f"{LIVE}/{name}.json")[0]["response"]


def ids(rows: list[dict[str, Any]], path: str) -> list[str]:
    """The identifiers of rows."""
    name = {"customerpayments": "payment_id", "vendorpayments": "payment_id", "banktransactions": "transaction_id"}
    own = {"chartofaccounts": "account_id", "bankaccounts": "account_id", "vendorcredits": "vendor_credit_id"}
    return [row[{**name, **own}.get(path, f"{path[:-1]}_id")] for row in rows]


@pytest.mark.parametrize("name", sorted(LISTS))
def test_rows_have_the_recorded_keys(name: str) -> None:
    path, key = LISTS[name]
    real = recorded(name)
    with calling() as caller:
        body = caller.get(path)
    assert body.keys() == real.keys()
    for row in body[key]:
        assert differences(real[key][0], row, path) == []
    if "page_context" in real:
        assert differences(real["page_context"], body["page_context"], "page_context") == []
        assert body["page_context"].keys() == real["page_context"].keys()


@pytest.mark.parametrize("name", sorted(DETAILS))
def test_details_have_the_recorded_keys(name: str) -> None:
    path, key = DETAILS[name]
    real = recorded(name)[key]
    with calling() as caller:
        for one in ids(caller.get(path)[path], path)[:40]:
            assert differences(real, caller.get(f"{path}/{one}")[key], key) == []


def test_details_have_the_keys_recorded_in_india() -> None:
    invoice = sample_json("zoho/india/webhook-invoice-igst.json")["invoice"]
    bill = sample_json("zoho/india/bill-create-response.json")["bill"]
    payments = sample_json("zoho/india/customerpayment-details-opening-balance.json")["payments_as_fetched"]
    contact = sample_json("zoho/india/contact-detail-real-keys.json")
    with calling() as caller:
        assert check(caller, "invoices", "invoice", invoice) == []
        assert check(caller, "bills", "bill", bill) == []
        assert check(caller, "contacts", "contact", contact) == []
        for payment in payments:
            assert check(caller, "customerpayments", "payment", payment) == []


def check(caller: Caller, path: str, key: str, real: Any) -> list[str]:
    """Compare every record of the first page with a recorded one."""
    found: list[str] = []
    for one in ids(caller.get(path)[path], path)[:60]:
        found += differences(real, caller.get(f"{path}/{one}")[key], key)
    return sorted(set(found))


DESCRIBED = {
    "contacts": ("contacts.yml", "/contacts", "/contacts/{contact_id}"),
    "items": ("items.yml", "/items", "/items/{item_id}"),
    "invoices": ("invoices.yml", "/invoices", "/invoices/{invoice_id}"),
    "creditnotes": ("credit-notes.yml", "/creditnotes", "/creditnotes/{creditnote_id}"),
    "customerpayments": ("customer-payments.yml", "/customerpayments", "/customerpayments/{payment_id}"),
    "bills": ("bills.yml", "/bills", "/bills/{bill_id}"),
    "vendorpayments": ("vendor-payments.yml", "/vendorpayments", "/vendorpayments/{payment_id}"),
    "vendorcredits": ("vendor-credits.yml", "/vendorcredits", "/vendorcredits/{vendor_credit_id}"),
    "expenses": ("expenses.yml", "/expenses", "/expenses/{expense_id}"),
    "journals": ("journals.yml", "/journals", "/journals/{journal_id}"),
    "chartofaccounts": ("chart-of-accounts.yml", "/chartofaccounts", "/chartofaccounts/{account_id}"),
    "bankaccounts": ("bank-accounts.yml", "/bankaccounts", "/bankaccounts/{account_id}"),
    "banktransactions": (
        "bank-transactions.yml",
        "/banktransactions",
        "/banktransactions/{bank_transaction_id}",
    ),
    "estimates": ("estimates.yml", "/estimates", "/estimates/{estimate_id}"),
    "salesorders": ("sales-order.yml", "/salesorders", "/salesorders/{salesorder_id}"),
    "purchaseorders": ("purchase-order.yml", "/purchaseorders", "/purchaseorders/{purchaseorder_id}"),
}


class Description:
    """One file of the official description."""

    def __init__(self, name: str) -> None:
        self.whole = yaml.safe_load(sample(f"zoho/oas-2026-07/{name}").read_text(encoding="utf-8"))

    def resolve(self, node: Any) -> Any:
        """Follow a reference."""
        while isinstance(node, dict) and "$ref" in node:
            place = self.whole
            for part in node["$ref"].removeprefix("#/").split("/"):
                place = place[part]
            node = place
        return node

    def reply(self, path: str) -> Any:
        """The schema of what GET answers."""
        answers = self.whole["paths"][path]["get"]["responses"]
        content = self.resolve(answers.get("200", answers.get(200)))["content"]
        return self.resolve(next(iter(content.values()))["schema"])

    def breaches(self, schema: Any, value: Any, where: str = "") -> list[str]:
        """Say where a value has another type than described; keys that are not described are no breach."""
        schema = self.resolve(schema)
        wanted = schema.get("type") if isinstance(schema, dict) else None
        if _says_nothing(value) or wanted is None:
            return []
        if isinstance(value, dict):
            if wanted != "object":
                return [f"{where}: object, described as {wanted}"]
            members = schema.get("properties", {})
            both = members.keys() & value.keys()
            return [line for key in both for line in self.breaches(members[key], value[key], f"{where}.{key}")]
        if isinstance(value, list):
            items = schema.get("items", {})
            if wanted != "array":
                return [f"{where}: array, described as {wanted}"]
            return [line for one in value for line in self.breaches(items, one, f"{where}[]")]
        fits = {"string": "str", "integer": "number", "number": "number", "boolean": "bool"}.get(wanted, wanted)
        return [] if fits == _kind(value) else [f"{where}: {_kind(value)}, described as {wanted}"]


def _settled_by_recordings() -> frozenset[str]:
    """Every (key, kind) that a recording shows: where it and the description disagree, the recording is right."""
    found: set[str] = set()

    def note(value: Any, key: str = "") -> None:
        if isinstance(value, dict):
            found.add(f"{key}: object")
            for name, one in value.items():
                note(one, name)
        elif isinstance(value, list):
            found.add(f"{key}: array")
            for one in value:
                note(one, key)
        elif not _says_nothing(value):
            found.add(f"{key}: {_kind(value)}")

    for name in (*LISTS, *DETAILS):
        note(recorded(name))
    for name in ("webhook-invoice-igst", "bill-create-response", "customerpayment-details-opening-balance"):
        note(sample_json(f"zoho/india/{name}.json"))
    note(sample_json("zoho/india/webhook-salesorder-trimmed.json"))
    return frozenset(found)


WRONG = frozenset(
    {
        "taxes: array",
        "line_items: array",
        "documents: array",
    }
)
"""Described as objects or text, though the examples beside them and every recording show lists."""


@pytest.mark.parametrize("path", sorted(DESCRIBED))
def test_replies_fit_the_official_description(path: str) -> None:
    file, listed, single = DESCRIBED[path]
    description = Description(file)
    known = _settled_by_recordings() | WRONG
    with calling() as caller:
        body = caller.get(path)
        found = set(description.breaches(description.reply(listed), body))
        for one in ids(body[path], path)[:25]:
            found |= set(description.breaches(description.reply(single), caller.get(f"{path}/{one}")))
    assert sorted(line for line in found if _short(line) not in known) == []


def _short(line: str) -> str:
    place, _, rest = line.partition(": ")
    return f"{place.rpartition('.')[2].removesuffix('[]')}: {rest.partition(',')[0]}"


def test_every_door_asks_for_the_documented_scope() -> None:
    """The table of operations names the scope of every call there is in the official description."""
    text = sample("zoho/oas-operations-2026-07.txt").read_text(encoding="utf-8")
    table = {}
    for line in text.splitlines():
        found = re.match(r"\s+(GET|POST|PUT|DELETE) (\S+) \S+ \[\['([^']+)'", line)
        if found:
            path = re.sub(r"\{[^}]+\}", "{}", found[2])
            table[found[1], path] = found[3]
    with calling() as caller:
        doors = caller.running.app.doors
        matched = 0
        for (method, pattern), door in doors.items():
            path = re.sub(r"\{[^}]+\}", "{}", pattern.removeprefix("/books/v3"))
            wanted = table.get((method, path))
            if wanted is not None:
                matched += 1
                assert door.scopes[0] == wanted, (method, path)
    assert matched > 60
