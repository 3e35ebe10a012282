"""The books: name, years, version and settings, added up over the exports read."""

from __future__ import annotations

import dataclasses
from datetime import date

from canonical.company import Company
from connectors.busy.staging import CompanyRow
from connectors.busy.translate.parties import addresses_of, registrations_of
from connectors.busy.translate.reading import Reading

CURRENCIES = {"rs.": "INR", "rs": "INR", "inr": "INR", "rupees": "INR", "₹": "INR"}


def read_company(row: CompanyRow, reading: Reading) -> Company:
    """Read what this export says; the books begin with the earliest year read."""
    known = reading.learned.company
    starts = [day for day in (known.books_from, row.year_from) if day]
    where = dataclasses.replace(row.address, gstin=row.gstin or row.address.gstin)
    company = dataclasses.replace(
        known,
        source=reading.source,
        name=row.name or known.name,
        books_from=min(starts, default=None),
        financial_year_from=_latest(known.financial_year_from, row.year_from),
        base_currency=CURRENCIES.get(row.base_currency.strip().casefold(), row.base_currency or known.base_currency),
        pan=row.pan or known.pan,
        registrations=registrations_of(where) or known.registrations,
        addresses=addresses_of(where) or known.addresses,
        product=f"BUSY {row.version}" if row.version else known.product,
        extras={**known.extras, **dict(row.extras)},
    )
    reading.learned.company = company
    return company


def _latest(first: date | None, second: date | None) -> date | None:
    return max((day for day in (first, second) if day), default=None)
