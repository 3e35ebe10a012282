"""``khata parties``: customers and suppliers of a company, and the entities behind them across companies."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from khata.cli.options import CompanyName, Cursor, Database, KnownAt, Limit, Output, ReportFormat, Tenant
from khata.cli.output import write_sheet
from khata.cli.session import Session, open_session
from khata.rendering.sheet import Format, Sheet


def parties(  # noqa: PLR0917 - one parameter per option, given by name
    ctx: typer.Context,
    company: CompanyName = None,
    golden: Annotated[
        bool, typer.Option("--golden", help="One line per legal entity, over all companies of the tenant.")
    ] = False,
    reviews: Annotated[
        bool,
        typer.Option("--reviews", help="Pairs that look alike, for a person to decide; nothing is merged by name."),
    ] = False,
    undo: Annotated[
        str | None,
        typer.Option("--undo", metavar="MERGE", help="Undo this merge; later runs leave its parties apart."),
    ] = None,
    known_at: KnownAt = None,
    limit: Limit = None,
    cursor: Cursor = None,
    db: Database = None,
    tenant: Tenant = None,
    form: ReportFormat = Format.TABLE,
    output: Output = None,
) -> None:
    """List parties of a company, or with --golden the entities that several companies have in common."""
    if sum((golden, reviews, undo is not None)) > 1:
        raise typer.BadParameter("choose one of --golden, --reviews and --undo.")
    with open_session(ctx, db, tenant) as session:
        if undo is not None:
            _undo(session, undo)
            return
        if golden:
            sheet = _golden(session)
        elif reviews:
            sheet = _reviews(session)
        else:
            sheet = _listed(session, company, known_at, cursor, limit)
    write_sheet(sheet, form, output)


def _undo(session: Session, merge_id: str) -> None:
    from workflows.parties import undo_merge

    changed = undo_merge(session.books, merge_id, session.hub.clock(), "command line")
    typer.echo(f"Merge {merge_id} is undone ({changed} crosswalk entries changed); later runs leave its parties apart.")


def _golden(session: Session) -> Sheet:
    from khata.reading.golden import read_entities
    from khata.rendering.golden import golden_sheet

    return golden_sheet(read_entities(session.books))


def _reviews(session: Session) -> Sheet:
    from khata.rendering.golden import reviews_sheet
    from workflows.parties import read_reviews

    return reviews_sheet(read_reviews(session.books, session.hub.clock()))


def _listed(
    session: Session, company: str | None, known_at: datetime | None, cursor: str | None, limit: int | None
) -> Sheet:
    from canonical.party import Party
    from khata.reading.company import pick_company
    from khata.rendering.books import parties_sheet

    chosen = pick_company(session.books, company)
    rows = limit or session.hub.settings.cli.page_rows
    page = session.books.records.page(chosen.company_id, Party, cursor=cursor, limit=rows, known_at=known_at)
    return parties_sheet(page, chosen.name)
