"""Which state of a company's books a reader gets: the newest, if its proof publishes it, else the last that did.

Reports of figures (receivables, trial balance, ledger accounts, and every file made of them) ask here first. Lists of
records do not: with them a person finds out why a proof differs. ``docs/decisions/0010-publication.md`` says why.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from canonical.issue import IssueLevel
from canonical.publication import FiguresHeld, Publication, PublicationState

if TYPE_CHECKING:
    from collections.abc import Iterable

    from storage import ProofHead, StoredCompany, TenantStore

WRITTEN_SINCE = "records were written after the newest proof"


@dataclass(frozen=True, slots=True)
class View:
    """What to read, and how far it is vouched for.

    Attributes:
        known_at: read the books as known then; None means all we know now.
    """

    known_at: datetime | None
    publication: Publication


def read_publication(books: TenantStore, company_id: int, tolerance: Decimal) -> Publication:
    """Say what is published of a company now."""
    return _publication(books, company_id, tolerance, None)


def read_publications(
    books: TenantStore, companies: Iterable[StoredCompany], tolerance: Decimal
) -> dict[int, Publication]:
    """Say what is published of several companies, by their numbers."""
    return {company.company_id: read_publication(books, company.company_id, tolerance) for company in companies}


def publication_of(books: TenantStore, head: ProofHead, tolerance: Decimal) -> Publication:
    """Say whether the state that one proof stands for is published."""
    rule = books.proofs.rule(head.company_id, tolerance)
    objections = rule.objections(head.findings)
    published = books.proofs.last_published(head.company_id, rule, head.known_at)
    return Publication(
        state=PublicationState.HELD if objections else PublicationState.PUBLISHED,
        published_at=published.known_at if published else None,
        proof_id=head.proof_id,
        status=head.findings.status,
        objections=objections,
    )


def view_published(
    books: TenantStore,
    company: StoredCompany,
    tolerance: Decimal,
    known_at: datetime | None = None,
    *,
    unproven: bool = False,
) -> View:
    """Choose what to read.

    Args:
        books: the tenant's.
        company: whose figures.
        tolerance: rupees an amount may differ by.
        known_at: the moment that was asked for; the newest state up to it that was published is given.
        unproven: the reader wants what was asked for, published or not.

    Raises:
        FiguresHeld: the proof differs beyond the tolerance and no earlier state was published.
    """
    found = _publication(books, company.company_id, tolerance, known_at)
    if found.state is not PublicationState.HELD:
        return View(known_at, found)
    if unproven:
        return View(known_at, replace(found, state=PublicationState.OVERRIDDEN))
    if found.published_at is None:
        raise FiguresHeld(
            f"The figures of {company.name} are held back: {'; '.join(found.objections)}. 'khata proof' lists what "
            "differs; ask with --unproven (unproven=true) to see them all the same.",
            company_id=company.company_id,
            proof_id=found.proof_id,
        )
    return View(found.published_at, found)


def _publication(books: TenantStore, company_id: int, tolerance: Decimal, known_at: datetime | None) -> Publication:
    refused = books.issues.counts_by_level(company_id=company_id).get(IssueLevel.REJECTED, 0)
    return replace(_state(books, company_id, tolerance, known_at), refused=refused)


def _state(books: TenantStore, company_id: int, tolerance: Decimal, known_at: datetime | None) -> Publication:
    newest = books.proofs.newest_head(company_id, known_at)
    if newest is None:
        return Publication(state=PublicationState.UNPROVEN)
    found = publication_of(books, newest, tolerance)
    if known_at is not None or not _has_moved(books, newest):
        return found
    return replace(found, state=PublicationState.HELD, objections=(*found.objections, WRITTEN_SINCE))


def _has_moved(books: TenantStore, newest: ProofHead) -> bool:
    """A sync under way, or one that broke off, has written records that no proof has seen."""
    return newest.record_writes is not None and newest.record_writes != books.proofs.record_writes(newest.company_id)
