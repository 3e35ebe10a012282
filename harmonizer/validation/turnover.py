"""Turnover, and what it brings with it: digits of codes, registration of invoices.

Aggregate turnover is that of the PAN over all registrations, before tax, by financial year. Books show it for the years
they hold; for the years before, the operator may say it. What depends on it counts from the *earlier* years, so the
first year of the books says nothing unless somebody declares the year before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from canonical.dates import FinancialYear
from canonical.identifiers import hsn
from harmonizer.validation.rules import Rules

FIRST_YEAR = 2017
"""Turnover counts for e-invoicing from the financial year 2017-18 on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turnover:
    """Rupees before tax by the calendar year a financial year starts in.

    Attributes:
        by_year: as the books show it, or as declared; a declared year counts, because books may be part of the PAN.
    """

    by_year: Mapping[int, Decimal] = field(default_factory=dict)

    def in_year(self, year: int) -> Decimal | None:
        """Turnover of a financial year, None if it is not known."""
        return self.by_year.get(year)

    def highest_before(self, day: date) -> Decimal | None:
        """The highest turnover of any earlier year since 2017-18, None if none is known."""
        this_year = FinancialYear.of(day).start_year
        known = [amount for year, amount in self.by_year.items() if FIRST_YEAR <= year < this_year]
        return max(known, default=None)

    def covered_from(self, rules: Rules) -> date | None:
        """Return the first day from which invoices are to be registered; None if that is not known to be so.

        The limit only ever falls and earlier years stay, so once covered is covered for good.
        """
        years = sorted(self.by_year)
        starts = {limit.since for limit in rules.e_invoice} | {FinancialYear(year + 1).period.start for year in years}
        for day in sorted(starts):
            limit, highest = rules.e_invoice_limit(day), self.highest_before(day)
            if limit is not None and highest is not None and highest > limit:
                return day
        return None

    def digits_min(self, year: int) -> int:
        """Digits a code needs on invoices of a financial year; 0 if the turnover of the year before is not known."""
        before = self.in_year(year - 1)
        return 0 if before is None else hsn.digits_min(before, FinancialYear(year).period.end)

    def are_consumer_codes_due(self, year: int) -> bool:
        """Say whether invoices to unregistered buyers need a code too: above five crore they do."""
        before = self.in_year(year - 1)
        return before is not None and before > CONSUMER_LIMIT


CONSUMER_LIMIT = next(limit for since, limit, _ in hsn.DIGITS_MIN if since.year == 2021 and limit is not None)  # noqa: PLR2004 - the row of notification 78/2020
"""Up to here the code is optional on invoices to consumers (notification 78/2020-CT)."""
