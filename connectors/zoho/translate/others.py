"""Expenses, manual journals, bank transactions that no other document makes, and orders."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from canonical.bill import BillRefKind
from canonical.ledger import ReservedGroup
from canonical.money import ZERO, Side
from canonical.voucher import Voucher
from canonical.voucher_type import VoucherKind
from connectors.zoho.translate import bills
from connectors.zoho.translate.accounts import TYPES
from connectors.zoho.translate.details import DOCUMENT_KEPT, read_details, read_lines
from connectors.zoho.translate.learned import PAYABLE, AccountFact
from connectors.zoho.translate.node import Node, amount_of, day_of, is_true, kept, moment_of, nodes_of, text_of
from connectors.zoho.translate.parties import ledger_of_contact
from connectors.zoho.translate.postings import Entries
from connectors.zoho.translate.reading import Reading
from connectors.zoho.translate.taxes import post_taxes
from connectors.zoho.translate.trade import NOT_IN_BOOKS, VOID

IN_BOOKS = frozenset({"published", "approved", ""})
"""Statuses of manual journals that count."""


def read_expense(node: Node, reading: Reading) -> Voucher:
    """Read an expense: paid at once, so the vendor is named but owed nothing.

    Raises:
        UnreadableField: its date or an amount cannot be read.
    """
    reading.label = f"Expense {text_of(node, 'reference_number') or reading.source.key}"
    entries = Entries.of(node, reading)
    rows = nodes_of(node, "line_items") or (node,)
    taxes = sum((amount_of(row, "tax_amount") for row in nodes_of(node, "taxes")), ZERO) or amount_of(
        node, "tax_amount"
    )
    total = amount_of(node, "total")
    amounts = [amount_of(row, "item_total") or amount_of(row, "amount") or amount_of(row, "sub_total") for row in rows]
    is_with_tax = bool(taxes) and sum(amounts, ZERO) == total
    for row, amount in zip(rows, amounts, strict=True):
        inside = _tax_inside(row, taxes, len(rows)) if is_with_tax else ZERO
        entries.add(entries.account(row), amount - inside, narration=text_of(row, "description"))
    tax_lines = post_taxes(node, entries, 1, is_purchase=True)
    entries.add(entries.account(node, prefix="paid_through_account"), -total)
    return Voucher(
        source=reading.source,
        kind=VoucherKind.PAYMENT,
        type_name="Expense",
        type_key=reading.source.stream,
        day=day_of(node, "date"),
        reference=text_of(node, "reference_number"),
        party_name=text_of(node, "vendor_name"),
        narration=text_of(node, "description"),
        currency=entries.currency,
        postings=entries.balanced(),
        taxes=tuple(tax_lines),
        details=read_details(node, text_of(node, "vendor_name"), is_purchase=True),
        source_modified_at=moment_of(node, "last_modified_time"),
        extras=kept(node, (*DOCUMENT_KEPT, "vendor_id", "customer_id", "customer_name", "is_billable", "expense_type")),
    )


def _tax_inside(row: Node, taxes: Decimal, rows: int) -> Decimal:
    told = sum((amount_of(part, "tax_amount") for part in nodes_of(row, "line_item_taxes")), ZERO)
    return told or amount_of(row, "tax_amount") or (taxes if rows == 1 else ZERO)


def read_journal(node: Node, reading: Reading) -> Voucher:
    """Read a manual journal; lines on the control accounts belong to the contact they name.

    Raises:
        UnreadableField: its date or an amount cannot be read.
    """
    number = text_of(node, "entry_number")
    reading.label = f"Journal {number or reading.source.key}"
    entries = Entries.of(node, reading)
    pools = {
        False: _Pool(node, "invoices_credited", is_purchase=False),
        True: _Pool(node, "bills_credited", is_purchase=True),
    }
    for row in nodes_of(node, "line_items"):
        sign = 1 if text_of(row, "debit_or_credit") == "debit" else -1
        net = sign * amount_of(row, "amount")
        control = reading.learned.controls.get(text_of(row, "account_id"))
        if control is None:
            entries.add(entries.account(row), net, narration=text_of(row, "description"))
        else:
            is_vendor = control.account_type in (PAYABLE, "other_current_asset")
            party = _party_of(row, reading, control, is_vendor=is_vendor)
            bills.post_to_party(entries, party, pools[is_vendor].parts(net, bills.journal_ref(node), node))
    return Voucher(
        source=reading.source,
        kind=VoucherKind.JOURNAL,
        type_name="Journal",
        type_key=reading.source.stream,
        day=day_of(node, "journal_date"),
        number=number,
        reference=text_of(node, "reference_number"),
        narration=text_of(node, "notes"),
        is_cancelled=False,
        is_optional=text_of(node, "status") not in IN_BOOKS,
        currency=entries.currency,
        postings=entries.balanced(),
        entered_by=text_of(node, "created_by_name"),
        source_modified_at=moment_of(node, "last_modified_time"),
        extras=kept(node, DOCUMENT_KEPT),
    )


@dataclass(slots=True)
class _Applied:
    """One bill a journal was applied to, and how much of it is not used up."""

    row: Node
    ref: str
    key: str
    left: Decimal


class _Pool:
    """What a journal's credit with a party was applied to, used up line by line."""

    def __init__(self, node: Node, field: str, *, is_purchase: bool) -> None:
        key, ref = ("bill_id", bills.bill_ref) if is_purchase else ("invoice_id", bills.invoice_ref)
        self.sign = 1 if is_purchase else -1
        rows = nodes_of(node, field)
        self.applied = [_Applied(row, ref(row), text_of(row, key), bills.applied_of(row)) for row in rows]

    def parts(self, net: Decimal, own_ref: str, node: Node) -> list[bills.Settling]:
        """Split what a line posts: first what was applied, the rest under the journal's own reference."""
        found = []
        rest = net
        for one in self.applied if net * self.sign > 0 else ():
            taken = min(one.left, abs(rest))
            if taken:
                found.append(bills.against(one.row, one.ref, one.key, self.sign * taken, {}))
                one.left -= taken
                rest -= self.sign * taken
        found.append(bills.Settling(kind=BillRefKind.NEW, ref=own_ref, net=rest, day=day_of(node, "journal_date")))
        return found


