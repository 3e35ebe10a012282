"""Proof: our totals against the source's own. Every sync ends in one; "no oracle" is said plainly.

A *control total* compares one figure. A *report* of the source is an oracle: it is compared with, never taken in. What
a proof means for readers (are these figures published?) is decided in ``canonical.publication``.
"""

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


class ControlKind(StrEnum):
    """What a control total compares."""

    OTHER = "other"
    COMPLETENESS = "completeness"
    """Records read against records stored and rejected."""
    DOUBLE_ENTRY = "double_entry"
    OPENING = "opening"
    DEBIT = "debit"
    CREDIT = "credit"
    CLOSING = "closing"
    OPENING_DIFFERENCE = "opening_difference"
    """What the opening balances of all ledgers fail to balance by; an owner may accept it."""
    PROFIT_AND_LOSS = "profit_and_loss"
    NET_PROFIT = "net_profit"
    BALANCE_SHEET = "balance_sheet"
    STOCK = "stock"
    BILL = "bill"
    BILL_DATE = "bill_date"
    """Days between our date of a bill and the source's."""
    ON_ACCOUNT = "on_account"
    """What a party's balance holds beyond its bills."""
    VOUCHER_COUNT = "voucher_count"
    MASTER_COUNT = "master_count"

    @property
    def is_money(self) -> bool:
        """Rupees, to which a tolerance applies; counts and days must agree exactly."""
        return self not in _NOT_MONEY

    @property
    def is_internal(self) -> bool:
        """Our own arithmetic, which any books can pass: the source has no say in it."""
        return self in _INTERNAL


_INTERNAL = frozenset({ControlKind.COMPLETENESS, ControlKind.DOUBLE_ENTRY, ControlKind.OPENING_DIFFERENCE})
_NOT_MONEY = frozenset(
    {ControlKind.COMPLETENESS, ControlKind.BILL_DATE, ControlKind.VOUCHER_COUNT, ControlKind.MASTER_COUNT}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlTotal:
    """One line of a proof: what we computed, what the source says.

    Attributes:
        name: what is compared: ``vouchers balance``, ``closing balance: Asha Traders``.
        ours: our figure (a count, days, or debit-positive rupees).
        theirs: the source's figure; None if the source does not say.
        oracle: where theirs came from: ``file:LEDGER.CLOSINGBALANCE``; empty if there is none.
        kind: what it compares.
        as_of: the day both stand for; None where no day matters.
        reason: why there is no oracle, or what one should know about it.
    """

    name: str
    ours: Decimal
    theirs: Decimal | None = None
    oracle: str = ""
    kind: ControlKind = ControlKind.OTHER
    as_of: date | None = None
    reason: str = ""

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
class OracleUse:
    """One report of the source and what became of it: compared, or set aside for a reason.

    Attributes:
        oracle: the report, for people: ``file:trial-balance.xml (trial balance)``.
        is_used: figures of ours were compared with it.
        reason: why not, or what limits it; empty if nothing does.
        as_of: the day it stands for.
        lines: rows it has.
    """

    oracle: str
    is_used: bool
    reason: str = ""
    as_of: date | None = None
    lines: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """All control totals of one run over one company, and the reports that were or were not their oracles."""

    totals: tuple[ControlTotal, ...]
    oracles: tuple[OracleUse, ...] = ()

    @property
    def status(self) -> ProofStatus:
        """DIFFERS if any line differs, PROVED if at least one was proved and none differs, else NO_ORACLE."""
        statuses = {total.status for total in self.totals}
        if ProofStatus.DIFFERS in statuses:
            return ProofStatus.DIFFERS
        return ProofStatus.PROVED if ProofStatus.PROVED in statuses else ProofStatus.NO_ORACLE

    @property
    def has_oracle(self) -> bool:
        """Some figure was compared with what the source itself says; else only our own arithmetic was checked."""
        return any(total.theirs is not None and not total.kind.is_internal for total in self.totals)

    @property
    def differences(self) -> tuple[ControlTotal, ...]:
        """The lines that differ, for people to look at."""
        return tuple(total for total in self.totals if total.status is ProofStatus.DIFFERS)


class ReportKind(StrEnum):
    """The source's own reports we can prove against."""

    TRIAL_BALANCE = "trial_balance"
    BILLS_RECEIVABLE = "bills_receivable"
    BILLS_PAYABLE = "bills_payable"
    PROFIT_AND_LOSS = "profit_and_loss"
    BALANCE_SHEET = "balance_sheet"
    STOCK_SUMMARY = "stock_summary"
    VOUCHER_COUNTS = "voucher_counts"
    MASTER_COUNTS = "master_counts"
    OTHER = "other"
    """A report that nothing of ours compares with; its note says why."""

    @property
    def words(self) -> str:
        """For people: ``trial balance``."""
        return self.value.replace("_", " ")

    @property
    def is_bills(self) -> bool:
        """Lists bills."""
        return self in (ReportKind.BILLS_RECEIVABLE, ReportKind.BILLS_PAYABLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportLine:
    """One line of a source's report.

    Attributes:
        name: ledger or group for a trial balance, party for bills, voucher type or kind of master for counts.
        net: debit-positive rupees: closing balance, what is pending on the bill, the amount of a statement's row; for
            counts the number.
        ref: bill reference, for bills; for counts the stream whose records are counted, all of them, if one list of the
            source is counted rather than a type of vouchers.
        bill_date: for bills.
        due_date: for bills, if the report says.
        opening: debit-positive opening balance; None if the report has no such column.
        debit: debits of the period, positive; None likewise.
        credit: credits of the period, positive; None likewise.
        is_part: a row of a statement that a total row above it contains.
    """

    name: str
    net: Decimal
    ref: str = ""
    bill_date: date | None = None
    due_date: date | None = None
    opening: Decimal | None = None
    debit: Decimal | None = None
    credit: Decimal | None = None
    is_part: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceReport:
    """A report as the source printed it: an oracle, never an input.

    Attributes:
        as_of: the day it stands for; None if the report does not say and it cannot be derived.
        day_from: first day of its period; None if it does not say.
        oracle: where it was read, for people: ``file:trial-balance.xml``.
        note: why it cannot serve as an oracle, or with what limits; empty if nothing is known against it.
        is_refused: it cannot serve at all: the source refused it, or said something while its books moved.
        headings: names it prints without any amount; they say nothing, not zero.
        is_partial: it lists some ledgers only; what it leaves out says nothing, and its rows need not sum to anything.
        counts_all: of voucher counts: cancelled and optional ones are known to be among them.
    """

    kind: ReportKind
    lines: tuple[ReportLine, ...]
    as_of: date | None = None
    day_from: date | None = None
    oracle: str = ""
    note: str = ""
    is_refused: bool = False
    headings: tuple[str, ...] = ()
    is_partial: bool = False
    counts_all: bool = False
