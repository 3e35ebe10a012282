"""Invoices in Zoho's words.

A new one is a draft until it is marked as sent; a draft is not in the books. Lines of an old one are replaced as a
whole by whoever sends any, so they are not changed here. Nothing is ever e-mailed.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

from canonical.money import round_paisa
from connectors.sdk.writing.api_plan import Fields, Wish
from connectors.sdk.writing.drafts import InvoiceDraft, LineDraft
from connectors.sdk.writing.texts import as_number, line_text, money, text
from connectors.zoho.client import Row
from connectors.zoho.writing.lookup import Lookup, tax_rate

ROUNDING = Decimal(1)
"""An organisation may round totals to the whole rupee; a stated total further off than that is a mistake."""
DRAFT, SENT = "draft", "sent"
NOT_SENT = frozenset({DRAFT, "void", "pending_approval", "approved", "rejected", ""})
"""States that are told as they are; all others are of an invoice that counts."""
REGISTERED = ("inv_ref_num", "irn", "ack_number")
"""Members of ``einvoice_details`` that an invoice registered with the government's portal has."""


def new_invoice(draft: InvoiceDraft, lookup: Lookup) -> Wish:
    """A new invoice."""
    customer = lookup.customer(draft.customer)
    day = draft.day.isoformat() if draft.day else ""
    wish = Wish(title=f"invoice to {customer.get('contact_name', draft.customer)} of {day}")
    wish.say("customer", text(customer.get("contact_name")), "customer_id", text(customer.get("contact_id")))
    wish.say("date", day, "date")
    _say_header(wish, draft)
    if draft.number:
        wish.say("number", draft.number.strip(), "invoice_number")
        wish.params["ignore_auto_number_generation"] = "true"
    else:
        wish.notes.append("Zoho Books gives it the next number.")
    wish.body |= {"is_inclusive_tax": False, "line_items": _lines(wish, draft, lookup)}
    wish.say("total", money(draft.total))
    wish.say("status", draft.status or SENT)
    if draft.status == DRAFT:
        wish.notes.append("As a draft it is not in the books.")
    wish.near = {"customer_id": text(customer.get("contact_id")), "date": day}
    return wish


def _lines(wish: Wish, draft: InvoiceDraft, lookup: Lookup) -> list[dict[str, Any]]:
    taxable: dict[Decimal, Decimal] = defaultdict(Decimal)
    rows = []
    for place, line in enumerate(draft.lines, 1):
        item = lookup.item(line.item)
        tax = lookup.tax(line.tax) if line.tax else {}
        taxable[tax_rate(tax)] += round_paisa(line.rate * line.quantity)
        wish.wanted[f"line {place}"] = line_text(text(item.get("name")), line.quantity, line.rate, _tax_name(tax))
        rows.append(_row(line, item, tax))
    wish.wanted["lines"] = str(len(rows))
    total = sum((base + base * rate / 100 for rate, base in taxable.items()), Decimal(0))
    if draft.total is not None and abs(total - draft.total) > ROUNDING:
        wish.objections.append(f"its lines come to {money(total)} with tax, not to {money(draft.total)}")
    return rows


def _row(line: LineDraft, item: Row, tax: Row) -> dict[str, Any]:
    row: dict[str, Any] = {
        "item_id": text(item.get("item_id")),
        "rate": as_number(line.rate),
        "quantity": as_number(line.quantity),
    }
    if line.description:
        row["description"] = line.description
    if tax:
        row["tax_id"] = text(tax.get("tax_id"))
    return row


def changed_invoice(draft: InvoiceDraft, before: Row) -> Wish:
    """Another date, due date, reference or note, or a draft that is to count."""
    wish = Wish(title=f"invoice {before.get('invoice_number', '')} of {before.get('customer_name', '')}")
    wish.say("date", draft.day.isoformat() if draft.day else "", "date")
    _say_header(wish, draft)
    status = status_of(before)
    if draft.status:
        wish.say("status", draft.status)
    if draft.status == DRAFT and status != DRAFT:
        wish.objections.append("an invoice that counts is not made a draft again")
    if status not in {DRAFT, SENT}:
        wish.objections.append(f"it is {status}")
    if is_registered(before):
        wish.objections.append("it is registered as an e-invoice (IRN); cancel that in Zoho Books first")
    if is_locked(before):
        wish.objections.append("Zoho Books has locked it")
    return wish


def _say_header(wish: Wish, draft: InvoiceDraft) -> None:
    wish.say("due date", draft.due.isoformat() if draft.due else "", "due_date")
    wish.say("reference", text(draft.reference), "reference_number")
    wish.say("notes", text(draft.notes), "notes")


def invoice_fields(node: Row) -> Fields:
    """What an invoice says."""
    rows = [row for row in node.get("line_items") or () if isinstance(row, dict)]
    lines = {
        f"line {place}": line_text(text(row.get("name")), row.get("quantity"), row.get("rate"), _tax_name(row))
        for place, row in enumerate(rows, 1)
    }
    return {
        "": text(node.get("invoice_id")),
        "customer": text(node.get("customer_name")),
        "date": text(node.get("date")),
        "due date": text(node.get("due_date")),
        "number": text(node.get("invoice_number")),
        "reference": text(node.get("reference_number")),
        "notes": text(node.get("notes")),
        "total": money(node.get("total")),
        "status": status_of(node),
        "lines": str(len(rows)),
        **lines,
    }


def status_of(node: Row) -> str:
    """``draft``, ``sent`` for everything that counts, or Zoho's own word for what does not."""
    status = text(node.get("status"))
    return status if status in NOT_SENT else SENT


def is_registered(node: Row) -> bool:
    """Whether it has an invoice reference number of the government's portal."""
    details = node.get("einvoice_details")
    return isinstance(details, dict) and any(details.get(name) for name in REGISTERED)


def is_locked(node: Row) -> bool:
    """Whether Zoho's reply shows a lock on it."""
    lock = node.get("lock_detail")
    return isinstance(lock, dict) and bool(lock.get("custom_locks") or lock.get("system_locks"))


def _tax_name(row: Row) -> str:
    return text(row.get("tax_name"))
