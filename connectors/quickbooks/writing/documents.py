"""Invoices and payments in QuickBooks' words.

Arrays of a document are always replaced as a whole, so lines and allocations of an old one are not changed here; what
is not in a sparse update stays as it is.
"""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any

from canonical.money import round_paisa
from connectors.quickbooks.client import Row
from connectors.quickbooks.translate.values import linked, part, ref_id, rows, text_of
from connectors.quickbooks.writing.lookup import Company, Lookup, is_void, reference
from connectors.sdk.writing.api_plan import Fields, Wish
from connectors.sdk.writing.drafts import AllocationDraft, InvoiceDraft, LineDraft, PaymentDraft
from connectors.sdk.writing.texts import as_number, exact, line_text, money, settled_text, text

SALES = "SalesItemLineDetail"
SUBTOTAL = "SubTotalLineDetail"
NOT_TAXED = "NON"
"""The American code for a line without tax."""
NUMBER_MAX = 21
TOLERANCE = Decimal("0.05")
"""A stated total may miss ours by what rounding per rate makes; the one that QuickBooks works out must be equal."""


KEPT = "kept as"
"""Field of the mark, for people."""
_MARK = re.compile(r"\s*\[khata ([0-9a-f-]{36})\]")


def mark(wish: Wish, identity: str) -> None:
    """Let a document bear a command's identity, at the end of its private note."""
    note = text(wish.body.get("PrivateNote"))
    wish.body["PrivateNote"] = f"{note} [khata {identity}]".strip()
    wish.wanted[KEPT] = identity


def mark_of(document: Row) -> str:
    """The identity that a document bears; empty if it has none."""
    found = _MARK.search(text_of(document, "PrivateNote"))
    return found[1] if found else ""


def _note_of(document: Row) -> str:
    return _MARK.sub("", text_of(document, "PrivateNote"))


def new_invoice(draft: InvoiceDraft, lookup: Lookup) -> Wish:
    """A new invoice."""
    customer = lookup.customer(draft.customer)
    day = draft.day.isoformat() if draft.day else ""
    wish = Wish(title=f"invoice to {customer.get('DisplayName', draft.customer)} of {day}")
    wish.say("customer", text_of(customer, "DisplayName"), "CustomerRef", reference(customer))
    wish.say("date", day, "TxnDate")
    _say_invoice_header(wish, draft)
    if draft.number:
        wish.say("number", draft.number.strip(), "DocNumber")
        wish.near = {"DocNumber": draft.number.strip()}
        if len(draft.number.strip()) > NUMBER_MAX:
            wish.objections.append(f"a number has at most {NUMBER_MAX} letters")
    else:
        wish.notes.append("QuickBooks gives it the next number.")
    if not lookup.company.is_american:
        wish.body["GlobalTaxCalculation"] = "TaxExcluded"
    wish.body["Line"] = _lines(wish, draft, lookup)
    wish.say("total", money(draft.total))
    if lookup.company.applies_credits:
        wish.notes.append("QuickBooks settles it with the customer's open credits by itself (AutoApplyCredit).")
    _check_open(wish, lookup.company, draft.day)
    if draft.status == "draft":
        wish.objections.append("QuickBooks has no drafts: an invoice counts at once")
    return wish


def _say_invoice_header(wish: Wish, draft: InvoiceDraft) -> None:
    wish.say("due date", draft.due.isoformat() if draft.due else "", "DueDate")
    if draft.notes:
        wish.say("notes", text(draft.notes), "CustomerMemo", {"value": text(draft.notes)})
    if draft.reference:
        wish.objections.append("an invoice in QuickBooks has no reference; put it into the notes")


def _check_open(wish: Wish, company: Company, *days: date | None) -> None:
    closed = company.closed_until
    if closed is not None and any(day is not None and day <= closed for day in days):
        wish.objections.append(f"QuickBooks' books are closed up to {closed} (Account Period Closed)")


