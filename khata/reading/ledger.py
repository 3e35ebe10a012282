"""Trial balance, and one ledger's account."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from canonical.dates import FinancialYear, Period
from canonical.errors import NotFound
from canonical.ledger import Ledger, name_key

if TYPE_CHECKING:
    from storage import TenantStore
    from storage.reports.trial_balance import LedgerEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerAccount:
    """A ledger's postings over a period; balances are debit positive."""

    name: str
    period: Period
    opening: Decimal
    entries: tuple[LedgerEntry, ...]


def read_account(
    books: TenantStore,
    company_id: int,
    wanted: str,
    *,
    day_from: date | None,
    day_to: date,
    known_at: datetime | None,
) -> LedgerAccount:
    """Return a ledger's account, from the start of the financial year unless a day is given.

    Raises:
        NotFound: no ledger is called that; the message names the nearest.
        PeriodError: the period ends before it starts.
    """
    found = books.records.find_by_key(Ledger, company_id, name_key(wanted), known_at)
    if found is None:
        raise _unknown(books, company_id, wanted)
    period = Period(day_from or FinancialYear.of(day_to).period.start, day_to)
    opening, entries = books.reports.ledger_entries(company_id, found.record.key, period, known_at)
    return LedgerAccount(name=found.record.name, period=period, opening=opening, entries=entries)


def _unknown(books: TenantStore, company_id: int, wanted: str) -> NotFound:
    names = {ledger.key: ledger.name for ledger in books.records.iter(company_id, Ledger)}
    near = [names[key] for key in difflib.get_close_matches(name_key(wanted), list(names), n=3, cutoff=0.5)]
    advice = f"did you mean {' or '.join(near)}?" if near else "'khata trial-balance' lists them."
    return NotFound(f"No ledger is called {wanted!r}; {advice}", code="ledger.unknown")
