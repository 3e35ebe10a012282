"""Payments received and made: the money, what it settles, tax withheld, charges, and what is left over.

An allocation settles the amount applied and the tax withheld with it; the withheld part is a claim on the government,
not a short payment. What is not applied to any invoice is an advance under the payment's own reference.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from canonical.bill import BillRefKind
from canonical.money import ZERO
from canonical.tax import TaxLine
from canonical.voucher import BankAllocation, Posting, Voucher
from canonical.voucher_type import VoucherKind
from connectors.zoho.translate import bills
from connectors.zoho.translate.details import DOCUMENT_KEPT, read_details
from connectors.zoho.translate.learned import AccountFact
from connectors.zoho.translate.node import Node, amount_of, day_of, find_day, kept, moment_of, nodes_of, text_of
from connectors.zoho.translate.parties import ledger_of_contact
from connectors.zoho.translate.postings import BANK_CHARGES, DISCOUNT, PURCHASE_DISCOUNT, Entries
from connectors.zoho.translate.reading import Reading
from connectors.zoho.translate.taxes import withheld_line, withholding_account
from connectors.zoho.translate.trade import NOT_IN_BOOKS, VOID, Rates


@dataclass(frozen=True, slots=True)
class Way:
    """Which way the money goes.

    Attributes:
        sign: 1 where the party is debited (we pay), -1 where it is credited.
        applied: list of what it is applied to.
    """

    kind: VoucherKind
    type_name: str
    sign: int
    party: str
    applied: str
    account: str
    refunds: str

    @property
    def is_purchase(self) -> bool:
        """The other side is a vendor."""
        return self.party == "vendor"


RECEIVED = Way(VoucherKind.RECEIPT, "Customer Payment", -1, "customer", "invoices", "account", "payment_refunds")
MADE = Way(VoucherKind.PAYMENT, "Vendor Payment", 1, "vendor", "bills", "paid_through_account", "vendorpayment_refunds")


def read_payment(node: Node, reading: Reading, way: Way, rates: Rates) -> Voucher:
    """Read a payment.

    Args:
        node: the payment in full.
        reading: the record at hand.
        way: received or made.
        rates: of the foreign bills it is applied to, by their ids.

    Raises:
        UnreadableField: its date or an amount cannot be read.
    """
    number = text_of(node, "payment_number")
    reading.label = f"{way.type_name} {number or reading.source.key}"
    status = text_of(node, "payment_status", "status")
    is_void = status in VOID
    entries = Entries.of(node, reading)
    key, name = text_of(node, f"{way.party}_id"), text_of(node, f"{way.party}_name")
    taxes: tuple[TaxLine, ...] = ()
    if not is_void:
        taxes = _post(node, entries, way, rates)
    else:
        ledger_of_contact(reading, key, name, is_vendor=way.is_purchase)
    return Voucher(
        source=reading.source,
        kind=way.kind,
        type_name=way.type_name,
        type_key=reading.source.stream,
        day=day_of(node, "date"),
        number=number,
        reference=text_of(node, "reference_number"),
        party_key=key,
        party_name=name,
        narration=text_of(node, "description"),
        is_cancelled=is_void,
        is_optional=status in NOT_IN_BOOKS,
        currency=entries.currency,
        postings=() if is_void else _with_instrument(node, entries.balanced(settles=True)),
        taxes=taxes,
        details=read_details(node, name, is_purchase=way.is_purchase),
        entered_by=text_of(node, "created_by_name", "created_by"),
        source_modified_at=moment_of(node, "last_modified_time", "updated_time"),
        extras=kept(node, (*DOCUMENT_KEPT, "is_advance_payment", "tax_name", "tax_percentage", "payment_type")),
    )


def _post(node: Node, entries: Entries, way: Way, rates: Rates) -> tuple[TaxLine, ...]:
    amount, charges = amount_of(node, "amount"), amount_of(node, "bank_charges")
    rows = nodes_of(node, way.applied)
    entries.add(entries.account(node, prefix=way.account), -way.sign * (amount + way.sign * charges))
    if charges:
        entries.add(entries.account(node, BANK_CHARGES, prefix="bank_charges_account"), charges)
    taxes = _post_withheld(node, entries, way, rates)
    discount = sum((amount_of(row, "discount_amount") for row in rows), ZERO)
    if discount:
        entries.add(entries.role(PURCHASE_DISCOUNT if way.is_purchase else DISCOUNT), -way.sign * discount)
    _post_party(node, entries, way, rates)
    return taxes


def _post_withheld(node: Node, entries: Entries, way: Way, rates: Rates) -> tuple[TaxLine, ...]:
    """Tax withheld with each bill, at the bill's rate."""
    lines = []
    for row in nodes_of(node, way.applied):
        withheld = amount_of(row, "tax_amount_withheld")
        if withheld:
            account = withholding_account(node, entries, is_purchase=way.is_purchase)
            entries.add(account, -way.sign * withheld, rate=rates.get(text_of(row, "bill_id", "invoice_id")))
            lines.append(withheld_line(entries, account, withheld))
    return tuple(lines)


