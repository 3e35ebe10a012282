"""``khata import``: files in, proven books out, one summary."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from khata.cli.options import Database, DocumentFormat, SummaryFormat, Tenant
from khata.cli.output import write_document
from khata.cli.progress import progress_bars
from khata.cli.session import Session, open_session
from khata.exit_codes import ExitCode
from khata.rendering.summary import summary_lines, vouchers_by_type_sheet
from khata.rendering.terminal import open_console, print_sheet
from khata.turnover import parse_turnover
from khata.wiring import spare_cores

if TYPE_CHECKING:
    from workflows.summary import ImportSummary


def import_files(  # noqa: PLR0917 - one parameter per option, given by name
    ctx: typer.Context,
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="Exports of the accounting system (.xml, .zip), or folders of them."),
    ],
    company: Annotated[
        str | None,
        typer.Option(
            "--company", metavar="NAME", help="Whose books these are, if the files do not say or say it differently."
        ),
    ] = None,
    db: Database = None,
    tenant: Tenant = None,
    connector: Annotated[
        str, typer.Option("--connector", metavar="NAME", help="Which connector reads them; auto picks it.")
    ] = "auto",
    form: SummaryFormat = DocumentFormat.TABLE,
) -> None:
    """Import exported files: read, store raw, translate, prove; then say what is in the books and what is not.

    Importing a file again changes nothing; an import that was interrupted is completed by repeating it.
    """
    from connectors.sdk.registry import connector_names, get_connector

    name = _choose(connector, connector_names())
    get_connector(name)
    _check_files(files)
    with open_session(ctx, db, tenant) as session:
        summary = run_import(session, files, connector=name, company=company)
    if form is DocumentFormat.JSON:
        write_document(summary.to_json())
    else:
        print_summary(summary)
    raise typer.Exit(exit_code_of(summary))


def run_import(
    session: Session, files: list[Path], *, connector: str = "tally", company: str | None = None
) -> ImportSummary:
    """Import with progress bars on standard error."""
    from workflows.local import import_files as run

    with progress_bars() as on_progress:
        return run(
            session.books,
            files,
            connector=connector,
            company=company,
            tolerance=session.hub.settings.proof.tolerance,
            turnover=parse_turnover(session.hub.settings.gst.turnover),
            spare_cores=spare_cores(),
            clock=session.hub.clock,
            progress=on_progress,
        )


def print_summary(summary: ImportSummary) -> None:
    """Print what an import has to say to people."""
    console = open_console()
    print_sheet(vouchers_by_type_sheet(summary), console)
    for line in summary_lines(summary):
        console.print(line, markup=False)


def exit_code_of(summary: ImportSummary) -> ExitCode:
    """Say the outcome as an exit code: rejected data before figures that are held back."""
    if summary.rejected or not summary.stored:
        return ExitCode.REJECTED
    return ExitCode.DIFFERS if summary.objections else ExitCode.OK


def _choose(connector: str, available: tuple[str, ...]) -> str:
    """Resolve ``auto``: while one connector reads files there is one answer."""
    if connector != "auto":
        return connector
    if len(available) == 1:
        return available[0]
    raise typer.BadParameter(f"say which: {', '.join(available)}.", param_hint="--connector")


def _check_files(files: list[Path]) -> None:
    for path in files:
        if not path.exists():
            raise typer.BadParameter(f"{path} does not exist.", param_hint="FILE")
