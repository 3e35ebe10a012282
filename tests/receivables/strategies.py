"""Random ledgers: few parties and references, so that they collide; three financial years; every kind of entry."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from canonical.bill import BillRefKind
from canonical.dates import CreditPeriod, CreditUnit
from canonical.receivable import Allocation, AllocationKind, BillEntry
from receivables.item import OpenItem

FIRST_DAY = date(2024, 2, 1)
LAST_DAY = date(2026, 6, 30)
PARTIES = ["asha", "balaji"]

days = st.dates(FIRST_DAY, LAST_DAY)
moments = st.integers(0, 900).map(lambda n: datetime(2024, 2, 1, tzinfo=UTC) + timedelta(days=n, hours=n % 7))
nets = st.integers(-500_00, 500_00).filter(bool).map(lambda paise: Decimal(paise).scaleb(-2))
credit_periods = st.builds(CreditPeriod, st.integers(0, 90), st.sampled_from([CreditUnit.DAYS, CreditUnit.WEEKS]))


@st.composite
def bill_entries(draw: st.DrawFn) -> BillEntry:
    kind = draw(st.sampled_from(BillRefKind))
    effective_on = draw(days)
    recorded_at = draw(st.none() | moments)
    delay = draw(st.none() | st.integers(1, 300))
    voucher = draw(st.integers(1, 40))
    return BillEntry(
        party_key=draw(st.sampled_from(PARTIES)),
        kind=kind,
        ref="" if kind is BillRefKind.ON_ACCOUNT else draw(st.sampled_from(["INV-1", "inv-1 ", "INV-2", "INV-10", ""])),
        net=draw(nets),
        effective_on=effective_on,
        bill_date=draw(st.none() | days),
        due_date=draw(st.none() | days),
        credit_period=draw(st.none() | credit_periods),
        recorded_at=recorded_at,
        voided_at=recorded_at + timedelta(days=delay) if recorded_at and delay else None,
        document=f"V{voucher}",
        source_key=draw(st.sampled_from(["", f"guid-{voucher}", f"guid-{voucher}"])),
        is_opening=draw(st.integers(0, 9)) == 0,
    )


ledgers = st.lists(bill_entries(), max_size=25)
known = st.none() | moments


@st.composite
def allocations(draw: st.DrawFn, items: tuple[OpenItem, ...]) -> list[Allocation]:
    """Decisions between items of one party, sensible or not (twice the same, more than there is, wrong way round)."""
    pairs = [(a.key, b.key) for a in items for b in items if a.party_key == b.party_key and a.key != b.key]
    if not pairs:
        return []
    chosen = draw(st.lists(st.tuples(st.sampled_from(pairs), nets.map(abs), moments, st.booleans()), max_size=8))
    return [
        Allocation(
            key=str(number),
            credit=credit,
            debit=debit,
            amount=amount,
            recorded_at=moment,
            kind=AllocationKind.USER if by_user else AllocationKind.CASH_APPLICATION,
            voided_at=draw(st.none() | st.just(moment + timedelta(days=30))),
        )
        for number, ((credit, debit), amount, moment, by_user) in enumerate(chosen)
    ]