def _lines(wish: Wish, draft: InvoiceDraft, lookup: Lookup) -> list[dict[str, Any]]:
    taxable: dict[str, Decimal] = defaultdict(Decimal)
    rates: dict[str, Decimal | None] = {}
    made = []
    for place, line in enumerate(draft.lines, 1):
        item = lookup.item(line.item)
        code, tax = _code_of(wish, line, lookup)
        amount = round_paisa(line.rate * line.quantity)
        taxable[line.tax] += amount
        rates[line.tax] = tax
        shown = lookup.company.names.get(("TaxCode", code), "") if code != NOT_TAXED else ""
        wish.wanted[f"line {place}"] = line_text(text_of(item, "Name"), line.quantity, line.rate, shown)
        made.append(_line(line, amount, item, code))
    wish.wanted["lines"] = str(len(made))
    known = [(base, rates[name]) for name, base in taxable.items()]
    if draft.total is not None and all(rate is not None for _, rate in known):
        total = sum((base + base * (rate or Decimal(0)) / 100 for base, rate in known), Decimal(0))
        if abs(total - draft.total) > TOLERANCE:
            wish.objections.append(f"its lines come to {money(total)} with tax, not to {money(draft.total)}")
    return made


def _code_of(wish: Wish, line: LineDraft, lookup: Lookup) -> tuple[str, Decimal | None]:
    if lookup.company.is_american:
        if line.tax and line.tax != NOT_TAXED:
            wish.objections.append("American sales tax is worked out by QuickBooks; write such an invoice there")
        return NOT_TAXED, Decimal(0)
    if not line.tax:
        wish.objections.append("every line needs a tax code outside the United States")
        return "", None
    row, tax = lookup.tax(line.tax)
    return text_of(row, "Id"), tax


def _line(line: LineDraft, amount: Decimal, item: Row, code: str) -> dict[str, Any]:
    made: dict[str, Any] = {
        "Amount": as_number(amount),
        "DetailType": SALES,
        SALES: {
            "ItemRef": reference(item),
            "Qty": as_number(line.quantity),
            "UnitPrice": as_number(line.rate),
            "TaxCodeRef": {"value": code},
        },
    }
    if line.description:
        made["Description"] = line.description
    return made


def changed_invoice(draft: InvoiceDraft, lookup: Lookup, before: Row) -> Wish:
    """Another date, due date or note."""
    number = text_of(before, "DocNumber") or text_of(before, "Id")
    wish = Wish(title=f"invoice {number} of {lookup.company.name_of('Customer', before, 'CustomerRef')}")
    wish.say("date", draft.day.isoformat() if draft.day else "", "TxnDate")
    _say_invoice_header(wish, draft)
    if draft.status:
        wish.objections.append("an invoice in QuickBooks has no status")
    _check_changeable(wish, lookup.company, draft.day, before)
    return wish


def _check_changeable(wish: Wish, company: Company, day: date | None, before: Row) -> None:
    told = text_of(before, "TxnDate")
    _check_open(wish, company, day, date.fromisoformat(told[:10]) if told else None)
    if is_void(before):
        wish.objections.append("it is voided")
    if any(kind == "Deposit" for kind, _ in linked(before)):
        wish.objections.append("it is part of a deposit (Deposited Transaction cannot be changed)")


def invoice_fields(node: Row, company: Company) -> Fields:
    """What an invoice says; the row with the sum of its lines is none of them."""
    lines = [row for row in rows(node, "Line") if text_of(row, "DetailType") != SUBTOTAL]
    return {
        "": text_of(node, "Id"),
        "customer": company.name_of("Customer", dict(node), "CustomerRef"),
        "date": text_of(node, "TxnDate"),
        "due date": text_of(node, "DueDate"),
        "number": text_of(node, "DocNumber"),
        "notes": text_of(part(node, "CustomerMemo"), "value"),
        "total": money(node.get("TotalAmt")),
        KEPT: mark_of(node),
        "lines": str(len(lines)),
        **{f"line {place}": _line_fields(dict(row), company) for place, row in enumerate(lines, 1)},
    }


def _line_fields(row: Row, company: Company) -> str:
    detail = dict(part(row, SALES))
    code = ref_id(detail, "TaxCodeRef")
    tax = "" if code in ("", NOT_TAXED) else company.names.get(("TaxCode", code), code)
    return line_text(company.name_of("Item", detail, "ItemRef"), detail.get("Qty"), detail.get("UnitPrice"), tax)


