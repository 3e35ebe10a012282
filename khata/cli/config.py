"""``khata config``: what is set, and who said so."""

from __future__ import annotations

import typer

from khata.cli.options import Database, ReportFormat, Tenant
from khata.cli.output import write_sheet
from khata.cli.session import read_settings
from khata.rendering.settings import settings_sheet
from khata.rendering.sheet import Format

app = typer.Typer(help="Settings: what is set, and who said so.", no_args_is_help=True)


@app.command()
def show(ctx: typer.Context, db: Database = None, tenant: Tenant = None, form: ReportFormat = Format.TABLE) -> None:
    """Show every setting with its value, where the value came from and what it does; secrets are masked."""
    settings = read_settings(ctx, database__url=db, cli__tenant=tenant)
    write_sheet(settings_sheet(settings), form)
