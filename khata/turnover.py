"""Turnover that an operator declares: what the books of this store cannot show (years before them, other branches).

Written as ``PAN YEAR RUPEES``, several separated by semicolons: ``AAACT2727Q 2024-25 12,50,00,000``. What GST asks of a
company (digits of codes, registration of invoices) depends on the turnover of earlier years.
"""

from __future__ import annotations

from decimal import Decimal

from canonical.dates import FinancialYear
from canonical.errors import ConfigurationError
from canonical.identifiers import pan as pans
from canonical.identifiers.errors import IdentifierError
from canonical.money import AmountError, parse_amount

PARTS = 3


def parse_turnover(text: str) -> dict[tuple[str, int], Decimal]:
    """Read declared turnover: rupees by PAN and the calendar year the financial year starts in.

    >>> parse_turnover("AAACT2727Q 2024-25 12,50,00,000; AAACT2727Q 2023-24 90000000")
    {('AAACT2727Q', 2024): Decimal('125000000'), ('AAACT2727Q', 2023): Decimal('90000000')}

    Raises:
        ConfigurationError: something else is written there.
    """
    found = {}
    for entry in filter(None, map(str.strip, text.split(";"))):
        parts = entry.split()
        if len(parts) != PARTS:
            raise _wrong(entry)
        try:
            pan, year, rupees = pans.validate(parts[0]), _year(parts[1]), parse_amount(parts[2].replace(",", ""))
        except (IdentifierError, AmountError, ValueError) as error:
            raise _wrong(entry) from error
        found[pan, year] = rupees
    return found


def _year(label: str) -> int:
    year = FinancialYear(int(label.partition("-")[0]))
    if year.label != label:
        raise ValueError(label)
    return year.start_year


def _wrong(entry: str) -> ConfigurationError:
    return ConfigurationError(
        f"{entry!r} in gst.turnover is not PAN, year and rupees; write it like AAACT2727Q 2024-25 12,50,00,000.",
        code="khata.configuration.invalid_value",
        setting="gst.turnover",
    )
