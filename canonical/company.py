"""A company: one set of books in a source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from canonical.party import Address
from canonical.record import JsonValue, SourceRef
from canonical.tax import GstRegistration


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A place of business with its own registration or series."""

    name: str
    gstin: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """One set of books.

    Attributes:
        source: address; ``source.key`` equals ``source.company``.
        books_from: first day the books hold; opening balances stand the evening before.
        books_to: last day known to be covered, if the source says.
        base_currency: ISO code where known, else the source's word.
    """

    source: SourceRef
    name: str
    legal_name: str = ""
    books_from: date | None = None
    books_to: date | None = None
    financial_year_from: date | None = None
    base_currency: str = "INR"
    pan: str = ""
    tan: str = ""
    cin: str = ""
    addresses: tuple[Address, ...] = ()
    registrations: tuple[GstRegistration, ...] = ()
    branches: tuple[Branch, ...] = ()
    product: str = ""
    """Name and release of the accounting program, if it says."""
    extras: Mapping[str, JsonValue] = field(default_factory=dict)
