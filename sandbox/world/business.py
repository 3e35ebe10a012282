"""The synthetic business as a whole: its masters, held in memory, and its vouchers, generated as they are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from canonical.ledger import ReservedGroup
from sandbox.world.chart import Account, build_groups, build_ledgers, build_voucher_types, group_names
from sandbox.world.goods import (
    COST_CATEGORIES,
    COST_CENTRES,
    GODOWNS,
    STOCK_CATEGORIES,
    STOCK_GROUPS,
    UNITS,
    build_items,
)
from sandbox.world.identities import build_gstin, draw_pan, draw_tan, uuid_of
from sandbox.world.masters import CompanyMaster, ItemMaster, LedgerMaster, Masters, PartyMaster
from sandbox.world.names import COMPANY_NAMES
from sandbox.world.parties import build_parties
from sandbox.world.places import PLACES
from sandbox.world.spec import WorldSpec
from sandbox.world.truth import Truth, TruthBook
from sandbox.world.vouchers import Voucher
from sandbox.world.year import iter_vouchers


@dataclass(frozen=True, slots=True)
class World:
    """One company's books.

    Attributes:
        spec: what it was built from.
        masters: company, ledgers, parties, items and the rest.
    """

    spec: WorldSpec
    masters: Masters

    def vouchers(self) -> Iterator[Voucher]:
        """Generate the vouchers from the beginning; every call yields the same ones, one at a time."""
        return iter_vouchers(self.masters, self.spec)

    def truth(self) -> Truth:
        """Add the whole year up (generates it once; writers do this in the same pass as writing)."""
        book = TruthBook(self.masters)
        for voucher in self.vouchers():
            book.add(voucher)
        return book.close()


def build_world(
    spec: WorldSpec | None = None,
    *,
    seed: int = 42,
    vouchers: int = 2000,
    financial_year: int = 2025,
    company: int = 0,
) -> World:
    """Build a business; give a whole ``spec``, or the usual parts of one.

    Args:
        spec: used as it is, the other arguments are then not looked at.
        seed: any integer.
        vouchers: how many the year holds.
        financial_year: the calendar year it starts in.
        company: index of the company among those of the seed.
    """
    spec = spec or WorldSpec(seed=seed, vouchers=vouchers, financial_year=financial_year, company_index=company)
    company_master = _build_company(spec)
    items = build_items(spec)
    parties = build_parties(spec)
    masters = Masters(
        company=company_master,
        groups=build_groups(spec.company_index),
        ledgers=_balanced(spec, company_master, items, parties),
        parties=parties,
        units=UNITS,
        stock_groups=STOCK_GROUPS,
        stock_categories=STOCK_CATEGORIES,
        godowns=GODOWNS,
        items=items,
        cost_categories=COST_CATEGORIES,
        cost_centres=COST_CENTRES,
        voucher_types=build_voucher_types(),
    )
    return World(spec, masters)


def _build_company(spec: WorldSpec) -> CompanyMaster:
    dice = spec.dice("company")
    name = spec.company_name or COMPANY_NAMES[spec.company_index % len(COMPANY_NAMES)]
    place = PLACES[spec.company_index % len(PLACES)]
    pan = draw_pan(dice, "F", name)
    return CompanyMaster(
        name=name,
        guid=uuid_of(f"khata/{spec.seed}/{spec.company_index}/{spec.financial_year}/{name}"),
        gstin=build_gstin(place.code, pan),
        pan=pan,
        tan=draw_tan(dice, name),
        state=place.state,
        state_code=place.code,
        city=place.city,
        pincode=f"{place.pin_prefix}001",
        books_from=spec.first_day,
        books_to=spec.last_day,
    )


def _balanced(
    spec: WorldSpec, company: CompanyMaster, items: tuple[ItemMaster, ...], parties: tuple[PartyMaster, ...]
) -> tuple[LedgerMaster, ...]:
    """Return the ledgers with the capital that makes all openings sum to zero."""
    ledgers = build_ledgers(company, spec.company_index, sum(item.opening_value for item in items))
    open_sum = sum(ledger.opening for ledger in ledgers) + sum(party.opening for party in parties)
    capital = LedgerMaster(
        name=Account.CAPITAL, group=group_names(spec.company_index)[ReservedGroup.CAPITAL], opening=-open_sum
    )
    first, *rest = ledgers
    return (first, capital, *rest)
