"""Udyam number: the registration of a micro, small or medium enterprise.

``UDYAM``, two letters of the state, two digits of the district, seven digits. Rights under the MSMED Act hang on it
(a buyer pays interest after 45 days), so it is kept with its dates in ``canonical.party.MsmeStatus``.

>>> validate("udyam mp 23 0012345")
'UDYAM-MP-23-0012345'
>>> info("UDYAM-MP-23-0012345").state_code
'23'
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from canonical.identifiers import state as states
from canonical.identifiers.errors import IdentifierError, InvalidFormat, InvalidLength
from canonical.identifiers.text import without

LENGTH = 16
"""Without its hyphens; 19 with them."""
_SHAPE = re.compile(r"(UDYAM)([A-Z]{2})([0-9]{2})([0-9]{7})")


@dataclass(frozen=True, slots=True, kw_only=True)
class UdyamInfo:
    """What a Udyam number says: state (letters, and GST code where we know them) and district."""

    number: str
    state_letters: str
    state_code: str
    district: str


def compact(number: str) -> str:
    """Return upper case with the hyphens the register writes, where the shape allows to place them."""
    value = without(number, "-./_")
    match = _SHAPE.fullmatch(value)
    return "-".join(match.groups()) if match else value


def validate(number: str) -> str:
    """Return the Udyam number as the register writes it.

    Raises:
        InvalidLength: not sixteen letters and digits.
        InvalidFormat: letters and digits are not where they belong.
    """
    value = without(number, "-./_")
    if len(value) != LENGTH:
        raise InvalidLength(f"A Udyam number has {LENGTH} letters and digits; this has {len(value)}.")
    if not _SHAPE.fullmatch(value):
        raise InvalidFormat("A Udyam number is UDYAM, two letters, two digits and seven digits.")
    return compact(value)


def is_valid(number: str) -> bool:
    """Say whether the text has the shape of a Udyam number."""
    try:
        return bool(validate(number))
    except IdentifierError:
        return False


def info(number: str) -> UdyamInfo:
    """Take a Udyam number apart.

    Raises:
        IdentifierError: as ``validate`` does.
    """
    value = validate(number)
    _, letters, district, _ = value.split("-")
    return UdyamInfo(number=value, state_letters=letters, state_code=states.find_code(letters) or "", district=district)
