"""Asks for QuickBooks' own figures after the books were read: trial balance, open documents, numbers of records."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from canonical.dates import FY_FIRST_MONTH
from canonical.errors import SourceError, SourceMalformed, SourceRejected
from connectors.quickbooks.client import QuickBooks, Row
from connectors.quickbooks.entities import COUNTED
from connectors.quickbooks.records import Record, report_record
from connectors.quickbooks.reports.asking import (
    AGED,
    AS_OF,
    COUNTS,
    PAYABLE,
    RECEIVABLE,
    TRIAL_BALANCE,
    aged_params,
    kept,
    trial_balance_params,
)
from connectors.quickbooks.translate.companies import MONTHS
from connectors.quickbooks.translate.values import part, text_of


@dataclass(frozen=True, slots=True)
class Oracles:
    """The reports of one company.

    Attributes:
        today: the day they stand for.
        preferences: of the company, for the first month of its year.
    """

    api: QuickBooks
    today: date
    preferences: Row

    def records(self, refused: Callable[[SourceError], None]) -> Iterator[Record]:
        """Ask for them, one after the other; one that is not given does not keep the others back.

        Args:
            refused: told why one was not given.
        """
        for ask in (self._trial_balance, self._aged, self._counts):
            try:
                found = ask()
            except (SourceMalformed, SourceRejected) as error:
                refused(error)
                continue
            yield from found

    def _trial_balance(self) -> list[Record]:
        asked = trial_balance_params(self.today, self._year_from)
        return [self._kept(TRIAL_BALANCE, [self.api.report("TrialBalance", asked)], asked)]

    def _aged(self) -> list[Record]:
        asked = aged_params(self.today)
        answers = [self.api.report(name, asked) for name in AGED]
        return [self._kept(kind, answers, asked) for kind in (RECEIVABLE, PAYABLE)]

    def _counts(self) -> list[Record]:
        counts = {entity.name: self.api.count(entity) for entity in COUNTED}
        return [self._kept(COUNTS, [], {AS_OF: self.today.isoformat(), **counts})]

    @property
    def _year_from(self) -> date:
        month = text_of(part(self.preferences, "AccountingInfoPrefs"), "FirstMonthOfFiscalYear")
        return date(2000, MONTHS.index(month) + 1 if month in MONTHS else FY_FIRST_MONTH, 1)

    def _kept(self, kind: str, answers: list[Row], asked: object) -> Record:
        return report_record(self.api.realm_id, kind, kept(kind, list(answers), asked))
