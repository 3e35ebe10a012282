"""Which tax a supply bears: place of supply against the supplier's state, and who may charge tax at all.

Sections 7, 8 and 16 of the IGST Act: the place of supply in the supplier's own state means CGST and SGST (UTGST in the
union territories without a legislature), any other place IGST; supplies to and by special economic zones and over the
border are inter-state whatever the states. It is the *supplier's* state that counts, never the prefix of the buyer's
GSTIN. Composition dealers and unregistered persons charge no tax, and no tax lies on a transfer within one
registration.

Two firms of one state may still meet IGST (place of supply elsewhere), so a voucher that names its place of supply is
judged by that; else the place is derived: the other side's registration, then the state of its address, then our own.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from canonical.identifiers import state as states
from harmonizer.validation.categories import Category

OTHER_COUNTRIES = "96"


class Direction(StrEnum):
    """Whose supply a document is."""

    OUTWARD = "outward"
    INWARD = "inward"


class Split(StrEnum):
    """Which heads of tax a supply bears."""

    INTRA = "intra"
    """CGST and SGST or UTGST, in equal halves."""
    INTER = "inter"
    """IGST."""
    NONE = "none"
    """No tax may be charged."""
    UNKNOWN = "unknown"
    """A state is not known, so nothing can be said."""


class Reason(StrEnum):
    """Why a supply bears what it bears."""

    PLACE = "place"
    SEZ = "sez"
    BORDER = "border"
    COMPOSITION = "composition"
    UNREGISTERED = "unregistered"
    SAME_REGISTRATION = "same_registration"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side of a supply.

    Attributes:
        gstin: upper case; empty if unregistered or not known.
        state: two-digit code of the registration, else of the address; empty if not known.
        category: kind of registration.
    """

    gstin: str = ""
    state: str = ""
    category: Category = Category.UNKNOWN

    @property
    def is_unregistered(self) -> bool:
        """The source says so, and there is no number that says otherwise."""
        return not self.gstin and self.category is Category.UNREGISTERED


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """Everything the split of tax depends on.

    Attributes:
        place: code of the place of supply as the document gives it; empty if it does not.
        is_reverse_charge: the recipient pays the tax.
    """

    direction: Direction
    own: Side
    other: Side
    place: str = ""
    is_reverse_charge: bool = False

    @property
    def supplier(self) -> Side:
        """Who supplies."""
        return self.own if self.direction is Direction.OUTWARD else self.other

    @property
    def recipient(self) -> Side:
        """Who receives."""
        return self.other if self.direction is Direction.OUTWARD else self.own


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the supply bears and why.

    Attributes:
        place: the code that decided: as given, or as derived.
        is_place_given: the document itself names it.
        is_zero_rated: tax may also be left out (export or SEZ under a letter of undertaking).
    """

    split: Split
    reason: Reason
    place: str = ""
    is_place_given: bool = False
    is_zero_rated: bool = False


def judge(supply: Supply) -> Verdict:
    """Say which heads of tax a supply bears."""
    supplier, recipient = supply.supplier, supply.recipient
    if supplier.gstin and supplier.gstin == recipient.gstin:
        return Verdict(split=Split.NONE, reason=Reason.SAME_REGISTRATION)
    if supplier.category is Category.COMPOSITION:
        return Verdict(split=Split.NONE, reason=Reason.COMPOSITION)
    if supplier.is_unregistered and not supply.is_reverse_charge:
        return Verdict(split=Split.NONE, reason=Reason.UNREGISTERED)
    if Category.SEZ in (supplier.category, recipient.category):
        zero = recipient.category is Category.SEZ
        return Verdict(split=Split.INTER, reason=Reason.SEZ, place=supply.place, is_zero_rated=zero)
    crosses = _crosses_border(supply)
    if crosses:
        zero = supply.direction is Direction.OUTWARD
        return Verdict(split=Split.INTER, reason=Reason.BORDER, place=OTHER_COUNTRIES, is_zero_rated=zero)
    return _by_place(supply)


def place_of(supply: Supply) -> str:
    """Return the place of supply: as given, else the recipient's state, else our own state."""
    return supply.place or supply.recipient.state or (supply.own.state if not supply.recipient.gstin else "")


def same_state(first: str, second: str) -> bool:
    """Say whether two codes are one state today: 28 became 37 and 25 was folded into 26."""
    return _current(first) == _current(second)


def _crosses_border(supply: Supply) -> bool:
    """Place "other countries", or a side abroad unless the goods stay in a state that the document names."""
    if supply.place:
        return supply.place == OTHER_COUNTRIES or supply.supplier.category is Category.OVERSEAS
    return Category.OVERSEAS in (supply.supplier.category, supply.recipient.category)


def _by_place(supply: Supply) -> Verdict:
    place = place_of(supply)
    given = bool(supply.place)
    if not place or not supply.supplier.state:
        return Verdict(split=Split.UNKNOWN, reason=Reason.UNKNOWN, place=place, is_place_given=given)
    split = Split.INTRA if same_state(place, supply.supplier.state) else Split.INTER
    return Verdict(split=split, reason=Reason.PLACE, place=place, is_place_given=given)


def _current(code: str) -> str:
    state = states.BY_CODE.get(code)
    return state.current_code if state else code
