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
from canonical.ledger import AccountGroup, Ledger, name_key
from canonical.money import ZERO
from canonical.proof import ControlTotal, Proof, ReportKind, SourceReport
from connectors.sdk.base import Translator
from storage.store import TenantStore

REPORTS = "reports"
"""Stream of the source's own reports."""


def prove_company(store: TenantStore, translator: Translator, company_id: int) -> Proof:
    """Compute all control totals of one company from what is stored now."""
    counts = store.controls.completeness(company_id)
    totals = [
        completeness(counts.read, counts.stored, counts.rejected),
        double_entry(store.controls.books_net(company_id)),
    ]
    last = store.controls.last_day(company_id)
    for report in source_reports(store, translator, company_id):
        as_of = report.as_of or last
        if as_of is not None:
            totals.extend(_compare(store, company_id, report, as_of))
    if last is not None and counts.stored:
        said = [(ledger.name, ledger.closing) for ledger in store.records.iter(company_id, Ledger)]
        known = [(name, closing) for name, closing in said if closing is not None]
        if known:
            totals.extend(closing_balances(known, ledger_closings(store, company_id, last), last))
    return Proof(totals=tuple(totals))


def source_reports(store: TenantStore, translator: Translator, company_id: int) -> Iterator[SourceReport]:
    """The source's own reports that were handed over with its data."""
    for stored in store.raw.iter_current(company_id, REPORTS):
        report = translator.report(stored.record)
        if report is not None:
            yield report


def _compare(store: TenantStore, company_id: int, report: SourceReport, as_of: date) -> Iterator[ControlTotal]:
    if report.kind is ReportKind.TRIAL_BALANCE:
        return trial_balance(report, account_closings(store, company_id, as_of))
    pending = store.reports.open_bills(company_id, as_of)
    ours: dict[tuple[str, str], Decimal] = {}
    for bill in pending:
        if bill.ref:
            key = (bill.party_key, bill_key(bill.ref))
            ours[key] = ours.get(key, ZERO) + bill.net
    return bills(report, ours)


def ledger_closings(store: TenantStore, company_id: int, as_of: date) -> dict[str, Decimal]:
    """Debit-positive closing balance by ledger key."""
    return {row.ledger_key: row.closing for row in store.reports.trial_balance(company_id, as_of)}


def account_closings(store: TenantStore, company_id: int, as_of: date) -> dict[str, Decimal]:
    """Closing balances of ledgers, and of groups with everything below them; a report may list either."""
    closings = ledger_closings(store, company_id, as_of)
    parents = {group.key: group.parent_key for group in store.records.iter(company_id, AccountGroup)}
    groups: dict[str, Decimal] = {}
    for ledger in store.records.iter(company_id, Ledger):
        key = ledger.group_key
        for _ in range(len(parents) + 1):
            if not key:
                break
            groups[key] = groups.get(key, ZERO) + closings.get(ledger.key, ZERO)
            key = parents.get(key, "")
    return {**groups, **closings}


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
