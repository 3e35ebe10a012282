"""Which of Tally's reports a live extraction reads as oracles, with the variables that make them comparable.

Titles are those Tally accepts as ``ID``: ``Profit and Loss`` (``Profit & Loss`` is refused), ``Bills Receivable``
(``Outstandings`` is refused). ``$$SysName:XML``, the company and the period are the client's business; here stands
what differs from report to report. A report that Tally refuses is a record too (``ReportRecord.refused``), so the proof
can say why it had no oracle.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from canonical.dates import Period, year_start
from canonical.proof import ReportKind

VOUCHER_CENSUS = "Voucher Census"
"""Not a report of Tally's but ours: a collection of vouchers grouped by type; see ``counts.py`` for its tags."""
COMPANY_COUNTERS = "Company Counters"
"""Likewise: the company object with its counters of masters."""
KIND_BY_TITLE: Mapping[str, ReportKind] = MappingProxyType(
    {
        "Trial Balance": ReportKind.TRIAL_BALANCE,
        "Profit and Loss": ReportKind.PROFIT_AND_LOSS,
        "Balance Sheet": ReportKind.BALANCE_SHEET,
        "Bills Receivable": ReportKind.BILLS_RECEIVABLE,
        "Bills Payable": ReportKind.BILLS_PAYABLE,
        "Stock Summary": ReportKind.STOCK_SUMMARY,
        "Statistics": ReportKind.VOUCHER_COUNTS,
        VOUCHER_CENSUS: ReportKind.VOUCHER_COUNTS,
        COMPANY_COUNTERS: ReportKind.MASTER_COUNTS,
    }
)
_LEDGER_WISE = {"ISLEDGERWISE": "Yes", "EXPLODEFLAG": "Yes"}


@dataclass(frozen=True, slots=True, kw_only=True)
class OracleRequest:
    """One named report to ask for.

    Attributes:
        title: Tally's ``ID``.
        period: for ``SVFROMDATE`` and ``SVTODATE``.
        variables: further static variables.
    """

    title: str
    period: Period
    variables: Mapping[str, str] = field(default_factory=dict)


def oracle_requests(as_of: date, books_from: date, year_from: date | None = None) -> tuple[OracleRequest, ...]:
    """The named reports that prove a company's books on a day.

    The period is the company's financial year up to that day: Tally opens income and expenses at zero with the year,
    and its profit and loss account is of the year.

    Args:
        as_of: the day balances are stated for.
        books_from: first day of the books.
        year_from: a first day of some financial year of the company; 1 April if unknown.
    """
    start = max(books_from, year_start(as_of, year_from))
    period = Period(min(start, as_of), as_of)
    return (
        OracleRequest(title="Trial Balance", period=period, variables=_LEDGER_WISE),
        OracleRequest(title="Profit and Loss", period=period),
        OracleRequest(title="Balance Sheet", period=period),
        OracleRequest(title="Stock Summary", period=period),
        OracleRequest(title="Bills Receivable", period=period),
        OracleRequest(title="Bills Payable", period=period),
        OracleRequest(title="Statistics", period=Period(min(books_from, as_of), as_of)),
    )
