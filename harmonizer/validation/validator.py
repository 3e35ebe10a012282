"""``Validator``: one company's masters and vouchers in, issues and tax document facts out.

It holds what a voucher is judged by (company, parties, items, ledgers) and remembers verdicts: a company has few
parties and rate tables and many vouchers, so most of the work of a voucher is looking up what was decided before. The
checks themselves are pure functions in the modules beside this one; the same voucher with the same masters gives the
same issues, in whatever order vouchers come.

Where next: ``supply.py``, ``split.py``, ``amounts.py``, ``lines.py``, ``e_invoice.py``; ``books.py`` for what shows
only across documents.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from canonical.codec import CanonicalRecord
from canonical.company import Company
from canonical.issue import Issue
from canonical.item import Item
from canonical.ledger import Ledger
from canonical.money import ZERO
from canonical.party import Party
from canonical.tax import TaxHead
from canonical.tax_document import TaxDocumentFact
from canonical.voucher import ItemLine, Voucher
from harmonizer.validation.amounts import (
    VALUE_SIDE,
    Expected,
    LineReading,
    check_amounts,
    check_effective_rate,
    expect,
    fits_factor,
    income_postings,
    read_line,
)
from harmonizer.validation.document import (
    DIRECTIONS,
    GST_HEADS,
    NO_DETAILS,
    NOTES,
    TaxDocument,
    label_of,
    read_document,
    read_supply,
)
from harmonizer.validation.e_invoice import check_cancelled, check_registration, is_registrable
from harmonizer.validation.finding import Finding, to_issue
from harmonizer.validation.lines import check_cess, check_code, check_rate, code_digits
from harmonizer.validation.numbers import number_fault, number_key
from harmonizer.validation.rates import Standing, standing
from harmonizer.validation.registrations import check_company, check_gstin, check_party
from harmonizer.validation.rules import GST_FROM, Rules, Tolerance, load_rules
from harmonizer.validation.split import check_split, splits_that_fit
from harmonizer.validation.supply import Direction, Split, Supply, Verdict, judge

REMEMBERED_MAX = 1 << 14
"""Verdicts and line readings kept before the memory is emptied."""


class Validated(NamedTuple):
    """What a record came to: what a person should know, and for a tax document what is compared across them."""

    issues: tuple[Issue, ...] = ()
    fact: TaxDocumentFact | None = None


NOTHING = Validated()
NO_ITEM: tuple[None, tuple[date, ...]] = (None, ())


@dataclass(frozen=True, slots=True)
class Judged:
    """A supply as it was judged before.

    Attributes:
        fits: the splits of tax that fit it in some reading.
        may_register: a covered supplier registers such supplies, if tax lies on them or could.
        findings: what is wrong with the registrations on it.
        is_outward: a supply of ours.
        other: the other side's GSTIN, else its ledger.
    """

    supply: Supply
    verdict: Verdict
    fits: frozenset[Split]
    may_register: bool
    findings: tuple[Finding, ...]
    is_outward: bool
    other: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it was read before.

    Attributes:
        hsn: its code, from the master if it names none.
        digits: of the code, 0 without one.
        findings: what is wrong with the code.
        is_in_force: its rate stands in the table on the day of the document.
        part: the rate as a part of one, for a glance; 0 if no tax lies on it, None if it asks for a closer look.
        held: keeps the rates alive that the line is remembered by.
    """

    reading: LineReading
    hsn: str
    digits: int
    findings: tuple[Finding, ...]
    is_in_force: bool
    part: Decimal | None
    held: object


@dataclass(frozen=True, slots=True)
class Changed:
    """Masters that say something else now of what documents are judged by.

    Attributes:
        company: the company itself, and so every document.
        parties: keys.
        items: keys.
    """

    company: bool = False
    parties: frozenset[str] = frozenset()
    items: frozenset[str] = frozenset()


NOTHING_CHANGED = Changed()


