"""``khata webhooks``: what products call us with when books change."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from khata.cli.options import Database, ReportFormat, Tenant
from khata.cli.output import write_sheet
from khata.cli.session import open_session
from khata.rendering.sheet import Format

if TYPE_CHECKING:
    from storage import Connection

app = typer.Typer(help="Webhooks: products call us when books change.", no_args_is_help=True)
Named = Annotated[str, typer.Argument(metavar="CONNECTION", help="Name of the connection.")]


@app.callback()
def webhooks() -> None:
    """Webhooks: products call us when books change."""


@app.command("set")
def set_up(
    ctx: typer.Context,
    connection: Named,
    secret_file: Annotated[
        Path | None,
        typer.Option(
            "--secret-file",
            metavar="FILE",
            help="File with the secret the product gave ('-' is standard input), as QuickBooks' verifier token.",
        ),
    ] = None,
    db: Database = None,
    tenant: Tenant = None,
) -> None:
    """Store the secret a connection's deliveries are signed with; without a file make one, and show it this once.

    The printed path, below the public address of the API, is where the product has to call. Setting it again changes
    the secret.
    """
    from khata.sign_in.webhooks import new_secret, path_of, set_secret

    secret = new_secret() if secret_file is None else _read(secret_file)
    with open_session(ctx, db, tenant) as session:
        found = session.books.connections.get(connection)
        _need_webhooks(found)
        name = session.hub.settings.cli.tenant
        set_secret(session.hub, name, found, secret)
    typer.echo(f"Deliveries of {connection} are verified from now on.")
    typer.echo(f"  Address: https://YOUR-PUBLIC-HOST{path_of(name, found.connector)}")
    if secret_file is None:
        typer.echo(f"  Secret (shown only now): {secret}")


@app.command("list")
def list_deliveries(  # noqa: PLR0917 - one parameter per option, given by name
    ctx: typer.Context,
    connection: Named,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, metavar="N", help="Newest so many.")] = 50,
    db: Database = None,
    tenant: Tenant = None,
    form: ReportFormat = Format.TABLE,
) -> None:
    """List the deliveries a connection was called with, newest first; they are kept for 30 days."""
    from khata.rendering.webhooks import deliveries_sheet

    with open_session(ctx, db, tenant) as session:
        found = session.books.connections.get(connection)
        sheet = deliveries_sheet(session.books.deliveries.list(found.connection_id, limit=limit))
    write_sheet(sheet, form)


def _need_webhooks(connection: Connection) -> None:
    from canonical.errors import ConfigurationError
    from connectors.sdk.registry import get_connector

    if get_connector(connection.connector).webhooks is None:
        raise ConfigurationError(
            f"{connection.connector} sends no webhooks that Khata can verify.",
            code="webhook.not_offered",
            connector=connection.connector,
        )


def _read(file: Path) -> str:
    if str(file) == "-":
        text = sys.stdin.readline()
    else:
        try:
            text = file.read_text(encoding="utf-8")
        except OSError as error:
            raise typer.BadParameter(f"{file}: {error.strerror}.", param_hint="--secret-file") from error
    if not text.strip():
        raise typer.BadParameter("the secret is empty.", param_hint="--secret-file")
    return text.strip()
