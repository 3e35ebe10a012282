"""Open money as reports: ageing, the bill-wise list, a statement of account.

Amounts are rupees in the report's direction: what is owed is positive, unapplied money negative.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from canonical.money import ZERO, render_inr
from canonical.receivable import AgeingRow, Buckets, Direction
from canonical.record import JsonValue
from canonical.voucher import Voucher
from khata.reading.record_id import bill_id, render_id
from khata.rendering.files import plain_cell
from khata.rendering.sheet import Cell, Column, Sheet, amount, count, day, text
from receivables.allocation import FifoPolicy

if TYPE_CHECKING:
    from khata.reading.receivable import Outstanding, PartyStatement
    from receivables.report import AgeingReport, ReportTerms
    from receivables.statement import OutstandingRow

OUTSTANDING_COLUMNS = (
    text("party", "Party"),
    text("ref", "Bill"),
    text("document", "Voucher", extra=True),
    text("kind", "Kind", extra=True),
    day("bill_date", "Bill date", extra=True),
    day("due_date", "Due date"),
    amount("original", "Original", extra=True),
    amount("settled", "Settled", extra=True),
    amount("pending", "Pending"),
    count("overdue_days", "Overdue days"),
    text("flags", "To look at", extra=True),
    text("id", "ID", extra=True),
)
STATEMENT_COLUMNS = (
    day("date", "Date"),
    text("document", "Voucher"),
    text("refs", "Bills"),
    amount("debit", "Debit"),
    amount("credit", "Credit"),
    amount("balance", "Balance"),
    text("id", "ID"),
)
_FIFO_WORDS = {
    FifoPolicy.NONE: "none",
    FifoPolicy.ON_ACCOUNT: "on-account",
    FifoPolicy.ON_ACCOUNT_AND_ADVANCES: "all",
}
_TITLES = {Direction.RECEIVABLE: "Receivables", Direction.PAYABLE: "Payables"}


def ageing_columns(buckets: Buckets) -> tuple[Column, ...]:
    """Columns of an ageing report with these buckets; in files a bucket is ``days_31_60`` or ``days_over_90``."""
    return (
        text("party", "Party"),
        amount("not_due", "Not due"),
        *(amount(_bucket_key(label), f"{label} days") for label in buckets.labels),
        amount("outstanding", "Outstanding", extra=True),
        amount("unapplied", "Unapplied"),
        amount("net", "Net"),
    )


def _bucket_key(label: str) -> str:
    return "days_" + label.replace("> ", "over_").replace("-", "_")


def ageing_sheet(report: AgeingReport, company: str) -> Sheet:
    """One line per party: not due, each bucket, all that is open, unapplied money, net."""
    return Sheet(
        title=f"{_TITLES[report.terms.direction]} of {company} by age on {report.terms.as_of}",
        noun="parties",
        facts=_facts(report.terms, company),
        columns=ageing_columns(report.terms.buckets),
        rows=[_ageing_cells(row) for row in report.rows],
        totals=_ageing_cells(report.total),
        notes=(_basis_note(report.terms),),
    )


def _ageing_cells(row: AgeingRow) -> tuple[Cell, ...]:
    return row.party_name, row.not_due, *row.buckets, row.outstanding, row.unapplied, row.net


def outstanding_sheet(found: Outstanding, company: str, company_id: int) -> Sheet:
    """One line per open bill, oldest due first within a party; unapplied money after the bills."""
    pending = sum((row.pending for row in found.rows), ZERO)
    totals: list[Cell] = [None] * len(OUTSTANDING_COLUMNS)
    totals[0], totals[8] = "Total", pending
    return Sheet(
        title=f"{_TITLES[found.terms.direction]} of {company}, bill by bill, on {found.terms.as_of}",
        noun="bills",
        facts=_facts(found.terms, company),
        columns=OUTSTANDING_COLUMNS,
        rows=[_outstanding_cells(row, company_id, found.vouchers) for row in found.rows],
        totals=totals,
        notes=(_basis_note(found.terms), "khata trace ID shows the vouchers behind a bill."),
    )


def _outstanding_cells(row: OutstandingRow, company_id: int, vouchers: Mapping[str, int]) -> tuple[Cell, ...]:
    flags = ", ".join(flag.value.replace("_", " ") for flag in row.flags)
    trace_id = bill_id(company_id, row.key) or _voucher_id(row.key.voucher, vouchers)
    return (
        row.party_name, row.ref, row.document, row.kind.value.replace("_", " "), row.bill_date, row.due_date,
        row.original, row.settled, row.pending, row.overdue_days, flags, trace_id,
    )  # fmt: skip


def _voucher_id(source_key: str, vouchers: Mapping[str, int]) -> str:
    return render_id(Voucher, vouchers[source_key]) if source_key in vouchers else ""


def statement_sheet(found: PartyStatement, company: str) -> Sheet:
    """Opening balance, every movement with the running balance, closing balance; debits are positive."""
    statement = found.statement
    period = statement.period
    opening: tuple[Cell, ...] = (period.start, "Opening balance", "", None, None, statement.opening, "")
    rows = [
        (
            line.day,
            line.document,
            ", ".join(line.refs),
            _or_none(line.debit),
            _or_none(line.credit),
            line.balance,
            _voucher_id(line.source_key, found.vouchers),
        )
        for line in statement.lines
    ]
    return Sheet(
        title=f"Statement of {found.party_name} in the books of {company}, {period.start} to {period.end}",
        noun="lines",
        facts={
            "company": company,
            "party": found.party_name,
            "from": period.start.isoformat(),
            "to": period.end.isoformat(),
            "known_at": plain_cell(found.outstanding.terms.known_at),
            "opening": plain_cell(statement.opening),
            "closing": plain_cell(statement.closing),
            "open_bills": [_open_bill(row) for row in found.outstanding.rows],
            "ageing": _footer(found),
        },
        columns=STATEMENT_COLUMNS,
        rows=[opening, *rows],
        totals=("", "Closing balance", "", statement.debit_total, statement.credit_total, statement.closing, ""),
        notes=_statement_notes(found),
    )


def _or_none(value: Decimal) -> Decimal | None:
    return value or None


def _open_bill(row: OutstandingRow) -> dict[str, JsonValue]:
    return {
        "ref": row.ref,
        "document": row.document,
        "bill_date": row.bill_date.isoformat(),
        "due_date": row.due_date.isoformat(),
        "pending": plain_cell(row.pending),
        "overdue_days": row.overdue_days,
    }


def _footer(found: PartyStatement) -> dict[str, JsonValue]:
    total = found.outstanding.ageing.total
    columns = ageing_columns(found.outstanding.terms.buckets)[1:]
    return {column.key: plain_cell(cell) for column, cell in zip(columns, _ageing_cells(total)[1:], strict=True)}


def _statement_notes(found: PartyStatement) -> tuple[str, ...]:
    """What of the closing balance is still open, by age; a statement is never to be mistaken for this list."""
    total = found.outstanding.ageing.total
    columns = ageing_columns(found.outstanding.terms.buckets)[1:]
    parts = [
        f"{column.title} {render_inr(cell)}"
        for column, cell in zip(columns, _ageing_cells(total)[1:], strict=True)
        if isinstance(cell, Decimal) and cell
    ]
    balance = found.statement.closing
    side = "debit" if balance >= 0 else "credit"
    return (
        f"Closing balance {render_inr(abs(balance))} {side}.",
        f"Of this open: {'; '.join(parts) or 'nothing'}.",
        _basis_note(found.outstanding.terms),
    )


def _facts(terms: ReportTerms, company: str) -> dict[str, JsonValue]:
    return {
        "company": company,
        "as_of": terms.as_of.isoformat(),
        "known_at": plain_cell(terms.known_at),
        "direction": terms.direction.value,
        "basis": terms.basis.value,
        "buckets": ",".join(map(str, terms.buckets.limits)),
        "fifo": _FIFO_WORDS[terms.policy],
    }


def _basis_note(terms: ReportTerms) -> str:
    counted = "due date" if terms.basis.value == "due" else "bill date"
    fifo = ""
    if terms.policy is not FifoPolicy.NONE:
        fifo = f"; unapplied money pays the oldest bills (FIFO {_FIFO_WORDS[terms.policy]})"
    known = "" if terms.known_at is None else f"; as known at {terms.known_at.isoformat()}"
    return f"Ages count from the {counted}{fifo}{known}. Unapplied money is negative."
