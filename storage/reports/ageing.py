"""Ageing in SQL: one pass over a covering index, a million open bills in about a second.

The index holds a party's allocations side by side, ordered by bill: the database adds each bill up as it goes, sorts
it into a slot of dates (``bucket_sql``) and returns one sum per party and slot. What a slot means in a party's terms,
and which parties belong into the report, is decided here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from canonical.money import ZERO
from canonical.receivable import AgeingBasis, AgeingRow, Buckets, Direction
from storage.engine import Row, Transaction
from storage.reports.bill_entries import IS_ODD, odd_entries
from storage.reports.bills import Fold
from storage.reports.bucket_sql import Slots, cut_days
from storage.reports.clock import Clock
from storage.reports.party_ledger import NO_TERMS, PartyLedger

WALK = -1
"""Slot of references opened more than once: several items may be behind one sum."""
LONE = -2
"""Slot of references without, or settled beyond, their bill: one item, whose date takes a walk."""
DEFAULT_TERMS = 1000
"""Added to the slot of a bill that is due by its ledger's terms."""


@dataclass(frozen=True, slots=True)
class Question:
    """What an ageing report is asked."""

    clock: Clock
    basis: AgeingBasis
    buckets: Buckets
    direction: Direction


@dataclass(slots=True)
class _Party:
    """One ledger's sums by slot: debit-positive, debits and credits apart."""

    slots: dict[int, tuple[Decimal, Decimal]] = field(default_factory=dict)
    loose: dict[int, tuple[Decimal, Decimal]] = field(default_factory=dict)
    net: Decimal = ZERO


def age_parties(
    transaction: Transaction, company_id: int, ledgers: Mapping[str, PartyLedger], question: Question, fold: Fold
) -> list[AgeingRow]:
    """Return one row per party with open money, ordered by name."""
    terms = {ledger.terms for ledger in ledgers.values()} | {NO_TERMS}
    slots = cut_days(question.clock.as_of, question.buckets, terms if question.basis is AgeingBasis.DUE else {NO_TERMS})
    parties: dict[str, _Party] = defaultdict(_Party)
    amount = transaction.dialect.values.read_amount
    only = next(iter(ledgers)) if len(ledgers) == 1 else None
    for key, slot, debit, credit in _bill_sums(transaction, company_id, question, slots, only):
        if key in ledgers:
            parties[key].slots[slot] = (amount(debit), amount(credit))
    for key, slot, debit, credit in _loose_sums(transaction, company_id, question, slots, only):
        if key in ledgers:
            parties[key].loose[slot] = (amount(debit), amount(credit))
    return _rows(transaction, company_id, ledgers, parties, question, slots, fold)


def _bill_sums(
    transaction: Transaction, company_id: int, question: Question, slots: Slots, only: str | None
) -> list[Row]:
    """Sum what is pending by ledger and slot; the inner query has one row per open bill."""
    visible, bound = question.clock.visible_bills(transaction)
    one, one_bound = ("AND ledger_key = ? ", [only]) if only is not None else ("", [])
    by_terms, terms_bound = slots.case_sql("aged_from", transaction, DEFAULT_TERMS)
    if question.basis is AgeingBasis.DUE:
        by_due, due_bound = slots.case_sql("falls_due", transaction, 0)
        by_terms = f"CASE WHEN falls_due IS NULL THEN {by_terms} ELSE {by_due} END"
        terms_bound += due_bound
    sql = (
        f"SELECT ledger_key, CASE WHEN is_odd THEN CASE WHEN origins > 1 THEN {WALK} ELSE {LONE} END "
        f"ELSE {by_terms} END AS slot, SUM(CASE WHEN pending > 0 THEN pending ELSE 0 END), "
        "SUM(CASE WHEN pending < 0 THEN pending ELSE 0 END) FROM ("
        "SELECT ledger_key, SUM(net) AS pending, COUNT(aged_from) AS origins, MIN(aged_from) AS aged_from, "
        f"MIN(falls_due) AS falls_due, {IS_ODD} AS is_odd FROM bill_allocation "
        f"WHERE tenant_id = ? AND company_id = ? {one}AND {visible} GROUP BY ledger_key, item_key "
        "HAVING SUM(net) <> 0 OR COUNT(aged_from) > 1) bills GROUP BY ledger_key, slot"
    )
    return transaction.rows(sql, (*terms_bound, transaction.tenant_id, company_id, *one_bound, *bound))


