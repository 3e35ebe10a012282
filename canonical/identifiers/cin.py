"""CIN: the 21 characters of the Corporate Identity Number that every registered company has.

Listing letter (L listed, U unlisted), five digits of the industry, two letters of the state, four digits of the year
of incorporation, three letters of the company's class (PTC private, PLC public, ...), six digits of the register.
The list of classes grows, so any three letters are accepted.

>>> validate("u51909 mp2010 ptc 012345")
'U51909MP2010PTC012345'
>>> info("U51909MP2010PTC012345").year
2010
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from canonical.identifiers import state as states
from canonical.identifiers.errors import IdentifierError, InvalidFormat, InvalidLength
from canonical.identifiers.text import without

LENGTH = 21
_SHAPE = re.compile(r"[A-Z][0-9]{5}[A-Z]{2}[0-9]{4}[A-Z]{3}[0-9]{6}")


@dataclass(frozen=True, slots=True, kw_only=True)
class CinInfo:
    """What a CIN says.

    Attributes:
        number: 21 characters, upper case.
        is_listed: on a stock exchange at the time of writing.
        industry: five digits of the National Industrial Classification.
        state_letters: as written; ``state_code`` is the GST code where we know the letters, empty else.
        year: of incorporation.
        company_class: ``PTC`` private limited, ``PLC`` public limited, ``OPC`` one person company, ...
    """

    number: str
    is_listed: bool
    industry: str
    state_letters: str
    state_code: str
    year: int
    company_class: str


def compact(number: str) -> str:
    """Return upper case without blanks and separators."""
    return without(number, "-./_")


def validate(number: str) -> str:
    """Return the CIN in its compact form.

    Raises:
        InvalidLength: not 21 characters.
        InvalidFormat: letters and digits are not where they belong.
    """
    value = compact(number)
    if len(value) != LENGTH:
        raise InvalidLength(f"A CIN has {LENGTH} characters; this has {len(value)}.")
    if not _SHAPE.fullmatch(value):
        raise InvalidFormat("A CIN is a letter, 5 digits, 2 letters, 4 digits, 3 letters and 6 digits.")
    return value


def is_valid(number: str) -> bool:
    """Say whether the text has the shape of a CIN."""
    try:
        return bool(validate(number))
    except IdentifierError:
        return False


def info(number: str) -> CinInfo:
    """Take a CIN apart.

    Raises:
        IdentifierError: as ``validate`` does.
    """
    value = validate(number)
    letters = value[6:8]
    return CinInfo(
        number=value,
        is_listed=value[0] == "L",
        industry=value[1:6],
        state_letters=letters,
        state_code=states.find_code(letters) or "",
        year=int(value[8:12]),
        company_class=value[12:15],
    )
