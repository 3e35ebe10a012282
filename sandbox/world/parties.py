"""Customers and suppliers, with registrations, credit, paying habits and what they owed when the books began.

A quarter of the parties are drawn from dice that all companies of the seed share: the same legal entities, spelt
differently, some under another state's registration, some without one. They are what matching has to find.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from canonical.dates import CreditPeriod, CreditUnit
from canonical.ledger import ReservedGroup
from sandbox.world.chart import CustomGroup, group_names
from sandbox.world.dice import Dice
from sandbox.world.identities import build_gstin, draw_pan, draw_phone
from sandbox.world.masters import (
    GstCategory,
    Habit,
    OpeningBillMaster,
    PartyMaster,
    Role,
    Terms,
)
from sandbox.world.names import AWKWARD_NAMES, STREETS, draw_firm, draw_person, respell
from sandbox.world.paise import rupees
from sandbox.world.places import PLACES, SOUTHERN, Place
from sandbox.world.spec import WorldSpec

SHARED_SHARE = 4
"""One party in four is shared between the companies of a seed."""

_CUSTOMER_HABITS = (
    *(Habit.PROMPT, Habit.TDS, Habit.SLOW, Habit.USUAL, Habit.ON_ACCOUNT, Habit.USUAL, Habit.ADVANCE),
    *(Habit.STUCK, Habit.PROMPT, Habit.SLOW, Habit.USUAL),
)
_SUPPLIER_HABITS = (Habit.USUAL, Habit.PROMPT, Habit.SLOW, Habit.ON_ACCOUNT, Habit.USUAL, Habit.ADVANCE)
_ROLES = (*(Role.CUSTOMER, Role.CUSTOMER, Role.SUPPLIER, Role.CUSTOMER, Role.CONTRACTOR), Role.CUSTOMER, Role.SUPPLIER)
_CATEGORIES = (
    *(GstCategory.REGULAR, GstCategory.REGULAR, GstCategory.REGULAR, GstCategory.UNREGISTERED, GstCategory.REGULAR),
    *(GstCategory.COMPOSITION, GstCategory.REGULAR, GstCategory.SEZ, GstCategory.REGULAR),
)
_TERMS = (
    *(CreditPeriod(30), CreditPeriod(45), None, CreditPeriod(15), CreditPeriod(60)),
    *(CreditPeriod(2, CreditUnit.WEEKS), CreditPeriod(1, CreditUnit.MONTHS), CreditPeriod(90)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A legal entity, before any company writes it into its books."""

    key: str
    name: str
    pan: str
    place: Place
    phone: str
    role: Role
    category: GstCategory
    contact: str


def build_parties(spec: WorldSpec) -> tuple[PartyMaster, ...]:
    """Return the parties of one company."""
    shared_count = spec.party_count // SHARED_SHARE
    taken: set[str] = set()
    shared = _draw_entities(spec.shared_dice("entities"), "shared", shared_count, taken)
    own = _draw_entities(spec.dice("entities"), f"own-{spec.company_index}", spec.party_count - shared_count, taken)
    dice = spec.dice("parties")
    parties: list[PartyMaster] = []
    names: set[str] = set()
    for index, entity in enumerate([*own, *shared]):
        style = (int(entity.key.rpartition("-")[2]) + 1) * spec.company_index if entity.key.startswith("shared") else 0
        name = _unique(respell(entity.name, entity.place.city, style), names)
        parties.append(_enter(dice, spec, entity, name, index))
    return tuple(parties)


def _unique(name: str, names: set[str]) -> str:
    """Tell two parties of one name apart, ignoring case and blanks as Tally does."""
    folded = " ".join(name.split()).casefold()
    while folded in names:
        name += " (2)"
        folded = " ".join(name.split()).casefold()
    names.add(folded)
    return name


def _draw_entities(dice: Dice, prefix: str, count: int, taken: set[str]) -> list[Entity]:
    entities = []
    for index in range(count):
        awkward = prefix != "shared" and index < len(AWKWARD_NAMES) and prefix.endswith("-0")
        name = AWKWARD_NAMES[index] if awkward else _fresh_firm(dice, taken)
        holder = "C" if "Private Limited" in name else "F" if "LLP" in name or "&" in name else "P"
        entities.append(
            Entity(
                key=f"{prefix}-{index}",
                name=name,
                pan=draw_pan(dice, holder, name),
                place=PLACES[_place_index(dice)],
                phone=draw_phone(dice),
                role=_ROLES[index % len(_ROLES)],
                category=dice.pick(_CATEGORIES) if index else GstCategory.REGULAR,
                contact=draw_person(dice),
            )
        )
    return entities


def _place_index(dice: Dice) -> int:
    """Half of the trade is in the first three states, the rest spread over all."""
    return dice.below(3) if dice.below(2) else dice.below(len(PLACES))


def _fresh_firm(dice: Dice, taken: set[str]) -> str:
    while True:
        name = draw_firm(dice)
        if name.split(" ")[:3] and " ".join(name.split(" ")[:3]) not in taken:
            taken.add(" ".join(name.split(" ")[:3]))
            return name


