"""Ledgers written as tables, the way an accountant would write them down."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal

from canonical.bill import BillRefKind, bill_key
from canonical.dates import FinancialYear
from canonical.receivable import BillEntry, ItemKey

KINDS = {
    "New Ref": BillRefKind.NEW,
    "Agst Ref": BillRefKind.AGAINST,
    "Advance": BillRefKind.ADVANCE,
    "On Account": BillRefKind.ON_ACCOUNT,
    "Opening": BillRefKind.NEW,
    "Opening Advance": BillRefKind.ADVANCE,
    "Opening On Account": BillRefKind.ON_ACCOUNT,
}


def rupees(text: str) -> Decimal:
    """``+1,00,000.50`` to a number."""
    return Decimal(text.replace(",", "").replace("−", "-").strip())


def day(text: str) -> date:
    return date.fromisoformat(text.strip())


def at(text: str) -> datetime:
    """The end of a day, UTC: what was learned on that day was known then."""
    return datetime.combine(day(text), time(23, 59), tzinfo=UTC)


def noon(text: str) -> datetime:
    return datetime.combine(day(text), time(12), tzinfo=UTC)


def table(text: str) -> list[dict[str, str]]:
    """Read a table with a header line and ``|`` between columns."""
    lines = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    header, *rows = lines
    return [dict(zip(header, row, strict=False)) for row in rows]


def ledger(party: str, text: str) -> list[BillEntry]:
    """Read a party's ledger.

    Columns: date, voucher, amount (debit positive), allocation (``New Ref INV-001``), and if wanted: due, bill date,
    recorded, voided (days; an entry is recorded on its own date if nothing is said).
    """
    return [_entry(party, number, row) for number, row in enumerate(table(text), start=1)]


def _entry(party: str, number: int, row: dict[str, str]) -> BillEntry:
    kind = max((kind for kind in KINDS if row["allocation"].startswith(kind)), key=len)
    due, bill_date, voided = row.get("due"), row.get("bill date"), row.get("voided")
    is_opening = kind.startswith("Opening")
    return BillEntry(
        party_key=row.get("party") or party,
        kind=KINDS[kind],
        ref=row["allocation"].removeprefix(kind).strip(),
        net=rupees(row["amount"]),
        effective_on=day(row["date"]),
        bill_date=day(bill_date) if bill_date else None,
        due_date=day(due) if due else None,
        recorded_at=noon(row.get("recorded") or row["date"]),
        voided_at=noon(voided) if voided else None,
        document="" if is_opening else row["voucher"].split()[-1],
        source_key="" if is_opening else f"{row['voucher']}#{row['date']}" if row["voucher"] else f"row-{number}",
        is_opening=is_opening,
    )


def bill(party: str, ref: str, bill_date: str) -> ItemKey:
    """The key of a bill."""
    return ItemKey(party_key=party, bill=bill_key(ref), year=FinancialYear.of(day(bill_date)).start_year)


def on_account(party: str, voucher: str, on: str) -> ItemKey:
    """The key of the money that a voucher of ``ledger`` left on account."""
    return ItemKey(party_key=party, voucher=f"{voucher}#{on}")
