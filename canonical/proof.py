"""Proof: our totals against the source's own. Every sync ends in one; "no oracle" is said plainly."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from canonical.money import ZERO


class ProofStatus(StrEnum):
    """Outcome of a comparison."""

    PROVED = "proved"
    DIFFERS = "differs"
    NO_ORACLE = "no_oracle"


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlTotal:
    """One line of a proof: what we computed, what the source says.

    Attributes:
        name: what is compared: ``vouchers balance``, ``closing balance: Asha Traders``.
        ours: our figure (a count or rupees).
        theirs: the source's figure; None if the source does not say.
        oracle: where theirs came from: ``file:LEDGER.CLOSINGBALANCE``; empty if there is none.
    """

    name: str
    ours: Decimal
    theirs: Decimal | None = None
    oracle: str = ""

    @property
    def status(self) -> ProofStatus:
        """Compare to the paisa; no tolerance."""
        if self.theirs is None:
            return ProofStatus.NO_ORACLE
        return ProofStatus.PROVED if self.ours == self.theirs else ProofStatus.DIFFERS

    @property
    def difference(self) -> Decimal:
        """Ours less theirs; zero without an oracle."""
        return ZERO if self.theirs is None else self.ours - self.theirs


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """All control totals of one run over one company."""

    totals: tuple[ControlTotal, ...]

    @property
    def status(self) -> ProofStatus:
        """DIFFERS if any line differs, PROVED if at least one was proved and none differs, else NO_ORACLE."""
        statuses = {total.status for total in self.totals}
        if ProofStatus.DIFFERS in statuses:
            return ProofStatus.DIFFERS
        return ProofStatus.PROVED if ProofStatus.PROVED in statuses else ProofStatus.NO_ORACLE

    @property
    def differences(self) -> tuple[ControlTotal, ...]:
        """The lines that differ, for people to look at."""
        return tuple(total for total in self.totals if total.status is ProofStatus.DIFFERS)


class ReportKind(StrEnum):
    """The source's own reports we can prove against."""

    TRIAL_BALANCE = "trial_balance"
    BILLS_RECEIVABLE = "bills_receivable"
    BILLS_PAYABLE = "bills_payable"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportLine:
    """One line of a source's report.

    Attributes:
        name: ledger or group for a trial balance, party for bills.
        net: debit-positive rupees: closing balance, or what is pending on the bill.
        ref: bill reference, for bills.
        bill_date: for bills.
        due_date: for bills, if the report says.
    """

    name: str
    net: Decimal
    ref: str = ""
    bill_date: date | None = None
    due_date: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceReport:
    """A report as the source printed it: an oracle, never an input.

    Attributes:
        as_of: the day it stands for; None if the report does not say and it cannot be derived.
        oracle: where it was read, for people: ``file:trial-balance.xml``.
    """

    kind: ReportKind
    lines: tuple[ReportLine, ...]
    as_of: date | None = None
    oracle: str = ""
