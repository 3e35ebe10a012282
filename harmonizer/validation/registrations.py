"""GSTINs of the company, of parties and on documents: check characters, states, and what their kind contradicts."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from canonical.company import Company
from canonical.identifiers import gstin as gstins
from canonical.identifiers import state as states
from canonical.identifiers.errors import IdentifierError
from canonical.issue import IssueLevel
from canonical.party import Party
from canonical.tax import GstRegistration
from harmonizer.validation.categories import Category, category_of
from harmonizer.validation.finding import Finding
from harmonizer.validation.supply import same_state

NEED_NUMBER = frozenset({Category.REGULAR, Category.COMPOSITION, Category.SEZ, Category.DEEMED_EXPORT})
"""Kinds of registration that come with a GSTIN."""
NO_STATE = frozenset({"97", "99", "96"})
"""Codes that are no state: other territory, centre, other countries."""


@lru_cache(maxsize=1 << 14)
def gstin_fault(number: str) -> str:
    """Say what is wrong with a GSTIN, empty if nothing; numbers of the portal's test system count as wrong."""
    try:
        gstins.validate(number)
    except IdentifierError as error:
        return error.message
    return ""


def check_gstin(number: str, whose: str, field: str = "GSTIN") -> Iterator[Finding]:
    """Check one number that stands on a record.

    Args:
        number: as it stands there; an empty one is nobody's fault here.
        whose: for the sentence: ``the party's``.
        field: where it stands.
    """
    fault = gstin_fault(number) if number else ""
    if fault:
        yield Finding(
            code="gst.gstin.invalid",
            level=IssueLevel.ACTION_REQUIRED,
            message=f"{whose} GSTIN {number!r} is not valid. {fault}",
            field=field,
            facts={"gstin": number},
        )


def check_registration(row: GstRegistration, whose: str) -> Iterator[Finding]:
    """Check a dated registration: the number, its state, and whether its kind goes with having one."""
    yield from check_gstin(row.gstin, whose)
    category = category_of(row.category)
    if not row.gstin and category in NEED_NUMBER:
        yield Finding(
            code="gst.gstin.missing",
            level=IssueLevel.WARNING,
            message=f"{whose} registration type is {row.category}, but there is no GSTIN.",
            field="GSTIN",
            facts={"category": row.category},
        )
    elif row.gstin and category is Category.UNREGISTERED:
        yield Finding(
            code="gst.gstin.unexpected",
            level=IssueLevel.WARNING,
            message=f"{whose} registration type is {row.category}, but there is the GSTIN {row.gstin}.",
            field="registration type",
            facts={"category": row.category, "gstin": row.gstin},
        )
    if row.gstin and not gstin_fault(row.gstin):
        yield from _check_state(row, whose)


def _check_state(row: GstRegistration, whose: str) -> Iterator[Finding]:
    named = states.find_code(row.state) if row.state else None
    prefix = row.gstin[:2]
    if named is None or prefix in NO_STATE or named in NO_STATE or same_state(named, prefix):
        return
    yield Finding(
        code="gst.gstin.state_differs",
        level=IssueLevel.WARNING,
        message=(
            f"{whose} state is {states.BY_CODE[named].name}, but the GSTIN {row.gstin} is of "
            f"{states.BY_CODE[prefix].name}."
        ),
        field="state",
        facts={"state": named, "gstin": row.gstin},
    )


def check_company(company: Company) -> Iterator[Finding]:
    """Check the company's own registrations."""
    for row in company.registrations:
        yield from check_registration(row, "the company's own")


def check_party(party: Party) -> Iterator[Finding]:
    """Check a party's registrations; one inferred from vouchers is checked on the vouchers themselves."""
    if party.roles_inferred:
        return
    seen: set[str] = set()
    for row in party.registrations:
        for finding in check_registration(row, "the party's"):
            if finding.message not in seen:
                seen.add(finding.message)
                yield finding
