"""GST validation as part of a run: each record as it is translated, then what shows only across documents.

A voucher's own issues are stored with its translation and replaced with it, so they cost nothing when nothing changed.
What needs all documents (duplicates, digits by turnover, registrations) is asked of the store once per run and settled
as a whole. Both can be run again harmlessly.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from canonical.codec import CanonicalRecord
from canonical.company import Company
from canonical.issue import Issue
from canonical.item import Item
from canonical.ledger import Ledger
from canonical.party import Party
from canonical.record import SourceRef
from canonical.tax_document import TaxDocumentFact
from canonical.voucher import Voucher
from canonical.voucher_type import VoucherKind
from harmonizer.validation import NOTHING, Validator, load_rules
from harmonizer.validation.books import (
    MISSING_LISTED,
    Found,
    Reporting,
    check_codes,
    check_duplicates,
    check_late,
    check_missing,
    check_numbers,
    check_uneven,
)
from harmonizer.validation.codes import BOOK_CODES, RECORD_CODES
from harmonizer.validation.turnover import Turnover
from storage.store import TenantStore

LEARNED: tuple[type[CanonicalRecord], ...] = (Company, Ledger, Party, Item)
BUSINESS_OFFSET = timedelta(hours=5, minutes=30)
"""India keeps one time the whole year: +05:30, without summer time."""
BATCH = 1000

Declared = Mapping[tuple[str, int], Decimal]
"""Turnover in rupees as the operator says it, by PAN and start of the financial year."""


def validate_records(
    validator: Validator | None,
    raw_ids: Sequence[int],
    records: Sequence[CanonicalRecord],
    issues: dict[int, tuple[Issue, ...]],
) -> list[tuple[int, TaxDocumentFact]]:
    """Validate what raw records were translated to.

    Args:
        validator: of the company; None validates nothing.
        raw_ids: the raw record of each record.
        records: what they mean.
        issues: by raw record; what validation finds is added.

    Returns:
        Raw record and row of each document that is compared with others.
    """
    facts: list[tuple[int, TaxDocumentFact]] = []
    if validator is None:
        return facts
    for raw_id, record in zip(raw_ids, records, strict=True):
        validated = validator.validate(record)
        if validated is not NOTHING:
            if validated.issues:
                issues[raw_id] += validated.issues
            if validated.fact is not None:
                facts.append((raw_id, validated.fact))
    return facts


def company_validator(store: TenantStore, company_id: int) -> Validator:
    """A validator of the company that has learned nothing yet; see ``LEARNED`` for what it must be told."""
    company = store.companies.get(company_id)
    source = SourceRef(company.connector, company.source_key, "companies", company.source_key)
    return Validator(Company(source=source, name=company.name))


def lacks_validation(store: TenantStore, company_id: int) -> bool:
    """Say whether the books came in before there was validation: sales, but no tax document."""
    if not store.tax_documents.is_empty(company_id):
        return False
    return store.records.count(company_id, Voucher, kind=VoucherKind.SALES.value) > 0


def validate_books(
    store: TenantStore, company_id: int, run_id: int | None, known_at: datetime, declared: Declared | None = None
) -> int:
    """Settle the issues that show only across the company's documents.

    Args:
        store: the tenant's.
        company_id: whose books.
        run_id: the run that asks.
        known_at: now, UTC; what is overdue depends on it.
        declared: turnover the operator has said.

    Returns:
        Number of these issues that stand now.
    """
    found = list(_across(store, company_id, (known_at + BUSINESS_OFFSET).date(), declared or {}))
    store.issues.settle(run_id, company_id, BOOK_CODES, found)
    return len(found)


def _across(store: TenantStore, company_id: int, as_of: date, declared: Declared) -> Iterator[Found]:
    documents, rules = store.tax_documents, load_rules()
    turnover = company_turnover(store, company_id, declared)
    covered_from = turnover.covered_from(rules)
    yield from check_duplicates(documents.duplicates(company_id))
    registered_from = documents.first_registered(company_id)
    yield from check_numbers(
        documents.number_faults(company_id), is_covered=covered_from is not None or registered_from is not None
    )
    for year in documents.years(company_id):
        digits = turnover.digits_min(year)
        to_registered = not turnover.are_consumer_codes_due(year)
        group = documents.short_codes(company_id, year, digits, to_registered=to_registered) if digits else None
        yield from check_codes([group] if group else [], to_registered=to_registered)
    if covered_from is not None:
        days = rules.reporting_days(as_of, turnover.highest_before(as_of) or Decimal(0))
        count, oldest = documents.unregistered(company_id, covered_from, MISSING_LISTED)
        yield from check_missing(count, oldest, Reporting(days=days, as_of=as_of))
        for limit in rules.reporting:
            if days is not None and limit.turnover <= (turnover.highest_before(limit.since) or Decimal(0)):
                yield from check_late(documents.registered_late(company_id, limit.days, limit.since), limit.days)
                break
    elif registered_from is not None:
        count, oldest = documents.unregistered(company_id, registered_from, 1)
        yield from check_uneven(count, oldest, registered_from)


def company_turnover(store: TenantStore, company_id: int, declared: Declared) -> Turnover:
    """Turnover of the company's PANs: as all books of the tenant show it, and as declared."""
    pans = {gstin[2:12] for gstin in store.tax_documents.own_gstins(company_id)}
    by_year: dict[int, Decimal] = {}
    for (pan, year), taxable in store.tax_documents.turnover().items():
        if pan in pans:
            by_year[year] = by_year.get(year, Decimal(0)) + taxable
    said = {year: rupees for (pan, year), rupees in declared.items() if pan in pans}
    return Turnover(by_year={**by_year, **said})


def validate_again(
    store: TenantStore, company_id: int, run_id: int | None, known_at: datetime, declared: Declared | None = None
) -> int:
    """Validate every voucher of the company anew from the store; returns how many there are.

    For books that came in before there was validation, and after the rules of a new release changed. Issues of the
    translation stay; those of validation are replaced.
    """
    validator = company_validator(store, company_id)
    facts: list[tuple[int, TaxDocumentFact]] = []
    found: list[tuple[int, Issue]] = []
    count = 0
    for record_type in (*LEARNED, Voucher):
        for stored in store.records.iter_stored(company_id, record_type):
            validated = validator.validate(stored.record)
            count += record_type is Voucher
            if stored.raw_id is None:
                continue
            found += [(stored.raw_id, issue) for issue in validated.issues]
            if validated.fact is not None:
                facts.append((stored.raw_id, validated.fact))
    for start in range(0, len(facts), BATCH):
        store.tax_documents.save(company_id, facts[start : start + BATCH])
    store.issues.settle(run_id, company_id, RECORD_CODES, found)
    validate_books(store, company_id, run_id, known_at, declared)
    return count
