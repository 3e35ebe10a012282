"""Whether the tax on a document follows from its value and rates, and whether the rates were in force on its day.

Books are authoritative: we never compute tax anew, we say where it cannot come from the lines. The portals take a
difference of one rupee per head for rounding (two for cess), and tax may also lie on charges beside the lines
(freight, packing, discounts after the lines), which a source apportions without saying how; both are margin here, so
that what is reported is an error and not arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from canonical.issue import IssueLevel
from canonical.item import Item
from canonical.money import ZERO, Side, render_inr, round_paisa
from canonical.tax import SupplyNature, TaxHead, TaxRate
from canonical.voucher import ItemLine, Posting, Voucher
from canonical.voucher_type import VoucherKind
from harmonizer.validation.document import TaxDocument
from harmonizer.validation.finding import Finding
from harmonizer.validation.rules import Rules, Tolerance
from harmonizer.validation.supply import Split, Verdict

HUNDRED = Decimal(100)
UNTAXED = frozenset({SupplyNature.EXEMPT, SupplyNature.NIL_RATED, SupplyNature.NON_GST})
VALUE_SIDE: Mapping[VoucherKind, Side] = {
    VoucherKind.SALES: Side.CREDIT,
    VoucherKind.DEBIT_NOTE: Side.CREDIT,
    VoucherKind.PURCHASE: Side.DEBIT,
    VoucherKind.CREDIT_NOTE: Side.DEBIT,
}
"""The side goods and income stand on."""
TAX_FIELD = "tax ledgers"


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRates:
    """Rates of one line.

    Attributes:
        percent: of CGST and SGST together, or IGST.
        integrated: the same as a part of one; ``central``, ``state`` and ``cess`` likewise.
        cess_per_unit: rupees of cess for one unit of the billed quantity.
    """

    percent: Decimal
    integrated: Decimal
    central: Decimal
    state: Decimal
    cess: Decimal = ZERO
    cess_per_unit: Decimal = ZERO


@dataclass(slots=True)
class Expected:
    """What the lines of a document come to.

    Attributes:
        heads: rupees of tax by head.
        value: rupees of the lines, taxed or not.
        taxed: rupees of the lines that bear tax.
        rate_max: highest rate among them, percent.
        is_known: the rate of every line is known.
    """

    heads: dict[TaxHead, Decimal] = field(default_factory=dict)
    value: Decimal = ZERO
    taxed: Decimal = ZERO
    rate_max: Decimal = ZERO
    is_known: bool = True


def read_rates(rates: tuple[TaxRate, ...]) -> LineRates | None:
    """Read the rates of a line or a master; None if it gives none. A line without IGST rate bears both halves."""
    by_head = {rate.head: rate for rate in rates}
    integrated = _percent(by_head, TaxHead.IGST)
    central, state = _percent(by_head, TaxHead.CGST), _percent(by_head, TaxHead.SGST)
    if integrated is None and central is None and state is None:
        return None
    whole = integrated if integrated is not None else (central or ZERO) + (state or ZERO)
    half = whole / 2
    cess = by_head.get(TaxHead.CESS)
    return LineRates(
        percent=whole,
        integrated=whole / HUNDRED,
        central=(half if central is None else central) / HUNDRED,
        state=(half if state is None else state) / HUNDRED,
        cess=((cess.rate if cess else None) or ZERO) / HUNDRED,
        cess_per_unit=(cess.per_unit if cess else None) or ZERO,
    )


def _percent(by_head: Mapping[TaxHead, TaxRate], head: TaxHead) -> Decimal | None:
    return by_head[head].rate if head in by_head else None


@dataclass(frozen=True, slots=True)
class LineReading:
    """What decides the tax of a line: its rates (None: not known), and whether it bears any."""

    rates: LineRates | None
    is_taxed: bool


def read_line(line: ItemLine, item: Item | None, day: date) -> LineReading:
    """Read a line: what it says itself, else what the item's master says for the day."""
    detail = item.tax_detail_on(day) if item is not None else None
    rates = read_rates(line.rates) if line.rates else None
    if rates is None and detail is not None:
        rates = read_rates(detail.rates)
    nature = line.nature
    if nature is SupplyNature.UNKNOWN and detail is not None:
        nature = detail.nature
    return LineReading(rates, nature not in UNTAXED)


