"""Prove a company's books: our totals against what the source itself says.

Three kinds of control totals: completeness (every voucher read is stored or listed as rejected), double entry (the
counting postings sum to zero), and oracles of the source where we have them: closing balances its masters carry, and
its
own reports (trial balance, bills receivable and payable). Without any of these the proof says "no oracle".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal

from canonical.bill import bill_key
from canonical.ledger import name_key
from canonical.money import ZERO
from canonical.proof import ControlTotal, ReportKind, SourceReport


def completeness(read: int, stored: int, rejected: int) -> ControlTotal:
    """Every voucher read is in the books or on the list of rejections."""
    return ControlTotal(
        name="vouchers read = stored + rejected",
        ours=Decimal(stored + rejected),
        theirs=Decimal(read),
        oracle="the files themselves",
    )


def double_entry(net: Decimal) -> ControlTotal:
    """Counting postings sum to zero."""
    return ControlTotal(name="debits less credits of all vouchers", ours=net, theirs=ZERO, oracle="double entry")


def trial_balance(report: SourceReport, ours: Mapping[str, Decimal]) -> Iterator[ControlTotal]:
    """Compare closing balances by ledger or group name; a name we do not have counts as zero.

    Args:
        report: the source's trial balance.
        ours: debit-positive closing balance by ``name_key``.
    """
    for line in report.lines:
        yield ControlTotal(
            name=f"closing balance: {line.name}",
            ours=ours.get(name_key(line.name), ZERO),
            theirs=line.net,
            oracle=report.oracle,
        )


def bills(report: SourceReport, ours: Mapping[tuple[str, str], Decimal]) -> Iterator[ControlTotal]:
    """Compare pending bills by party and reference, both ways: theirs we lack, and ours they lack.

    Tally scopes these reports by the sign of the bill, not by group: a supplier's advance is receivable.

    Args:
        report: bills receivable or payable.
        ours: debit-positive pending amount by (``name_key`` of the party, ``bill_key`` of the reference).
    """
    sign = 1 if report.kind is ReportKind.BILLS_RECEIVABLE else -1
    theirs: dict[tuple[str, str], Decimal] = {}
    names: dict[tuple[str, str], str] = {}
    for line in report.lines:
        key = (name_key(line.name), bill_key(line.ref))
        theirs[key] = theirs.get(key, ZERO) + line.net
        names[key] = f"{line.name}, {line.ref}"
    open_here = {key: net for key, net in ours.items() if net * sign > 0}
    for key in theirs.keys() | open_here.keys():
        yield ControlTotal(
            name=f"{report.kind.value.replace('_', ' ')}: {names.get(key, ', '.join(key))}",
            ours=open_here.get(key, ZERO),
            theirs=theirs.get(key, ZERO),
            oracle=report.oracle,
        )


def closing_balances(
    said: Iterable[tuple[str, Decimal]], ours: Mapping[str, Decimal], as_of: date
) -> Iterator[ControlTotal]:
    """Compare ledgers whose master carries a closing balance.

    Args:
        said: (ledger name, debit-positive closing balance as the source says).
        ours: debit-positive closing balance by ``name_key``.
        as_of: the day both stand for.
    """
    for name, closing in said:
        yield ControlTotal(
            name=f"closing balance: {name}",
            ours=ours.get(name_key(name), ZERO),
            theirs=closing,
            oracle=f"closing balance of the ledger master, {as_of}",
        )
