"""Keys of raw records: the books, and an object inside them, alike whatever the route.

BUSY's codes are those of one financial year's database: the same account may have another code next year. So the key
of an object is (year, code), and what joins the years is the name (``translate/learned.py``).
"""

from __future__ import annotations

from datetime import date

from canonical.ledger import name_key

BUILT_IN_GROUPS = range(101, 130)
"""Codes of the account groups every company has; they are the same in every year's database."""


def company_key(name: str) -> str:
    """Identity of the books, from the name the user or a report gives; blanks and case do not count.

    >>> company_key(" Asha  TRADERS ")
    'asha traders'
    """
    return name_key(name)


def object_key(year_from: date, code: str) -> str:
    """Identity of a master or voucher within its stream.

    >>> object_key(date(2025, 4, 1), "1568")
    '2025:1568'
    """
    return f"{year_from.year}:{code}"