def expect(document: TaxDocument, readings: Sequence[LineReading]) -> Expected:
    """Add up the tax that follows from the lines; a line of unknown rate makes the sum unknown.

    Args:
        document: whose lines.
        readings: of each line, in order.
    """
    side = VALUE_SIDE[document.voucher.kind]
    is_inter = TaxHead.IGST in document.charged
    expected = Expected()
    for line, found in zip(document.voucher.items, readings, strict=True):
        amount = line.amount if line.side is side else -line.amount
        expected.value += amount
        if not amount or not found.is_taxed:
            continue
        if found.rates is None:
            expected.is_known = False
        else:
            _add(expected, amount, found.rates, line, is_inter=is_inter)
    return expected


def _add(expected: Expected, amount: Decimal, rates: LineRates, line: ItemLine, *, is_inter: bool) -> None:
    heads = expected.heads
    if rates.integrated:
        expected.taxed += amount
        expected.rate_max = max(expected.rate_max, rates.percent)
        if is_inter:
            heads[TaxHead.IGST] = heads.get(TaxHead.IGST, ZERO) + amount * rates.integrated
        else:
            heads[TaxHead.CGST] = heads.get(TaxHead.CGST, ZERO) + amount * rates.central
            heads[TaxHead.SGST] = heads.get(TaxHead.SGST, ZERO) + amount * rates.state
    cess = amount * rates.cess if rates.cess else ZERO
    if rates.cess_per_unit and line.billed is not None:
        cess += rates.cess_per_unit * line.billed.number
    if cess:
        heads[TaxHead.CESS] = heads.get(TaxHead.CESS, ZERO) + cess


def charges_beside(document: TaxDocument) -> Decimal:
    """Sum the magnitudes of postings that are neither party, tax, round-off nor the lines' own ledgers, rupees."""
    voucher = document.voucher
    known = {line.ledger_key for line in voucher.taxes} | {line.ledger_key for line in voucher.items}
    known.add(voucher.party_key)
    return sum(
        (
            posting.amount
            for posting in voucher.postings
            if posting.ledger_key not in known and not posting.is_party and posting.from_item is None
        ),
        ZERO,
    )


def check_amounts(
    document: TaxDocument, verdict: Verdict, expected: Expected, tolerance: Tolerance
) -> Iterator[Finding]:
    """Compare the tax charged with what follows from the lines.

    Says nothing where the lines' rates are not known, where the supply bears no tax, or under reverse charge. What
    ``check_split`` says of the heads is not said again: IGST beside the halves is compared as one sum, and a half that
    is missing beside the other is left to it.
    """
    charged = document.charged
    if not expected.is_known or verdict.split is Split.NONE or document.supply.is_reverse_charge:
        return
    if not charged:
        yield from _missing(document, verdict, expected, tolerance)
        return
    margin = None
    charged, is_mixed = _as_one_sum(charged)
    for head in sorted((charged.keys() | expected.heads.keys()) - _missing_half(charged)):
        ours, theirs = expected.heads.get(head, ZERO), charged.get(head, ZERO)
        allowed = tolerance.cess if head is TaxHead.CESS else tolerance.tax
        if abs(ours - theirs) <= allowed:
            continue
        if margin is None:
            margin = charges_beside(document) * expected.rate_max / HUNDRED
        if abs(ours - theirs) <= allowed + margin or (head is not TaxHead.CESS and verdict.split is Split.UNKNOWN):
            continue
        what = "the tax" if is_mixed and head is TaxHead.IGST else head.value.upper()
        yield _differs(what, head, ours, theirs, expected)


def _as_one_sum(charged: Mapping[TaxHead, Decimal]) -> tuple[Mapping[TaxHead, Decimal], bool]:
    """Take halves beside IGST for IGST; say whether that was done."""
    halves = charged.get(TaxHead.CGST, ZERO) + charged.get(TaxHead.SGST, ZERO)
    integrated = charged.get(TaxHead.IGST, ZERO)
    if not halves or not integrated:
        return charged, False
    others = {head: amount for head, amount in charged.items() if head not in _HALVES}
    return {**others, TaxHead.IGST: integrated + halves}, True


