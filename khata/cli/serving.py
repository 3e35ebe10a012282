"""``khata serve``: the API alone, in this process (``khata up`` runs it together with Temporal and a worker)."""

from __future__ import annotations

from typing import Annotated

import typer

from khata.cli.options import Database
from khata.cli.session import Invocation, need_extra, read_settings
from khata.wiring import open_hub


def serve(
    ctx: typer.Context,
    host: Annotated[str | None, typer.Option("--host", metavar="ADDRESS", help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option("--port", min=1, max=65535, help="Port to listen on.")] = None,
    db: Database = None,
) -> None:
    """Answer API requests until stopped; keys come from 'khata api-keys create'."""
    try:
        from khata.api import serve as api
    except ModuleNotFoundError as error:
        raise need_extra(error.name or "fastapi", "server", what="The API") from error
    settings = read_settings(ctx, database__url=db, api__host=host, api__port=port)
    invocation: Invocation = ctx.obj
    with open_hub(settings, clock=invocation.clock) as hub:
        typer.echo(f"API on http://{settings.api.host}:{settings.api.port} (documentation at /docs)", err=True)
        api.serve(hub, host=settings.api.host, port=settings.api.port)
