"""``khata tenants`` and ``khata api-keys``: who may read which books through the API."""

from __future__ import annotations

from typing import Annotated

import typer

from canonical.errors import NotFound
from khata.cli.options import Database, ReportFormat, Tenant
from khata.cli.output import write_sheet
from khata.cli.session import open_session
from khata.rendering.sheet import Format

app = typer.Typer(help="Tenants: customers whose books are kept apart.", no_args_is_help=True)
keys = typer.Typer(help="API keys of a tenant; a key is shown once, when it is made.", no_args_is_help=True)


@app.command("create")
def create_tenant(
    ctx: typer.Context,
    slug: Annotated[str, typer.Argument(metavar="ID", help="Short name: lower-case letters, digits and hyphens.")],
    name: Annotated[str, typer.Option("--name", help="Name for people.")] = "",
    db: Database = None,
) -> None:
    """Enter a tenant."""
    from khata.reading.tenant import check_slug

    check_slug(slug)
    with open_session(ctx, db) as session:
        tenant = session.hub.store.tenants.create(slug, name, created_at=session.hub.clock())
    typer.echo(f"Tenant {tenant.slug} is there; give it a key with 'khata api-keys create --tenant {tenant.slug}'.")


@app.command("list")
def list_tenants(ctx: typer.Context, db: Database = None, form: ReportFormat = Format.TABLE) -> None:
    """List tenants."""
    from khata.rendering.tenants import tenants_sheet

    with open_session(ctx, db) as session:
        sheet = tenants_sheet(session.hub.store.tenants.list())
    write_sheet(sheet, form)


@keys.command("create")
def create_key(
    ctx: typer.Context,
    name: Annotated[str, typer.Option("--name", help="What the key is for.")] = "",
    tenant: Tenant = None,
    db: Database = None,
) -> None:
    """Make an API key and print it: the only time anybody sees it (standard output holds the key alone)."""
    with open_session(ctx, db, tenant) as session:
        slug = session.hub.settings.cli.tenant
        secret = session.hub.store.api_keys.create(slug, name, created_at=session.hub.clock())
    typer.echo(f"Key of tenant {slug}; keep it now, it is not stored and cannot be shown again:", err=True)
    typer.echo(secret)


@keys.command("list")
def list_keys(
    ctx: typer.Context, tenant: Tenant = None, db: Database = None, form: ReportFormat = Format.TABLE
) -> None:
    """List a tenant's keys by the last characters of each."""
    from khata.rendering.tenants import keys_sheet

    with open_session(ctx, db, tenant) as session:
        slug = session.hub.settings.cli.tenant
        sheet = keys_sheet(slug, session.hub.store.api_keys.list(slug))
    write_sheet(sheet, form)


@keys.command("revoke")
def revoke_key(
    ctx: typer.Context,
    hint: Annotated[str, typer.Argument(metavar="HINT", help="Last characters of the key, as 'list' shows them.")],
    tenant: Tenant = None,
    db: Database = None,
) -> None:
    """Revoke a key; requests with it are refused from now on."""
    with open_session(ctx, db, tenant) as session:
        slug = session.hub.settings.cli.tenant
        revoked = session.hub.store.api_keys.revoke(slug, hint, revoked_at=session.hub.clock())
    if not revoked:
        raise NotFound(
            f"Tenant {slug} has no key that ends in {hint!r}; 'khata api-keys list' shows them.", tenant=slug
        )
    typer.echo(f"{revoked} key(s) of tenant {slug} revoked.")
