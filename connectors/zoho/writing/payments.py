"""Money received from customers in Zoho's words.

Drafts and voids keep their balance, so the status of an invoice decides whether it can be settled. An opening balance
is settled through an invoice no list shows; that is left to Zoho's own pages.
"""

from __future__ import annotations

from decimal import Decimal

from connectors.sdk.writing.api_plan import Fields, Wish
from connectors.sdk.writing.drafts import AllocationDraft, PaymentDraft
from connectors.sdk.writing.texts import as_number, exact, money, settled_text, text
from connectors.zoho.client import Row
from connectors.zoho.writing.lookup import Lookup

HEADER = {"mode": "payment_mode", "reference": "reference_number", "notes": "description"}


def new_payment(draft: PaymentDraft, lookup: Lookup) -> Wish:
    """A new payment."""
    customer = lookup.customer(draft.customer)
    amount = draft.amount or Decimal(0)
    day = draft.day.isoformat() if draft.day else ""
    wish = Wish(title=f"payment of {money(amount)} from {customer.get('contact_name', draft.customer)} on {day}")
    wish.say("customer", text(customer.get("contact_name")), "customer_id", text(customer.get("contact_id")))
    wish.say("date", day, "date")
    wish.say("amount", money(amount), "amount", as_number(amount))
    _say_header(wish, draft)
    if not draft.mode:
        wish.objections.append("Zoho Books wants to know how it was paid (mode)")
    if draft.account:
        account = lookup.account(draft.account)
        wish.say("account", text(account.get("account_name")), "account_id", text(account.get("account_id")))
    wish.body["invoices"] = [_share(wish, one, customer, lookup) for one in draft.allocations]
    left = amount - sum((one.amount for one in draft.allocations), Decimal(0))
    wish.say("advance", money(left))
    if left:
        wish.notes.append(f"{money(left)} stays with the customer as an advance.")
    wish.near = {"customer_id": text(customer.get("contact_id")), "date": day, "amount": money(amount)}
    return wish


def _share(wish: Wish, one: AllocationDraft, customer: Row, lookup: Lookup) -> dict[str, object]:
    invoice = lookup.invoice(one.invoice)
    number = text(invoice.get("invoice_number")) or one.invoice
    if invoice:
        if invoice.get("customer_id") != customer.get("contact_id"):
            wish.objections.append(f"the invoice {number!r} is another customer's")
        balance = exact(invoice.get("balance")) or Decimal(0)
        if one.amount + one.withheld > balance:
            wish.objections.append(f"of the invoice {number!r} only {money(balance)} is open")
    wish.wanted[f"settles {number}"] = settled_text(one.amount, one.withheld)
    share: dict[str, object] = {
        "invoice_id": text(invoice.get("invoice_id")),
        "amount_applied": as_number(one.amount),
    }
    if one.withheld:
        share["tax_amount_withheld"] = as_number(one.withheld)
    return share


def changed_payment(draft: PaymentDraft, before: Row) -> Wish:
    """Another date, mode, reference or note."""
    wish = Wish(title=f"payment {before.get('payment_number', '')} of {before.get('customer_name', '')}")
    wish.say("date", draft.day.isoformat() if draft.day else "", "date")
    _say_header(wish, draft)
    return wish


def _say_header(wish: Wish, draft: PaymentDraft) -> None:
    for (name, member), value in zip(HEADER.items(), (draft.mode, draft.reference, draft.notes), strict=True):
        wish.say(name, text(value), member)


def payment_fields(node: Row) -> Fields:
    """What a payment says."""
    shares = [row for row in node.get("invoices") or () if isinstance(row, dict)]
    return {
        "": text(node.get("payment_id")),
        "customer": text(node.get("customer_name")),
        "date": text(node.get("date")),
        "amount": money(node.get("amount")),
        "account": text(node.get("account_name")),
        "advance": money(node.get("unused_amount")),
        **{name: text(node.get(member)) for name, member in HEADER.items()},
        **{
            f"settles {text(row.get('invoice_number'))}": settled_text(
                row.get("amount_applied"), row.get("tax_amount_withheld")
            )
            for row in shares
        },
    }
