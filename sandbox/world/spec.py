"""How big a world is and which one: the seed and sizes that decide every byte of it.

No clock and no machine enters: the same specification gives the same books everywhere. Where next: ``business.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from canonical.dates import FinancialYear
from canonical.errors import RuleError
from sandbox.world.dice import Dice

PARTIES_MIN, PARTIES_MAX = 24, 2000
ITEMS_MIN, ITEMS_MAX = 20, 600
VOUCHERS_PER_PARTY = 80
VOUCHERS_PER_ITEM = 200


class SpecError(RuleError):
    """A world of this size or year cannot be built."""

    default_code = "sandbox.spec.invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldSpec:
    """Names one synthetic business.

    Attributes:
        seed: any integer; worlds of one seed share some parties between their companies.
        vouchers: exactly this many are generated.
        parties: customers and suppliers together; None grows them with the vouchers (24 to 2,000).
        items: stock items; None grows them with the vouchers (20 to 600).
        financial_year: the calendar year it starts in; 2025 is April 2025 to March 2026.
        company_name: None takes the next of a list of invented names.
        company_index: 0 for the first company of the seed, 1 for the second, and so on.
    """

    seed: int = 42
    vouchers: int = 2000
    parties: int | None = None
    items: int | None = None
    financial_year: int = 2025
    company_name: str | None = None
    company_index: int = 0

    def __post_init__(self) -> None:
        if self.vouchers < 0 or self.company_index < 0:
            raise SpecError(f"vouchers and company_index must not be negative; got {self}.")
        if not PARTIES_MIN <= self.party_count <= PARTIES_MAX * 10 or not ITEMS_MIN <= self.item_count <= ITEMS_MAX:
            raise SpecError(
                f"parties must be at least {PARTIES_MIN} and items {ITEMS_MIN} to {ITEMS_MAX}; got "
                f"{self.party_count} and {self.item_count}."
            )

    @property
    def party_count(self) -> int:
        """Number of customers and suppliers."""
        grown = min(PARTIES_MAX, max(PARTIES_MIN, self.vouchers // VOUCHERS_PER_PARTY))
        return grown if self.parties is None else self.parties

    @property
    def item_count(self) -> int:
        """Number of stock items."""
        grown = min(ITEMS_MAX, max(ITEMS_MIN, self.vouchers // VOUCHERS_PER_ITEM))
        return grown if self.items is None else self.items

    @property
    def first_day(self) -> date:
        """1 April: the books begin."""
        return FinancialYear(self.financial_year).period.start

    @property
    def last_day(self) -> date:
        """31 March: the truth is stated as of this day."""
        return FinancialYear(self.financial_year).period.end

    def dice(self, area: str) -> Dice:
        """Return this company's dice for one area, so that a change in one area leaves the others as they are."""
        return Dice(f"khata/{self.seed}/{self.company_index}/{area}")

    def shared_dice(self, area: str) -> Dice:
        """Return dice that all companies of the seed share."""
        return Dice(f"khata/{self.seed}/shared/{area}")
