"""Numbers of tax documents: what we may issue, what the portals accept, and the key two spellings meet on.

Rule 46 of the CGST Rules: at most 16 characters, letters, digits, hyphen and slash, unique in a financial year. The
Invoice Registration Portal adds that a number starts with a letter or 1-9. Those rules bind the *issuer*: a number
received from a supplier is taken as it stands (``validate_inward``), blanks and all.

Portals compare without case (the IRP since 1 June 2025), so ``key`` folds case and blanks. ``loose_key`` also forgets
separators, leading zeroes and the financial year; it proposes twins and never proves them.

>>> validate(" INV/25-26/0042 ")
'INV/25-26/0042'
>>> is_irp_valid("0042"), is_valid("0042")
(False, True)
>>> key("inv/25-26/ 0042")
'INV/25-26/0042'
>>> loose_key("INV/2025-26/0042"), loose_key("inv 42")
('INV-42', 'INV-42')
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from canonical.identifiers.errors import IdentifierError, InvalidComponent, InvalidFormat, InvalidLength
from canonical.identifiers.text import plain, without

LENGTH_MAX = 16
INWARD_LENGTH_MAX = 255
"""No supplier's number is longer; a longer text is something else in the wrong column."""

_RULE_46 = re.compile(r"[A-Za-z0-9/-]+")
_IRP = re.compile(r"[A-Za-z1-9][A-Za-z0-9/-]{0,15}")
_YEAR = re.compile(r"(?<![0-9])(?:20)?([0-9]{2})[-/](?:20)?([0-9]{2})(?![0-9])")
_PARTS = re.compile(r"[A-Z]+|[0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceNumberInfo:
    """What a number says.

    Attributes:
        number: compact, case as written.
        key: what equal numbers share.
        loose_key: what numbers share that people would call the same.
        financial_year: label such as ``2025-26`` if the number holds one, else empty.
        is_irp_valid: may be registered as an e-invoice.
    """

    number: str
    key: str
    loose_key: str
    financial_year: str
    is_irp_valid: bool


def compact(number: str) -> str:
    """Return the number without invisible marks and outer blanks; case and inner characters stay."""
    return plain(number)


def validate(number: str) -> str:
    """Return a number that may stand on a tax document we issue.

    Raises:
        InvalidLength: empty or more than 16 characters.
        InvalidFormat: something else than letters, digits, hyphen and slash.
        InvalidComponent: nothing but zeroes, which GSTR-1 refuses.
    """
    value = compact(number)
    if not 1 <= len(value) <= LENGTH_MAX:
        raise InvalidLength(f"A document number has 1 to {LENGTH_MAX} characters; this has {len(value)}.")
    if not _RULE_46.fullmatch(value):
        raise InvalidFormat("A document number holds letters, digits, hyphens and slashes only.")
    if not value.strip("0-/"):
        raise InvalidComponent("A document number is more than zeroes and separators.")
    return value


def validate_inward(number: str) -> str:
    """Return a number received from somebody else; anything printable passes.

    Raises:
        InvalidLength: empty, or too long to be a number.
    """
    value = compact(number)
    if not 1 <= len(value) <= INWARD_LENGTH_MAX:
        raise InvalidLength(f"A document number has 1 to {INWARD_LENGTH_MAX} characters; this has {len(value)}.")
    return value


def is_valid(number: str) -> bool:
    """Say whether the number may stand on a tax document we issue (rule 46)."""
    try:
        return bool(validate(number))
    except IdentifierError:
        return False


def is_irp_valid(number: str) -> bool:
    """Say whether the Invoice Registration Portal accepts the number; the safe rule for a series of one's own."""
    return is_valid(number) and _IRP.fullmatch(compact(number)) is not None


def info(number: str) -> InvoiceNumberInfo:
    """Take a received number apart.

    Raises:
        InvalidLength: as ``validate_inward`` does.
    """
    value = validate_inward(number)
    return InvoiceNumberInfo(
        number=value,
        key=key(value),
        loose_key=loose_key(value),
        financial_year=_find_year(value),
        is_irp_valid=is_irp_valid(value),
    )


def key(number: str) -> str:
    """Return the form in which equal numbers are equal: upper case, no blanks."""
    return without(number, "")


def loose_key(number: str) -> str:
    """Return letters and numbers joined by hyphens, leading zeroes and the financial year dropped.

    Falls back to ``key`` where nothing would be left (a number in another script, or only a year).
    """
    folded = key(number)
    rest = _YEAR.sub(lambda match: "-" if _is_year(match) else match.group(), folded)
    parts = [part.lstrip("0") or "0" for part in _PARTS.findall(rest)]
    return "-".join(parts) or folded


def _find_year(number: str) -> str:
    found = next(filter(_is_year, _YEAR.finditer(number)), None)
    return f"20{found[1]}-{found[2]}" if found else ""


def _is_year(match: re.Match[str]) -> bool:
    return (int(match[1]) + 1) % 100 == int(match[2])
