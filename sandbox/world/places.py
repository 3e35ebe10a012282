"""States, their GST codes and a city with its postal prefix each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A city of trade.

    Attributes:
        code: GST state code, two digits.
        pin_prefix: first three digits of its postal codes.
    """

    code: str
    state: str
    city: str
    pin_prefix: int


PLACES = (
    Place("27", "Maharashtra", "Nashik", 422),
    Place("29", "Karnataka", "Hubballi", 580),
    Place("24", "Gujarat", "Surat", 395),
    Place("33", "Tamil Nadu", "Coimbatore", 641),
    Place("36", "Telangana", "Warangal", 506),
    Place("23", "Madhya Pradesh", "Indore", 452),
    Place("07", "Delhi", "Delhi", 110),
    Place("09", "Uttar Pradesh", "Kanpur", 208),
    Place("32", "Kerala", "Kozhikode", 673),
    Place("19", "West Bengal", "Siliguri", 734),
    Place("08", "Rajasthan", "Jodhpur", 342),
    Place("37", "Andhra Pradesh", "Guntur", 522),
)
SOUTHERN = frozenset({"Karnataka", "Tamil Nadu", "Telangana", "Kerala", "Andhra Pradesh"})
