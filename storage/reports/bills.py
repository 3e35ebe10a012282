"""Open bills: what is pending under each reference, and the entries behind it.

Nearly every reference is one bill: opened once, settled at most to zero. Those the database folds by itself. The rest
(opened in several parts or years, settled without or beyond a bill) take rules that belong to the receivables engine:
their entries are read and handed to the ``fold`` that the caller brings; without one a reference is a single bill, as
in Tally's own outstanding reports.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Protocol
from urllib.parse import quote

from canonical.bill import BillRefKind, bill_key
from canonical.dates import CreditPeriod
from canonical.money import ZERO
from canonical.receivable import BillEntry
from storage.engine import Transaction
from storage.reports.bill_entries import IS_ODD, in_groups, odd_entries
from storage.reports.clock import Clock
from storage.reports.party_ledger import PartyLedger
from storage.upsert.voucher_rows import LOOSE


class FoldedItem(Protocol):
    """One open item, as a fold gives it back; the receivables engine's items are such."""

    @property
    def party_key(self) -> str:
        """Ledger key."""

    @property
    def ref(self) -> str:
        """Reference as spelt; empty for money on account."""

    @property
    def net(self) -> Decimal:
        """Debit-positive rupees pending."""

    @property
    def bill_date(self) -> date:
        """What it ages from by bill date."""

    @property
    def due_date(self) -> date:
        """What it ages from by due date."""


Fold = Callable[[Sequence[BillEntry]], Iterable[FoldedItem]]
"""Turns entries, all visible at the report's clocks and ordered by party, into open items."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenBill:
    """One open item of a party.

    Attributes:
        net: debit-positive rupees pending.
        traced_by: the parts of ``trace_id``.
    """

    party_key: str
    party_name: str
    ref: str
    net: Decimal
    bill_date: date
    due_date: date
    traced_by: tuple[str | int, ...] = ()

    @property
    def trace_id(self) -> str:
        """For ``reports.trace``."""
        return ":".join(quote(str(part), safe="") for part in self.traced_by)

    def age_days(self, as_of: date) -> int:
        """Days past due."""
        return (as_of - self.due_date).days


def plain_fold(entries: Sequence[BillEntry]) -> Iterator[OpenBill]:
    """Fold each reference into one bill with the dates of its first opening entry, as Tally does."""
    for _, group in groupby(sorted(entries, key=_reference), key=_reference):
        rows = sorted(group, key=_opening_order)
        net, first = sum((row.net for row in rows), ZERO), rows[0]
        if net:
            bill_date = first.bill_date or first.effective_on
            period = first.credit_period or CreditPeriod(0)
            due_date = first.due_date or period.due_date(bill_date)
            yield OpenBill(
                party_key=first.party_key,
                party_name="",
                ref=first.ref,
                net=net,
                bill_date=bill_date,
                due_date=due_date,
            )


def _opening_order(entry: BillEntry) -> tuple[object, ...]:
    """What opens first, first: on one day by voucher, in one voucher by due date; never by the order of reading."""
    opened = entry.bill_date or entry.effective_on
    period = entry.credit_period or CreditPeriod(0)
    due_date = entry.due_date or period.due_date(opened)
    return entry.kind is BillRefKind.AGAINST, opened, entry.source_key, due_date, entry.ref, entry.net


def _reference(entry: BillEntry) -> tuple[str, str, str]:
    folded = "" if entry.kind is BillRefKind.ON_ACCOUNT else bill_key(entry.ref)
    return entry.party_key, folded, "" if folded else entry.source_key


def open_bills(
    transaction: Transaction, company_id: int, clock: Clock, ledgers: Collection[PartyLedger], fold: Fold
) -> Iterator[OpenBill]:
    """Yield every open item of these ledgers, ordered by ledger, then due date, bill date and reference."""
    by_key = {ledger.key: ledger for ledger in ledgers}
    for some in in_groups(by_key):
        found: dict[str, list[OpenBill]] = {key: [] for key in some}
        for bill in _simple_bills(transaction, company_id, clock, some, by_key):
            found[bill.party_key].append(bill)
        for bill in _loose_items(transaction, company_id, clock, some, by_key):
            found[bill.party_key].append(bill)
        odd = odd_entries(transaction, company_id, clock, [by_key[key] for key in some])
        for item in fold(odd) if odd else ():
            found[item.party_key].append(_folded(item, company_id, by_key[item.party_key]))
        for key in some:
            yield from sorted(found[key], key=lambda bill: (bill.due_date, bill.bill_date, bill.ref))


def _folded(item: FoldedItem, company_id: int, ledger: PartyLedger) -> OpenBill:
    return OpenBill(
        party_key=ledger.key,
        party_name=ledger.name,
        ref=item.ref,
        net=item.net,
        bill_date=item.bill_date,
        due_date=item.due_date,
        traced_by=("b", company_id, ledger.key, bill_key(item.ref)) if item.ref else (),
    )


def _traced_by(company_id: int, ledger_key: str, item_key: str, owner_id: int) -> tuple[str | int, ...]:
    if not item_key.startswith(LOOSE):
        return "b", company_id, ledger_key, item_key
    return ("l", owner_id) if item_key == LOOSE else ("v", owner_id)


def _simple_bills(
    transaction: Transaction, company_id: int, clock: Clock, keys: Sequence[str], by_key: Mapping[str, PartyLedger]
) -> Iterator[OpenBill]:
    values, dialect = transaction.dialect.values, transaction.dialect
    visible, bound = clock.visible_bills(transaction)
    rows = transaction.rows(
        "SELECT ledger_key, item_key, MIN(ref), SUM(net), MIN(aged_from), MIN(falls_due), MIN(owner_id) "
        "FROM bill_allocation WHERE tenant_id = ? AND company_id = ? "
        f"AND {dialect.membership('ledger_key', len(keys))} AND {visible} GROUP BY ledger_key, item_key "
        f"HAVING SUM(net) <> 0 AND NOT {IS_ODD}",
        (transaction.tenant_id, company_id, *dialect.bind_members(keys), *bound),
    )
    for key, item_key, ref, net, aged_from, falls_due, owner_id in rows:
        ledger, bill_date = by_key[key], clock.resolve(values.read_day(aged_from))
        due_date = ledger.terms.due_date(bill_date) if falls_due is None else clock.resolve(values.read_day(falls_due))
        yield OpenBill(
            party_key=key,
            party_name=ledger.name,
            ref="" if item_key.startswith(LOOSE) else ref,
            net=values.read_amount(net),
            bill_date=bill_date,
            due_date=due_date,
            traced_by=_traced_by(company_id, key, item_key, owner_id),
        )


def _loose_items(
    transaction: Transaction, company_id: int, clock: Clock, keys: Sequence[str], by_key: Mapping[str, PartyLedger]
) -> Iterator[OpenBill]:
    values, dialect = transaction.dialect.values, transaction.dialect
    visible, bound = clock.visible(transaction, "day")
    rows = transaction.rows(
        "SELECT ledger_key, voucher_id, line, day, unreferenced FROM posting WHERE tenant_id = ? AND company_id = ? "
        f"AND {dialect.membership('ledger_key', len(keys))} AND unreferenced <> 0 AND {visible}",
        (transaction.tenant_id, company_id, *dialect.bind_members(keys), *bound),
    )
    for key, voucher_id, line, stored_day, net in rows:
        day = clock.resolve(values.read_day(stored_day))
        yield OpenBill(
            party_key=key,
            party_name=by_key[key].name,
            ref="",
            net=values.read_amount(net),
            bill_date=day,
            due_date=day,
            traced_by=("p", voucher_id, line),
        )
