"""The source's reports of one company, sorted out: which can serve, for which day, and why the others cannot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from canonical.errors import SourceMalformed
from canonical.proof import ControlTotal, OracleUse, ProofStatus, ReportKind, SourceReport
from connectors.sdk.base import Translator
from storage.store import TenantStore
from workflows.proving.freshness import Freshness

REPORTS = "reports"
"""Stream of the source's own reports."""
EXPECTED = (
    ReportKind.TRIAL_BALANCE,
    ReportKind.PROFIT_AND_LOSS,
    ReportKind.BALANCE_SHEET,
    ReportKind.BILLS_RECEIVABLE,
    ReportKind.BILLS_PAYABLE,
    ReportKind.VOUCHER_COUNTS,
    ReportKind.MASTER_COUNTS,
)
"""A proof says plainly which of these it had to do without."""
NOT_READ = "not read: import the source's own report, or let a live connection ask for it"
NO_DAY = "it does not say its day; taken for that of the last voucher"


@dataclass(frozen=True, slots=True)
class Oracle:
    """One report that can be compared.

    Attributes:
        report: with its day filled in.
        raw_id: of the record it was read from.
        may_accuse: a difference to it counts.
        says_day: the report itself gave its day.
    """

    report: SourceReport
    raw_id: int
    may_accuse: bool
    says_day: bool

    @property
    def day(self) -> date:
        """The day it stands for."""
        return self.report.as_of or date.min


@dataclass(slots=True)
class Oracles:
    """All reports of a company.

    Attributes:
        usable: those to compare with.
        uses: what became of every report so far.
        kinds: of these.
    """

    usable: list[Oracle] = field(default_factory=list)
    uses: list[OracleUse] = field(default_factory=list)
    kinds: set[ReportKind] = field(default_factory=set)

    def of_kind(self, *kinds: ReportKind) -> list[Oracle]:
        """The usable ones of these kinds."""
        return [oracle for oracle in self.usable if oracle.report.kind in kinds]

    def judge(self, oracle: Oracle, totals: Sequence[ControlTotal]) -> tuple[ControlTotal, ...]:
        """Note what became of a report; its comparisons count unless they only show that it is too old or another's."""
        differing = sum(total.status is ProofStatus.DIFFERS for total in totals)
        agreeing = sum(bool(total.theirs) and total.status is ProofStatus.PROVED for total in totals)
        reason = ""
        if differing and not oracle.may_accuse:
            reason = f"read before vouchers changed, and {differing} of its figures differ now; read it again"
        elif differing and not agreeing and not oracle.says_day:
            reason = f"not one of its figures agrees on {oracle.day}: it stands for another day, or for another company"
        note = reason or oracle.report.note or ("" if oracle.says_day else NO_DAY)
        self.note(oracle.report, is_used=not reason, reason=note)
        if reason:
            self.usable.remove(oracle)
        return () if reason else tuple(totals)

    def note(self, report: SourceReport, *, is_used: bool, reason: str) -> None:
        """Say what became of a report."""
        self.kinds.add(report.kind)
        self.uses.append(
            OracleUse(oracle=report.oracle, is_used=is_used, reason=reason, as_of=report.as_of, lines=len(report.lines))
        )

    def note_missing(self, reason: str) -> None:
        """Say which reports were never read at all, and why."""
        missing = [kind for kind in EXPECTED if kind not in self.kinds]
        self.uses += [OracleUse(oracle=kind.words, is_used=False, reason=reason) for kind in missing]


def read_oracles(
    store: TenantStore, translator: Translator, company_id: int, freshness: Freshness, last_day: date | None
) -> Oracles:
    """Read the reports that were handed over with a company's data, and set aside what cannot serve."""
    found = Oracles()
    for raw_id, report in _reports(store, translator, company_id):
        dated = replace(report, as_of=report.as_of or last_day)
        if report.is_refused or report.kind is ReportKind.OTHER:
            found.note(report, is_used=False, reason=report.note)
        elif dated.as_of is None:
            found.note(report, is_used=False, reason="the books hold no voucher, so there is no day to compare")
        elif not report.lines and not report.kind.is_bills:
            found.note(report, is_used=False, reason="it is empty; an empty answer proves nothing")
        else:
            may_accuse = freshness.may_accuse(REPORTS, raw_id, report.as_of)
            found.usable.append(Oracle(dated, raw_id, may_accuse, report.as_of is not None))
    return found


def _reports(store: TenantStore, translator: Translator, company_id: int) -> Iterator[tuple[int, SourceReport]]:
    for stored in store.raw.iter_current(company_id, REPORTS):
        try:
            report = translator.report(stored.record)
        except SourceMalformed as error:
            report = SourceReport(
                kind=ReportKind.OTHER, lines=(), oracle=stored.record.origin, note=error.message, is_refused=True
            )
        if report is not None:
            yield stored.raw_id, report
