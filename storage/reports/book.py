"""The reports a store can make, each from one moment of the store."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from canonical.dates import Period
from canonical.ledger import name_key
from canonical.money import ZERO
from canonical.receivable import AgeingBasis, AgeingRow, BillEntry, Buckets, Direction
from storage.engine import Transaction
from storage.raw_store import RawStore
from storage.reports.ageing import Question, age_parties
from storage.reports.bill_entries import LEDGERS_AT_A_TIME, iter_entries
from storage.reports.bills import Fold, OpenBill, open_bills, plain_fold
from storage.reports.clock import Clock, read_clock
from storage.reports.movements import LedgerMovement, ledger_movements
from storage.reports.party_ledger import PartyLedger, read_party_ledgers
from storage.reports.trace import Trace, Tracer
from storage.reports.trial_balance import LedgerBalance, LedgerEntry, ledger_entries, ledger_opening, trial_balance
from storage.repositories.base import Repository
from storage.repositories.records import Records

DEFAULT_BUCKETS = Buckets()


class Reports(Repository):
    """One tenant's reports. ``known_at`` (UTC) asks what was known then; None means all we know now."""

    def __init__(self, *bound: Any, records: Records, raw: RawStore) -> None:
        super().__init__(*bound)
        self._tracer = Tracer(*bound, records=records, raw=raw)

    def trial_balance(
        self, company_id: int, as_of: date, known_at: datetime | None = None
    ) -> tuple[LedgerBalance, ...]:
        """Every ledger's balance at the end of a day, ordered by name."""
        with self._at(company_id, as_of, known_at) as (transaction, clock):
            return tuple(trial_balance(transaction, company_id, clock))

    def movements(
        self, company_id: int, period: Period, year_from: date, known_at: datetime | None = None
    ) -> dict[str, LedgerMovement]:
        """What every ledger moved before the financial year, in it, and in the period; see ``movements.py``."""
        with self._at(company_id, period.end, known_at) as (transaction, clock):
            return ledger_movements(transaction, company_id, clock, period, year_from)

    def ledger_entries(
        self, company_id: int, ledger_key: str, period: Period, known_at: datetime | None = None
    ) -> tuple[Decimal, tuple[LedgerEntry, ...]]:
        """A ledger's opening balance for a period (debit-positive rupees), and its postings with a running balance."""
        with self._at(company_id, period.end, known_at) as (transaction, clock):
            before = Clock(period.start - timedelta(days=1), known_at, clock.eve)
            opening = ledger_opening(transaction, company_id, ledger_key, before)
            entries = ledger_entries(transaction, company_id, ledger_key, period, clock, opening)
            return opening, tuple(entries)

    def ageing(  # noqa: PLR0917 - the contract with callers: one question, in the order it is asked
        self,
        company_id: int,
        as_of: date,
        basis: AgeingBasis = AgeingBasis.DUE,
        buckets: Buckets = DEFAULT_BUCKETS,
        direction: Direction = Direction.RECEIVABLE,
        known_at: datetime | None = None,
        *,
        party: str | None = None,
        fold: Fold = plain_fold,
    ) -> list[AgeingRow]:
        """Open money by party and age, explicit allocations only, ordered by party name.

        Per party, not due + buckets + unapplied = ledger balance in the report's direction.

        Args:
            company_id: whose books.
            as_of: accounting date.
            basis: due date or bill date.
            buckets: their limits in days.
            direction: receivable or payable.
            known_at: see the class.
            party: a ledger's key or name; only this party.
            fold: folds the few references that are not one bill opened once; see ``storage.reports.bills``.
        """
        with self._at(company_id, as_of, known_at) as (transaction, clock):
            ledgers = read_party_ledgers(transaction, company_id, clock)
            if party is not None:
                ledgers = {key: ledgers[key] for key in (name_key(party),) if key in ledgers}
                if not ledgers:
                    return []
            question = Question(clock, basis, buckets, direction)
            return age_parties(transaction, company_id, ledgers, question, fold)

    def open_bills(
        self,
        company_id: int,
        as_of: date,
        known_at: datetime | None = None,
        *,
        party_keys: Collection[str] | None = None,
        direction: Direction | None = None,
        fold: Fold = plain_fold,
    ) -> tuple[OpenBill, ...]:
        """Every open item by party, oldest due first; ``direction`` keeps the parties of one side."""
        with self._at(company_id, as_of, known_at) as (transaction, clock):
            ledgers = _chosen(read_party_ledgers(transaction, company_id, clock), party_keys)
            bills = tuple(open_bills(transaction, company_id, clock, ledgers, fold))
        if direction is None:
            return bills
        nets: dict[str, Decimal] = {}
        for bill in bills:
            nets[bill.party_key] = nets.get(bill.party_key, ZERO) + bill.net
        running = {ledger.key for ledger in ledgers if ledger.runs(direction, nets.get(ledger.key, ZERO))}
        return tuple(bill for bill in bills if bill.party_key in running)

    def bill_entries(
        self,
        company_id: int,
        as_of: date,
        known_at: datetime | None = None,
        party_keys: Collection[str] | None = None,
    ) -> Iterator[BillEntry]:
        """Yield every movement of party ledgers, ordered by party: what the receivables engine folds.

        A party's entries add up to its ledger balance. They are read some hundred parties at a time, each lot from one
        moment of the store.
        """
        with self._at(company_id, as_of, known_at) as (transaction, clock):
            ledgers = _chosen(read_party_ledgers(transaction, company_id, clock), party_keys)
        for start in range(0, len(ledgers), LEDGERS_AT_A_TIME):
            with self._at(company_id, as_of, known_at) as (transaction, _):
                some = list(iter_entries(transaction, company_id, clock, ledgers[start : start + LEDGERS_AT_A_TIME]))
            yield from some

    def party_ledgers(self, company_id: int, as_of: date, known_at: datetime | None = None) -> dict[str, PartyLedger]:
        """The ledgers that are parties', by key."""
        with self._at(company_id, as_of, known_at) as (transaction, clock):
            return read_party_ledgers(transaction, company_id, clock)

    def trace(self, trace_id: str) -> Trace:
        """Follow a printed id (``v:12``, ``p:12:0``, ``l:34``, ``b:1:asha:inv-9``, ``r:56``) to its raw records.

        Raises:
            NotFound: it leads nowhere in this tenant.
        """
        return self._tracer.trace(trace_id)

    @contextmanager
    def _at(self, company_id: int, as_of: date, known_at: datetime | None) -> Iterator[tuple[Transaction, Clock]]:
        """Open one moment of the store, and say what day it is in the books."""
        with self._read() as transaction:
            _keep_to_indexes(transaction)
            yield transaction, read_clock(transaction, company_id, as_of, known_at)


def _keep_to_indexes(transaction: Transaction) -> None:
    """Keep PostgreSQL on the covering indexes: right after a load it has no statistics and would sort whole tables."""
    if transaction.dialect.name == "postgresql":
        transaction.rows(
            "SELECT set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true), "
            "set_config('jit', 'off', true), set_config('work_mem', '64MB', true)"
        )


def _chosen(ledgers: dict[str, PartyLedger], keys: Collection[str] | None) -> list[PartyLedger]:
    wanted = ledgers.keys() if keys is None else ledgers.keys() & set(keys)
    return [ledgers[key] for key in sorted(wanted)]
