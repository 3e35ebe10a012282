"""``khata write``: into Tally, shown first and sent only on request, and a log of what was done."""

from __future__ import annotations

import getpass
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from canonical.errors import ConfigurationError
from khata.cli.options import CompanyName, Database, DocumentFormat, ReportFormat, SummaryFormat, Tenant
from khata.cli.output import write_document, write_sheet
from khata.cli.session import open_session
from khata.exit_codes import ExitCode
from khata.rendering.sheet import Format

if TYPE_CHECKING:
    from connectors.tally.writing.command import Command
    from connectors.tally.writing.writer import Writer

app = typer.Typer(help="Write into an accounting system: off by default, shown before, audited.", no_args_is_help=True)

_Connection = Annotated[str, typer.Argument(metavar="CONNECTION", help="A connection to a running Tally.")]


@app.command("tally")
def write_tally(  # noqa: PLR0917 - one parameter per option, given by name
    ctx: typer.Context,
    connection: _Connection,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="JSON: a command, or a list of them, each with key, operation and what to write."
        ),
    ],
    company: CompanyName = None,
    apply: Annotated[bool, typer.Option("--apply", help="Send it; without this, only show what would change.")] = False,
    by: Annotated[
        str | None,
        typer.Option("--by", metavar="NAME", help="Who gives the commands; the computer's user if left out."),
    ] = None,
    db: Database = None,
    tenant: Tenant = None,
    form: SummaryFormat = DocumentFormat.TABLE,
) -> None:
    """Show what commands would change in Tally; with --apply, carry them out one by one.

    Ledgers can be created and altered; sales, receipts, payments and journals created; vouchers cancelled. The settings
    writing.enabled and writing.operations must allow it. A command that was carried out is not carried out again.
    """
    from khata.writing import open_writer

    document = _load(file)
    with open_session(ctx, db, tenant) as session:
        writer, chosen = open_writer(
            session.books,
            session.books.connections.get(connection),
            session.hub.settings,
            company_name=company,
            clock=session.hub.clock,
            by=by or getpass.getuser(),
        )
        commands = list(_commands(document, chosen.guid))
        code = _apply(writer, commands, form) if apply else _show(writer, commands, form)
    raise typer.Exit(code)


@app.command("log")
def show_log(  # noqa: PLR0917 - one parameter per option, given by name
    ctx: typer.Context,
    company: CompanyName = None,
    key: Annotated[
        str, typer.Option("--key", metavar="KEY", help="Every entry of this command, from its beginning.")
    ] = "",
    db: Database = None,
    tenant: Tenant = None,
    form: ReportFormat = Format.TABLE,
) -> None:
    """List what was written to Tally: the latest entry of every command, or all entries of one."""
    from khata.reading.company import pick_company
    from khata.rendering.writing import log_sheet
    from khata.writing import StoredAudit

    with open_session(ctx, db, tenant) as session:
        found = pick_company(session.books, company)
        entries = list(StoredAudit(session.books, found.source_key).iter_entries(key))
    write_sheet(log_sheet(entries), form)


def _load(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise typer.BadParameter(f"{file} cannot be read: {error.strerror}.", param_hint="FILE") from error
    except ValueError as error:
        raise ConfigurationError(
            f"{file.name} is not JSON: {error}.", code="tally.write.command", file=file.name
        ) from error


def _commands(document: Any, company_guid: str) -> Iterator[Command]:
    from connectors.tally.writing.command import iter_commands

    return iter_commands(document, company_guid)


def _show(writer: Writer, commands: list[Command], form: DocumentFormat) -> ExitCode:
    from khata.rendering.writing import plan_document, plan_lines

    plans = [writer.plan(command) for command in commands]
    if form is DocumentFormat.JSON:
        write_document([plan_document(plan) for plan in plans])
    else:
        for plan in plans:
            for line in plan_lines(plan):
                typer.echo(line)
        typer.echo("Nothing was sent. To carry it out, repeat the command with --apply.")
    return ExitCode.REFUSED if any(plan.objections for plan in plans) else ExitCode.OK


def _apply(writer: Writer, commands: list[Command], form: DocumentFormat) -> ExitCode:
    """Stop at the first command that does not end well: the next may depend on it."""
    from connectors.sdk.writing.audit import Verdict
    from khata.rendering.writing import outcome_document, outcome_lines

    documents: list[Any] = []
    code = ExitCode.OK
    for command in commands:
        outcome = writer.apply(command)
        documents.append(outcome_document(outcome))
        if form is DocumentFormat.TABLE:
            for line in outcome_lines(outcome):
                typer.echo(line)
        if outcome.entry.verdict not in (Verdict.WRITTEN, Verdict.UNCHANGED):
            code = ExitCode.REFUSED if outcome.entry.verdict is Verdict.REFUSED else ExitCode.DIFFERS
            break
    if form is DocumentFormat.JSON:
        write_document(documents)
    return code