def _loose_sums(
    transaction: Transaction, company_id: int, question: Question, slots: Slots, only: str | None
) -> list[Row]:
    """Sum what vouchers leave without a reference, by ledger and slot of the voucher's day."""
    visible, bound = question.clock.visible(transaction, "day")
    one, one_bound = ("AND ledger_key = ? ", [only]) if only is not None else ("", [])
    by_day, day_bound = slots.case_sql("day", transaction, 0)
    sql = (
        f"SELECT ledger_key, {by_day} AS slot, SUM(CASE WHEN unreferenced > 0 THEN unreferenced ELSE 0 END), "
        "SUM(CASE WHEN unreferenced < 0 THEN unreferenced ELSE 0 END) FROM posting "
        f"WHERE tenant_id = ? AND company_id = ? {one}AND unreferenced <> 0 AND {visible} GROUP BY ledger_key, slot"
    )
    return transaction.rows(sql, (*day_bound, transaction.tenant_id, company_id, *one_bound, *bound))


def _rows(  # noqa: PLR0917 - private, one call
    transaction: Transaction,
    company_id: int,
    ledgers: Mapping[str, PartyLedger],
    parties: Mapping[str, _Party],
    question: Question,
    slots: Slots,
    fold: Fold,
) -> list[AgeingRow]:
    chosen: dict[str, _Sums] = {}
    to_walk: list[PartyLedger] = []
    for key, party in parties.items():
        ledger, net = ledgers[key], _balance(party)
        if not ledger.runs(question.direction, net):
            continue
        chosen[key] = sums = _Sums(question, ledger)
        if sums.needs_walk(party):
            to_walk.append(ledger)
        else:
            sums.add_unapplied(party.slots.get(LONE))
        for slot, pair in [*party.slots.items(), *party.loose.items()]:
            if slot >= 0:
                sums.add_slot(slots, slot, pair)
    if to_walk:
        for item in fold(odd_entries(transaction, company_id, question.clock, to_walk)):
            by_due = question.basis is AgeingBasis.DUE
            chosen[item.party_key].add(item.net, item.due_date if by_due else item.bill_date)
    rows = [sums.row() for sums in chosen.values()]
    rows = [row for row in rows if row.not_due or row.unapplied or any(row.buckets)]
    return sorted(rows, key=lambda row: (row.party_name.casefold(), row.party_key))


def _balance(party: _Party) -> Decimal:
    return sum((debit + credit for pairs in (party.slots, party.loose) for debit, credit in pairs.values()), ZERO)


class _Sums:
    """One party's row in the making."""

    def __init__(self, question: Question, ledger: PartyLedger) -> None:
        self._question = question
        self._ledger = ledger
        self._not_due, self._unapplied = ZERO, ZERO
        self._buckets = [ZERO] * len(question.buckets.labels)

    def needs_walk(self, party: _Party) -> bool:
        """Whether a date is needed that the database could not tell."""
        debit, credit = party.slots.get(LONE, (ZERO, ZERO))
        owed = debit if self._question.direction is Direction.RECEIVABLE else credit
        return WALK in party.slots or bool(owed)

    def add_unapplied(self, pair: tuple[Decimal, Decimal] | None) -> None:
        """Add money that is not owed, whatever its date."""
        if pair is not None:
            self._unapplied += self._question.direction.amount(sum(pair, ZERO))

    def add_slot(self, slots: Slots, slot: int, pair: tuple[Decimal, Decimal]) -> None:
        """Add the sums of one slot."""
        day = self._question.clock.resolve(slots.cuts[slot % DEFAULT_TERMS])
        if slot >= DEFAULT_TERMS and self._question.basis is AgeingBasis.DUE:
            day = self._ledger.terms.due_date(day)
        for net in pair:
            self.add(net, day)

    def add(self, net: Decimal, day: date) -> None:
        """Add one item's, or many's, money that ages from a day."""
        amount = self._question.direction.amount(net)
        bucket = self._question.buckets.index((self._question.clock.as_of - day).days)
        if amount < 0:
            self._unapplied += amount
        elif bucket is None:
            self._not_due += amount
        else:
            self._buckets[bucket] += amount

    def row(self) -> AgeingRow:
        """The finished row."""
        return AgeingRow(
            party_key=self._ledger.key,
            party_name=self._ledger.name,
            not_due=self._not_due,
            buckets=tuple(self._buckets),
            unapplied=self._unapplied,
        )
