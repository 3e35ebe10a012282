"""LLPIN: the identity of a limited liability partnership, three letters and four digits.

>>> validate("aab 1234")
'AAB-1234'
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from canonical.identifiers.errors import IdentifierError, InvalidFormat, InvalidLength
from canonical.identifiers.text import without

LENGTH = 7
_SHAPE = re.compile(r"[A-Z]{3}[0-9]{4}")


@dataclass(frozen=True, slots=True, kw_only=True)
class LlpinInfo:
    """What an LLPIN says: its series and the number in it."""

    number: str
    series: str
    serial: int


def compact(number: str) -> str:
    """Return upper case with the one hyphen the register writes; the hyphen is left out if the length is wrong."""
    value = without(number, "-./_")
    return f"{value[:3]}-{value[3:]}" if len(value) == LENGTH else value


def validate(number: str) -> str:
    """Return the LLPIN as the register writes it.

    Raises:
        InvalidLength: not seven letters and digits.
        InvalidFormat: not three letters and four digits.
    """
    value = without(number, "-./_")
    if len(value) != LENGTH:
        raise InvalidLength(f"An LLPIN has {LENGTH} letters and digits; this has {len(value)}.")
    if not _SHAPE.fullmatch(value):
        raise InvalidFormat("An LLPIN is three letters and four digits.")
    return compact(value)


def is_valid(number: str) -> bool:
    """Say whether the text has the shape of an LLPIN."""
    try:
        return bool(validate(number))
    except IdentifierError:
        return False


def info(number: str) -> LlpinInfo:
    """Take an LLPIN apart.

    Raises:
        IdentifierError: as ``validate`` does.
    """
    value = validate(number)
    return LlpinInfo(number=value, series=value[:3], serial=int(value[4:]))
