"""``khata companies``, ``parties``, ``vouchers``, ``issues``, ``runs``: lists of what is in the books."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from canonical.issue import IssueLevel
from canonical.voucher_type import VoucherKind
from khata.cli.options import (
    CompanyName,
    Cursor,
    Database,
    FromDay,
    KnownAt,
    Limit,
    Output,
    ReportFormat,
    Tenant,
    ToDay,
)
from khata.cli.output import write_content, write_sheet
from khata.cli.session import Session, open_session
from khata.rendering.sheet import Format


def companies(
    ctx: typer.Context,
    db: Database = None,
    tenant: Tenant = None,
    form: ReportFormat = Format.TABLE,
    output: Output = None,
) -> None:
    """List the companies: sets of books, where they come from, how their newest proof came out, what is published."""
    from khata.reading.publication import read_publications
    from khata.rendering.books import companies_sheet

    with open_session(ctx, db, tenant) as session:
        found = session.books.companies.list()
        tolerance = session.hub.settings.proof.tolerance
        sheet = companies_sheet(found, read_publications(session.books, found, tolerance))
    write_sheet(sheet, form, output)


def vouchers(  # noqa: PLR0917 - one parameter per option, given by name
    ctx: typer.Context,
    company: CompanyName = None,
    kind: Annotated[VoucherKind | None, typer.Option("--kind", help="Only vouchers of this kind.")] = None,
    type_name: Annotated[
        str | None, typer.Option("--type", metavar="NAME", help="Only vouchers of this type, as the company calls it.")
    ] = None,
    party: Annotated[
        str | None, typer.Option("--party", metavar="NAME", help="Only vouchers of this party's ledger.")
    ] = None,
    number: Annotated[
        str | None, typer.Option("--number", metavar="TEXT", help="Only vouchers of this number.")
    ] = None,
    day_from: FromDay = None,
    day_to: ToDay = None,
    known_at: KnownAt = None,
    limit: Limit = None,
    cursor: Cursor = None,
    db: Database = None,
    tenant: Tenant = None,
    form: ReportFormat = Format.TABLE,
    output: Output = None,
) -> None:
    """List vouchers, newest first, a page at a time."""
    from khata.reading.company import pick_company
    from khata.reading.voucher import VoucherFilter, page_vouchers
    from khata.rendering.books import vouchers_sheet

    wanted = VoucherFilter(
        kind=kind, type_name=type_name, party=party, number=number, day_from=day_from, day_to=day_to, known_at=known_at
    )
    with open_session(ctx, db, tenant) as session:
        chosen = pick_company(session.books, company)
        page = page_vouchers(session.books, chosen.company_id, wanted, cursor, _limit(session, limit))
        sheet = vouchers_sheet(page, chosen.name)
    write_sheet(sheet, form, output)


def issues(  # noqa: PLR0917 - one parameter per option, given by name
    ctx: typer.Context,
    company: CompanyName = None,
    level: Annotated[IssueLevel | None, typer.Option("--level", help="Only issues of this level.")] = None,
    code: Annotated[str | None, typer.Option("--code", metavar="CODE", help="Only issues of this code.")] = None,
    run: Annotated[int | None, typer.Option("--run", metavar="NUMBER", help="Only issues that this run noted.")] = None,
    export: Annotated[
        Path | None,
        typer.Option(
            "--export", metavar="FILE.xlsx", help="Write refused rows into a workbook: correct it and import it again."
        ),
    ] = None,
    limit: Limit = None,
    cursor: Cursor = None,
    db: Database = None,
    tenant: Tenant = None,
    form: ReportFormat = Format.TABLE,
    output: Output = None,
) -> None:
    """List issues: what was found in the data, where, and what to do about it."""
    from khata.reading.company import pick_company
    from khata.rendering.books import issue_lines, issues_sheet

    with open_session(ctx, db, tenant) as session:
        company_id = pick_company(session.books, company).company_id if company else None
        if export is not None:
            _export(session, export, company_id, run, level, code)
            return
        page = session.books.issues.page(
            company_id=company_id, run_id=run, level=level, code=code, cursor=cursor, limit=_limit(session, limit)
        )
        counts = session.books.issues.counts_by_level(run_id=run, company_id=company_id)
    if form is Format.TABLE and output is None:
        typer.echo("\n".join(issue_lines(page, counts)))
    else:
        write_sheet(issues_sheet(page, counts), form, output)


def _export(  # noqa: PLR0917 - the filters of the list
    session: Session, path: Path, company_id: int | None, run: int | None, level: IssueLevel | None, code: str | None
) -> None:
    """Write refused records, unless another level was asked for, into a workbook."""
    from khata.files.corrections import gather, render_workbook

    found = gather(session.books, company_id=company_id, run_id=run, level=level or IssueLevel.REJECTED, code=code)
    write_content(render_workbook(found), path)
    typer.echo(f"{path}: {len(found.issues)} issues, {found.rows} rows to correct.", err=True)


def runs(  # noqa: PLR0917 - one parameter per option, given by name
    ctx: typer.Context,
    limit: Limit = None,
    cursor: Cursor = None,
    db: Database = None,
    tenant: Tenant = None,
    form: ReportFormat = Format.TABLE,
    output: Output = None,
) -> None:
    """List runs: imports and syncs, newest first, and how each ended."""
    from khata.rendering.books import runs_sheet

    with open_session(ctx, db, tenant) as session:
        sheet = runs_sheet(session.books.runs.list(cursor=cursor, limit=_limit(session, limit)))
    write_sheet(sheet, form, output)


def _limit(session: Session, asked: int | None) -> int:
    return asked or session.hub.settings.cli.page_rows
