"""Invoices, credit notes, bills and vendor credits: what was sold or bought, its taxes, and what is owed for it.

The same shape four times: lines on income or expense accounts, taxes, what the header adds or takes off, and the other
side at the document's total. Draft and unapproved documents keep their entries but are provisional; void ones keep
their number only. Both keep ``balance`` equal to ``total`` in Zoho, so the balance says nothing about them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from canonical.bill import BillRefKind
from canonical.money import ZERO, Side
from canonical.tax import TaxLine
from canonical.voucher import Voucher
from canonical.voucher_type import VoucherKind
from connectors.zoho.translate import bills
from connectors.zoho.translate.details import DOCUMENT_KEPT, read_details, read_e_invoice, read_lines
from connectors.zoho.translate.learned import AccountFact
from connectors.zoho.translate.node import (
    Node,
    amount_of,
    day_of,
    find_day,
    is_true,
    kept,
    moment_of,
    nodes_of,
    text_of,
)
from connectors.zoho.translate.parties import ledger_of_contact
from connectors.zoho.translate.postings import (
    ADJUSTMENT,
    BAD_DEBT,
    DISCOUNT,
    PURCHASE_DISCOUNT,
    ROUNDING,
    SHIPPING,
    Entries,
)
from connectors.zoho.translate.reading import Reading
from connectors.zoho.translate.taxes import post_reverse_charge, post_taxes, post_withheld

VOID = frozenset({"void"})
NOT_IN_BOOKS = frozenset(
    {"draft", "pending_approval", "approval_overdue", "my_approvals", "rejected", "submitted", "scheduled", "unsigned"}
)
"""Statuses of documents that are not in Zoho's books yet (facts: drafts, unapproved and rejected ones)."""
Rates = dict[str, Decimal]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What tells the four documents apart.

    Attributes:
        sign: 1 where a line is a debit, -1 where it is a credit.
        party: field prefix of the other side.
        number: field of the document's number.
        reference: makes the reference of what it opens.
        applied: list of what it is applied to; None for documents that others are applied to.
        applied_ref: makes the reference of a row of it; ``applied_id`` names the row's document.
        refunds: list of refunds of what it left over.
    """

    kind: VoucherKind
    type_name: str
    sign: int
    is_purchase: bool
    party: str
    number: str
    reference: Callable[[Node], str]
    applied: str = ""
    applied_ref: Callable[[Node], str] = bills.invoice_ref
    applied_id: str = "invoice_id"
    refunds: str = ""


INVOICE = Shape(
    kind=VoucherKind.SALES,
    type_name="Invoice",
    sign=-1,
    is_purchase=False,
    party="customer",
    number="invoice_number",
    reference=bills.invoice_ref,
)
CREDIT_NOTE = Shape(
    kind=VoucherKind.CREDIT_NOTE,
    type_name="Credit Note",
    sign=1,
    is_purchase=False,
    party="customer",
    number="creditnote_number",
    reference=bills.credit_ref,
    applied="invoices_credited",
    refunds="creditnote_refunds",
)
BILL = Shape(
    kind=VoucherKind.PURCHASE,
    type_name="Bill",
    sign=1,
    is_purchase=True,
    party="vendor",
    number="bill_number",
    reference=bills.bill_ref,
)
VENDOR_CREDIT = Shape(
    kind=VoucherKind.DEBIT_NOTE,
    type_name="Vendor Credit",
    sign=-1,
    is_purchase=True,
    party="vendor",
    number="vendor_credit_number",
    reference=bills.credit_ref,
    applied="bills_credited",
    applied_ref=bills.bill_ref,
    applied_id="bill_id",
    refunds="vendor_credit_refunds",
)


def read_trade(node: Node, reading: Reading, shape: Shape) -> Voucher:
    """Read one of the four documents.

    Args:
        node: the document in full.
        reading: the record at hand.
        shape: which of the four.

    Raises:
        UnreadableField: its date or an amount cannot be read.
    """
    number, status = text_of(node, shape.number), text_of(node, "status")
    reading.label = f"{shape.type_name} {number or reading.source.key}"
    entries = Entries.of(node, reading)
    is_void = status in VOID
    key, name = text_of(node, f"{shape.party}_id"), text_of(node, f"{shape.party}_name")
    party = ledger_of_contact(reading, key, name, is_vendor=shape.is_purchase)
    taxes = () if is_void else _post(node, entries, shape, party)
    is_debit_note = shape is INVOICE and text_of(node, "type") == "debit_note"
    return Voucher(
        source=reading.source,
        kind=shape.kind,
        type_name="Customer Debit Note" if is_debit_note else shape.type_name,
        type_key="debit_note" if is_debit_note else reading.source.stream,
        day=day_of(node, "date"),
        number=number,
        reference=number if shape.is_purchase else text_of(node, "reference_number"),
        reference_date=day_of(node, "date") if shape.is_purchase else None,
        party_key=key,
        party_name=name or party.name,
        narration=text_of(node, "notes"),
        is_cancelled=is_void,
        is_optional=status in NOT_IN_BOOKS,
        is_invoice=True,
        currency=entries.currency,
        postings=() if is_void else entries.balanced(),
        items=() if is_void else read_lines(node, entries, Side.DEBIT if shape.sign > 0 else Side.CREDIT),
        taxes=taxes,
        details=read_details(node, name, is_purchase=shape.is_purchase),
        e_invoice=read_e_invoice(node),
        entered_by=text_of(node, "created_by_name", "created_by"),
        source_modified_at=moment_of(node, "last_modified_time", "updated_time"),
        extras=kept(node, DOCUMENT_KEPT),
    )


def _post(node: Node, entries: Entries, shape: Shape, party: AccountFact) -> tuple[TaxLine, ...]:
    total = amount_of(node, "total")
    _post_lines(node, entries, shape)
    taxes = post_taxes(node, entries, shape.sign, is_purchase=shape.is_purchase)
    _post_header(node, entries, shape)
    withheld = post_withheld(node, entries, shape.sign, is_purchase=shape.is_purchase)
    missing = entries.net - shape.sign * total
    post_reverse_charge(node, entries, shape.sign, taxes, missing)
    bills.post_to_party(entries, party, _parts(node, shape, total))
    _post_write_off(node, entries, shape, party)
    for refund in nodes_of(node, shape.refunds):
        _post_refund(refund, node, entries, shape, party)
    return (*taxes, *withheld)


def _post_lines(node: Node, entries: Entries, shape: Shape) -> None:
    rows = nodes_of(node, "line_items")
    totals = [amount_of(row, "item_total") for row in rows]
    is_with_tax = is_true(node, "is_inclusive_tax") and sum(totals, ZERO) != amount_of(node, "sub_total")
    items = 0
    for row, total in zip(rows, totals, strict=True):
        tax = sum((amount_of(part, "tax_amount") for part in nodes_of(row, "line_item_taxes")), ZERO)
        is_item = bool(text_of(row, "item_id", "name"))
        entries.add(
            entries.account(row),
            shape.sign * (total - tax if is_with_tax else total),
            from_item=items if is_item else None,
            narration=text_of(row, "description"),
        )
        items += is_item


def _post_header(node: Node, entries: Entries, shape: Shape) -> None:
    """What the header adds or takes off; a discount per item is in the lines already."""
    if text_of(node, "discount_type") == "entity_level":
        taken = amount_of(node, "discount_total") or amount_of(node, "discount_amount")
        if taken:
            role = PURCHASE_DISCOUNT if shape.is_purchase else DISCOUNT
            entries.add(entries.account(node, role, prefix="discount_account"), -shape.sign * taken)
    is_rounding = "round" in text_of(node, "adjustment_description").casefold()
    adjustment = ROUNDING if is_rounding else ADJUSTMENT
    for field, role in (("shipping_charge", SHIPPING), ("adjustment", adjustment), ("roundoff_value", ROUNDING)):
        amount = amount_of(node, field)
        if amount:
            entries.add(entries.role(role), shape.sign * amount)


def _parts(node: Node, shape: Shape, total: Decimal) -> Iterable[bills.Settling]:
    """What the total opens and settles: opposite to the lines."""
    left = total
    for row in nodes_of(node, shape.applied):
        amount = min(bills.applied_of(row), left)
        left -= amount
        ref, key = shape.applied_ref(row), text_of(row, shape.applied_id)
        yield bills.against(row, ref, key, -shape.sign * amount, {})
    yield bills.Settling(
        kind=BillRefKind.NEW,
        ref=shape.reference(node),
        net=-shape.sign * left,
        day=day_of(node, "date"),
        due=find_day(node, "due_date"),
        bill_id=text_of(node, f"{shape.number.removesuffix('_number')}_id"),
    )


def _post_write_off(node: Node, entries: Entries, shape: Shape, party: AccountFact) -> None:
    """A written-off amount no longer is owed; Zoho does not say when, so it stands on the document's day."""
    amount = amount_of(node, "write_off_amount")
    if not amount or shape.applied:
        return
    net = shape.sign * amount
    bills.post_to_party(entries, party, [bills.against({}, shape.reference(node), "", net, {})])
    entries.add(entries.role(BAD_DEBT), -net)


def _post_refund(refund: Node, node: Node, entries: Entries, shape: Shape, party: AccountFact) -> None:
    """Money given back for what the document left over, on the document's day: it has one voucher."""
    net = shape.sign * bills.refunded_of(refund)
    if net:
        bills.post_to_party(entries, party, [bills.against(refund, shape.reference(node), "", net, {})])
        entries.add(bills.refund_account(refund, entries), -net)
