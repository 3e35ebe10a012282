"""``khata secrets``: the key that secrets of connections are sealed with."""

from __future__ import annotations

import typer

from khata.cli.options import Database
from khata.cli.session import Invocation, read_settings
from khata.wiring import open_hub

app = typer.Typer(help="The key that secrets of connections are sealed with.", no_args_is_help=True)


@app.callback()
def secrets() -> None:
    """The key that secrets of connections are sealed with."""


@app.command()
def rotate(ctx: typer.Context, db: Database = None) -> None:
    """Change the key: seal the secrets of every tenant anew.

    With a key file, or the keyring, a new key is made. With a key in the environment, give the new one as
    KHATA_SECRETS__KEY and the old ones as KHATA_SECRETS__OLD_KEYS, run this, then remove the old ones.
    """
    from khata.vault import rotate as change_key

    invocation: Invocation = ctx.obj
    settings = read_settings(ctx, database__url=db)
    with open_hub(settings, clock=invocation.clock) as hub:
        done = change_key(settings, hub.store)
    made = "A new key was made" if done.is_new else "The key of the environment is in use"
    typer.echo(f"{made} ({done.key}); secrets of {done.connections} connections are sealed with it.")
    if done.is_new:
        typer.echo("Running hubs and watches read it when they start: restart them before the next rotation.")
