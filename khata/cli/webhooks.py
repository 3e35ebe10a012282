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
    from storage import Connection, TenantStore

app = typer.Typer(help="Webhooks: products call us when books change.", no_args_is_help=True)
Named = Annotated[str, typer.Argument(metavar="CONNECTION", help="Name of the connection.")]
PublicUrl = Annotated[
    str | None,
    typer.Option("--public-url", metavar="URL", help="Where the API is reached from outside; the addresses begin so."),
]


@app.callback()
def webhooks() -> None:
    """Webhooks: products call us when books change."""


@app.command("set")
def set_up(  # noqa: PLR0917 - one parameter per option, given by name
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
    public_url: PublicUrl = None,
    db: Database = None,
    tenant: Tenant = None,
) -> None:
    """Store the secret a connection's deliveries are signed with; without a file make one, and show it this once.

    The printed addresses are what has to be entered in the product, one for each kind of change where it wants that.
    Setting it again changes the secret; 'khata webhooks show' prints the addresses again.
    """
    from khata.sign_in.webhooks import addresses_of, new_secret, set_secret

    secret = new_secret() if secret_file is None else _read(secret_file)
    with open_session(ctx, db, tenant) as session:
        found = session.books.connections.get(connection)
        settings = session.hub.settings
        addresses = addresses_of(settings.cli.tenant, found, public_url or settings.api.public_url)
        set_secret(session.hub, settings.cli.tenant, found, secret)
    typer.echo(f"Deliveries of {connection} are verified from now on.")
    _say_addresses(found, addresses)
    if secret_file is None:
        typer.echo(f"Secret (shown only now): {secret}")


@app.command("show")
def show(
    ctx: typer.Context,
    connection: Named,
    public_url: PublicUrl = None,
    db: Database = None,
    tenant: Tenant = None,
) -> None:
    """Print what to enter in the product again: where, and every address; the secret stays as it is."""
    from khata.sign_in.webhooks import addresses_of, has_secret

    with open_session(ctx, db, tenant) as session:
        found = session.books.connections.get(connection)
        settings = session.hub.settings
        addresses = addresses_of(settings.cli.tenant, found, public_url or settings.api.public_url)
    _say_addresses(found, addresses)
    if not has_secret(found):
        typer.echo(f"There is no secret yet: khata webhooks set {connection}")


def _say_addresses(connection: Connection, addresses: list[tuple[str, str]]) -> None:
    from khata.sign_in.webhooks import UNKNOWN_HOST, webhooks_of

    typer.echo(f"{webhooks_of(connection).place}.")
    width = max(len(what) for what, _ in addresses)
    for what, address in addresses:
        typer.echo(f"  {what:<{width}}  {address}")
    if addresses[0][1].startswith(UNKNOWN_HOST):
        typer.echo(
            f"Put the address under which 'khata serve' is reached from outside in the place of {UNKNOWN_HOST}; "
            "--public-url URL, or the setting api.public_url, prints it."
        )


@app.command("list")
def list_deliveries(  # noqa: PLR0917 - one parameter per option, given by name
    ctx: typer.Context,
    connection: Annotated[
        str | None,
        typer.Argument(
            metavar="[CONNECTION]", help="Name of the connection; all, and those of no connection, if left out."
        ),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, metavar="N", help="Newest so many.")] = 50,
    db: Database = None,
    tenant: Tenant = None,
    form: ReportFormat = Format.TABLE,
) -> None:
    """List the deliveries that came, newest first, and what a sync found of what they named; kept for 30 days.

    Deliveries about a company that is not connected stand under no connection.
    """
    from khata.rendering.webhooks import deliveries_sheet

    with open_session(ctx, db, tenant) as session:
        books = session.books
        chosen = [books.connections.get(connection)] if connection else list(books.connections.list())
        came = books.deliveries.list(chosen[0].connection_id if connection else None, limit=limit)
        found = {
            (one.connection_id, told.named.stream, told.named.key): told
            for one in chosen
            for told in books.announcements.list(one.connection_id)
        }
        sheet = deliveries_sheet(came, {one.connection_id: one.name for one in chosen}, found, _notes(books))
    write_sheet(sheet, form)


def _notes(books: TenantStore) -> tuple[str, ...]:
    from khata.sign_in.strangers import remedy_of, sentence_of, strangers

    return tuple(f"{sentence_of(one)} {remedy_of(one)}" for one in strangers(books))


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
