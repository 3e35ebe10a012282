"""Numbers of tax documents: the form rule 46 allows, the stricter one of the invoice portal, and keys twins meet on."""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache

from canonical.identifiers import invoice_number
from canonical.identifiers.errors import IdentifierError


class NumberFault(StrEnum):
    """What is wrong with a number of our own series."""

    MISSING = "missing"
    FORM = "form"
    """Longer than 16 characters, or with others than letters, digits, hyphen and slash; or a bare zero."""
    PORTAL = "portal"
    """Rule 46 allows it, the invoice portal does not: it begins with a zero, a hyphen or a slash."""


@lru_cache(maxsize=1 << 12)
def _shape_fault(shape: str) -> str:
    try:
        invoice_number.validate(shape)
    except IdentifierError:
        return NumberFault.FORM.value
    return "" if invoice_number.is_irp_valid(shape) else NumberFault.PORTAL.value


def number_fault(number: str) -> str:
    """Say what is wrong with a number we issue, empty if nothing; see ``NumberFault``.

    >>> number_fault("GST/25-26/00042"), number_fault("0042"), number_fault("A.42"), number_fault(" ")
    ('', 'portal', 'form', 'missing')
    """
    if not number or number.isspace():
        return NumberFault.MISSING.value
    return _shape_fault(number.translate(_ONE_DIGIT))


_ONE_DIGIT = str.maketrans("23456789", "11111111")
"""Numbers of one series differ by digits only, so one look per series is enough; zero stays what it is."""


def number_key(number: str) -> str:
    """Equal for equal numbers: case and blanks folded, as portals compare."""
    if number.isascii() and " " not in number and number.isprintable():
        return number.upper()  # what the general way comes to, a tenth of its cost
    return invoice_number.key(number)