class Validator:
    """Validates the records of one company.

    Args:
        company: whose books.
        rules: the dated tables; those of this release by default.
    """

    def __init__(self, company: Company, rules: Rules | None = None) -> None:
        self._rules = rules or load_rules()
        self._changes = self._rules.rate_changes
        self._company = company
        self._parties: dict[str, Party] = {}
        self._items: dict[str, tuple[Item, tuple[date, ...]]] = {}
        self._unknown_ledgers: set[str] = set()
        self._judged: dict[tuple[object, ...], Judged] = {}
        self._lines: dict[tuple[object, ...], Line] = {}
        self._changed_parties: set[str] = set()
        self._changed_items: set[str] = set()
        self._is_company_changed = False

    def take_changed(self) -> Changed:
        """Return the masters whose registrations, places or tax details changed since this was last asked."""
        changed = Changed(self._is_company_changed, frozenset(self._changed_parties), frozenset(self._changed_items))
        self._is_company_changed = False
        self._changed_parties.clear()
        self._changed_items.clear()
        return changed

    def remember(self, record: CanonicalRecord) -> None:
        """Learn a master; what was decided by another version of it is forgotten."""
        match record:
            case Company():
                self._is_company_changed |= _place_of(self._company) != _place_of(record)
                self._company = record
                self._judged.clear()
            case Party():
                if _standing_of(self._parties.get(record.key)) != _standing_of(record):
                    self._changed_parties.add(record.key)
                self._parties[record.key] = record
                self._judged.clear()
            case Item():
                if _tax_of(self._items.get(record.key, NO_ITEM)[0]) != _tax_of(record):
                    self._changed_items.add(record.key)
                starts = sorted(detail.applicable_from or date.min for detail in record.tax_details)
                self._items[record.key] = record, tuple(starts)
                self._lines.clear()
            case Ledger() if record.is_placeholder:
                self._unknown_ledgers.add(record.key)
            case Ledger():
                self._unknown_ledgers.discard(record.key)
            case _:
                pass

    def validate(self, record: CanonicalRecord) -> Validated:
        """Validate one record and learn it, if it is a master."""
        if record.__class__ is Voucher:
            return self._voucher(record) if record.kind in DIRECTIONS else NOTHING
        self.remember(record)
        match record:
            case Company():
                return _about(check_company(record), f"Company {record.name}", record)
            case Party():
                return _about(check_party(record), f"Party {record.name}", record)
            case _:
                return NOTHING

    def _voucher(self, voucher: Voucher) -> Validated:
        if voucher.day < GST_FROM:
            return NOTHING
        if voucher.is_cancelled or voucher.is_optional:
            return _about(check_cancelled(voucher), label_of(voucher), voucher)
        known = self._judge(voucher)
        day = voucher.day if known.is_outward or voucher.reference_date is None else voucher.reference_date
        regime = bisect_right(self._changes, day)
        lines = [self._line(line, day, regime) for line in voucher.items]
        found: Sequence[Finding] = known.findings
        value = glance(voucher, known, lines, self._rules.tolerance_on(day))
        if value is None:
            document = read_document(voucher, known.supply)
            expected = expect(document, [line.reading for line in lines])
            value = expected.value
            found = [*found, *self._findings(document, known.verdict, expected, lines)]
        if voucher.e_invoice is not None:
            found = [*found, *check_registration(voucher, known.supply, self._rules)]
        # a list that repeats invoices of the books, without postings, is neither turnover nor a second use of a number
        fact = _fact(voucher, known, day, value, lines) if voucher.postings else None
        if not found:
            return Validated((), fact)
        label = label_of(voucher)
        return Validated(tuple([to_issue(one, label, voucher.source) for one in _once(found)]), fact)

    def _findings(
        self, document: TaxDocument, verdict: Verdict, expected: Expected, lines: Sequence[Line]
    ) -> Iterator[Finding]:
        if not document.supply.own.gstin and not document.charged:
            return  # not registered: no tax is due and none stands here
        tolerance = self._rules.tolerance_on(document.day)
        yield from check_split(document.supply, verdict, document.charged, tolerance, is_note=document.is_note)
        for line, item in zip(lines, document.voucher.items, strict=True):
            yield from line.findings
            yield from self._rate(document, line, item)
        if TaxHead.CESS in document.charged:
            yield from check_cess(document, self._rules, tuple(line.hsn for line in lines))
        if document.voucher.items:
            found = list(check_amounts(document, verdict, expected, tolerance))
            if found and not self._is_excused(document, expected, tolerance):
                yield from found
        elif document.charged:
            yield from check_effective_rate(document, self._rules, tolerance)

    def _rate(self, document: TaxDocument, line: Line, item: ItemLine) -> Iterator[Finding]:
        rates = line.reading.rates
        if rates is None or not line.reading.is_taxed or not document.charged:
            return
        if document.is_note or not line.is_in_force:
            found = check_rate(document, self._rules, rates.percent, line.hsn, item.item_name)
            if found is not None:
                yield found

    def _is_excused(self, document: TaxDocument, expected: Expected, tolerance: Tolerance) -> bool:
        """Tax may stand on a ledger whose master was not read, or be a lawful part of the whole."""
        if any(posting.ledger_key in self._unknown_ledgers for posting in document.voucher.postings):
            return True
        return bool(document.charged) and fits_factor(document, expected, self._rules, tolerance)

    def _judge(self, voucher: Voucher) -> Judged:
        details = voucher.details or NO_DETAILS
        is_sale = DIRECTIONS[voucher.kind] is Direction.OUTWARD
        address = details.buyer_address if is_sale else details.supplier_address
        party = self._parties.get(voucher.party_key)
        is_dated = (party is not None and len(party.registrations) > 1) or len(self._company.registrations) > 1
        key = (
            voucher.kind,
            voucher.party_key,
            details.company_gstin,
            details.company_gst_category,
            details.company_state,
            details.buyer_gstin if is_sale else details.supplier_gstin,
            details.buyer_gst_category if is_sale else details.supplier_gst_category,
            None if address is None else (address.state_code, address.country),
            details.place_of_supply,
            details.reverse_charge,
            details.consignee_gstin,
            voucher.day if is_dated else None,
        )
        known = self._judged.get(key)
        if known is None:
            if len(self._judged) > REMEMBERED_MAX:
                self._judged.clear()
            known = self._judged[key] = self._judge_anew(voucher, party)
        return known

    def _judge_anew(self, voucher: Voucher, party: Party | None) -> Judged:
        supply = read_supply(voucher, self._company, party)
        verdict = judge(supply)
        fits = splits_that_fit(supply, verdict, is_note=voucher.kind in NOTES)
        return Judged(
            supply=supply,
            verdict=verdict,
            fits=fits,
            may_register=is_registrable(supply, verdict),
            findings=tuple(self._registrations(voucher, supply, party)),
            is_outward=supply.direction is Direction.OUTWARD,
            other=supply.other.gstin or voucher.party_key,
        )

    def _registrations(self, voucher: Voucher, supply: Supply, party: Party | None) -> Iterator[Finding]:
        """Numbers that stand on the voucher; one that a master carries too is said there, once."""
        details = voucher.details or NO_DETAILS
        mastered = {row.gstin for row in party.registrations} if party and not party.roles_inferred else set()
        ours = {row.gstin for row in self._company.registrations}
        if supply.other.gstin not in mastered:
            yield from check_gstin(supply.other.gstin, "the other side's")
        if supply.own.gstin not in ours:
            yield from check_gstin(supply.own.gstin, "the company's own")
        if details.consignee_gstin not in (*mastered, supply.other.gstin):
            yield from check_gstin(details.consignee_gstin, "the consignee's")

    def _line(self, line: ItemLine, day: date, regime: int) -> Line:
        item, starts = self._items.get(line.item_key, NO_ITEM)
        row = bisect_right(starts, day) if starts else 0
        key = (id(line.rates), line.item_key, line.hsn, line.nature, line.is_service, regime, row)
        found = self._lines.get(key)
        if found is None:
            if len(self._lines) > REMEMBERED_MAX:
                self._lines.clear()
            found = self._lines[key] = self._read_line(line, item, day)
        return found

    def _read_line(self, line: ItemLine, item: Item | None, day: date) -> Line:
        reading = read_line(line, item, day)
        detail = item.tax_detail_on(day) if item else None
        hsn = line.hsn or (detail.hsn if detail else "")
        is_service = line.is_service or (item.is_service if item else False)
        rates = reading.rates
        in_force = rates is None or standing(self._rules, rates.percent, day, hsn) is Standing.IN_FORCE
        findings = tuple(check_code(hsn, line.item_name, is_service=is_service)) if hsn else ()
        part = None if findings or not in_force else _part(reading)
        return Line(reading, hsn, code_digits(hsn), findings, in_force, part, line.rates)


