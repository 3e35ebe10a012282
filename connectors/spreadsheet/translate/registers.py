"""Rows of a register to an invoice or note: party, income or expense, taxes, and the rounding between them."""

from __future__ import annotations

from decimal import Decimal

from canonical.bill import BillAllocation, BillRefKind
from canonical.ledger import Ledger, ReservedGroup
from canonical.money import ZERO, Side
from canonical.party import PartyRole
from canonical.tax import TaxHead, TaxLine
from canonical.voucher import DocumentDetails, Posting, Voucher
from canonical.voucher_type import VoucherKind
from connectors.spreadsheet.translate.chart import Chart
from connectors.spreadsheet.translate.rows import MappedRow, Rows

ROUNDING_MAX = Decimal("1.00")
"""Rupees by which an invoice's total may miss its parts and be rounding: totals are rounded to the rupee."""
_TAXES = (
    ("cgst_amount", "CGST", TaxHead.CGST),
    ("sgst_amount", "SGST", TaxHead.SGST),
    ("igst_amount", "IGST", TaxHead.IGST),
    ("cess_amount", "Cess", TaxHead.CESS),
)
_KINDS = {
    "sales": (VoucherKind.SALES, "Sales", Side.DEBIT, "Sales", ReservedGroup.SALES),
    "purchase": (VoucherKind.PURCHASE, "Purchase", Side.CREDIT, "Purchases", ReservedGroup.PURCHASE),
    "credit_note": (VoucherKind.CREDIT_NOTE, "Credit Note", Side.CREDIT, "Sales", ReservedGroup.SALES),
    "debit_note": (VoucherKind.DEBIT_NOTE, "Debit Note", Side.DEBIT, "Purchases", ReservedGroup.PURCHASE),
}
_OF_SUPPLIERS = frozenset({"purchase", "debit_note"})
Part = tuple[Ledger, Decimal, TaxHead | None]


def read_invoice(rows: Rows, chart: Chart) -> Voucher:
    """Build the voucher.

    Raises:
        BadCell: a cell it cannot do without is missing or unreadable, or the total is not the sum of its parts.
    """
    first, of_what = rows.rows[0], rows.mapping.of_what
    kind, type_name, side, income, group = _KINDS[of_what]
    role = PartyRole.SUPPLIER if of_what in _OF_SUPPLIERS else PartyRole.CUSTOMER
    day, number, name = (
        first.needed_day("invoice_date"),
        first.needed_text("invoice_number"),
        first.needed_text("party_name"),
    )
    taxes = _taxes(rows, chart)
    total, net = _total_and_net(rows, sum((amount for _, amount, _ in taxes), ZERO))
    party = chart.party(name, role, first.text("party_gstin"))
    parts: list[Part] = [(chart.account(income, group), net, None), *taxes]
    rounding = total - sum((amount for _, amount, _ in parts), ZERO)
    if rounding:
        parts.append((chart.account("Round Off", ReservedGroup.INDIRECT_EXPENSES), rounding, None))
    bill = BillAllocation(
        kind=BillRefKind.NEW if of_what in {"sales", "purchase"} else BillRefKind.ON_ACCOUNT,
        side=side if total >= 0 else side.opposite,
        amount=abs(total),
        ref=number if of_what in {"sales", "purchase"} else "",
        bill_date=day,
        due_date=first.day("due_date"),
    )
    return Voucher(
        source=rows.source,
        kind=kind,
        type_name=first.text("voucher_type") or type_name,
        day=day,
        number=number,
        reference=first.text("reference_number"),
        party_key=party.key,
        party_name=party.name,
        narration=first.text("narration"),
        is_invoice=True,
        postings=(
            _posting(party, side, total, bills=(bill,), is_party=True),
            *(_posting(ledger, side.opposite, amount) for ledger, amount, _ in parts if amount),
        ),
        taxes=tuple(
            TaxLine(head=head, ledger_key=ledger.key, amount=amount)
            for ledger, amount, head in taxes
            if head and amount
        ),
        details=_details(first, name, of_what),
    )


def _details(first: MappedRow, name: str, of_what: str) -> DocumentDetails:
    number, place = first.text("party_gstin"), first.text("place_of_supply")
    if of_what in _OF_SUPPLIERS:
        return DocumentDetails(supplier_name=name, supplier_gstin=number, place_of_supply=place)
    return DocumentDetails(buyer_name=name, buyer_gstin=number, place_of_supply=place)


def _taxes(rows: Rows, chart: Chart) -> list[Part]:
    found: list[Part] = []
    for name, ledger, head in _TAXES:
        amount = _sum(rows, name)
        if amount:
            found.append((chart.account(ledger, ReservedGroup.DUTIES_TAXES, head), amount, head))
    if not found and (whole := _once_or_sum(rows, "tax_amount", None)):
        found.append((chart.account("GST", ReservedGroup.DUTIES_TAXES, TaxHead.OTHER), whole, TaxHead.OTHER))
    return found


def _total_and_net(rows: Rows, tax: Decimal) -> tuple[Decimal, Decimal]:
    """What the party owes and what was earned: either is worked out of the other where only one is given."""
    net_field = "taxable_amount" if rows.mapping.header_of("taxable_amount") else "line_amount"
    given = [amount for row in rows.rows if (amount := row.amount(net_field)) is not None]
    net = sum(given, ZERO)
    said = _once_or_sum(rows, "total_amount", net + tax if given else None)
    if said is None and not given:
        raise rows.rows[0].bad(
            "total_amount",
            "spreadsheet.field.missing",
            "The document has no amount.",
            "Fill it in and import it again.",
        )
    total = net + tax if said is None else said
    if not given:
        return total, total - tax
    if abs(total - net - tax) > ROUNDING_MAX:
        raise rows.rows[0].bad(
            "total_amount",
            "spreadsheet.total.differs",
            f"The total {total:.2f} is not the sum of {net:.2f} before tax and {tax:.2f} of tax.",
            "Compare it with the invoice; if a charge has a column of its own, map it; then import the sheet again.",
        )
    return total, net


def _sum(rows: Rows, name: str) -> Decimal:
    return sum((row.amount(name) or ZERO for row in rows.rows), ZERO)


def _once_or_sum(rows: Rows, name: str, expected: Decimal | None) -> Decimal | None:
    """An amount that stands once per document, is repeated on each of its lines, or is given by line.

    Programs do each of the three; the sum of the parts says which it is where all lines have the same amount.
    """
    given = [amount for row in rows.rows if (amount := row.amount(name)) is not None]
    filled = [amount for amount in given if amount]
    if len(filled) <= 1:
        return filled[0] if filled else (ZERO if given else None)
    is_repeated = len(set(filled)) == 1 and len(filled) == len(rows.rows)
    if is_repeated and (expected is None or abs(filled[0] - expected) <= ROUNDING_MAX):
        return filled[0]
    return sum(given, ZERO)


def _posting(
    ledger: Ledger, side: Side, amount: Decimal, *, bills: tuple[BillAllocation, ...] = (), is_party: bool = False
) -> Posting:
    return Posting(
        ledger_key=ledger.key,
        ledger_name=ledger.name,
        side=side if amount >= 0 else side.opposite,
        amount=abs(amount),
        bills=bills,
        is_party=is_party,
    )
