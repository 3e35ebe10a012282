"""Proof: our totals against the source's own. Every sync ends in one; "no oracle" is said plainly."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


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
        return Decimal(0) if self.theirs is None else self.ours - self.theirs


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