def _place_of(company: Company) -> tuple[object, ...]:
    """What documents are judged by of the company."""
    return company.registrations, company.addresses


def _standing_of(party: Party | None) -> tuple[object, ...]:
    """What documents are judged by of the other side."""
    return () if party is None else (party.registrations, party.addresses, party.roles_inferred)


def _tax_of(item: Item | None) -> tuple[object, ...]:
    """What documents are judged by of goods and services; an item that says nothing is like none."""
    return ((), False) if item is None else (item.tax_details, item.is_service)


def _part(reading: LineReading) -> Decimal | None:
    """The line's one rate, where it has one: no cess, and both halves equal."""
    rates = reading.rates
    if not reading.is_taxed:
        return ZERO
    if rates is None or rates.cess or rates.cess_per_unit or not rates.central == rates.state == rates.integrated / 2:
        return None
    return rates.integrated


def glance(  # noqa: C901 - one plain look after the other: this is the hot path of every import
    voucher: Voucher, known: Judged, lines: Sequence[Line], tolerance: Tolerance
) -> Decimal | None:
    """Say at a glance that all checks of tax and lines would pass.

    Nearly every document of nearly every company is in order, and this look costs a fifth of the checks. A property
    test holds it to its word: whatever it passes, the checks pass.

    Returns:
        Rupees of the lines before tax; None if the checks have to be made.
    """
    details = voucher.details
    if known.supply.is_reverse_charge or (details is not None and details.original is not None):
        return None
    central = state = integrated = ZERO
    for tax in voucher.taxes:
        head = tax.head
        if head is TaxHead.CGST:
            central += tax.amount
        elif head is TaxHead.SGST:
            state += tax.amount
        elif head is TaxHead.IGST:
            integrated += tax.amount
        elif head is TaxHead.CESS:
            return None
    if central != state or (central and (integrated or Split.INTRA not in known.fits)):
        return None
    if integrated and Split.INTER not in known.fits:
        return None
    side = VALUE_SIDE[voucher.kind]
    value = due = ZERO
    for item, line in zip(voucher.items, lines, strict=True):
        part = line.part
        if part is None:
            return None
        amount = item.amount if item.side is side else -item.amount
        value += amount
        if part:
            due += amount * part
    margin, charged = tolerance.tax, central + central + integrated
    fits = -margin <= due - charged <= margin and bool(due) is bool(charged)
    return value if fits else None


