"""Titles of the reports that serve as oracles, and the kind each is of.

Titles of Tally's own are those it accepts as ``ID``: ``Profit and Loss`` (``Profit & Loss`` is refused), ``Bills
Receivable`` (``Outstandings`` is refused). Which are asked for, and how, is a live extraction's business
(``live/oracles.py``); a report that Tally refuses is a record too, so the proof can say why it had no oracle.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

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
