"""Proofs: what each sync ended in, and why a report of the source could not be compared with."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response

from canonical.errors import NotFound
from khata.api.access import Desk, TenantDesk
from khata.api.answer import answer_sheet, sheet_answers
from khata.api.parameters import CompanyId, Cursor, Limit
from khata.reading.publication import publication_of
from khata.rendering.proof import HISTORY_COLUMNS, PROOF_COLUMNS, PROOF_FACTS, history_sheet, proof_sheet
from storage import StoredProof

router = APIRouter(tags=["proofs"])
ProofId = Annotated[int, Path(ge=1, le=2**62, description="Number of the proof, as the list of proofs gives it.")]


@router.get(
    "/companies/{company_id}/proof",
    summary="The newest proof: our totals against the source's own",
    responses=sheet_answers("totals", PROOF_COLUMNS, paged=False, facts=PROOF_FACTS, kind="closing"),
)
def get_newest_proof(desk: TenantDesk, company_id: CompanyId) -> Response:
    """Return the company's newest proof with every control total, those that differ first."""
    company = desk.books.companies.get(company_id)
    stored = desk.books.proofs.latest(company_id)
    if stored is None:
        raise NotFound(f"{company.name} has no proof yet.", code="proof.none", company_id=company_id)
    return _answer(desk, stored)


@router.get(
    "/companies/{company_id}/proofs",
    summary="All proofs of a company, newest first",
    responses=sheet_answers("proofs", HISTORY_COLUMNS, status="proved", publication="yes"),
)
def list_proofs(desk: TenantDesk, company_id: CompanyId, limit: Limit = None, cursor: Cursor = None) -> Response:
    """List what each proof came to, and whether its state of the books is published by today's tolerance."""
    company = desk.books.companies.get(company_id)
    page = desk.books.proofs.page(company_id, cursor=cursor, limit=desk.page_rows(limit))
    rule = desk.books.proofs.rule(company_id, desk.hub.settings.proof.tolerance)
    published = {head.proof_id: rule.publishes(head.findings) for head in page.items}
    return answer_sheet(history_sheet(page, company.name, published))


@router.get(
    "/proofs/{proof_id}",
    summary="One proof",
    responses=sheet_answers("totals", PROOF_COLUMNS, paged=False, facts=PROOF_FACTS, kind="closing"),
)
def get_proof(desk: TenantDesk, proof_id: ProofId) -> Response:
    """Return one proof; of older ones the totals that were proved are counted but no longer listed."""
    return _answer(desk, desk.books.proofs.get(proof_id))


def _answer(desk: Desk, stored: StoredProof) -> Response:
    company = desk.books.companies.get(stored.company_id)
    publication = publication_of(desk.books, stored.head, desk.hub.settings.proof.tolerance)
    return answer_sheet(proof_sheet(stored, company.name, publication))
