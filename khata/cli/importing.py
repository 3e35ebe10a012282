"""``khata import``: files in, proven books out, one summary."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from canonical.errors import KhataError
from canonical.record import JsonValue
from khata.cli.mapping import MapOptions, import_mapped
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
    from khata.files.choosing import FileGroup
    from workflows.inputs import Progress
    from workflows.summary import ImportSummary

NAMED_FILES = 3
"""Files of one system that are named when files of several are imported."""
_URGENCY = (ExitCode.OK, ExitCode.DIFFERS, ExitCode.REJECTED)
Titled = tuple[str, "ImportSummary"]
"""What an import has to say, and whose files it was of; no title where there is one import only."""


def import_files(  # noqa: PLR0917 - one parameter per option, given by name
    ctx: typer.Context,
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="Exports of accounting systems, or folders of them."),
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
        str,
        typer.Option("--connector", metavar="NAME", help="Which connector reads them; auto tells by their content."),
    ] = "auto",
    is_mapped: Annotated[
        bool, typer.Option("--map", help="A sheet of no known layout: propose what its columns mean, and ask.")
    ] = False,
    mapping: Annotated[
        str | None, typer.Option("--map-as", metavar="NAME", help="Name of the mapping to use, or to save it under.")
    ] = None,
    corrections: Annotated[
        list[str] | None,
        typer.Option(
            "--map-set", metavar="COLUMN=FIELD", help="Correct the mapping; COLUMN= leaves out, @SETTING=VALUE sets."
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Take the mapping as it is shown, without asking.")] = False,
    form: SummaryFormat = DocumentFormat.TABLE,
) -> None:
    """Import exported files: read, store raw, translate, prove; then say what is in the books and what is not.

    Importing a file again changes nothing; an import that was interrupted is completed by repeating it.
    """
    _check_files(files)
    if is_mapped or mapping or corrections:
        asked = MapOptions(name=mapping, corrections=tuple(corrections or ()), yes=yes, company=company)
        with open_session(ctx, db, tenant) as session:
            summaries, refusal = [("", import_mapped(session, files, asked))], None
    else:
        groups = _groups(files, connector)
        with open_session(ctx, db, tenant) as session:
            summaries, refusal = _run_groups(session, groups, company)
    _write(summaries, form)
    if refusal is not None:
        raise refusal
    raise typer.Exit(max((exit_code_of(summary) for _, summary in summaries), key=_URGENCY.index))


def _groups(files: list[Path], connector: str) -> tuple[FileGroup, ...]:
    """Decide who reads what; a connector that is named reads everything, whatever it looks like."""
    from connectors.sdk.registry import get_connector
    from khata.files.choosing import AUTO, Choosing, FileGroup, choose

    if connector != AUTO:
        get_connector(connector)
        return (FileGroup(connector=connector, format="", files=tuple(files)),)
    choice = choose(files, Choosing())
    for name in choice.left_aside:
        typer.echo(f"Left aside: {name} is no export of an accounting system.", err=True)
    return choice.groups


def _run_groups(
    session: Session, groups: tuple[FileGroup, ...], company: str | None
) -> tuple[list[Titled], KhataError | None]:
    """Import group by group; one that is refused does not keep the others out, and is told at the end."""
    summaries: list[Titled] = []
    refusal: KhataError | None = None
    for group in groups:
        try:
            summary = run_import(session, list(group.files), connector=group.connector, company=company)
            summaries.append((_title_of(group) if len(groups) > 1 else "", summary))
        except KhataError as error:
            if refusal is not None:
                typer.echo(f"Error: {refusal.message}\n  ({refusal.code})", err=True)
            refusal = error
    return summaries, refusal


def _title_of(group: FileGroup) -> str:
    """Who reads which files, for people: what is told next is about these."""
    from connectors.sdk.registry import get_connector

    names = [path.name for path in group.files[:NAMED_FILES]]
    more = f" and {len(group.files) - NAMED_FILES} more" if len(group.files) > NAMED_FILES else ""
    return f"{get_connector(group.connector).title}, {', '.join(names)}{more}"


def _write(summaries: list[Titled], form: DocumentFormat) -> None:
    """One import is one document, as ever; several are a list of them."""
    if form is DocumentFormat.TABLE:
        for title, summary in summaries:
            if title:
                typer.echo(f"\n{title}:")
            print_summary(summary)
    elif len(summaries) == 1:
        write_document(summaries[0][1].to_json())
    elif summaries:
        write_document({"imports": [summary.to_json() for _, summary in summaries]})


def run_import(
    session: Session, files: list[Path], *, connector: str = "tally", company: str | None = None
) -> ImportSummary:
    """Import with progress bars on standard error."""
    with progress_bars() as on_progress:
        return import_with(session, files, connector=connector, company=company, progress=on_progress)


def import_with(
    session: Session,
    files: Sequence[Path],
    *,
    connector: str,
    company: str | None = None,
    settings: Mapping[str, JsonValue] | None = None,
    reason: str = "manual",
    progress: Callable[[Progress], None] | None = None,
) -> ImportSummary:
    """Import as this installation is set up; see ``workflows.local.import_files``."""
    from workflows.local import import_files as run

    return run(
        session.books,
        files,
        connector=connector,
        company=company,
        settings=settings,
        reason=reason,
        tolerance=session.hub.settings.proof.tolerance,
        turnover=parse_turnover(session.hub.settings.gst.turnover),
        spare_cores=spare_cores(),
        clock=session.hub.clock,
        progress=progress,
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


def _check_files(files: list[Path]) -> None:
    for path in files:
        if not path.exists():
            raise typer.BadParameter(f"{path} does not exist.", param_hint="FILE")