def _post_party(node: Node, entries: Entries, way: Way, rates: Rates) -> None:
    key, name = text_of(node, f"{way.party}_id"), text_of(node, f"{way.party}_name")
    party = ledger_of_contact(entries.reading, key, name, is_vendor=way.is_purchase)
    advance = _advance_ledger(node, entries, way, key, name)
    settled, left = _parts(node, way, nodes_of(node, way.applied), rates)
    if entries.is_foreign:
        left = replace(left, base=_base_left(node, entries, way))
    bills.post_to_party(entries, party, settled if advance != party else (*settled, left))
    if advance != party:
        bills.post_to_party(entries, advance, (left,))
    for refund in nodes_of(node, way.refunds):
        back = way.sign * bills.refunded_of(refund)
        bills.post_to_party(entries, advance, [bills.against(refund, bills.payment_ref(node), "", -back, {})])
        entries.add(bills.refund_account(refund, entries, entries.account(node, prefix=way.account)), back)


def _base_left(node: Node, entries: Entries, way: Way) -> Decimal:
    """What of the money is left in the books' currency: all of it less its parts, each converted."""
    parts = sum((entries.base(bills.applied_of(row)) for row in nodes_of(node, way.applied)), ZERO)
    return way.sign * (entries.base(amount_of(node, "amount")) - parts)


def _advance_ledger(node: Node, entries: Entries, way: Way, key: str, name: str) -> AccountFact:
    """Where the rest stands until it is applied: with the contact, or with it on an account for advances.

    An account we do not know as one for advances is not followed: the rest stands with the contact.
    """
    named = (text_of(node, field) for field in ("customer_advance_account_id", "offset_account_id"))
    controls = entries.reading.learned.controls
    control = next((controls[account] for account in named if account in controls), None)
    return ledger_of_contact(entries.reading, key, name, is_vendor=way.is_purchase, control=control)


def _parts(
    node: Node, way: Way, rows: Iterable[Node], rates: Rates
) -> tuple[tuple[bills.Settling, ...], bills.Settling]:
    left, found = amount_of(node, "amount"), []
    for row in rows:
        applied = bills.applied_of(row)
        left -= applied
        settled = applied + amount_of(row, "tax_amount_withheld") + amount_of(row, "discount_amount")
        ref = bills.bill_ref(row) if way.is_purchase else bills.invoice_ref(row)
        found.append(bills.against(row, ref, text_of(row, "bill_id", "invoice_id"), way.sign * settled, rates))
    rest = bills.Settling(
        kind=BillRefKind.ADVANCE, ref=bills.payment_ref(node), net=way.sign * left, day=day_of(node, "date")
    )
    return tuple(found), rest


def _with_instrument(node: Node, postings: tuple[Posting, ...]) -> tuple[Posting, ...]:
    """Put mode and reference of the money on its own entry, the first one."""
    mode, reference = text_of(node, "payment_mode"), text_of(node, "reference_number")
    if not postings or postings[0].is_party or not (mode or reference):
        return postings
    first = postings[0]
    told = nodes_of(node, "imported_transactions")
    instrument = BankAllocation(
        side=first.side,
        amount=first.amount,
        transaction_type=mode,
        reference=reference,
        cleared_on=find_day(told[0], "date") if len(told) == 1 else None,
    )
    return (replace(first, banks=(instrument,)), *postings[1:])
