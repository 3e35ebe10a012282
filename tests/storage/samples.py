"""Small books for the storage tests: short to write, every value invented."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from canonical.bill import BillAllocation, BillRefKind, OpeningBill
from canonical.dates import CreditPeriod
from canonical.ledger import Ledger, ReservedGroup, name_key
from canonical.money import split_signed
from canonical.record import RawRecord, SourceRef
from canonical.voucher import Posting, Voucher
from canonical.voucher_type import VoucherKind

NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
BEFORE = NOW - timedelta(days=1)


def ref(stream: str, key: str, company: str = "co-1") -> SourceRef:
    return SourceRef("tally", company, stream, key)


def raw(key: str, said: object = None, stream: str = "vouchers", company: str = "co-1") -> RawRecord:
    payload = json.dumps({"key": key, "said": said}).encode()
    return RawRecord(
        source=ref(stream, key, company),
        payload=payload,
        digest=hashlib.sha256(payload).digest(),
        extracted_at=NOW,
        origin=f"daybook.xml#{key}",
    )


def bill(
    kind: BillRefKind,
    net: str | int | Decimal,
    name: str = "",
    *,
    due: date | None = None,
    credit: CreditPeriod | None = None,
    bill_date: date | None = None,
) -> BillAllocation:
    side, amount = split_signed(Decimal(net))
    return BillAllocation(
        kind=kind, side=side, amount=amount, ref=name, due_date=due, credit_period=credit, bill_date=bill_date
    )


def posting(ledger: str, net: str | int | Decimal, *bills: BillAllocation, is_party: bool = False) -> Posting:
    side, amount = split_signed(Decimal(net))
    return Posting(
        ledger_key=name_key(ledger), ledger_name=ledger, side=side, amount=amount, bills=bills, is_party=is_party
    )


def voucher(
    key: str,
    day: date,
    postings: Iterable[Posting],
    kind: VoucherKind = VoucherKind.JOURNAL,
    *,
    company: str = "co-1",
    version: int | None = None,
    narration: str = "",
    is_optional: bool = False,
    is_cancelled: bool = False,
) -> Voucher:
    return Voucher(
        source=ref("vouchers", key, company),
        kind=kind,
        type_name=kind.value.title(),
        type_key=kind.value,
        day=day,
        number=key,
        postings=tuple(postings),
        source_version=version,
        narration=narration,
        is_optional=is_optional,
        is_cancelled=is_cancelled,
    )


def sale(
    key: str, day: date, party: str, net: str | int | Decimal, *bills: BillAllocation, version: int | None = None
) -> Voucher:
    """A sale on credit; without bills it names none."""
    lines = (posting(party, net, *bills, is_party=True), posting("Sales", -Decimal(net)))
    return voucher(key, day, lines, VoucherKind.SALES, version=version)


def ledger(
    name: str,
    reserved: ReservedGroup | None = ReservedGroup.SUNDRY_DEBTORS,
    *,
    opening: str | int | None = None,
    opening_bills: tuple[OpeningBill, ...] = (),
    credit: CreditPeriod | None = None,
    is_placeholder: bool = False,
    is_bill_wise: bool = False,
    key: str = "",
) -> Ledger:
    return Ledger(
        source=ref("ledgers", key or name_key(name)),
        key=name_key(name),
        name=name,
        reserved=reserved,
        opening=None if opening is None else Decimal(opening),
        opening_bills=opening_bills,
        credit_period=credit,
        is_placeholder=is_placeholder,
        is_bill_wise=is_bill_wise,
    )
