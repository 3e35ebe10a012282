"""Runs, issues and traces: how the books came to be what they are."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from canonical.issue import IssueLevel
from khata.api.access import TenantDesk
from khata.api.answer import answer, answer_sheet, document_answers, sheet_answers
from khata.api.parameters import CompanyId, Cursor, Limit, RecordIdText
from khata.reading.record_id import render_id
from khata.reading.trace import trace_record
from khata.rendering.books import ISSUE_COLUMNS, RUN_COLUMNS, issues_sheet, runs_sheet
from khata.rendering.trace import TRACE_SCHEMA, trace_document

router = APIRouter(tags=["runs"])


@router.get(
    "/issues",
    summary="What was found in the data",
    responses=sheet_answers(
        "issues",
        ISSUE_COLUMNS,
        facts={"counts": {"type": "object", "additionalProperties": {"type": "integer"}}},
        id="issue:3",
        level="warning",
        code="tally.voucher_type.unknown",
    ),
)
def list_issues(  # noqa: PLR0917 - one parameter per query parameter
    desk: TenantDesk,
    company_id: Annotated[int | None, Query(ge=1, le=2**62)] = None,
    run_id: Annotated[int | None, Query(ge=1, le=2**62)] = None,
    level: IssueLevel | None = None,
    code: Annotated[str | None, Query(max_length=200)] = None,
    limit: Limit = None,
    cursor: Cursor = None,
) -> Response:
    """List issues in the order they were noted, with the number of each level."""
    if company_id is not None:
        desk.books.companies.get(company_id)
    page = desk.books.issues.page(
        company_id=company_id, run_id=run_id, level=level, code=code, cursor=cursor, limit=desk.page_rows(limit)
    )
    return answer_sheet(issues_sheet(page, desk.books.issues.counts_by_level(run_id=run_id, company_id=company_id)))


@router.get("/runs", summary="Imports and syncs, newest first", responses=sheet_answers("runs", RUN_COLUMNS))
def list_runs(desk: TenantDesk, limit: Limit = None, cursor: Cursor = None) -> Response:
    """List the tenant's runs."""
    return answer_sheet(runs_sheet(desk.books.runs.list(cursor=cursor, limit=desk.page_rows(limit))))


@router.get("/runs/{run_id}", summary="One run with its steps", responses=document_answers(TRACE_SCHEMA))
def get_run(desk: TenantDesk, run_id: CompanyId) -> Response:
    """Return one run, step by step."""
    return answer(trace_document(trace_record(desk.books, render_id("run", run_id))))


@router.get("/trace/{record_id:path}", summary="Back to the raw record", responses=document_answers(TRACE_SCHEMA))
def get_trace(desk: TenantDesk, record_id: RecordIdText) -> Response:
    """Walk from an id or a source address to the raw record and its payload."""
    return answer(trace_document(trace_record(desk.books, record_id)))
