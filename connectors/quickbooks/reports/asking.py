"""Which reports are asked for after the books were read, and how their answers are kept.

An answer is kept verbatim with what was asked. What customers owe and what vendors are owed stand in two reports of
QuickBooks, each with the other side's credits in it; the hub proves by the sign of a bill (a customer's unused payment
is payable). So both answers go into both records, and reading takes the rows of one sign.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from canonical.dates import year_start
from canonical.record import JsonValue

TRIAL_BALANCE: Final = "trial_balance"
RECEIVABLE: Final = "bills_receivable"
PAYABLE: Final = "bills_payable"
COUNTS: Final = "counts"
AS_OF: Final = "as_of"
"""The day of the counts, beside them."""
AGED: Final = ("AgedReceivableDetail", "AgedPayableDetail")


def trial_balance_params(today: date, year_from: date | None) -> dict[str, JsonValue]:
    """From the first day of the fiscal year to today, on accrual basis: what income came to before is in equity."""
    return {
        "start_date": year_start(today, year_from).isoformat(),
        "end_date": today.isoformat(),
        "accounting_method": "Accrual",
    }


def aged_params(today: date) -> dict[str, JsonValue]:
    """Everything open today, with ids and due dates."""
    return {"report_date": today.isoformat(), "aging_method": "Report_Date"}


def kept(kind: str, answers: list[JsonValue], asked: JsonValue) -> dict[str, JsonValue]:
    """The object of a raw record of the stream ``reports``."""
    return {"kind": kind, "asked": asked, "answers": answers}
