"""Numbers of tax documents: the form rule 46 allows, the stricter one of the invoice portal, and keys twins meet on."""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache

from canonical.dates import FinancialYear
from canonical.identifiers import invoice_number
from canonical.identifiers.errors import IdentifierError
from canonical.voucher import Voucher
from harmonizer.validation.supply import Direction


class NumberFault(StrEnum):
    """What is wrong with a number of our own series."""

    NONE = ""
    MISSING = "missing"
    FORM = "form"
    """Longer than 16 characters, or with others than letters, digits, hyphen and slash; or a bare zero."""
    PORTAL = "portal"
    """Rule 46 allows it, the invoice portal does not: it begins with a zero, a hyphen or a slash."""


@lru_cache(maxsize=1 << 12)
def _shape_fault(shape: str) -> NumberFault:
    try:
        invoice_number.validate(shape)
    except IdentifierError:
        return NumberFault.FORM
    return NumberFault.NONE if invoice_number.is_irp_valid(shape) else NumberFault.PORTAL


def number_fault(number: str) -> NumberFault:
    """Say what is wrong with a number we issue.

    >>> number_fault("GST/25-26/00042"), number_fault("0042"), number_fault("A.42")
    (<NumberFault.NONE: ''>, <NumberFault.PORTAL: 'portal'>, <NumberFault.FORM: 'form'>)
    """
    if not number.strip():
        return NumberFault.MISSING
    return _shape_fault(number.translate(_ONE_DIGIT))


_ONE_DIGIT = str.maketrans("23456789", "11111111")
"""Numbers of one series differ by digits only, so one look per series is enough; zero stays what it is."""


def document_number(voucher: Voucher, direction: Direction) -> str:
    """The number a document is known by: ours on what we issue, the supplier's on what we receive.

    A received document without the supplier's number has none; the voucher's own number is our filing.
    """
    return voucher.number if direction is Direction.OUTWARD else voucher.reference


def number_key(number: str) -> str:
    """Equal for equal numbers: case and blanks folded, as portals compare."""
    if number.isascii() and " " not in number and number.isprintable():
        return number.upper()  # what the general way comes to, a tenth of its cost
    return invoice_number.key(number)


def year_label(start_year: int) -> str:
    """``2025-26`` for 2025."""
    return FinancialYear(start_year).label
