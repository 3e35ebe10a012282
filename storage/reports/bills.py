"""Open bills: what is pending under each reference, and the entries behind it.

Nearly every reference is one bill: opened once, settled at most to zero. Those the database folds by itself. The rest
(opened in several parts or years, settled without or beyond a bill) take rules that belong to the receivables engine:
their entries are read and handed to the ``fold`` that the caller brings; without one a reference is a single bill, as
in Tally's own outstanding reports.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any, Protocol
from urllib.parse import quote

from canonical.bill import BillRefKind, bill_key
from canonical.dates import CreditPeriod, CreditUnit
from canonical.money import ZERO
from canonical.receivable import BillEntry
from storage.engine import MEMBERS_MAX, Row, Transaction
from storage.reports.clock import Clock
from storage.reports.party_ledger import PartyLedger
from storage.upsert.voucher_rows import LOOSE

ODD = "(COUNT(aged_from) > 1 OR (SUM(net) <> 0 AND NOT (COUNT(aged_from) = 1 AND MAX(origin_side) = {sign})))"
"""A group of allocations that is not one bill, opened once and settled at most to zero."""
SIGN = "CASE WHEN SUM(net) > 0 THEN 1 ELSE -1 END"
IS_ODD = ODD.format(sign=SIGN)


_KINDS = {kind.value: kind for kind in BillRefKind}
_UNITS = {unit.value: unit for unit in CreditUnit}


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
        rows = sorted(group, key=lambda row: (row.kind is BillRefKind.AGAINST, row.bill_date or row.effective_on))
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


def _reference(entry: BillEntry) -> tuple[str, str, str]:
    folded = "" if entry.kind is BillRefKind.ON_ACCOUNT else bill_key(entry.ref)
    return entry.party_key, folded, "" if folded else entry.source_key


def iter_entries(
    transaction: Transaction, company_id: int, clock: Clock, ledgers: Collection[PartyLedger]
) -> Iterator[BillEntry]:
    """Yield every movement of these ledgers, ordered by ledger."""
    by_key = {ledger.key: ledger for ledger in ledgers}
    keys = sorted(by_key)
    for start in range(0, len(keys), MEMBERS_MAX // 10):
        some = keys[start : start + MEMBERS_MAX // 10]
        rows = _bill_rows(transaction, company_id, clock, some, only_odd=False)
        rows += _unreferenced_rows(transaction, company_id, clock, some)
        rows.sort(key=lambda row: row[0])
        for row in rows:
            yield _entry(transaction, row, clock, by_key[row[0]])


def odd_entries(
    transaction: Transaction, company_id: int, clock: Clock, ledgers: Collection[PartyLedger]
) -> list[BillEntry]:
    """Read the entries under references that the database does not fold, ordered by ledger."""
    by_key = {ledger.key: ledger for ledger in ledgers}
    rows = _bill_rows(transaction, company_id, clock, sorted(by_key), only_odd=True)
    rows.sort(key=lambda row: row[0])
    return [_entry(transaction, row, clock, by_key[row[0]]) for row in rows]


_ENTRY = (
    "b.ledger_key, b.kind, b.ref, b.net, b.effective_on, b.bill_date, b.due_date, b.credit_number, b.credit_unit, "
    "b.known_from, b.known_to, COALESCE(v.number, '') AS number, COALESCE(v.source_key, '') AS source_key, "
    "b.is_opening, b.is_implied"
)
_VOUCHER = "LEFT JOIN voucher v ON v.tenant_id = b.tenant_id AND v.id = b.owner_id"


def _bill_rows(
    transaction: Transaction, company_id: int, clock: Clock, keys: Sequence[str], *, only_odd: bool
) -> list[Row]:
    mine = (transaction.tenant_id, company_id)
    visible, bound = clock.visible_bills(transaction, "b.")
    odd, odd_bound = "", list[Any]()
    if only_odd:
        inner, inner_bound = clock.visible_bills(transaction)
        odd = (
            " AND b.item_key IN (SELECT item_key FROM bill_allocation WHERE tenant_id = ? AND company_id = ? "
            f"AND {inner} AND ledger_key = ? GROUP BY item_key HAVING {IS_ODD})"
        )
        odd_bound = [*mine, *inner_bound]
    sql = (
        f"SELECT {_ENTRY} FROM bill_allocation b {_VOUCHER} "
        f"WHERE b.tenant_id = ? AND b.company_id = ? AND {visible} AND b.ledger_key = ?{odd}"
    )
    found: list[Row] = []
    for key in keys:
        found += transaction.rows(sql, (*mine, *bound, key, *odd_bound, *([key] if only_odd else [])))
    return found


def _unreferenced_rows(transaction: Transaction, company_id: int, clock: Clock, keys: Sequence[str]) -> list[Row]:
    visible, bound = clock.visible(transaction, "day", "p.")
    sql = (
        "SELECT p.ledger_key, 'on_account', '', p.unreferenced, p.day, NULL, NULL, NULL, NULL, p.known_from, "
        "p.known_to, v.number, v.source_key, FALSE, TRUE FROM posting p JOIN voucher v ON v.tenant_id = p.tenant_id "
        "AND v.id = p.voucher_id WHERE p.tenant_id = ? AND p.company_id = ? AND p.unreferenced <> 0 "
        f"AND {visible} AND p.ledger_key = ?"
    )
    mine = (transaction.tenant_id, company_id)
    return [row for key in keys for row in transaction.rows(sql, (*mine, *bound, key))]


def _entry(transaction: Transaction, row: Row, clock: Clock, ledger: PartyLedger) -> BillEntry:
    values = transaction.dialect.values
    key, kind, ref, net, effective_on, bill_date, due_date, number, unit, *rest = row
    known_from, known_to, document, source_key, is_opening, is_implied = rest
    return BillEntry(
        party_key=key,
        kind=_KINDS[kind],
        ref=ref,
        net=values.read_amount(net),
        effective_on=values.read_day(effective_on) or clock.eve,
        bill_date=values.read_day(bill_date),
        due_date=values.read_day(due_date),
        credit_period=_credit_period(number, unit, is_implied=bool(is_implied), ledger=ledger),
        recorded_at=values.read_moment(known_from),
        voided_at=None if known_to is None else values.read_moment(known_to),
        document=document,
        source_key=source_key,
        is_opening=bool(is_opening),
    )


def _credit_period(number: Any, unit: Any, *, is_implied: bool, ledger: PartyLedger) -> CreditPeriod | None:
    if number is not None:
        return CreditPeriod(number, _UNITS[unit])
    return None if is_implied else ledger.credit_period


def open_bills(
    transaction: Transaction, company_id: int, clock: Clock, ledgers: Collection[PartyLedger], fold: Fold
) -> Iterator[OpenBill]:
    """Yield every open item of these ledgers, ordered by ledger, then due date, bill date and reference."""
    odd: dict[str, list[BillEntry]] = {}
    for entry in odd_entries(transaction, company_id, clock, ledgers):
        odd.setdefault(entry.party_key, []).append(entry)
    for ledger in sorted(ledgers, key=lambda item: item.key):
        found = list(_simple_bills(transaction, company_id, clock, ledger))
        found += _loose_items(transaction, company_id, clock, ledger)
        found += [
            OpenBill(
                party_key=ledger.key,
                party_name=ledger.name,
                ref=item.ref,
                net=item.net,
                bill_date=item.bill_date,
                due_date=item.due_date,
                traced_by=("b", company_id, ledger.key, bill_key(item.ref)) if item.ref else (),
            )
            for item in (fold(odd[ledger.key]) if ledger.key in odd else ())
        ]
        yield from sorted(found, key=lambda bill: (bill.due_date, bill.bill_date, bill.ref))


def _traced_by(company_id: int, ledger_key: str, item_key: str, owner_id: int) -> tuple[str | int, ...]:
    if not item_key.startswith(LOOSE):
        return "b", company_id, ledger_key, item_key
    return ("l", owner_id) if item_key == LOOSE else ("v", owner_id)


def _simple_bills(transaction: Transaction, company_id: int, clock: Clock, ledger: PartyLedger) -> Iterator[OpenBill]:
    values = transaction.dialect.values
    visible, bound = clock.visible_bills(transaction)
    rows = transaction.rows(
        "SELECT item_key, MIN(ref), SUM(net), MIN(aged_from), MIN(falls_due), MIN(owner_id) FROM bill_allocation "
        f"WHERE tenant_id = ? AND company_id = ? AND ledger_key = ? AND {visible} GROUP BY item_key "
        f"HAVING SUM(net) <> 0 AND NOT {IS_ODD}",
        (transaction.tenant_id, company_id, ledger.key, *bound),
    )
    for item_key, ref, net, aged_from, falls_due, owner_id in rows:
        bill_date = clock.resolve(values.read_day(aged_from))
        due_date = ledger.terms.due_date(bill_date) if falls_due is None else clock.resolve(values.read_day(falls_due))
        yield OpenBill(
            party_key=ledger.key,
            party_name=ledger.name,
            ref="" if item_key.startswith(LOOSE) else ref,
            net=values.read_amount(net),
            bill_date=bill_date,
            due_date=due_date,
            traced_by=_traced_by(company_id, ledger.key, item_key, owner_id),
        )


def _loose_items(transaction: Transaction, company_id: int, clock: Clock, ledger: PartyLedger) -> Iterator[OpenBill]:
    values = transaction.dialect.values
    visible, bound = clock.visible(transaction, "day")
    rows = transaction.rows(
        "SELECT voucher_id, line, day, unreferenced FROM posting WHERE tenant_id = ? AND company_id = ? "
        f"AND ledger_key = ? AND unreferenced <> 0 AND {visible}",
        (transaction.tenant_id, company_id, ledger.key, *bound),
    )
    for voucher_id, line, stored_day, net in rows:
        day = clock.resolve(values.read_day(stored_day))
        yield OpenBill(
            party_key=ledger.key,
            party_name=ledger.name,
            ref="",
            net=values.read_amount(net),
            bill_date=day,
            due_date=day,
            traced_by=("p", voucher_id, line),
        )
