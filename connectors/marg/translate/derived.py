"""Postings of a document whose ledger legs are not given: the party, a posting per line, GST, and what is left.

GST stands as one figure on the lines. Whether it is CGST and SGST or IGST follows from the state of the supplier and
the place of supply; where one of them is not known it is posted as GST of no head, and an issue says so. What the lines
leave of the total is rounding, up to a tolerance; beyond it the document's own other charges.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from canonical.bill import BillAllocation
from canonical.issue import IssueLevel
from canonical.ledger import Ledger, ReservedGroup
from canonical.money import ZERO, round_paisa, split_signed
from canonical.tax import TaxHead, TaxLine
from canonical.voucher import ItemLine, Posting
from canonical.voucher_type import VoucherKind
from connectors.marg.translate.goods import Goods, item_line, split_rate
from connectors.marg.translate.kinds import OURS_GOING_OUT, PARTY_DEBITED
from connectors.marg.translate.reading import Reading

ROUNDING_MAX: Final = Decimal(1)
"""Totals were within a rupee of their lines in 2,095 of 2,279 documents of a live installation."""
_WORDS: Final = {
    TaxHead.CGST: "CGST",
    TaxHead.SGST: "SGST",
    TaxHead.IGST: "IGST",
    TaxHead.OTHER: "GST (head not known)",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document as its lines and total say it.

    Attributes:
        total: what the party owes or is owed, rupees, positive.
        charges: charges beside the lines, as the document says them.
        supplier_state: two digits; empty if not known.
        place_of_supply: likewise.
        bills: allocations of the party's posting.
    """

    kind: VoucherKind
    party: Ledger
    goods: Sequence[Goods]
    total: Decimal
    charges: Decimal = ZERO
    supplier_state: str = ""
    place_of_supply: str = ""
    bills: tuple[BillAllocation, ...] = ()


@dataclass(frozen=True, slots=True)
class Derived:
    """What a document posts."""

    postings: tuple[Posting, ...]
    items: tuple[ItemLine, ...]
    taxes: tuple[TaxLine, ...]


def heads_of(document: Document) -> tuple[TaxHead, ...]:
    """The heads its GST belongs to."""
    if not document.supplier_state or not document.place_of_supply:
        return (TaxHead.OTHER,)
    same = document.supplier_state == document.place_of_supply
    return (TaxHead.CGST, TaxHead.SGST) if same else (TaxHead.IGST,)


def derive(document: Document, reading: Reading) -> Derived:
    """Post a document."""
    sign = 1 if document.kind in PARTY_DEBITED else -1
    is_output = document.kind in OURS_GOING_OUT
    heads = heads_of(document)
    account = _account(reading, is_output=is_output)
    party = posting(document.party, sign * document.total, is_party=True, bills=document.bills)
    goods = [posting(account, -sign * one.taxable, from_item=place) for place, one in enumerate(document.goods)]
    items = tuple(
        item_line(one, split_signed(-sign * one.taxable)[0], split_rate(one.tax_percent, heads), account.key)
        for one in document.goods
    )
    taxes = _taxes(document, heads, reading, is_output=is_output)
    tax_postings = [posting(ledger, -sign * line.amount) for ledger, line in taxes]
    made = [party, *goods, *tax_postings]
    made += _rest(document, sum((one.net for one in made), ZERO), reading, sign)
    if taxes and heads == (TaxHead.OTHER,):
        _note_heads(reading)
    return Derived(tuple(one for one in made if one.amount), items, tuple(line for _, line in taxes))


def posting(
    ledger: Ledger,
    net: Decimal,
    *,
    is_party: bool = False,
    bills: tuple[BillAllocation, ...] = (),
    from_item: int | None = None,
    narration: str = "",
) -> Posting:
    """One posting of a debit-positive amount."""
    side, amount = split_signed(net)
    return Posting(
        ledger_key=ledger.key,
        ledger_name=ledger.name,
        side=side,
        amount=amount,
        is_party=is_party,
        bills=bills,
        from_item=from_item,
        narration=narration,
    )


def _account(reading: Reading, *, is_output: bool) -> Ledger:
    if is_output:
        return reading.implied("Sales (from documents)", ReservedGroup.SALES)
    return reading.implied("Purchases (from documents)", ReservedGroup.PURCHASE)


def _taxes(
    document: Document, heads: tuple[TaxHead, ...], reading: Reading, *, is_output: bool
) -> list[tuple[Ledger, TaxLine]]:
    """GST by rate and head; of an odd paisa the second head has it."""
    sums: dict[Decimal, tuple[Decimal, Decimal]] = {}
    for one in document.goods:
        taxable, tax = sums.get(rate := one.tax_percent or ZERO, (ZERO, ZERO))
        sums[rate] = (taxable + one.taxable, tax + one.tax)
    made = []
    for rate, (taxable, tax) in sorted(sums.items()):
        left = tax
        for place, head in enumerate(heads, start=1):
            share = left if place == len(heads) else round_paisa(tax / len(heads))
            left -= share
            if share:
                ledger = _tax_ledger(reading, head, is_output=is_output)
                made.append((ledger, _tax_line(head, ledger, share, rate / len(heads), taxable)))
    return made


def _tax_line(head: TaxHead, ledger: Ledger, share: Decimal, rate: Decimal, taxable: Decimal) -> TaxLine:
    return TaxLine(head=head, ledger_key=ledger.key, amount=share, rate=rate or None, assessable=taxable)


def _tax_ledger(reading: Reading, head: TaxHead, *, is_output: bool) -> Ledger:
    name = f"{'Output' if is_output else 'Input'} {_WORDS[head]} (from documents)"
    return reading.implied(name, ReservedGroup.DUTIES_TAXES, tax_head=head)


def _rest(document: Document, left: Decimal, reading: Reading, sign: int) -> list[Posting]:
    """What the lines leave of the total: charges the document says, rounding, or charges it does not itemise."""
    made: list[Posting] = []
    if document.charges:
        made.append(posting(_charges(reading), -sign * document.charges))
        left += made[0].net
    if not left:
        return made
    if abs(left) <= ROUNDING_MAX:
        ledger = reading.implied("Round off (from documents)", ReservedGroup.INDIRECT_EXPENSES)
        return [*made, posting(ledger, -left)]
    reading.note(
        "marg.document.unexplained",
        IssueLevel.WARNING,
        f"{reading.label}: {abs(left)} of the total is explained neither by its lines nor by rounding; it stands on "
        "a ledger of its own.",
        hint="Open the document in Marg: it has charges or deductions that the lines do not show.",
        amount=str(abs(left)),
    )
    return [*made, posting(_charges(reading), -left)]


def _charges(reading: Reading) -> Ledger:
    return reading.implied("Other charges (from documents)", ReservedGroup.INDIRECT_EXPENSES)


def _note_heads(reading: Reading) -> None:
    reading.note(
        "marg.tax.heads_unknown",
        IssueLevel.ACTION_REQUIRED,
        f"{reading.label}: whether its GST is CGST and SGST or IGST cannot be told, because the supplier's state or "
        "the place of supply is not known. It stands on a ledger of no head.",
        hint="Say the supplier's GSTIN or state once: 'khata connect marg-bills NAME FOLDER --suppliers FILE' for sale "
        "bills; for the web API the branch's own, 'khata connect marg --gstin'. Then 'khata sync NAME'.",
    )
