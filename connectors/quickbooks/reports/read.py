"""Reads a kept report as an oracle: trial balance, open bills of one sign, numbers of records."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from canonical.errors import SourceMalformed
from canonical.money import ZERO
from canonical.proof import ReportKind, ReportLine, SourceReport
from connectors.quickbooks.entities import COUNTED
from connectors.quickbooks.reports.asking import AGED, AS_OF, COUNTS, PAYABLE, RECEIVABLE, TRIAL_BALANCE
from connectors.quickbooks.reports.table import Cell, columns_of, data_rows, first_day, last_day
from connectors.quickbooks.translate.chart import party_key
from connectors.quickbooks.translate.draft import bill_ref
from connectors.quickbooks.translate.learned import Learned
from connectors.quickbooks.translate.values import Json, day_of, part, rows, text_of

WORDS: Final = {
    "Invoice": "Invoice",
    "Credit Memo": "CreditMemo",
    "Payment": "Payment",
    "Journal Entry": "JournalEntry",
    "Deposit": "Deposit",
    "Expense": "Purchase",
    "Check": "Purchase",
    "Cheque": "Purchase",
    "Cash Expense": "Purchase",
    "Credit Card Expense": "Purchase",
    "Credit Card Credit": "Purchase",
    "Refund": "RefundReceipt",
    "Bill": "Bill",
    "Vendor Credit": "VendorCredit",
    "Supplier Credit": "VendorCredit",
    "Bill Payment (Check)": "BillPayment",
    "Bill Payment (Cheque)": "BillPayment",
    "Bill Payment (Credit Card)": "BillPayment",
    "Bill Payment": "BillPayment",
}
"""What reports call documents, and the entities they are (English editions; others are localised)."""


def read_report(node: Json, learned: Learned, origin: str) -> SourceReport | None:
    """Read one record of the stream ``reports``.

    Raises:
        SourceMalformed: it is not in the form of QuickBooks' reports.
    """
    match text_of(node, "kind"):
        case "trial_balance":
            return _trial_balance(rows(node, "answers"), learned, origin)
        case "bills_receivable":
            return _bills(node, ReportKind.BILLS_RECEIVABLE, 1, learned, origin)
        case "bills_payable":
            return _bills(node, ReportKind.BILLS_PAYABLE, -1, learned, origin)
        case "counts":
            return _counts(node, origin)
        case _:
            return None


def _trial_balance(answers: list[Json], learned: Learned, origin: str) -> SourceReport:
    report = _single(answers)
    lines = tuple(_balance(row, learned) for row in data_rows(report))
    return SourceReport(
        kind=ReportKind.TRIAL_BALANCE,
        lines=lines,
        as_of=last_day(report),
        day_from=first_day(report),
        oracle=f"{origin} (trial balance)",
    )


_TRIAL_COLUMNS: Final = 3


def _balance(row: list[Cell], learned: Learned) -> ReportLine:
    """Account, debit, credit; the account by its id where we know it, because the report may spell it another way."""
    if len(row) < _TRIAL_COLUMNS:
        raise SourceMalformed("A row of the trial balance has fewer than three columns.")
    account = learned.accounts.get(row[0].id)
    return ReportLine(name=account.name if account else row[0].value, net=row[1].amount - row[2].amount)


def _bills(node: Json, kind: ReportKind, sign: int, learned: Learned, origin: str) -> SourceReport:
    answers = rows(node, "answers")
    lines = [line for answer in answers for line in _open(answer, learned)]
    as_of = next((day for day in map(last_day, answers) if day), None) or day_of(part(node, "asked"), "report_date")
    return SourceReport(
        kind=kind,
        lines=tuple(line for line in lines if line.net * sign > 0),
        as_of=as_of,
        oracle=f"{origin} ({kind.words})",
    )


def _open(report: Json, learned: Learned) -> Iterator[ReportLine]:
    """Open documents of one ageing report, debit-positive."""
    is_receivable = text_of(part(report, "Header"), "ReportName") == AGED[0]
    places = {key: place for place, key in enumerate(columns_of(report))}
    amount_at = next(
        (place for key, place in places.items() if key.casefold().endswith(("open_bal", "open balance"))), None
    )
    for row in data_rows(report):
        if amount_at is None:
            raise SourceMalformed("An ageing report has no column for what is open.")
        yield _open_line(row, places, row[amount_at].amount, learned, is_receivable=is_receivable)


def _open_line(
    row: list[Cell], places: dict[str, int], amount: Decimal, learned: Learned, *, is_receivable: bool
) -> ReportLine:
    def cell(key: str) -> Cell:
        place = places.get(key)
        return row[place] if place is not None and place < len(row) else Cell()

    party = cell("cust_name" if is_receivable else "vend_name")
    word, document = cell("txn_type"), cell("txn_type").id or cell("tx_date").id or cell("doc_num").id
    entity = WORDS.get(word.value, word.value)
    name = learned.parties.get(party_key("customer" if is_receivable else "vendor", party.id), party.value)
    dated = {"bill": cell("tx_date").value, "due": cell("due_date").value}
    return ReportLine(
        name=name,
        net=amount if is_receivable else ZERO - amount,
        ref=bill_ref(entity, document) if document else f"{word.value} {cell('doc_num').value}".strip(),
        bill_date=day_of(dated, "bill"),
        due_date=day_of(dated, "due") if entity in ("Invoice", "Bill") else None,
    )


def _counts(node: Json, origin: str) -> SourceReport:
    """Numbers of whole lists: QuickBooks counts voided documents and inactive masters too."""
    found = part(node, "asked")
    lines = [
        ReportLine(name=entity.stream.replace("_", " "), net=Decimal(int(found[entity.name])), ref=entity.stream)
        for entity in COUNTED
        if entity.name in found
    ]
    return SourceReport(
        kind=ReportKind.VOUCHER_COUNTS,
        lines=tuple(lines),
        as_of=day_of(found, AS_OF),
        oracle=f"{origin} (numbers of records)",
    )


def _single(answers: list[Json]) -> Json:
    if len(answers) != 1:
        raise SourceMalformed("A kept report has no answer, or several.")
    return answers[0]


KINDS: Final = (TRIAL_BALANCE, RECEIVABLE, PAYABLE, COUNTS)