def _about(findings: Iterator[Finding], label: str, record: Company | Party | Voucher) -> Validated:
    issues = tuple(to_issue(found, label, record.source) for found in findings)
    return Validated(issues) if issues else NOTHING


def _once(findings: Sequence[Finding]) -> Sequence[Finding]:
    """Ten lines with one wrong rate are one thing to correct."""
    if len(findings) < 2:  # noqa: PLR2004 - nothing to compare
        return findings
    return list({(found.code, found.message): found for found in findings}.values())


def _has_gst(voucher: Voucher) -> bool:
    return any(line.head in GST_HEADS for line in voucher.taxes)


def _fact(voucher: Voucher, known: Judged, day: date, value: Decimal, lines: Sequence[Line]) -> TaxDocumentFact:
    supply, is_outward = known.supply, known.is_outward
    number = voucher.number if is_outward else voucher.reference
    e_invoice = voucher.e_invoice
    if not lines:
        value = sum([row.amount for row in income_postings(voucher)], ZERO)
    return TaxDocumentFact(
        voucher.source,
        voucher.kind,
        day,
        supply.own.gstin,
        known.other,
        supply.other.gstin != "",
        number_key(number) if number else "",
        number_fault(number) if is_outward else "",
        -value if voucher.kind in NOTES else value,
        known.may_register and (known.verdict.is_zero_rated or supply.is_reverse_charge or _has_gst(voucher)),
        e_invoice is not None and e_invoice.cancelled_on is None,
        e_invoice.ack_date if e_invoice is not None else None,
        min([line.digits for line in lines]) if lines else None,
    )