def _missing_half(charged: Mapping[TaxHead, Decimal]) -> frozenset[TaxHead]:
    there = frozenset(head for head in _HALVES if charged.get(head))
    return _HALVES - there if there else frozenset()


_HALVES = frozenset({TaxHead.CGST, TaxHead.SGST})


def fits_factor(document: TaxDocument, expected: Expected, rules: Rules, tolerance: Tolerance) -> bool:
    """Say whether the tax is a lawful part of what follows from the lines (65 % on certain leased vehicles)."""
    return any(
        document.day in span
        and all(
            abs(amount * factor - document.charged.get(head, ZERO)) <= tolerance.tax
            for head, amount in expected.heads.items()
            if head is not TaxHead.CESS
        )
        for factor, span in rules.factors
    )


def _missing(document: TaxDocument, verdict: Verdict, expected: Expected, tolerance: Tolerance) -> Iterator[Finding]:
    total = sum(expected.heads.values(), ZERO)
    if verdict.is_zero_rated or total <= tolerance.tax or not document.supply.supplier.gstin:
        return
    yield Finding(
        code="gst.tax.missing",
        level=IssueLevel.WARNING,
        message=f"no tax stands on it, but its lines bear {render_inr(round_paisa(total))} by their own rates.",
        field=TAX_FIELD,
        facts={"expected": str(round_paisa(total))},
    )


def _differs(what: str, head: TaxHead, ours: Decimal, theirs: Decimal, expected: Expected) -> Finding:
    ours = round_paisa(ours)
    difference = theirs - ours
    more = "more" if difference > 0 else "less"
    return Finding(
        code="gst.tax.differs",
        level=IssueLevel.ACTION_REQUIRED,
        message=(
            f"{what} is {render_inr(theirs)}, but its lines of {render_inr(expected.taxed)} come to "
            f"{render_inr(ours)} by their rates: {render_inr(abs(difference))} {more}."
        ),
        field=TAX_FIELD,
        facts={"head": head.value, "charged": str(theirs), "expected": str(ours), "difference": str(difference)},
    )


def income_postings(voucher: Voucher) -> tuple[Posting, ...]:
    """Postings of a document without lines that bear its value: not the party's, not tax, on the value's side."""
    tax_keys = {line.ledger_key for line in voucher.taxes}
    side = VALUE_SIDE[voucher.kind]
    return tuple(
        [
            posting
            for posting in voucher.postings
            if posting.side is side
            and not posting.is_party
            and posting.ledger_key != voucher.party_key
            and posting.ledger_key not in tax_keys
        ]
    )


def check_effective_rate(document: TaxDocument, rules: Rules, tolerance: Tolerance) -> Iterator[Finding]:
    """Check a document without lines: its tax must be some rate of its day on its one value, and never above the top.

    With several values nobody says which bear tax, so only the top rate is held against their sum.
    """
    tax = sum((amount for head, amount in document.charged.items() if head is not TaxHead.CESS), ZERO)
    values = income_postings(document.voucher)
    base = sum((posting.amount for posting in values), ZERO)
    if tax <= 0 or not base:
        return
    margin = tolerance.tax * len(document.charged)
    percents = rules.percents_until(document.day)
    if len(values) > 1:
        fits = tax <= base * percents[-1] / HUNDRED + margin
    else:
        low, high = (tax - margin) * HUNDRED / base, (tax + margin) * HUNDRED / base
        fits = any(low <= percent <= high for percent in percents)
    if fits:
        return
    percent = (tax * HUNDRED / base).quantize(Decimal("0.01"))
    yield Finding(
        code="gst.tax.no_rate",
        level=IssueLevel.WARNING,
        message=f"its tax of {render_inr(tax)} is {percent} % of {render_inr(base)}, which is no rate of GST.",
        field=TAX_FIELD,
        facts={"tax": str(tax), "value": str(base), "percent": str(percent)},
    )
