"""Companies, parties, vouchers, connections: what is in the books of the key's tenant."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from canonical.party import Party
from canonical.publication import Publication
from canonical.voucher import Voucher
from canonical.voucher_type import VoucherKind
from khata.api.access import Desk, TenantDesk
from khata.api.answer import answer, answer_sheet, document_answers, row_schema, sheet_answers
from khata.api.parameters import CompanyId, Cursor, KnownAt, Limit, RecordIdText
from khata.reading.publication import read_publications
from khata.reading.record_id import RECORD_WORDS, RecordIdInvalid, parse_id
from khata.reading.request import parse_moment
from khata.reading.voucher import VoucherFilter, page_vouchers
from khata.rendering.books import (
    COMPANY_COLUMNS,
    CONNECTION_COLUMNS,
    PARTY_COLUMNS,
    VOUCHER_COLUMNS,
    companies_sheet,
    connections_sheet,
    parties_sheet,
    vouchers_sheet,
)
from khata.rendering.files import sheet_document
from khata.rendering.voucher import VOUCHER_SCHEMA, voucher_document
from storage import StoredCompany

router = APIRouter(tags=["books"])


@router.get(
    "/connections",
    summary="Configured connectors",
    responses=sheet_answers(
        "connections", CONNECTION_COLUMNS, paged=False, name="shop-1", connector="tally", reads="/srv/exports"
    ),
)
def list_connections(desk: TenantDesk) -> Response:
    """List the tenant's connections; their settings hold references to secrets, never secrets."""
    return answer_sheet(connections_sheet(desk.books.connections.list()))


@router.get(
    "/companies",
    summary="Sets of books",
    responses=sheet_answers(
        "companies",
        COMPANY_COLUMNS,
        paged=False,
        name="Asha Traders",
        connector="tally",
        proof="proved",
        publication="published",
    ),
)
def list_companies(desk: TenantDesk) -> Response:
    """List the companies with the status of each one's newest proof."""
    companies = desk.books.companies.list()
    return answer_sheet(companies_sheet(companies, _published(desk, companies)))


def _published(desk: Desk, companies: Sequence[StoredCompany]) -> dict[int, Publication]:
    return read_publications(desk.books, companies, desk.hub.settings.proof.tolerance)


@router.get(
    "/companies/{company_id}", summary="One set of books", responses=document_answers(row_schema(COMPANY_COLUMNS))
)
def get_company(desk: TenantDesk, company_id: CompanyId) -> Response:
    """Return one company."""
    company = desk.books.companies.get(company_id)
    sheet = companies_sheet([company], _published(desk, [company]))
    return answer(sheet_document(sheet)[sheet.noun][0])


@router.get(
    "/companies/{company_id}/parties",
    summary="Customers and suppliers",
    responses=sheet_answers("parties", PARTY_COLUMNS, id="party:12", name="Meena Stores", roles="customer"),
)
def list_parties(  # noqa: PLR0917 - one parameter per query parameter
    desk: TenantDesk,
    company_id: CompanyId,
    gstin: Annotated[str | None, Query(max_length=15, description="Only the party with this GSTIN.")] = None,
    pan: Annotated[str | None, Query(max_length=10, description="Only parties with this PAN.")] = None,
    limit: Limit = None,
    cursor: Cursor = None,
) -> Response:
    """List a company's parties in the order of their keys."""
    company = desk.books.companies.get(company_id)
    page = desk.books.records.page(company_id, Party, gstin=gstin, pan=pan, limit=desk.page_rows(limit), cursor=cursor)
    return answer_sheet(parties_sheet(page, company.name))


@router.get(
    "/companies/{company_id}/vouchers",
    summary="Vouchers, newest first",
    responses=sheet_answers("vouchers", VOUCHER_COLUMNS, id="voucher:190", type="Sales", number="INV-7", kind="sales"),
)
def list_vouchers(  # noqa: PLR0917 - one parameter per query parameter
    desk: TenantDesk,
    company_id: CompanyId,
    kind: VoucherKind | None = None,
    voucher_type: Annotated[
        str | None, Query(alias="type", max_length=200, description="As the company calls the type.")
    ] = None,
    party: Annotated[str | None, Query(max_length=300, description="Name of the party's ledger.")] = None,
    number: Annotated[str | None, Query(max_length=200)] = None,
    day_from: Annotated[date | None, Query(alias="from")] = None,
    day_to: Annotated[date | None, Query(alias="to")] = None,
    known_at: KnownAt = None,
    limit: Limit = None,
    cursor: Cursor = None,
) -> Response:
    """List a company's vouchers; all filters must fit."""
    company = desk.books.companies.get(company_id)
    wanted = VoucherFilter(
        kind=kind,
        type_name=voucher_type,
        party=party,
        number=number,
        day_from=day_from,
        day_to=day_to,
        known_at=parse_moment(known_at) if known_at else None,
    )
    page = page_vouchers(desk.books, company_id, wanted, cursor, desk.page_rows(limit))
    return answer_sheet(vouchers_sheet(page, company.name))


@router.get(
    "/vouchers/{voucher_id}", summary="One voucher with its postings", responses=document_answers(VOUCHER_SCHEMA)
)
def get_voucher(desk: TenantDesk, voucher_id: RecordIdText) -> Response:
    """Return one version of a voucher as a canonical document."""
    word, number = parse_id(voucher_id if ":" in voucher_id else f"voucher:{voucher_id}")
    if RECORD_WORDS.get(word) is not Voucher:
        raise RecordIdInvalid(f"{voucher_id!r} is not the id of a voucher.")
    return answer(voucher_document(desk.books.records.get(Voucher, number)))
