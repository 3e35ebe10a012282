"""``khata demo``: two invented companies from file to proven books, in a database of their own."""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from khata.cli.importing import exit_code_of, print_summary, run_import
from khata.cli.session import Session, open_session, read_settings
from khata.exit_codes import ExitCode
from khata.rendering.terminal import open_console, print_sheet

if TYPE_CHECKING:
    from datetime import date

    from khata.rendering.sheet import Sheet
    from storage import StoredCompany

ROWS_SHOWN = 15


def show_demo(
    ctx: typer.Context,
    vouchers: Annotated[int, typer.Option("--vouchers", min=1, help="Vouchers of each company.")] = 1000,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FOLDER", help="Where to; a folder 'demo' in the data folder if left out."
        ),
    ] = None,
) -> None:
    """Import two invented companies into a fresh database; show trial balance, ageing, proof and where to look next."""
    target = (folder or read_settings(ctx).data.folder / "demo").absolute()
    _empty(target)
    files, as_of = _write_exports(target, vouchers)
    database = f"sqlite:///{target / 'khata.db'}"
    with open_session(ctx, database) as session:
        summary = run_import(session, files)
        print_summary(summary)
        _print_reports(session, as_of)
        _print_next_steps(session, database, as_of)
    code = exit_code_of(summary)
    if code is not ExitCode.OK:
        raise typer.Exit(code)


def _empty(target: Path) -> None:
    """Begin afresh, but never delete what is not a demo of ours."""
    marker = target / ".khata-demo"
    if target.exists() and any(target.iterdir()) and not marker.exists():
        raise typer.BadParameter(f"{target} holds other files; name an empty folder.", param_hint="--output")
    if target.exists():
        shutil.rmtree(target)
    target.mkdir(parents=True)
    marker.touch()


def _write_exports(target: Path, vouchers: int) -> tuple[list[Path], date]:
    from sandbox.tally import Scaffolding, TallyEncoding, write_companies
    from sandbox.world.spec import WorldSpec

    written = write_companies(
        WorldSpec(vouchers=vouchers), target / "exports", 2,
        encoding=TallyEncoding.UNICODE, scaffolding=Scaffolding.USUAL,
    )  # fmt: skip
    return [path for company in written for path in company.paths], written[0].truth.as_of


def _print_reports(session: Session, as_of: date) -> None:
    from khata.reading.golden import read_entities
    from khata.rendering.golden import golden_sheet

    company = session.books.companies.list()[0]
    shared = [entity for entity in read_entities(session.books) if len(entity.party.members) > 1]
    console = open_console()
    for sheet in (*_company_sheets(session, company, as_of), golden_sheet(shared)):
        console.print()
        print_sheet(_shortened(sheet), console)


def _company_sheets(session: Session, company: StoredCompany, as_of: date) -> tuple[Sheet, ...]:
    from khata.reading.receivable import read_ageing
    from khata.rendering.receivable import ageing_sheet
    from khata.rendering.trial_balance import trial_balance_sheet
    from receivables.report import ReportTerms

    balances = session.books.reports.trial_balance(company.company_id, as_of)
    ageing = read_ageing(session.books, company.company_id, ReportTerms(as_of=as_of))
    return trial_balance_sheet(balances, company.name, as_of, None), ageing_sheet(ageing, company.name)


def _shortened(sheet: Sheet) -> Sheet:
    """The first rows and the totals of all; a demo is read, not searched."""
    from dataclasses import replace

    if len(sheet.rows) <= ROWS_SHOWN:
        return sheet
    more = f"... {len(sheet.rows) - ROWS_SHOWN} more rows; the totals are of all {len(sheet.rows)}."
    return replace(sheet, rows=sheet.rows[:ROWS_SHOWN], notes=(more, *sheet.notes))


def _print_next_steps(session: Session, database: str, as_of: date) -> None:
    from canonical.voucher import Voucher
    from khata.reading.receivable import read_ageing
    from receivables.report import ReportTerms

    company = session.books.companies.list()[0]
    rows = read_ageing(session.books, company.company_id, ReportTerms(as_of=as_of)).rows
    latest = max(rows, key=lambda row: row.overdue)
    voucher = session.books.records.page(company.company_id, Voucher, limit=1).items[0]
    which = f"--company {shlex.quote(company.name)} --as-of {as_of}"
    typer.echo(f"""
Where to look next (the books stay in this database):

  export KHATA_DATABASE__URL={shlex.quote(database)}
  khata companies
  khata receivables outstanding {which}
  khata receivables statement {shlex.quote(latest.party_name)} {which}
  khata receivables ageing {which} --fifo all --format xlsx --output ageing.xlsx
  khata trace v:{voucher.id}
  khata issues
  khata parties --golden
  khata up          # API, worker and Temporal; prints their addresses""")
