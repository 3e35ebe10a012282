"""Trial balance and ledger account as reports."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from canonical.ledger import Ledger
from canonical.money import ZERO, render_inr
from khata.reading.record_id import render_id
from khata.rendering.files import plain_cell
from khata.rendering.sheet import Cell, Sheet, amount, day, text

if TYPE_CHECKING:
    from khata.reading.ledger import LedgerAccount
    from storage.reports.trial_balance import LedgerBalance, LedgerEntry

TRIAL_BALANCE_COLUMNS = (
    text("ledger", "Ledger"),
    text("group", "Group", extra=True),
    amount("opening", "Opening", extra=True),
    amount("debit", "Debits", extra=True),
    amount("credit", "Credits", extra=True),
    amount("closing_debit", "Closing Dr"),
    amount("closing_credit", "Closing Cr"),
    text("id", "ID"),
)
LEDGER_COLUMNS = (
    day("date", "Date"),
    text("type", "Type"),
    text("number", "Number"),
    amount("debit", "Debit"),
    amount("credit", "Credit"),
    amount("balance", "Balance"),
    text("id", "ID"),
)


def trial_balance_sheet(
    balances: Sequence[LedgerBalance], company: str, as_of: date, known_at: datetime | None
) -> Sheet:
    """One line per ledger that has a balance or moved; the two closing columns must be equal."""
    rows = [_balance_cells(balance) for balance in balances]
    totals: list[Cell] = ["Total", "", *(_sum(rows, column) for column in range(2, 7)), None]
    difference = _sum(rows, 5) - _sum(rows, 6)
    return Sheet(
        title=f"Trial balance of {company} on {as_of}",
        noun="ledgers",
        facts={
            "company": company,
            "as_of": as_of.isoformat(),
            "known_at": plain_cell(known_at),
            "difference": plain_cell(difference),
        },
        columns=TRIAL_BALANCE_COLUMNS,
        rows=rows,
        totals=totals,
        notes=(_difference_note(difference), "khata ledger NAME lists the postings behind a balance."),
    )


def _balance_cells(balance: LedgerBalance) -> tuple[Cell, ...]:
    closing = balance.closing
    return (
        balance.name,
        balance.reserved or balance.group_key,
        balance.opening,
        balance.debit,
        balance.credit,
        closing if closing > 0 else None,
        -closing if closing < 0 else None,
        render_id(Ledger, balance.ledger_id) if balance.ledger_id else "",
    )


def _sum(rows: Sequence[Sequence[Cell]], column: int) -> Decimal:
    return sum((cell for row in rows if isinstance(cell := row[column], Decimal)), ZERO)


def _difference_note(difference: Decimal) -> str:
    if not difference:
        return "Debits equal credits."
    return (
        f"Debits and credits differ by {render_inr(difference)}: opening balances that do not balance, or masters that "
        "were not read. See 'khata issues' and 'khata proof'."
    )


def ledger_sheet(account: LedgerAccount, company: str, known_at: datetime | None) -> Sheet:
    """A ledger's postings over a period with a running balance, debit positive."""
    period = account.period
    first: tuple[Cell, ...] = (period.start, "Opening balance", "", None, None, account.opening, "")
    rows = [_entry_cells(entry) for entry in account.entries]
    closing = account.entries[-1].balance if account.entries else account.opening
    return Sheet(
        title=f"{account.name} in the books of {company}, {period.start} to {period.end}",
        noun="entries",
        facts={
            "company": company,
            "ledger": account.name,
            "from": period.start.isoformat(),
            "to": period.end.isoformat(),
            "known_at": plain_cell(known_at),
            "opening": plain_cell(account.opening),
            "closing": plain_cell(closing),
        },
        columns=LEDGER_COLUMNS,
        rows=[first, *rows],
        totals=("", "Closing balance", "", _sum(rows, 3), _sum(rows, 4), closing, ""),
    )


def _entry_cells(entry: LedgerEntry) -> tuple[Cell, ...]:
    debit = entry.net if entry.net > 0 else None
    credit = -entry.net if entry.net < 0 else None
    return entry.day, entry.type_name, entry.number, debit, credit, entry.balance, entry.trace_id
