"""From ledgers and vouchers to bill entries: the rule that makes the entries of a party add up to its balance.

Every posting on a party ledger becomes its bill allocations plus, where they do not cover it, one entry on account for
the rest. Openings likewise: the opening bills, plus the part of the opening balance that no bill explains. The store
applies the same rule in SQL; this is the reference it is tested against.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from canonical.bill import BillAllocation, BillRefKind, OpeningBill
from canonical.dates import CreditPeriod
from canonical.ledger import Ledger
from canonical.money import ZERO, signed
from canonical.receivable import BillEntry
from canonical.voucher import Posting, Voucher


@dataclass(frozen=True, slots=True)
class Known:
    """When a record version was learned, and when another took its place (UTC)."""

    recorded_at: datetime | None = None
    voided_at: datetime | None = None


ALWAYS = Known()
"""For reports with one clock."""


def iter_opening_entries(ledger: Ledger, books_from: date, known: Known = ALWAYS) -> Iterator[BillEntry]:
    """Yield a ledger's opening bills and the rest of its opening balance, effective the day before the books begin.

    Opening bills keep their own dates. A ledger that says no opening balance has no rest.
    """
    opening_on = books_from - timedelta(days=1)
    for bill in ledger.opening_bills:
        yield _opening_bill(ledger, bill, opening_on, known)
    rest = ZERO if ledger.opening is None else ledger.opening - ledger.opening_bills_net
    if rest:
        yield BillEntry(
            party_key=ledger.key,
            kind=BillRefKind.ON_ACCOUNT,
            ref="",
            net=rest,
            effective_on=opening_on,
            recorded_at=known.recorded_at,
            voided_at=known.voided_at,
            is_opening=True,
        )


def iter_voucher_entries(
    voucher: Voucher,
    party_keys: Container[str],
    credit_periods: Mapping[str, CreditPeriod] | None = None,
    known: Known = ALWAYS,
) -> Iterator[BillEntry]:
    """Yield what a voucher does to party ledgers; nothing if it does not count in the books.

    A post-dated voucher counts from its date, which is the entries' effective date.

    Args:
        voucher: of any kind.
        party_keys: ledgers to look at; postings on others are skipped.
        credit_periods: of ledgers, for allocations that give none.
        known: when this version of the voucher held.
    """
    if not voucher.counts_in_books:
        return
    for posting in voucher.postings:
        if posting.ledger_key not in party_keys:
            continue
        default = (credit_periods or {}).get(posting.ledger_key)
        for bill in posting.bills:
            yield _voucher_entry(voucher, posting, bill, bill.net, default, known)
        rest = posting.net - sum((bill.net for bill in posting.bills), ZERO)
        if rest:
            yield _voucher_entry(voucher, posting, None, rest, default, known)


def _opening_bill(ledger: Ledger, bill: OpeningBill, opening_on: date, known: Known) -> BillEntry:
    return BillEntry(
        party_key=ledger.key,
        kind=BillRefKind.ADVANCE if bill.is_advance else BillRefKind.NEW,
        ref=bill.ref,
        net=signed(bill.side, bill.amount),
        effective_on=opening_on,
        bill_date=bill.bill_date,
        due_date=bill.due_date,
        credit_period=bill.credit_period or ledger.credit_period,
        recorded_at=known.recorded_at,
        voided_at=known.voided_at,
        is_opening=True,
    )


def _voucher_entry(  # noqa: PLR0917 - private, two calls
    voucher: Voucher,
    posting: Posting,
    bill: BillAllocation | None,
    net: Decimal,
    default: CreditPeriod | None,
    known: Known,
) -> BillEntry:
    return BillEntry(
        party_key=posting.ledger_key,
        kind=bill.kind if bill else BillRefKind.ON_ACCOUNT,
        ref=bill.ref if bill else "",
        net=net,
        effective_on=voucher.day,
        bill_date=bill.bill_date if bill else None,
        due_date=bill.due_date if bill else None,
        credit_period=bill.credit_period or default if bill else None,
        recorded_at=known.recorded_at,
        voided_at=known.voided_at,
        document=voucher.number,
        source_key=voucher.source.key,
    )