def _enter(dice: Dice, spec: WorldSpec, entity: Entity, name: str, index: int) -> PartyMaster:
    """Write an entity into one company's books: its ledger name, group, registration and terms there."""
    place, serial = _registration_place(spec, entity)
    category = _category(spec, entity)
    registered = category is not GstCategory.UNREGISTERED
    habits = _CUSTOMER_HABITS if entity.role is Role.CUSTOMER else _SUPPLIER_HABITS
    habit = habits[index % len(habits)]
    terms = dice.pick(_TERMS)
    bill_wise = index % 23 != 7  # noqa: PLR2004 - a few ledgers keep no bills at all
    opening, bills = _draw_opening(dice, spec, entity.role, terms, habit, bill_wise=bill_wise)
    return PartyMaster(
        entity=entity.key,
        name=name,
        legal_name=entity.name,
        role=entity.role,
        group=_group(spec, entity.role, place),
        state=place.state,
        state_code=place.code,
        city=place.city,
        pincode=f"{place.pin_prefix}{dice.between(1, 99):03d}",
        street=f"{dice.between(1, 299)}, {dice.pick(STREETS)}",
        category=category,
        habit=habit,
        gstin=build_gstin(place.code, entity.pan, serial) if registered else "",
        pan=entity.pan if registered or index % 2 else "",
        terms=terms,
        credit_limit=rupees(dice.between(1, 39) * 25_000) if index % 3 == 0 else None,
        is_bill_wise=bill_wise,
        registered_since=date(spec.financial_year - 1, 7, 1) if registered and index % 9 == 4 else None,  # noqa: PLR2004
        phone=entity.phone,
        email=f"accounts{index}@{entity.key}.example",
        contact=entity.contact,
        alias=f"C{index + 1:04d}" if index % 6 == 0 else "",
        opening=opening,
        opening_bills=bills,
    )


def _registration_place(spec: WorldSpec, entity: Entity) -> tuple[Place, int]:
    """In every third shared entity the second company deals with a branch in another state (same PAN, other GSTIN)."""
    number = int(entity.key.rpartition("-")[2])
    if not entity.key.startswith("shared") or number % 3 or not spec.company_index:
        return entity.place, 1
    return PLACES[(PLACES.index(entity.place) + 1) % len(PLACES)], 1


def _category(spec: WorldSpec, entity: Entity) -> GstCategory:
    """In every seventh shared entity the other company never asked for the GSTIN."""
    number = int(entity.key.rpartition("-")[2])
    if entity.key.startswith("shared") and spec.company_index and number % 7 == 5:  # noqa: PLR2004 - see above
        return GstCategory.UNREGISTERED
    return entity.category


def _group(spec: WorldSpec, role: Role, place: Place) -> str:
    match role:
        case Role.CUSTOMER if place.state in SOUTHERN:
            return CustomGroup.SOUTH_DEBTORS
        case Role.CUSTOMER if place.code == PLACES[0].code:
            return group_names(spec.company_index)[ReservedGroup.SUNDRY_DEBTORS]
        case Role.CUSTOMER:
            return CustomGroup.OTHER_DEBTORS
        case Role.SUPPLIER:
            return CustomGroup.TRADE_CREDITORS
        case Role.CONTRACTOR:
            return CustomGroup.EXPENSE_CREDITORS


def _draw_opening(
    dice: Dice, spec: WorldSpec, role: Role, terms: CreditPeriod | None, habit: Habit, *, bill_wise: bool
) -> tuple[int, tuple[OpeningBillMaster, ...]]:
    """Draw what was open before the books: some bills, sometimes an advance, sometimes a rest that names no bill."""
    sign = 1 if role is Role.CUSTOMER else -1
    count = 4 if habit is Habit.STUCK else dice.below(4)
    bills = [_opening_bill(dice, spec, sign, number, terms) for number in range(count)] if bill_wise else []
    if bill_wise and habit is Habit.ADVANCE:
        bills.append(
            OpeningBillMaster(
                ref=f"ADV/{dice.between(1, 98):02d}",
                paise=-sign * rupees(dice.between(5, 59) * 500),
                bill_date=spec.first_day - timedelta(days=dice.between(1, 39)),
                is_advance=True,
            )
        )
    rest = sign * dice.between(-300_000, 899_999) if not bill_wise or habit is Habit.ON_ACCOUNT else 0
    return sum(bill.paise for bill in bills) + rest, tuple(bills)


def _opening_bill(dice: Dice, spec: WorldSpec, sign: int, number: int, terms: CreditPeriod | None) -> OpeningBillMaster:
    bill_date = spec.first_day - timedelta(days=dice.between(1, 199))
    year = f"{(spec.financial_year - 1) % 100:02d}-{spec.financial_year % 100:02d}"
    own_terms: Terms | None = terms
    if number == 1:
        own_terms = None
    elif number == 2:  # noqa: PLR2004 - the third bill is due on an agreed day
        own_terms = bill_date + timedelta(days=75)
    return OpeningBillMaster(
        ref=f"{dice.between(1, 899)}/{number}/{year}",
        paise=sign * dice.between(250_000, 11_999_999),
        bill_date=bill_date,
        terms=own_terms,
    )
