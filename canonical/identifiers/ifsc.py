"""IFSC: the eleven characters that address a bank branch for NEFT, RTGS and IMPS.

Four letters of the bank, a zero that is reserved, six characters of the branch. Typing the letter O for the zero is
the usual error; nothing else can stand there, so it is read as the zero.

>>> validate("hdfc-0000123")
'HDFC0000123'
>>> validate("SBINO011569")
'SBIN0011569'
>>> info("SBIN0011569").bank
'SBIN'
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from canonical.identifiers.errors import IdentifierError, InvalidFormat, InvalidLength
from canonical.identifiers.text import without

LENGTH = 11
_SHAPE = re.compile(r"[A-Z]{4}0[A-Z0-9]{6}")


@dataclass(frozen=True, slots=True, kw_only=True)
class IfscInfo:
    """What an IFSC says: the bank's four letters and the branch's six characters."""

    number: str
    bank: str
    branch: str


def compact(number: str) -> str:
    """Return upper case without blanks and separators, the fifth character a zero even if typed as the letter O."""
    value = without(number, "-./_")
    return f"{value[:4]}0{value[5:]}" if len(value) == LENGTH and value[4] == "O" else value


def validate(number: str) -> str:
    """Return the IFSC in its compact form.

    Raises:
        InvalidLength: not eleven characters.
        InvalidFormat: not four letters, a zero, six letters or digits.
    """
    value = compact(number)
    if len(value) != LENGTH:
        raise InvalidLength(f"An IFSC has {LENGTH} characters; this has {len(value)}.")
    if not _SHAPE.fullmatch(value):
        raise InvalidFormat("An IFSC is four letters, a zero and six letters or digits.")
    return value


def is_valid(number: str) -> bool:
    """Say whether the text has the shape of an IFSC."""
    try:
        return bool(validate(number))
    except IdentifierError:
        return False


def info(number: str) -> IfscInfo:
    """Take an IFSC apart.

    Raises:
        IdentifierError: as ``validate`` does.
    """
    value = validate(number)
    return IfscInfo(number=value, bank=value[:4], branch=value[5:])
