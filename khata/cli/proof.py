"""``khata proof``: our totals against the source's own, what is published of them, and what an owner accepted."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import typer

from canonical.errors import NotFound
from canonical.publication import PublicationState
from khata.cli.options import CompanyName, Cursor, Database, Limit, Output, ReportFormat, Tenant, rupees
from khata.cli.output import write_sheet
from khata.cli.session import Session, open_session
from khata.exit_codes import ExitCode
from khata.rendering.sheet import Format, Sheet

if TYPE_CHECKING:
    from storage import StoredCompany, StoredProof


def proof(  # noqa: PLR0917 - one parameter per option, given by name
    ctx: typer.Context,
    company: CompanyName = None,
    number: Annotated[
        int | None, typer.Option("--id", metavar="NUMBER", help="This proof instead of the newest.")
    ] = None,
    history: Annotated[bool, typer.Option("--history", help="List all proofs of the company, newest first.")] = False,
    oracles: Annotated[
        bool, typer.Option("--oracles", help="List the source's reports, and why some could not be compared with.")
    ] = False,
    accept: Annotated[
        Decimal | None,
        typer.Option(
            "--accept",
            metavar="RUPEES",
            parser=rupees,
            help="Publish although opening balances fail to balance by this much, debits positive; 0 takes it back.",
        ),
    ] = None,
    because: Annotated[str, typer.Option("--because", metavar="TEXT", help="Why it is accepted.")] = "",
    limit: Limit = None,
    cursor: Cursor = None,
    db: Database = None,
    tenant: Tenant = None,
    form: ReportFormat = Format.TABLE,
    output: Output = None,
) -> None:
    """Print the newest proof, differences first; exit code 4 if it holds the figures back."""
    from khata.reading.company import pick_company

    if sum((history, oracles, accept is not None)) > 1:
        raise typer.BadParameter("choose one of --history, --oracles and --accept.")
    with open_session(ctx, db, tenant) as session:
        if number is not None:
            stored = session.books.proofs.get(number)
        else:
            chosen = pick_company(session.books, company)
            if accept is not None:
                _accept(session, chosen, accept, because)
                return
            if history:
                write_sheet(_history(session, chosen, limit, cursor), form, output)
                return
            stored = _newest(session, chosen)
        sheet, is_held = _one(session, stored, _rows_max(session, stored, limit, form), oracles=oracles)
    write_sheet(sheet, form, output)
    if is_held:
        raise typer.Exit(ExitCode.DIFFERS)


def _newest(session: Session, company: StoredCompany) -> StoredProof:
    stored = session.books.proofs.latest(company.company_id)
    if stored is None:
        raise NotFound(f"{company.name} has no proof yet; an import or a sync makes one.", code="proof.none")
    return stored


def _rows_max(session: Session, stored: StoredProof, limit: int | None, form: Format) -> int | None:
    """People are shown every difference and a page at least; programs get all, unless they say how many."""
    if limit is not None or form is not Format.TABLE:
        return limit
    return max(session.hub.settings.cli.page_rows, stored.findings.differing)


def _one(session: Session, stored: StoredProof, rows_max: int | None, *, oracles: bool) -> tuple[Sheet, bool]:
    from khata.reading.publication import publication_of
    from khata.rendering.proof import oracles_sheet, proof_sheet

    owner = session.books.companies.get(stored.company_id)
    publication = publication_of(session.books, stored.head, session.hub.settings.proof.tolerance)
    sheet = oracles_sheet(stored, owner.name) if oracles else proof_sheet(stored, owner.name, publication, rows_max)
    return sheet, publication.state is PublicationState.HELD


def _history(session: Session, company: StoredCompany, limit: int | None, cursor: str | None) -> Sheet:
    from khata.rendering.proof import history_sheet

    rows = limit or session.hub.settings.cli.page_rows
    page = session.books.proofs.page(company.company_id, cursor=cursor, limit=rows)
    rule = session.books.proofs.rule(company.company_id, session.hub.settings.proof.tolerance)
    return history_sheet(page, company.name, {head.proof_id: rule.publishes(head.findings) for head in page.items})


def _accept(session: Session, company: StoredCompany, amount: Decimal, because: str) -> None:
    from khata.rendering.proof import accepted_line

    session.books.proofs.accept_difference(company.company_id, amount, because, session.hub.clock())
    accepted = session.books.proofs.accepted(company.company_id)
    if accepted is not None:
        typer.echo(accepted_line(accepted, company.name))
