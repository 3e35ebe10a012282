"""Invented parties for the tests of the harmonizer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from canonical.identifiers import gstin
from canonical.party import Contact, Party
from canonical.record import SourceRef
from canonical.tax import GstRegistration
from harmonizer import CompanyParty

DAY_ONE = datetime(2026, 4, 1, tzinfo=UTC)


def at(days: int) -> datetime:
    return DAY_ONE + timedelta(days=days)


def ref(key: str, company: str = "books-1", connector: str = "tally") -> SourceRef:
    return SourceRef(connector, company, "ledgers", key)


def registration(pan: str, state: str = "23", serial: str = "1") -> str:
    return gstin.with_check_digit(f"{state}{pan}{serial}Z")


def member(
    key: str,
    name: str = "Sharma Traders",
    company: str = "books-1",
    *,
    connector: str = "tally",
    number: str = "",
    phone: str = "",
    seen: int = 0,
    **fields: Any,
) -> CompanyParty:
    """Build one source party; ``number`` is its GSTIN."""
    if number:
        fields.setdefault("registrations", (GstRegistration(gstin=number),))
    if phone:
        fields.setdefault("contacts", (Contact(mobile=phone),))
    party = Party(source=ref(key, company, connector), key=key, name=name, **fields)
    return CompanyParty(party=party, observed_at=at(seen), company_name=company)