def new_payment(draft: PaymentDraft, lookup: Lookup) -> Wish:
    """A new payment."""
    customer = lookup.customer(draft.customer)
    amount = draft.amount or Decimal(0)
    day = draft.day.isoformat() if draft.day else ""
    wish = Wish(title=f"payment of {money(amount)} from {customer.get('DisplayName', draft.customer)} on {day}")
    wish.say("customer", text_of(customer, "DisplayName"), "CustomerRef", reference(customer))
    wish.say("date", day, "TxnDate")
    wish.say("amount", money(amount), "TotalAmt", as_number(amount))
    _say_payment_header(wish, draft, lookup)
    if draft.account:
        account = lookup.find("Account", "Name", draft.account)
        wish.say("account", text_of(account, "Name"), "DepositToAccountRef", reference(account))
    wish.body["Line"] = [_share(wish, one, customer, lookup) for one in draft.allocations]
    left = amount - sum((one.amount for one in draft.allocations), Decimal(0))
    wish.say("advance", money(left))
    if left:
        wish.notes.append(f"{money(left)} stays with the customer as an advance.")
    _check_open(wish, lookup.company, draft.day)
    return wish


def _share(wish: Wish, one: AllocationDraft, customer: Row, lookup: Lookup) -> dict[str, Any]:
    invoice = lookup.invoice(one.invoice)
    number = text_of(invoice, "DocNumber") or one.invoice
    if invoice:
        if ref_id(invoice, "CustomerRef") != text_of(customer, "Id"):
            wish.objections.append(f"the invoice {number!r} is another customer's")
        balance = exact(invoice.get("Balance")) or Decimal(0)
        if one.amount > balance:
            wish.objections.append(f"of the invoice {number!r} only {money(balance)} is open")
    if one.withheld:
        wish.objections.append("tax withheld by the customer is a journal entry in QuickBooks; make it there")
    wish.wanted[f"settles {number}"] = settled_text(one.amount)
    return {
        "Amount": as_number(one.amount),
        "LinkedTxn": [{"TxnId": text_of(invoice, "Id"), "TxnType": "Invoice"}],
    }


def _say_payment_header(wish: Wish, draft: PaymentDraft, lookup: Lookup) -> None:
    wish.say("reference", text(draft.reference), "PaymentRefNum")
    wish.say("notes", text(draft.notes), "PrivateNote")
    if draft.mode:
        method = lookup.find("PaymentMethod", "Name", draft.mode)
        wish.say("mode", text_of(method, "Name"), "PaymentMethodRef", reference(method))


def changed_payment(draft: PaymentDraft, lookup: Lookup, before: Row) -> Wish:
    """Another date, mode, reference or note."""
    wish = Wish(title=f"payment {before.get('Id', '')} of {lookup.company.name_of('Customer', before, 'CustomerRef')}")
    wish.say("date", draft.day.isoformat() if draft.day else "", "TxnDate")
    _say_payment_header(wish, draft, lookup)
    if draft.notes and mark_of(before):
        wish.body["PrivateNote"] += f" [khata {mark_of(before)}]"
    _check_changeable(wish, lookup.company, draft.day, before)
    return wish


def payment_fields(node: Row, company: Company) -> Fields:
    """What a payment says."""
    settled = {}
    for row in rows(node, "Line"):
        for kind, identity in linked(row):
            number = company.names.get((kind, identity), f"{kind} {identity}")
            settled[f"settles {number}"] = settled_text(row.get("Amount"))
    return {
        "": text_of(node, "Id"),
        "customer": company.name_of("Customer", dict(node), "CustomerRef"),
        "date": text_of(node, "TxnDate"),
        "amount": money(node.get("TotalAmt")),
        "reference": text_of(node, "PaymentRefNum"),
        "notes": _note_of(node),
        KEPT: mark_of(node),
        "mode": company.name_of("PaymentMethod", dict(node), "PaymentMethodRef"),
        "account": company.name_of("Account", dict(node), "DepositToAccountRef"),
        "advance": money(node.get("UnappliedAmt") or 0),
        **settled,
    }
