"""Several organisations of one login, as the API sees them, with the lock that guards them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import RLock

from sandbox.web.clock import Clock
from sandbox.world.spec import WorldSpec
from sandbox.zoho.books.building import build_organisation
from sandbox.zoho.books.company import Books


@dataclass(slots=True)
class LiveBooks:
    """The organisations; hold ``lock`` while editing them beside a running server.

    Attributes:
        clock: the time they live in.
    """

    organisations: list[Books]
    clock: Clock
    lock: RLock = field(default_factory=RLock)

    def get(self, organization_id: str) -> Books | None:
        """Return an organisation, None if the login has none of that identifier."""
        return next((one for one in self.organisations if one.facts.id == organization_id), None)


def build_books(
    specs: Sequence[WorldSpec], clock: Clock, *, plan: str = "Professional", foreign: bool = True
) -> LiveBooks:
    """Build an organisation for every specification.

    Args:
        specs: the worlds.
        clock: the time from then on.
        plan: name of the plan, which decides the day's quota.
        foreign: with a customer abroad each.
    """
    made = [build_organisation(spec, clock, plan=plan, foreign=foreign) for spec in specs]
    return LiveBooks(made, clock)


def specs_for(companies: int, *, vouchers: int = 2000, seed: int = 42, financial_year: int = 2025) -> list[WorldSpec]:
    """Return the specifications of several companies of one seed."""
    return [
        WorldSpec(seed=seed, vouchers=vouchers, financial_year=financial_year, company_index=index)
        for index in range(companies)
    ]
