"""``khata write``: into an accounting system, shown first and sent only on request, and a log of what was done."""

from __future__ import annotations

import getpass
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from canonical.errors import ConfigurationError
from khata.cli.options import CompanyName, Database, DocumentFormat, ReportFormat, SummaryFormat, Tenant
from khata.cli.output import write_document, write_sheet
from khata.cli.session import open_session
from khata.exit_codes import ExitCode
from khata.rendering.sheet import Format

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from connectors.sdk.writing.plan import Plan
    from connectors.sdk.writing.policy import WriteCommand
    from connectors.sdk.writing.procedure import Outcome

app = typer.Typer(help="Write into an accounting system: off by default, shown before, audited.", no_args_is_help=True)

_Connection = Annotated[str, typer.Argument(metavar="CONNECTION", help="A connection to a running Tally.")]
_SignedIn = Annotated[str, typer.Argument(metavar="CONNECTION", help="A connection that is signed in.")]
_File = Annotated[
    Path,
    typer.Argument(
        metavar="FILE", help="JSON: a command, or a list of them, each with key, operation and what to write."
    ),
]
_Apply = Annotated[bool, typer.Option("--apply", help="Send it; without this, only show what would change.")]
_By = Annotated[
    str | None,
    typer.Option("--by", metavar="NAME", help="Who gives the commands; the computer's user if left out."),
]
TITLES = {"tally": "Tally", "zoho": "Zoho Books", "quickbooks": "QuickBooks"}


@app.command("tally")
def write_tally(  # noqa: PLR0917 - one parameter per option, given by name
    ctx: typer.Context,
    connection: _Connection,
    file: _File,
    company: CompanyName = None,
    apply: _Apply = False,
    by: _By = None,
    db: Database = None,
    tenant: Tenant = None,
    form: SummaryFormat = DocumentFormat.TABLE,
) -> None:
    """Show what commands would change in Tally; with --apply, carry them out one by one.

    Ledgers can be created and altered; sales, receipts, payments and journals created; vouchers cancelled. The settings
    writing.enabled and writing.operations must allow it. A command that was carried out is not carried out again.
    """
    from connectors.tally.writing.command import iter_commands
    from connectors.tally.writing.policy import TALLY
    from khata.writing import open_writer

    document = _load(file, TALLY.codes.command)
    with open_session(ctx, db, tenant) as session:
        writer, chosen = open_writer(
            session.books,
            session.books.connections.get(connection),
            session.hub.settings,
            company_name=company,
            clock=session.hub.clock,
            by=by or getpass.getuser(),
        )
        commands = list(iter_commands(document, chosen.guid))
        code = _apply(writer.apply, commands, form, "tally") if apply else _show(writer.plan, commands, form)
    raise typer.Exit(code)


@app.command("zoho")
def write_zoho(  # noqa: PLR0917 - one parameter per option, given by name
    ctx: typer.Context,
    connection: _SignedIn,
    file: _File,
    apply: _Apply = False,
    by: _By = None,
    db: Database = None,
    tenant: Tenant = None,
    form: SummaryFormat = DocumentFormat.TABLE,
) -> None:
    """Show what commands would change in Zoho Books; with --apply, carry them out one by one.

    Customers, items, invoices and payments received can be created and updated; nothing is deleted, voided or e-mailed.
    The settings writing.enabled and writing.zoho_operations must allow it, and the sign-in needs the scopes to write. A
    command that was carried out is not carried out again.
    """
    _write_over_api(ctx, "zoho", connection, file, apply=apply, by=by, db=db, tenant=tenant, form=form)


@app.command("quickbooks")
def write_quickbooks(  # noqa: PLR0917 - one parameter per option, given by name
    ctx: typer.Context,
    connection: _SignedIn,
    file: _File,
    apply: _Apply = False,
    by: _By = None,
    db: Database = None,
    tenant: Tenant = None,
    form: SummaryFormat = DocumentFormat.TABLE,
) -> None:
    """Show what commands would change in QuickBooks; with --apply, carry them out one by one.

    Customers, items, invoices and payments received can be created and updated; nothing is deleted, voided or e-mailed.
    The settings writing.enabled and writing.quickbooks_operations must allow it. A command that was carried out is not
    carried out again.
    """
    _write_over_api(ctx, "quickbooks", connection, file, apply=apply, by=by, db=db, tenant=tenant, form=form)


def _write_over_api(
    ctx: typer.Context,
    connector: str,
    connection: str,
    file: Path,
    *,
    apply: bool,
    by: str | None,
    db: str | None,
    tenant: str | None,
    form: DocumentFormat,
) -> None:
    from connectors.sdk.writing.api_command import iter_api_commands
    from connectors.sdk.writing.policy import USUAL_CODES
    from khata.writing import open_api_writer

    commands = list(iter_api_commands(_load(file, USUAL_CODES.command)))
    with open_session(ctx, db, tenant) as session:
        writer = open_api_writer(
            session.hub,
            session.books,
            session.hub.settings.cli.tenant,
            session.books.connections.get(connection),
            connector=connector,
            by=by or getpass.getuser(),
        )
        code = _apply(writer.apply, commands, form, connector) if apply else _show(writer.plan, commands, form)
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
    """List what was written into a company: the latest entry of every command, or all entries of one."""
    from khata.reading.company import pick_company
    from khata.rendering.writing import log_sheet
    from khata.writing import StoredAudit

    with open_session(ctx, db, tenant) as session:
        found = pick_company(session.books, company)
        entries = list(StoredAudit(session.books, found.source_key, found.connector).iter_entries(key))
    write_sheet(log_sheet(entries, TITLES.get(found.connector, found.connector)), form)


def _load(file: Path, code: str) -> Any:
    """Read a file of commands; ``code`` is of one that is not JSON."""
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise typer.BadParameter(f"{file} cannot be read: {error.strerror}.", param_hint="FILE") from error
    except ValueError as error:
        raise ConfigurationError(f"{file.name} is not JSON: {error}.", code=code, file=file.name) from error


C = TypeVar("C", bound="WriteCommand")


def _show(plan: Callable[[C], Plan], commands: Sequence[C], form: DocumentFormat) -> ExitCode:
    from khata.rendering.writing import plan_document, plan_lines

    plans = [plan(command) for command in commands]
    if form is DocumentFormat.JSON:
        write_document([plan_document(one) for one in plans])
    else:
        for one in plans:
            for line in plan_lines(one):
                typer.echo(line)
        typer.echo("Nothing was sent. To carry it out, repeat the command with --apply.")
    return ExitCode.REFUSED if any(one.objections for one in plans) else ExitCode.OK


def _apply(apply: Callable[[C], Outcome], commands: Sequence[C], form: DocumentFormat, connector: str) -> ExitCode:
    """Stop at the first command that does not end well: the next may depend on it."""
    from connectors.sdk.writing.audit import Verdict
    from khata.rendering.writing import outcome_document, outcome_lines

    documents: list[Any] = []
    code = ExitCode.OK
    for command in commands:
        outcome = apply(command)
        documents.append(outcome_document(outcome))
        if form is DocumentFormat.TABLE:
            for line in outcome_lines(outcome, TITLES[connector]):
                typer.echo(line)
        if outcome.entry.verdict not in (Verdict.WRITTEN, Verdict.UNCHANGED):
            code = ExitCode.REFUSED if outcome.entry.verdict is Verdict.REFUSED else ExitCode.DIFFERS
            break
    if form is DocumentFormat.JSON:
        write_document(documents)
    return code
