"""Open money and balances: ageing, the bill-wise list, statements, the trial balance, ledger accounts."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from canonical.receivable import AgeingBasis, Buckets, Direction
from khata.api.access import TenantDesk
from khata.api.answer import answer_sheet, sheet_answers
from khata.api.parameters import AsOf, CompanyId, KnownAt
from khata.reading.ledger import read_account
from khata.reading.receivable import (
    parse_fifo,
    pick_party,
    read_ageing,
    read_outstanding,
    read_statement,
)
from khata.reading.request import parse_buckets, parse_moment
from khata.rendering.receivable import (
    OUTSTANDING_COLUMNS,
    STATEMENT_COLUMNS,
    ageing_columns,
    ageing_sheet,
    outstanding_sheet,
    statement_sheet,
)
from khata.rendering.trial_balance import LEDGER_COLUMNS, TRIAL_BALANCE_COLUMNS, ledger_sheet, trial_balance_sheet
from receivables.report import ReportTerms

router = APIRouter(prefix="/companies/{company_id}", tags=["balances"])
_TEXT: dict[str, Any] = {"type": "string"}
_TEXT_OR_NULL: dict[str, Any] = {"anyOf": [{"type": "string"}, {"type": "null"}]}
_TERMS_FACTS = {
    "company": _TEXT,
    "as_of": _TEXT,
    "known_at": _TEXT_OR_NULL,
    "direction": _TEXT,
    "basis": _TEXT,
    "buckets": _TEXT,
    "fifo": _TEXT,
}
Party = Annotated[str | None, Query(max_length=300, description="Only this party: its name, or the beginning of it.")]


def read_terms(  # noqa: PLR0917 - one parameter per query parameter
    desk: TenantDesk,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    direction: Direction = Direction.RECEIVABLE,
    basis: AgeingBasis | None = None,
    buckets: Annotated[str | None, Query(max_length=100, examples=["30,60,90"])] = None,
    fifo: Annotated[str | None, Query(max_length=20, examples=["none", "on-account", "all"])] = None,
) -> ReportTerms:
    """Put together the question that ageing, list and statement share."""
    usual = desk.hub.settings.receivables
    return ReportTerms(
        as_of=as_of or desk.hub.today,
        known_at=parse_moment(known_at) if known_at else None,
        direction=direction,
        basis=basis or usual.basis,
        buckets=parse_buckets(buckets or usual.buckets),
        policy=parse_fifo(fifo or usual.fifo),
    )


Terms = Annotated[ReportTerms, Depends(read_terms)]


@router.get(
    "/receivables/ageing",
    summary="Open money by age",
    responses=sheet_answers(
        "parties", ageing_columns(Buckets()), facts=_TERMS_FACTS, totals=True, party="Meena Stores"
    ),
)
def get_ageing(desk: TenantDesk, company_id: CompanyId, terms: Terms, party: Party = None) -> Response:
    """Return one row per party: not due, the buckets asked for, unapplied credits, net."""
    company = desk.books.companies.get(company_id)
    key = pick_party(desk.books, company_id, party, terms).key if party else None
    return answer_sheet(ageing_sheet(read_ageing(desk.books, company_id, terms, key), company.name))


@router.get(
    "/receivables/outstanding",
    summary="Open money bill by bill",
    responses=sheet_answers("bills", OUTSTANDING_COLUMNS, facts=_TERMS_FACTS, totals=True, ref="INV-7", kind="bill"),
)
def get_outstanding(desk: TenantDesk, company_id: CompanyId, terms: Terms, party: Party = None) -> Response:
    """Return one row per open bill and per credit that waits for a bill."""
    company = desk.books.companies.get(company_id)
    key = pick_party(desk.books, company_id, party, terms).key if party else None
    return answer_sheet(
        outstanding_sheet(read_outstanding(desk.books, company_id, terms, key), company.name, company_id)
    )


@router.get(
    "/receivables/statement",
    summary="A party's account",
    responses=sheet_answers(
        "lines",
        STATEMENT_COLUMNS,
        facts={
            "company": _TEXT,
            "party": _TEXT,
            "from": _TEXT,
            "to": _TEXT,
            "known_at": _TEXT_OR_NULL,
            "opening": _TEXT,
            "closing": _TEXT,
            "open_bills": {"type": "array", "items": {"type": "object"}},
            "ageing": {"type": "object"},
        },
        totals=True,
        document="INV-7",
    ),
)
def get_statement(
    desk: TenantDesk,
    company_id: CompanyId,
    terms: Terms,
    party: Annotated[str, Query(max_length=300, description="The party's name, or the beginning of it.")],
    day_from: Annotated[
        date | None, Query(alias="from", description="Start of the financial year if left out.")
    ] = None,
) -> Response:
    """Return opening balance, every movement with the running balance, closing balance, and what of it is open."""
    company = desk.books.companies.get(company_id)
    chosen = pick_party(desk.books, company_id, party, terms)
    return answer_sheet(statement_sheet(read_statement(desk.books, company_id, chosen, day_from, terms), company.name))


@router.get(
    "/trial-balance",
    summary="Every ledger's balance",
    responses=sheet_answers(
        "ledgers",
        TRIAL_BALANCE_COLUMNS,
        facts={"company": _TEXT, "as_of": _TEXT, "known_at": _TEXT_OR_NULL, "difference": _TEXT},
        totals=True,
        ledger="Cash",
        group="Cash-in-Hand",
    ),
)
def get_trial_balance(
    desk: TenantDesk, company_id: CompanyId, as_of: AsOf = None, known_at: KnownAt = None
) -> Response:
    """Return the trial balance at the end of a day; ``difference`` is zero in whole books."""
    company = desk.books.companies.get(company_id)
    day = as_of or desk.hub.today
    known = parse_moment(known_at) if known_at else None
    balances = desk.books.reports.trial_balance(company_id, day, known)
    return answer_sheet(trial_balance_sheet(balances, company.name, day, known))


@router.get(
    "/ledger",
    summary="One ledger's account",
    responses=sheet_answers(
        "entries",
        LEDGER_COLUMNS,
        facts={
            "company": _TEXT,
            "ledger": _TEXT,
            "from": _TEXT,
            "to": _TEXT,
            "known_at": _TEXT_OR_NULL,
            "opening": _TEXT,
            "closing": _TEXT,
        },
        totals=True,
        type="Sales",
        number="INV-7",
    ),
)
def get_ledger(  # noqa: PLR0917 - one parameter per query parameter
    desk: TenantDesk,
    company_id: CompanyId,
    name: Annotated[str, Query(max_length=300, description="The ledger's name.")],
    day_from: Annotated[
        date | None, Query(alias="from", description="Start of the financial year if left out.")
    ] = None,
    day_to: Annotated[date | None, Query(alias="to", description="Today if left out.")] = None,
    known_at: KnownAt = None,
) -> Response:
    """Return a ledger's postings over a period with a running balance, debit positive."""
    company = desk.books.companies.get(company_id)
    known = parse_moment(known_at) if known_at else None
    account = read_account(
        desk.books, company_id, name, day_from=day_from, day_to=day_to or desk.hub.today, known_at=known
    )
    return answer_sheet(ledger_sheet(account, company.name, known))
