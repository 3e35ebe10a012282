"""Prove one company's books from what is stored now.

Always there: completeness (every voucher read is stored or listed as rejected), double entry (the counting postings sum
to zero), and balances of parties = bills + on account. The rest needs an oracle: the source's reports and the closing
balances its masters carry. Where there is none, the proof says which and why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from canonical.dates import Period
from canonical.money import ZERO
from canonical.proof import ControlKind, ControlTotal, OracleUse, Proof, ProofStatus, ReportKind, SourceReport
from connectors.sdk.base import Translator
from storage.store import TenantStore
from workflows.proving import balances, bills, counts, on_account, statements, stock
from workflows.proving.freshness import Freshness
from workflows.proving.oracles import NOT_READ, Oracle, Oracles, read_oracles
from workflows.proving.ours import OurBooks
from workflows.proving.period import PeriodBooks

LEDGERS = "ledgers"
"""Stream of ledger masters; every connector calls it so."""
OLDER = "read before vouchers changed; a later sync asks for it again"
"""Why a report of an earlier sync is set aside: it can prove no state that came after it."""


def prove_company(
    store: TenantStore,
    translator: Translator,
    company_id: int,
    run_id: int | None = None,
    *,
    is_live: bool = False,
    no_reports: str = "",
) -> Proof:
    """Compute all control totals of one company.

    Args:
        store: the tenant's.
        translator: reads the source's reports.
        company_id: whose books.
        run_id: the run that ends in this proof; what it read itself is fresh.
        is_live: the source was asked, so only what this run read may accuse; see ``freshness.py``.
        no_reports: why this source's reports are not there; see ``Connector``.
    """
    ours = OurBooks(store, company_id)
    freshness = Freshness(store, company_id, run_id, is_live)
    oracles = read_oracles(store, translator, company_id, freshness, ours.last_day)
    proving = _Proving(ours, freshness, oracles, translator.document_streams, no_reports or NOT_READ)
    return proving.run()


@dataclass(slots=True)
class _Proving:
    """One proof while it is made."""

    ours: OurBooks
    freshness: Freshness
    oracles: Oracles
    documents: tuple[str, ...]
    no_reports: str
    totals: list[ControlTotal] = field(default_factory=list)
    complete_by: str = ""
    """The oracle that shows our masters to be complete; empty while none does."""

    def run(self) -> Proof:
        """Compare everything, in the order a person asks: are we whole, do we agree, in what."""
        self.totals += self._ourselves()
        comparisons: tuple[tuple[ReportKind, Callable[[Oracle], Iterable[ControlTotal]]], ...] = (
            (ReportKind.MASTER_COUNTS, self._counts),
            (ReportKind.VOUCHER_COUNTS, self._counts),
            (ReportKind.TRIAL_BALANCE, self._trial_balance),
            (ReportKind.PROFIT_AND_LOSS, self._profit_and_loss),
            (ReportKind.BALANCE_SHEET, self._balance_sheet),
            (ReportKind.BILLS_RECEIVABLE, self._bills),
            (ReportKind.BILLS_PAYABLE, self._bills),
        )
        for kind, compare in comparisons:
            for oracle in self.oracles.of_kind(kind):
                self._compare(oracle, compare)
        closings = self._master_closings()
        self.totals += [*closings, *self._stock(), *self._on_account(closings), *self._openings()]
        self.oracles.note_missing(self.no_reports)
        return Proof(totals=tuple(self.totals), oracles=tuple(self.oracles.uses))

    def _compare(self, oracle: Oracle, compare: Callable[[Oracle], Iterable[ControlTotal]]) -> None:
        if self.freshness.is_live and not oracle.may_accuse:
            self.oracles.usable.remove(oracle)
            self.oracles.note(oracle.report, is_used=False, reason=OLDER)
            return
        is_bills = oracle.report.kind.is_bills
        open_bills = len(self._open_bills(oracle)) if is_bills else 0
        if is_bills and not oracle.report.lines and open_bills:
            reason = f"it is empty while {open_bills} bills are open in our books; an empty answer proves nothing"
            self.oracles.usable.remove(oracle)
            self.oracles.note(oracle.report, is_used=False, reason=reason)
            return
        self.totals += self.oracles.judge(oracle, tuple(compare(oracle)))

    def _ourselves(self) -> Iterator[ControlTotal]:
        found = self.ours.store.controls.completeness(self.ours.company_id, self.documents)
        yield completeness(found.read, found.stored, found.rejected)
        yield double_entry(self.ours.store.controls.books_net(self.ours.company_id))
        if self.ours.last_day is not None:
            yield self._parties_whole(self.ours.last_day)

    def _parties_whole(self, day: date) -> ControlTotal:
        balances_of = {
            row.ledger_key: row.closing for row in self.ours.store.reports.trial_balance(self.ours.company_id, day)
        }
        return ControlTotal(
            kind=ControlKind.DOUBLE_ENTRY,
            name="bills + on account = balances of all parties",
            ours=sum((item.net for item in self.ours.pending(day)), ZERO),
            theirs=sum((balances_of.get(key, ZERO) for key in self.ours.parties(day)), ZERO),
            oracle="our own postings",
            as_of=day,
        )

    def _counts(self, oracle: Oracle) -> list[ControlTotal]:
        if any(line.ref for line in oracle.report.lines):
            return list(counts.list_counts(oracle.report, self.ours.counts_by_stream))
        until = None if oracle.report.kind is ReportKind.MASTER_COUNTS or not oracle.says_day else oracle.day
        found = list(counts.counts(oracle.report, self.ours.voucher_counts(until), self.ours.master_counts))
        if any(total.name == "number of ledgers" and total.status is ProofStatus.PROVED for total in found):
            self.complete_by = oracle.report.oracle
        return found

    def _trial_balance(self, oracle: Oracle) -> list[ControlTotal]:
        report, books = oracle.report, self._books(oracle.report)
        if all(books.chart.find(line.name) or balances.is_opening_difference(line.name) for line in report.lines):
            self.complete_by = self.complete_by or report.oracle
        return list(balances.trial_balance(report, books))

    def _profit_and_loss(self, oracle: Oracle) -> list[ControlTotal]:
        books = self._books(oracle.report)
        return statements.profit_and_loss(oracle.report, books, self._stock_value(books))

    def _balance_sheet(self, oracle: Oracle) -> Iterator[ControlTotal]:
        books = self._books(oracle.report)
        return statements.balance_sheet(oracle.report, books, self._stock_value(books))

    def _bills(self, oracle: Oracle) -> Iterator[ControlTotal]:
        pending, parties = self.ours.pending(oracle.day), self.ours.parties(oracle.day)
        return bills.bills(oracle.report, bills.our_bills(pending), self.ours.chart, parties)

    def _open_bills(self, oracle: Oracle) -> list[bills.BillSum]:
        sign = 1 if oracle.report.kind is ReportKind.BILLS_RECEIVABLE else -1
        return [bill for bill in bills.our_bills(self.ours.pending(oracle.day)).values() if bill.net * sign > 0]

    def _books(self, report: SourceReport) -> PeriodBooks:
        as_of = report.as_of or date.min
        if report.day_from is not None and report.day_from <= as_of:
            return self.ours.over(Period(report.day_from, as_of))
        return self.ours.over(self.ours.usual_period(as_of))

    def _stock_value(self, books: PeriodBooks) -> stock.StockValue:
        return stock.stock_of([oracle.report for oracle in self.oracles.usable], books, self.ours.items)

    def _stock(self) -> Iterator[ControlTotal]:
        """Say what was taken from the source, for every day on which a statement needed it."""
        wanted = self.oracles.of_kind(ReportKind.PROFIT_AND_LOSS, ReportKind.BALANCE_SHEET)
        for day in sorted({oracle.day for oracle in wanted}):
            books = self.ours.over(self.ours.usual_period(day))
            yield from stock.declared(self._stock_value(books), day)
        for oracle in self.oracles.of_kind(ReportKind.STOCK_SUMMARY):
            self.oracles.note(oracle.report, is_used=False, reason="its total is the source's own valuation")

    def _master_closings(self) -> tuple[ControlTotal, ...]:
        """Compare closing balances of masters; those read before vouchers changed can prove, but not accuse."""
        day = self.ours.last_day
        said = [stored for stored in self.ours.ledgers if stored.record.closing is not None]
        if day is None or not said:
            return ()
        readings = (
            self.ours.over(self.ours.usual_period(day)),
            self.ours.over(self.ours.since_start(day), as_one_year=True),
        )
        totals = balances.master_closings([stored.record for stored in said], readings, day)
        kept = [
            total
            for stored, total in zip(said, totals, strict=True)
            if not total.difference or self.freshness.may_accuse(LEDGERS, stored.raw_id, stored.record.closing_as_of)
        ]
        left = len(totals) - len(kept)
        reason = f"{left} of them were read before vouchers changed and differ now; read the masters again"
        self.oracles.uses.append(
            OracleUse(
                oracle="closing balances of ledger masters",
                is_used=bool(kept),
                reason=reason if left else "",
                as_of=day,
                lines=len(totals),
            )
        )
        return tuple(kept)

    def _on_account(self, closings: Iterable[ControlTotal]) -> Iterator[ControlTotal]:
        """Per day on which both bill reports can serve, with the balances stated for that day."""
        whole = [oracle for oracle in self.oracles.of_kind(*_BILLS) if not oracle.report.is_partial]
        for day in sorted({oracle.day for oracle in whole}):
            reports = [oracle.report for oracle in whole if oracle.day == day]
            stated = self._stated_balances(day, closings)
            if len({report.kind for report in reports}) < len(_BILLS) or not stated:
                continue
            yield from on_account.on_account(
                self.ours.pending(day), self.ours.parties(day), stated, reports, self.ours.chart, day
            )

    def _stated_balances(self, day: date, closings: Iterable[ControlTotal]) -> dict[str, Decimal]:
        found: dict[str, Decimal] = {}
        if day == self.ours.last_day:
            found = {
                key: total.theirs
                for total in closings
                if total.theirs is not None
                and (key := self.ours.chart.find(total.name.partition(": ")[2])) in self.ours.chart.ledgers
                and key is not None
            }
        for oracle in self.oracles.of_kind(ReportKind.TRIAL_BALANCE):
            if oracle.day == day:
                found |= on_account.source_balances(oracle.report, self.ours.chart)
        return found

    def _openings(self) -> Iterator[ControlTotal]:
        """Once an oracle shows our masters to be complete, their openings must balance."""
        if self.complete_by:
            yield balances.opening_difference(self.ours.chart.openings, self.complete_by)


_BILLS = (ReportKind.BILLS_RECEIVABLE, ReportKind.BILLS_PAYABLE)


def completeness(read: int, stored: int, rejected: int) -> ControlTotal:
    """Every voucher read is in the books or on the list of rejections."""
    return ControlTotal(
        kind=ControlKind.COMPLETENESS,
        name="vouchers read = stored + rejected",
        ours=Decimal(stored + rejected),
        theirs=Decimal(read),
        oracle="the records themselves",
    )


def unread() -> ControlTotal:
    """An account that was not read whole (calls ran out, a part was refused): its figures are held back."""
    return ControlTotal(
        kind=ControlKind.COMPLETENESS,
        name="parts of the source that wait for another sync",
        ours=Decimal(1),
        theirs=ZERO,
        oracle="the sync itself",
        reason="not everything was read; khata issues says what waits",
    )


def double_entry(net: Decimal) -> ControlTotal:
    """Counting postings sum to zero."""
    return ControlTotal(
        kind=ControlKind.DOUBLE_ENTRY,
        name="debits less credits of all vouchers",
        ours=net,
        theirs=ZERO,
        oracle="double entry",
    )
