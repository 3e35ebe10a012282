"""``khata doctor``: what is the matter with a source, in plain words, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from khata.cli import busy, marg
from khata.cli.options import Database, DocumentFormat, SummaryFormat, Tenant
from khata.cli.output import write_document
from khata.cli.session import Session, open_session
from khata.exit_codes import ExitCode

if TYPE_CHECKING:
    from khata.live.doctor import Finding

app = typer.Typer(help="Say what is the matter with a source, and what to do.", no_args_is_help=True)


app.command(name="marg")(marg.doctor)


@app.callback()
def doctor() -> None:
    """Say what is the matter with a source, and what to do."""


app.command("busy")(busy.doctor)


@app.command()
def tally(  # noqa: PLR0917 - one parameter per option, given by name
    ctx: typer.Context,
    connections: Annotated[
        list[str] | None, typer.Argument(metavar="[CONNECTION...]", help="Connections to look at; all if left out.")
    ] = None,
    url: Annotated[
        str | None, typer.Option("--url", metavar="URL", help="Look at this address instead of connections.")
    ] = None,
    odbc: Annotated[bool, typer.Option("--odbc/--no-odbc", help="Look for ODBC drivers of Tally too.")] = True,
    db: Database = None,
    tenant: Tenant = None,
    form: SummaryFormat = DocumentFormat.TABLE,
) -> None:
    """Ask every connected Tally how it is; without connections, look for a Tally on this computer.

    Ends with 0 if all that was asked for can be read.
    """
    with open_session(ctx, db, tenant) as session:
        found = _examine(session, connections or [], url, odbc=odbc)
    write_findings(found, form)


Names = Annotated[
    list[str] | None, typer.Argument(metavar="[CONNECTION...]", help="Connections to look at; all if left out.")
]
PublicUrl = Annotated[
    str | None,
    typer.Option(
        "--public-url", metavar="URL", help="Where the API is reached from outside; tries whether webhooks get through."
    ),
]


@app.command()
def zoho(  # noqa: PLR0917 - one parameter per option, given by name
    ctx: typer.Context,
    connections: Names = None,
    public_url: PublicUrl = None,
    db: Database = None,
    tenant: Tenant = None,
    form: SummaryFormat = DocumentFormat.TABLE,
) -> None:
    """Look at connections to Zoho Books: sign-in, permissions, calls left today, clock, webhooks.

    Ends with 0 if all of them can be read.
    """
    _examine_product(ctx, "zoho", connections or [], public_url or "", db, tenant, form)


@app.command()
def quickbooks(  # noqa: PLR0917 - one parameter per option, given by name
    ctx: typer.Context,
    connections: Names = None,
    public_url: PublicUrl = None,
    db: Database = None,
    tenant: Tenant = None,
    form: SummaryFormat = DocumentFormat.TABLE,
) -> None:
    """Look at connections to QuickBooks Online: sign-in, permissions, calls, clock, webhooks.

    Ends with 0 if all of them can be read.
    """
    _examine_product(ctx, "quickbooks", connections or [], public_url or "", db, tenant, form)


def _examine_product(  # noqa: PLR0917 - passed on as they were given
    ctx: typer.Context,
    connector: str,
    names: list[str],
    public_url: str,
    db: str | None,
    tenant: str | None,
    form: DocumentFormat,
) -> None:
    from khata.sign_in.connecting import Products
    from khata.sign_in.doctor import Examination, examine_all

    with open_session(ctx, db, tenant) as session:
        settings = session.hub.settings
        products = Products(hub=session.hub, tenant=settings.cli.tenant, connector=connector)
        chosen = tuple(products.get(name) for name in names) or products.list()
        found = examine_all(Examination(products=products, public_url=public_url or settings.api.public_url), chosen)
    write_findings(found, form)


def _examine(session: Session, names: list[str], url: str | None, *, odbc: bool) -> list[Finding]:
    from khata.live import doctor as examinations
    from khata.wiring import surroundings_of

    surroundings = surroundings_of(session.hub.settings)
    if url:
        found = [examinations.examine_address(url, surroundings)]
    else:
        known = session.books.connections
        live = [one for one in known.list() if one.config.get("gateway")]
        chosen = [known.get(name) for name in names] or live
        found = [examinations.examine_connection(one, surroundings) for one in chosen]
        found += [] if chosen else examinations.examine_computer(surroundings)
    return [*found, *examinations.examine_drivers()] if odbc else found


def write_findings(found: list[Finding], form: DocumentFormat) -> None:
    """Say what was found, and end: with 0 if all of it can be read; that there is nothing to look at is said too."""
    if form is DocumentFormat.JSON:
        write_document({"findings": [one.to_json() for one in found]})
    else:
        for one in found:
            _print(one)
        if not found:
            typer.echo("There is no such connection yet, so there is nothing to look at; 'khata connect' makes one.")
    raise typer.Exit(ExitCode.OK if all(one.is_usable for one in found) else ExitCode.ACT)


def _print(finding: Finding) -> None:
    typer.echo(f"{finding.what}: {finding.state}")
    typer.echo(f"  {finding.sentence}")
    if finding.remedy:
        typer.echo(f"  What to do: {finding.remedy}")
