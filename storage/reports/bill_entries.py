"""Bill entries: every movement of a party's ledger, as the receivables engine takes them.

Read a few hundred ledgers at a time, so that neither memory nor the number of statements grows with the books.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from canonical.bill import BillRefKind
from canonical.dates import CreditPeriod, CreditUnit
from canonical.receivable import BillEntry
from storage.engine import Row, Transaction
from storage.reports.clock import Clock
from storage.reports.party_ledger import PartyLedger

LEDGERS_AT_A_TIME = 200
ODD = "(COUNT(aged_from) > 1 OR (SUM(net) <> 0 AND NOT (COUNT(aged_from) = 1 AND MAX(origin_side) = {sign})))"
"""A group of allocations that is not one bill, opened once and settled at most to zero."""
SIGN = "CASE WHEN SUM(net) > 0 THEN 1 ELSE -1 END"
IS_ODD = ODD.format(sign=SIGN)


_KINDS = {kind.value: kind for kind in BillRefKind}
_UNITS = {unit.value: unit for unit in CreditUnit}


def iter_entries(
    transaction: Transaction, company_id: int, clock: Clock, ledgers: Collection[PartyLedger]
) -> Iterator[BillEntry]:
    """Yield every movement of these ledgers, ordered by ledger."""
    by_key = {ledger.key: ledger for ledger in ledgers}
    for some in in_groups(by_key):
        rows = _bill_rows(transaction, company_id, clock, some)
        rows += _unreferenced_rows(transaction, company_id, clock, some)
        rows.sort(key=lambda row: row[0])
        for row in rows:
            yield _entry(transaction, row, clock, by_key[row[0]])


def odd_entries(
    transaction: Transaction, company_id: int, clock: Clock, ledgers: Collection[PartyLedger]
) -> list[BillEntry]:
    """Read the entries under references that the database does not fold, ordered by ledger."""
    by_key = {ledger.key: ledger for ledger in ledgers}
    rows: list[Row] = []
    for some in in_groups(by_key):
        odd = _odd_items(transaction, company_id, clock, some)
        if odd:
            found = _bill_rows(transaction, company_id, clock, sorted({key for key, _ in odd}))
            rows += [row for row in found if (row[0], row[-1]) in odd]
    rows.sort(key=lambda row: row[0])
    return [_entry(transaction, row, clock, by_key[row[0]]) for row in rows]


def in_groups(keys: Collection[str]) -> Iterator[list[str]]:
    """Yield the keys in order, a few hundred at a time."""
    ordered = sorted(keys)
    for start in range(0, len(ordered), LEDGERS_AT_A_TIME):
        yield ordered[start : start + LEDGERS_AT_A_TIME]


_ENTRY = (
    "b.ledger_key, b.kind, b.ref, b.net, b.effective_on, b.bill_date, b.due_date, b.credit_number, b.credit_unit, "
    "b.known_from, b.known_to, COALESCE(v.number, '') AS number, COALESCE(v.source_key, '') AS source_key, "
    "b.is_opening, b.is_implied, b.item_key"
)
_VOUCHER = "LEFT JOIN voucher v ON v.tenant_id = b.tenant_id AND v.id = b.owner_id"


def _bill_rows(transaction: Transaction, company_id: int, clock: Clock, keys: Sequence[str]) -> list[Row]:
    dialect = transaction.dialect
    visible, bound = clock.visible_bills(transaction, "b.")
    return transaction.rows(
        f"SELECT {_ENTRY} FROM bill_allocation b {_VOUCHER} WHERE b.tenant_id = ? AND b.company_id = ? "
        f"AND {dialect.membership('b.ledger_key', len(keys))} AND {visible}",
        (transaction.tenant_id, company_id, *dialect.bind_members(keys), *bound),
    )


def _odd_items(transaction: Transaction, company_id: int, clock: Clock, keys: Sequence[str]) -> set[tuple[str, str]]:
    """Ledger and item key of what the database does not fold.

    Asked before its entries, not within one statement: without statistics PostgreSQL grouped anew for every entry.
    """
    dialect = transaction.dialect
    visible, bound = clock.visible_bills(transaction)
    rows = transaction.rows(
        "SELECT ledger_key, item_key FROM bill_allocation WHERE tenant_id = ? AND company_id = ? "
        f"AND {dialect.membership('ledger_key', len(keys))} AND {visible} "
        f"GROUP BY ledger_key, item_key HAVING {IS_ODD}",
        (transaction.tenant_id, company_id, *dialect.bind_members(keys), *bound),
    )
    return {(key, item_key) for key, item_key in rows}


def _unreferenced_rows(transaction: Transaction, company_id: int, clock: Clock, keys: Sequence[str]) -> list[Row]:
    dialect = transaction.dialect
    visible, bound = clock.visible(transaction, "day", "p.")
    return transaction.rows(
        "SELECT p.ledger_key, 'on_account', '', p.unreferenced, p.day, NULL, NULL, NULL, NULL, p.known_from, "
        "p.known_to, v.number, v.source_key, FALSE, TRUE, '' FROM posting p "
        "JOIN voucher v ON v.tenant_id = p.tenant_id AND v.id = p.voucher_id "
        "WHERE p.tenant_id = ? AND p.company_id = ? AND p.unreferenced <> 0 "
        f"AND {dialect.membership('p.ledger_key', len(keys))} AND {visible}",
        (transaction.tenant_id, company_id, *dialect.bind_members(keys), *bound),
    )


def _entry(transaction: Transaction, row: Row, clock: Clock, ledger: PartyLedger) -> BillEntry:
    values = transaction.dialect.values
    key, kind, ref, net, effective_on, bill_date, due_date, number, unit, *rest = row
    known_from, known_to, document, source_key, is_opening, is_implied, _ = rest
    return BillEntry(
        party_key=key,
        kind=_KINDS[kind],
        ref=ref,
        net=values.read_amount(net),
        effective_on=values.read_day(effective_on) or clock.eve,
        bill_date=values.read_day(bill_date),
        due_date=values.read_day(due_date),
        credit_period=_credit_period(number, unit, has_terms=_has_terms(kind, is_implied), ledger=ledger),
        recorded_at=values.read_moment(known_from),
        voided_at=None if known_to is None else values.read_moment(known_to),
        document=document,
        source_key=source_key,
        is_opening=bool(is_opening),
    )


def _has_terms(kind: str, is_implied: Any) -> bool:
    """Whether the party's credit period applies: it gives time to pay, and an advance is money that has been paid."""
    return not is_implied and kind != BillRefKind.ADVANCE.value


def _credit_period(number: Any, unit: Any, *, has_terms: bool, ledger: PartyLedger) -> CreditPeriod | None:
    if number is not None:
        return CreditPeriod(number, _UNITS[unit])
    return ledger.credit_period if has_terms else None
