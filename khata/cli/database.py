"""``khata db``: bring the schema up to date, say where it stands, keep queries quick."""

from __future__ import annotations

import typer

from canonical.errors import MigrationNeeded
from khata.cli.options import Database
from khata.cli.session import read_settings
from khata.exit_codes import ExitCode
from khata.settings import mask_url
from khata.wiring import open_hub

app = typer.Typer(help="The database: its schema and its upkeep.", no_args_is_help=True)


@app.command()
def migrate(ctx: typer.Context, db: Database = None) -> None:
    """Create the schema, or bring an older one up to date; back the database up first."""
    settings = read_settings(ctx, database__url=db)
    with open_hub(settings, migrate=True):
        typer.echo(f"{mask_url(settings.database_url)} is up to date.")


@app.command()
def optimize(ctx: typer.Context, db: Database = None) -> None:
    """Refresh the planner's statistics and tidy the files; worth it after a large import, harmless at any time."""
    settings = read_settings(ctx, database__url=db)
    with open_hub(settings, migrate=False) as hub:
        hub.store.optimize()
    typer.echo(f"{mask_url(settings.database_url)} is in order.")


@app.command()
def status(ctx: typer.Context, db: Database = None) -> None:
    """Say whether the schema is this program's; exit code 5 if a migration is needed."""
    settings = read_settings(ctx, database__url=db)
    address = mask_url(settings.database_url)
    try:
        with open_hub(settings, migrate=False):
            typer.echo(f"{address} is up to date.")
    except MigrationNeeded as needed:
        typer.echo(f"{address}: {needed.message}")
        raise typer.Exit(ExitCode.ACT) from needed
