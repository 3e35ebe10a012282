"""Bill references onto postings: what opens a bill, what settles one, and what stays on account.

BUSY lists the references of a voucher by party, beside the postings. They go to the party's first posting of the
voucher; what the posting holds beyond them is on account. References of one bill share a code, and in every export seen
its number too; bills are joined by party and number, as in the store, and a code with two numbers is pointed out.
"""

from __future__ import annotations

from decimal import Decimal

from canonical.bill import BillAllocation, BillRefKind, bill_key
from canonical.issue import IssueLevel
from canonical.money import ZERO, split_signed
from connectors.busy.staging import BillMethod, BillRow, VoucherRow
from connectors.busy.streams import ACCOUNTS
from connectors.busy.translate.reading import Reading


def allot(row: VoucherRow, keys: list[str], reading: Reading) -> dict[int, tuple[BillAllocation, ...]]:
    """Return the allocations of each posting that has any, by its place."""
    found: dict[int, list[BillAllocation]] = {}
    for bill in row.bills:
        key = reading.learned.key_of(ACCOUNTS, reading.year, bill.account_code, bill.account_name)
        if key not in keys:
            _note_homeless(bill, reading)
            continue
        _compare_numbers(bill, reading)
        found.setdefault(_place(key, bill, row, keys), []).append(_allocation(bill))
    return {place: _with_rest(row.legs[place].amount, bills) for place, bills in found.items()}


def _place(key: str, bill: BillRow, row: VoucherRow, keys: list[str]) -> int:
    """The party's posting on the bill's side, else its first."""
    places = [place for place, one in enumerate(keys) if one == key]
    same_side = [place for place in places if (row.legs[place].amount > 0) == (bill.amount > 0)]
    return (same_side or places)[0]


def _allocation(bill: BillRow) -> BillAllocation:
    side, amount = split_signed(bill.amount)
    is_new = bill.method is BillMethod.NEW
    return BillAllocation(
        kind=BillRefKind.NEW if is_new else BillRefKind.AGAINST,
        ref=bill.ref,
        side=side,
        amount=amount,
        bill_date=bill.day if is_new else None,
        due_date=bill.due if is_new else None,
        source_bill_id=bill.code,
    )


def _with_rest(amount: Decimal, bills: list[BillAllocation]) -> tuple[BillAllocation, ...]:
    rest = amount - sum((bill.net for bill in bills), ZERO)
    if not rest:
        return tuple(bills)
    side, magnitude = split_signed(rest)
    return (*bills, BillAllocation(kind=BillRefKind.ON_ACCOUNT, side=side, amount=magnitude))


def _compare_numbers(bill: BillRow, reading: Reading) -> None:
    """A bill that was given another number after it was settled would be two bills here."""
    if not bill.code:
        return
    own = bill_key(bill.ref)
    known = reading.learned.bills.setdefault((reading.year, bill.code), own)
    if known != own:
        reading.note(
            "busy.bill.renumbered",
            IssueLevel.WARNING,
            f"{reading.label} calls a bill {bill.ref} that another voucher calls {known}; here they are two bills.",
            hint="Open both vouchers in BUSY and save them again, then export once more.",
            ref=bill.ref,
            bill_code=bill.code,
        )


def _note_homeless(bill: BillRow, reading: Reading) -> None:
    reading.note(
        "busy.bill.no_posting",
        IssueLevel.WARNING,
        f"{reading.label} refers to bill {bill.ref} of {bill.account_name or bill.account_code}, which it posts "
        "nothing to; the reference was left out.",
        hint="Open the voucher in BUSY and save it again.",
        ref=bill.ref,
    )
