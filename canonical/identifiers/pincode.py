"""PIN code: the six digits of an Indian post office, and the states it may lie in.

The first three digits are a sorting district. Districts do not end at state borders, and old lists know neither
Telangana nor Ladakh: a code may belong to several states, and a mismatch with an address is worth a warning, no more.
999999 stands for "abroad" in e-invoices.

>>> validate("452 001")
'452001'
>>> info("452001").state_codes, info("194101").state_codes
(('23',), ('01', '38'))
"""

from __future__ import annotations

from dataclasses import dataclass

from canonical.identifiers.errors import IdentifierError, InvalidComponent, InvalidFormat, InvalidLength
from canonical.identifiers.text import is_ascii_digits, without

LENGTH = 6
ABROAD = "999999"

DISTRICTS: tuple[tuple[str, int, int], ...] = (
    ("01", 180, 194),
    ("02", 171, 177),
    ("03", 140, 160),
    ("04", 160, 160),
    ("05", 244, 263),
    ("06", 121, 136),
    ("07", 110, 110),
    ("08", 301, 345),
    ("09", 201, 285),
    ("10", 800, 855),
    ("11", 737, 737),
    ("12", 790, 792),
    ("13", 797, 798),
    ("14", 795, 795),
    ("15", 796, 796),
    ("16", 799, 799),
    ("17", 793, 794),
    ("18", 781, 788),
    ("19", 700, 743),
    ("20", 813, 835),
    ("21", 751, 770),
    ("22", 490, 497),
    ("23", 450, 488),
    ("24", 360, 396),
    ("26", 362, 362),
    ("26", 396, 396),
    ("27", 400, 445),
    ("29", 560, 591),
    ("30", 403, 403),
    ("31", 682, 682),
    ("32", 670, 695),
    ("33", 600, 643),
    ("34", 533, 533),
    ("34", 605, 605),
    ("34", 607, 607),
    ("34", 609, 609),
    ("34", 673, 673),
    ("35", 744, 744),
    ("36", 500, 509),
    ("37", 500, 535),
    ("38", 194, 194),
)
"""(state code, first district, last district); from the e-invoice portal's list, Telangana and Ladakh added."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PincodeInfo:
    """What a PIN code says.

    Attributes:
        number: six digits.
        zone: the first digit; 9 is the army postal service.
        state_codes: GST codes of the states it may lie in, rising; empty if no list knows it.
    """

    number: str
    zone: str
    state_codes: tuple[str, ...]


def compact(number: str) -> str:
    """Return the digits without blanks and separators."""
    return without(number, "-./_,")


def validate(number: str) -> str:
    """Return the six digits.

    Raises:
        InvalidFormat: something else than digits.
        InvalidLength: not six of them.
        InvalidComponent: begins with zero, which no zone has.
    """
    value = compact(number)
    if not is_ascii_digits(value):
        raise InvalidFormat("A PIN code is six digits.")
    if len(value) != LENGTH:
        raise InvalidLength(f"A PIN code has {LENGTH} digits; this has {len(value)}.")
    if value[0] == "0":
        raise InvalidComponent("A PIN code does not begin with zero.")
    return value


def is_valid(number: str) -> bool:
    """Say whether the text has the shape of a PIN code."""
    try:
        return bool(validate(number))
    except IdentifierError:
        return False


def info(number: str) -> PincodeInfo:
    """Take a PIN code apart.

    Raises:
        IdentifierError: as ``validate`` does.
    """
    value = validate(number)
    district = int(value[:3])
    codes = {code for code, first, last in DISTRICTS if first <= district <= last}
    return PincodeInfo(number=value, zone=value[0], state_codes=tuple(sorted(codes)))
