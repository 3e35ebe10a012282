"""PAN: the ten characters of the Permanent Account Number, the identity of a legal entity in India.

Five letters, four digits, one letter. The fourth letter says who holds it, the fifth is the first letter of the
surname (individuals) or of the name. The last letter is a check whose rule is not public, so a PAN can only be
checked by shape; 0000 is no serial.

>>> validate("aapfu 0939f")
'AAPFU0939F'
>>> info("AAPFU0939F").holder.value
'firm'
>>> is_valid("ABMXA3211G")  # no holder has the letter X
False
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from canonical.identifiers.errors import IdentifierError, InvalidComponent, InvalidFormat, InvalidLength
from canonical.identifiers.text import without

LENGTH = 10
_SHAPE = re.compile(r"[A-Z]{5}[0-9]{4}[A-Z]")


class PanHolder(StrEnum):
    """Who holds a PAN. Decides, among others, the rate of tax deducted at source."""

    INDIVIDUAL = "individual"
    COMPANY = "company"
    HUF = "huf"
    """Hindu Undivided Family."""
    FIRM = "firm"
    """Partnership firm or LLP."""
    ASSOCIATION = "association"
    BODY_OF_INDIVIDUALS = "body_of_individuals"
    TRUST = "trust"
    LOCAL_AUTHORITY = "local_authority"
    JURIDICAL_PERSON = "juridical_person"
    GOVERNMENT = "government"


HOLDERS: Mapping[str, PanHolder] = MappingProxyType(
    {
        "P": PanHolder.INDIVIDUAL,
        "C": PanHolder.COMPANY,
        "H": PanHolder.HUF,
        "F": PanHolder.FIRM,
        "A": PanHolder.ASSOCIATION,
        "B": PanHolder.BODY_OF_INDIVIDUALS,
        "T": PanHolder.TRUST,
        "K": PanHolder.TRUST,  # old trust series, seen rarely; accepted rather than refused
        "L": PanHolder.LOCAL_AUTHORITY,
        "J": PanHolder.JURIDICAL_PERSON,
        "G": PanHolder.GOVERNMENT,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PanInfo:
    """What a PAN says.

    Attributes:
        number: ten characters, upper case.
        holder: by the fourth letter.
        initial: first letter of the holder's surname (individual) or name at the time of issue.
    """

    number: str
    holder: PanHolder
    initial: str


def compact(number: str) -> str:
    """Return upper case without blanks and separators."""
    return without(number, "-./_")


def validate(number: str) -> str:
    """Return the PAN in its compact form.

    Raises:
        InvalidLength: not ten characters.
        InvalidFormat: not five letters, four digits, one letter.
        InvalidComponent: no holder has the fourth letter, or the serial is 0000.
    """
    value = compact(number)
    if len(value) != LENGTH:
        raise InvalidLength(f"A PAN has {LENGTH} characters; this has {len(value)}.")
    if not _SHAPE.fullmatch(value):
        raise InvalidFormat("A PAN is five letters, four digits and one letter.")
    if value[3] not in HOLDERS:
        raise InvalidComponent("The fourth letter of a PAN names its holder: one of ABCFGHJKLPT.")
    if value[5:9] == "0000":
        raise InvalidComponent("A PAN's digits run from 0001.")
    return value


def is_valid(number: str) -> bool:
    """Say whether the text has the shape of a PAN."""
    try:
        return bool(validate(number))
    except IdentifierError:
        return False


def info(number: str) -> PanInfo:
    """Take a PAN apart.

    Raises:
        IdentifierError: as ``validate`` does.
    """
    value = validate(number)
    return PanInfo(number=value, holder=HOLDERS[value[3]], initial=value[4])
