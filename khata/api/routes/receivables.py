"""Open money and balances: ageing, the bill-wise list, statements, the trial balance, ledger accounts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from canonical.publication import Publication
from canonical.receivable import AgeingBasis, Buckets, Direction
from khata.api.access import TenantDesk
from khata.api.answer import answer_sheet, sheet_answers
from khata.api.parameters import AsOf, CompanyId, KnownAt, Unproven
from khata.reading.ledger import read_account
from khata.reading.receivable import (
    parse_fifo,
    pick_party,
    read_ageing,
    read_outstanding,
    read_statement,
)
from khata.reading.request import parse_buckets, parse_moment
from khata.rendering.publication import PUBLICATION_FACTS, mark
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
from storage import StoredCompany

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
    **PUBLICATION_FACTS,
}
Party = Annotated[str | None, Query(max_length=300, description="Only this party: its name, or the beginning of it.")]


@dataclass(frozen=True, slots=True)
class Question:
    """What ageing, list and statement share: whose books, on what terms, and how far the figures are vouched for."""

    company: StoredCompany
    terms: ReportTerms
    publication: Publication


def read_question(  # noqa: PLR0917 - one parameter per query parameter
    desk: TenantDesk,
    company_id: CompanyId,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    direction: Direction = Direction.RECEIVABLE,
    basis: AgeingBasis | None = None,
    buckets: Annotated[str | None, Query(max_length=100, examples=["30,60,90"])] = None,
    fifo: Annotated[str | None, Query(max_length=20, examples=["none", "on-account", "all"])] = None,
    unproven: Unproven = False,
) -> Question:
    """Put together the question that ageing, list and statement share."""
    usual = desk.hub.settings.receivables
    company = desk.books.companies.get(company_id)
    view = desk.published(company, parse_moment(known_at) if known_at else None, unproven=unproven)
    terms = ReportTerms(
        as_of=as_of or desk.hub.today,
        known_at=view.known_at,
        direction=direction,
        basis=basis or usual.basis,
        buckets=parse_buckets(buckets or usual.buckets),
        policy=parse_fifo(fifo or usual.fifo),
    )
    return Question(company, terms, view.publication)


Asked = Annotated[Question, Depends(read_question)]


@router.get(
    "/receivables/ageing",
    summary="Open money by age",
    responses=sheet_answers(
        "parties", ageing_columns(Buckets()), facts=_TERMS_FACTS, totals=True, party="Meena Stores"
    ),
)
def get_ageing(desk: TenantDesk, company_id: CompanyId, asked: Asked, party: Party = None) -> Response:
    """Return one row per party: not due, the buckets asked for, unapplied credits, net."""
    key = pick_party(desk.books, company_id, party, asked.terms).key if party else None
    sheet = ageing_sheet(read_ageing(desk.books, company_id, asked.terms, key), asked.company.name)
    return answer_sheet(mark(sheet, asked.publication))


@router.get(
    "/receivables/outstanding",
    summary="Open money bill by bill",
    responses=sheet_answers("bills", OUTSTANDING_COLUMNS, facts=_TERMS_FACTS, totals=True, ref="INV-7", kind="bill"),
)
def get_outstanding(desk: TenantDesk, company_id: CompanyId, asked: Asked, party: Party = None) -> Response:
    """Return one row per open bill and per credit that waits for a bill."""
    key = pick_party(desk.books, company_id, party, asked.terms).key if party else None
    found = read_outstanding(desk.books, company_id, asked.terms, key)
    return answer_sheet(mark(outstanding_sheet(found, asked.company.name, company_id), asked.publication))


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
            **PUBLICATION_FACTS,
        },
        totals=True,
        document="INV-7",
    ),
)
def get_statement(
    desk: TenantDesk,
    company_id: CompanyId,
    asked: Asked,
    party: Annotated[str, Query(max_length=300, description="The party's name, or the beginning of it.")],
    day_from: Annotated[
        date | None, Query(alias="from", description="Start of the financial year if left out.")
    ] = None,
) -> Response:
    """Return opening balance, every movement with the running balance, closing balance, and what of it is open."""
    chosen = pick_party(desk.books, company_id, party, asked.terms)
    found = read_statement(desk.books, company_id, chosen, day_from, asked.terms)
    return answer_sheet(mark(statement_sheet(found, asked.company.name), asked.publication))


@router.get(
    "/trial-balance",
    summary="Every ledger's balance",
    responses=sheet_answers(
        "ledgers",
        TRIAL_BALANCE_COLUMNS,
        facts={
            "company": _TEXT,
            "as_of": _TEXT,
            "known_at": _TEXT_OR_NULL,
            "difference": _TEXT,
            **PUBLICATION_FACTS,
        },
        totals=True,
        ledger="Cash",
        group="Cash-in-Hand",
    ),
)
def get_trial_balance(
    desk: TenantDesk,
    company_id: CompanyId,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    unproven: Unproven = False,
) -> Response:
    """Return the trial balance at the end of a day; ``difference`` is zero in whole books."""
    company = desk.books.companies.get(company_id)
    day = as_of or desk.hub.today
    view = desk.published(company, parse_moment(known_at) if known_at else None, unproven=unproven)
    balances = desk.books.reports.trial_balance(company_id, day, view.known_at)
    return answer_sheet(mark(trial_balance_sheet(balances, company.name, day, view.known_at), view.publication))


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
            **PUBLICATION_FACTS,
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
    unproven: Unproven = False,
) -> Response:
    """Return a ledger's postings over a period with a running balance, debit positive."""
    company = desk.books.companies.get(company_id)
    view = desk.published(company, parse_moment(known_at) if known_at else None, unproven=unproven)
    account = read_account(
        desk.books, company_id, name, day_from=day_from, day_to=day_to or desk.hub.today, known_at=view.known_at
    )
    return answer_sheet(mark(ledger_sheet(account, company.name, view.known_at), view.publication))
