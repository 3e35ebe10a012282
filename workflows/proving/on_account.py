"""Money on account, as its own control: what a party's balance holds beyond its bills.

The bill reports leave it out (on one real book it was 98 % of the debtors), so they are never the whole of what is
owed. The source's figure is its closing balance of the party less its bills, both of the same day; ours is what our
entries leave without a reference. Together with bills and balances this closes the circle:
bills + on account = balance.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal

from canonical.ledger import name_key
from canonical.money import ZERO
from canonical.proof import ControlKind, ControlTotal, SourceReport
from storage.reports.bills import OpenBill
from workflows.proving.chart import Chart

Residual = tuple[str, Decimal]


def source_balances(report: SourceReport, chart: Chart) -> dict[str, Decimal]:
    """Closing balances by ledger key, as a trial balance states them; groups are left out."""
    found = {}
    for line in report.lines:
        key = chart.find(line.name)
        if key in chart.ledgers:
            found[str(key)] = line.net
    return found


def on_account(  # noqa: PLR0917 - one argument per part of the equation
    pending: Iterable[OpenBill],
    parties: Iterable[str],
    balances: Mapping[str, Decimal],
    bill_reports: Iterable[SourceReport],
    chart: Chart,
    as_of: date,
) -> Iterator[ControlTotal]:
    """Compare every party's residual, then all of them together.

    Args:
        pending: our open items, with and without reference.
        parties: keys of the party ledgers.
        balances: the source's closing balances by ledger key; a party it does not state is left out.
        bill_reports: bills receivable and payable of the same day.
        chart: for names.
        as_of: that day.
    """
    ours: dict[str, Decimal] = {}
    for item in pending:
        if not item.ref:
            ours[item.party_key] = ours.get(item.party_key, ZERO) + item.net
    billed: dict[str, Decimal] = {}
    for line in (line for report in bill_reports for line in report.lines):
        key = chart.find(line.name) or name_key(line.name)
        billed[key] = billed.get(key, ZERO) + line.net
    stated = [key for key in sorted(parties) if key in balances]
    for key in stated:
        theirs = balances[key] - billed.get(key, ZERO)
        if theirs or ours.get(key):
            yield _control(chart.name(key), ours.get(key, ZERO), theirs, as_of)
    if stated:
        whole = sum((balances[key] - billed.get(key, ZERO) for key in stated), ZERO)
        yield _control("all parties", sum((ours.get(key, ZERO) for key in stated), ZERO), whole, as_of)


def _control(name: str, ours: Decimal, theirs: Decimal, as_of: date) -> ControlTotal:
    return ControlTotal(
        kind=ControlKind.ON_ACCOUNT,
        name=f"on account: {name}",
        ours=ours,
        theirs=theirs,
        oracle="the source's closing balance less its open bills",
        as_of=as_of,
    )
