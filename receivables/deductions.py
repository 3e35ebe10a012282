"""Why a customer paid less: first a question of tax deducted at source (TDS), then of rounding, then a dispute.

A customer who must deduct tax keeps back a percentage of the value *before* GST and pays it to the government on the
seller's behalf. Nothing here posts or writes off anything: it names the most likely reason and shows its arithmetic.
Rates are dated data and come from the caller.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from canonical.money import ZERO, round_paisa

RUPEE = Decimal(1)


class ShortfallReason(StrEnum):
    """The most likely reason of a short payment."""

    TDS = "tds"
    ROUNDING = "rounding"
    """One rupee or less: may be written off by policy."""
    UNEXPLAINED = "unexplained"
    """To be worked: rate difference, shortage, quality, freight, bank charge, dispute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortfall:
    """A short payment and its likely reason; rupees.

    Attributes:
        amount: what is missing.
        base: value before GST of the bills it belongs to.
        rate: percent, for TDS.
        expected: rate x base, rounded to the paisa.
    """

    amount: Decimal
    reason: ShortfallReason
    base: Decimal
    rate: Decimal | None = None
    expected: Decimal | None = None

    @property
    def difference(self) -> Decimal:
        """What the reason leaves unexplained; customers round the tax to the rupee."""
        return self.amount - (self.expected or ZERO)


def explain_shortfall(
    amount: Decimal, bases: Sequence[Decimal], rates: Sequence[Decimal], own_rates: Sequence[Decimal] = ()
) -> Shortfall:
    """Name the most likely reason of a short payment.

    A rate fits if rate x base is within one rupee per bill of what is missing (tax is rounded bill by bill). The
    party's own rates are tried first; among the others the closest fit wins, the earlier listed on a tie.

    Args:
        amount: bills less receipt, positive.
        bases: value before GST of each bill the receipt pays.
        rates: percent, in force on the day of the receipt.
        own_rates: those this party has used before.
    """
    base = sum(bases, ZERO)
    tolerance = max(RUPEE, RUPEE * len(bases))
    fit = _closest(amount, base, own_rates, tolerance) or _closest(amount, base, rates, tolerance)
    if fit is not None and (fit.difference == 0 or amount > RUPEE):
        return fit
    reason = ShortfallReason.ROUNDING if amount <= RUPEE else ShortfallReason.UNEXPLAINED
    return Shortfall(amount=amount, reason=reason, base=base)


def _closest(amount: Decimal, base: Decimal, rates: Sequence[Decimal], tolerance: Decimal) -> Shortfall | None:
    hypotheses = [
        Shortfall(
            amount=amount,
            reason=ShortfallReason.TDS,
            base=base,
            rate=rate,
            expected=round_paisa(base * rate / 100),
        )
        for rate in rates
    ]
    fitting = [hypothesis for hypothesis in hypotheses if abs(hypothesis.difference) <= tolerance]
    return min(fitting, key=lambda hypothesis: abs(hypothesis.difference), default=None)
