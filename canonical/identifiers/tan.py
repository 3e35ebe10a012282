"""TAN: the ten characters of the Tax Deduction and Collection Account Number.

Four letters, five digits, one letter. The first three letters name the place of issue, the fourth is the first letter
of the deductor's name. There is no public check character.

>>> validate("mumr-12345 b")
'MUMR12345B'
>>> info("MUMR12345B").initial
'R'
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from canonical.identifiers.errors import IdentifierError, InvalidFormat, InvalidLength
from canonical.identifiers.text import without

LENGTH = 10
_SHAPE = re.compile(r"[A-Z]{4}[0-9]{5}[A-Z]")


@dataclass(frozen=True, slots=True, kw_only=True)
class TanInfo:
    """What a TAN says: the three letters of its place of issue and the initial of the deductor's name."""

    number: str
    place: str
    initial: str


def compact(number: str) -> str:
    """Return upper case without blanks and separators."""
    return without(number, "-./_")


def validate(number: str) -> str:
    """Return the TAN in its compact form.

    Raises:
        InvalidLength: not ten characters.
        InvalidFormat: not four letters, five digits, one letter.
    """
    value = compact(number)
    if len(value) != LENGTH:
        raise InvalidLength(f"A TAN has {LENGTH} characters; this has {len(value)}.")
    if not _SHAPE.fullmatch(value):
        raise InvalidFormat("A TAN is four letters, five digits and one letter.")
    return value


def is_valid(number: str) -> bool:
    """Say whether the text has the shape of a TAN."""
    try:
        return bool(validate(number))
    except IdentifierError:
        return False


def info(number: str) -> TanInfo:
    """Take a TAN apart.

    Raises:
        IdentifierError: as ``validate`` does.
    """
    value = validate(number)
    return TanInfo(number=value, place=value[:3], initial=value[3])
