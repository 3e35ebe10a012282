"""``khata connections``: configured connectors that ``khata sync`` runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from khata.cli.options import Database, ReportFormat, Tenant
from khata.cli.output import write_sheet
from khata.cli.session import Session, open_session
from khata.rendering.sheet import Format

app = typer.Typer(help="Connections: configured connectors, for repeated syncs.", no_args_is_help=True)


@app.command()
def add(  # noqa: PLR0917 - one parameter per option, given by name
    ctx: typer.Context,
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="Name of the connection: lower-case, for example shop-1.")
    ],
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Export files, or folders that exports are put into.")
    ],
    connector: Annotated[
        str, typer.Option("--connector", metavar="NAME", help="Which connector reads them.")
    ] = "tally",
    company: Annotated[
        str | None, typer.Option("--company", metavar="NAME", help="Whose books these are, if the files do not say.")
    ] = None,
    db: Database = None,
    tenant: Tenant = None,
) -> None:
    """Enter a connection, or change the one of this name."""
    from connectors.sdk.registry import get_connector
    from khata.reading.tenant import check_slug

    check_slug(name)
    get_connector(connector)
    missing = [str(path) for path in files if not path.exists()]
    if missing:
        raise typer.BadParameter(f"{missing[0]} does not exist.", param_hint="FILE")
    config = {"files": [str(path.resolve()) for path in files], **({"company": company} if company else {})}
    with open_session(ctx, db, tenant) as session:
        session.books.connections.save(name, connector, config, at=session.hub.clock())
    typer.echo(f"Connection {name} is there; run it with 'khata sync {name}'.")


@app.command("list")
def list_connections(
    ctx: typer.Context, db: Database = None, tenant: Tenant = None, form: ReportFormat = Format.TABLE
) -> None:
    """List connections and what they read."""
    from khata.rendering.books import connections_sheet

    with open_session(ctx, db, tenant) as session:
        sheet = connections_sheet(session.books.connections.list())
    write_sheet(sheet, form)


def keep_polls_if_running(session: Session) -> bool:
    """Bring the schedules of a running hub in line with the connections; False if no hub runs here."""
    try:
        from khata.temporal import keep_polls_of_running_hub
    except ModuleNotFoundError:  # without the packages of a server there is none
        return False
    return keep_polls_of_running_hub(session.hub.settings, session.hub.store)


@app.command()
def remove(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the connection.")],
    db: Database = None,
    tenant: Tenant = None,
) -> None:
    """Remove a connection; the books it brought stay."""
    with open_session(ctx, db, tenant) as session:
        known = session.books.sign_ins.find(session.books.connections.get(name).connection_id)
        session.books.connections.remove(name)
        keep_polls_if_running(session)
    typer.echo(f"Connection {name} is removed; its books stay.")
    if known is not None and not known.refusal:
        typer.echo("Its tokens are forgotten here, not revoked: end the access in the product's own settings.")