def _party_of(row: Node, reading: Reading, control: AccountFact, *, is_vendor: bool) -> AccountFact:
    key, name = text_of(row, "customer_id", "vendor_id", "contact_id"), text_of(row, "customer_name", "vendor_name")
    return ledger_of_contact(reading, key, name, is_vendor=is_vendor, control=control)


MONEY = frozenset({ReservedGroup.CASH_IN_HAND, ReservedGroup.BANK_ACCOUNTS, ReservedGroup.BANK_OD})


def read_bank_transaction(node: Node, reading: Reading) -> Voucher:
    """Read a transfer, deposit or withdrawal that is a document of its own.

    ``debit_or_credit`` is taken as the side on the bank's account in these books (debit: money came in).

    Raises:
        UnreadableField: its date or amount cannot be read.
    """
    kind_word = text_of(node, "transaction_type")
    reading.label = f"Bank transaction {reading.source.key}"
    entries = Entries.of(node, reading)
    is_in = text_of(node, "debit_or_credit") == "debit"
    net = amount_of(node, "amount") * (1 if is_in else -1)
    entries.add(entries.account(node), net)
    offset = text_of(node, "offset_account_name")
    other = reading.learned.named(offset) or entries.account(node, prefix="offset_account")
    entries.add(other, -net)
    is_contra = TYPES.get(other.account_type) in MONEY
    kind = VoucherKind.CONTRA if is_contra else VoucherKind.RECEIPT if is_in else VoucherKind.PAYMENT
    return Voucher(
        source=reading.source,
        kind=kind,
        type_name=kind_word.replace("_", " ").title() or "Bank Transaction",
        type_key=reading.source.stream,
        day=day_of(node, "date"),
        reference=text_of(node, "reference_number"),
        party_name=text_of(node, "payee"),
        narration=text_of(node, "description"),
        currency=entries.currency,
        postings=entries.balanced(),
        source_modified_at=moment_of(node, "last_modified_time"),
        extras=kept(node, ("status", "source", "transaction_type", "imported_transaction_id")),
    )


@dataclass(frozen=True, slots=True)
class OrderShape:
    """An order: an intention, without entries."""

    kind: VoucherKind
    type_name: str
    party: str
    number: str


ESTIMATE = OrderShape(VoucherKind.QUOTATION, "Estimate", "customer", "estimate_number")
SALES_ORDER = OrderShape(VoucherKind.SALES_ORDER, "Sales Order", "customer", "salesorder_number")
PURCHASE_ORDER = OrderShape(VoucherKind.PURCHASE_ORDER, "Purchase Order", "vendor", "purchaseorder_number")


def read_order(node: Node, reading: Reading, shape: OrderShape) -> Voucher:
    """Read an estimate, sales order or purchase order.

    Raises:
        UnreadableField: its date or an amount cannot be read.
    """
    number, status = text_of(node, shape.number), text_of(node, "status", "order_status")
    reading.label = f"{shape.type_name} {number or reading.source.key}"
    is_purchase = shape.party == "vendor"
    entries = Entries.of(node, reading)
    return Voucher(
        source=reading.source,
        kind=shape.kind,
        type_name=shape.type_name,
        type_key=reading.source.stream,
        day=day_of(node, "date"),
        number=number,
        reference=text_of(node, "reference_number"),
        party_key=text_of(node, f"{shape.party}_id"),
        party_name=text_of(node, f"{shape.party}_name"),
        narration=text_of(node, "notes"),
        is_cancelled=status in VOID or is_true(node, "is_void"),
        is_optional=status in NOT_IN_BOOKS,
        currency=entries.currency,
        items=read_lines(node, entries, Side.DEBIT if is_purchase else Side.CREDIT),
        details=read_details(node, text_of(node, f"{shape.party}_name"), is_purchase=is_purchase),
        source_modified_at=moment_of(node, "last_modified_time"),
        extras=kept(
            node, (*DOCUMENT_KEPT, "total", "order_status", "invoiced_status", "paid_status", "shipped_status")
        ),
    )
