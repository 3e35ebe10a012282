"""The ``khata`` command: the root options and the list of commands.

Every command group lives in a module of its own beside this one; only Typer is imported until a command runs.
Exit codes: ``khata/exit_codes.py``. Where next: ``importing.py`` for the main path.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from khata.cli import (
    books,
    config,
    connect,
    connections,
    connectors,
    database,
    demo,
    doctor,
    importing,
    parties,
    proof,
    receivables,
    reports,
    running,
    sandbox,
    secrets,
    serving,
    signing_in,
    tenants,
    tracing,
    validating,
    watching,
    webhooks,
    writing,
)
from khata.cli.session import Invocation

READ, BOOKS, TRUST, SERVICE, TRY = (
    "Bring books in",
    "Look at the books",
    "Trust the books",
    "Run as a service",
    "Try it",
)

app = typer.Typer(
    name="khata",
    help="Accounting integration hub: exact ledgers out of accounting systems, proven against the source.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        from khata.product import product_version

        typer.echo(f"khata {product_version()}")
        raise typer.Exit


@app.callback()
def root(
    ctx: typer.Context,
    *,
    config_file: Annotated[
        Path | None,
        typer.Option(
            "--config", metavar="FILE", help="Settings file (TOML); see `khata config show` for the usual one."
        ),
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,  # noqa: ARG001 - read by the border in __main__
    version: Annotated[  # noqa: ARG001 - the callback prints it
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Accounting integration hub: exact ledgers out of accounting systems, proven against the source."""
    if ctx.obj is None:
        ctx.obj = Invocation(config_file=config_file)


app.command("import", rich_help_panel=READ)(importing.import_files)
app.add_typer(connect.app, name="connect", rich_help_panel=READ)
app.command(rich_help_panel=READ)(signing_in.disconnect)
app.command(rich_help_panel=READ)(running.sync)
app.command(rich_help_panel=READ)(watching.watch)
app.add_typer(doctor.app, name="doctor", rich_help_panel=READ)
app.add_typer(connections.app, name="connections", rich_help_panel=READ)
app.add_typer(connectors.app, name="connector", rich_help_panel=READ)
app.add_typer(webhooks.app, name="webhooks", rich_help_panel=READ)

app.command(rich_help_panel=BOOKS)(books.companies)
app.command(rich_help_panel=BOOKS)(parties.parties)
app.command(rich_help_panel=BOOKS)(books.vouchers)
app.command("trial-balance", rich_help_panel=BOOKS)(reports.trial_balance)
app.command(rich_help_panel=BOOKS)(reports.ledger)
app.add_typer(receivables.app, name="receivables", rich_help_panel=BOOKS)

app.command(rich_help_panel=TRUST)(proof.proof)
app.command(rich_help_panel=TRUST)(books.issues)
app.command(rich_help_panel=TRUST)(validating.validate)
app.command(rich_help_panel=TRUST)(books.runs)
app.command(rich_help_panel=TRUST)(tracing.trace)

app.command(rich_help_panel=SERVICE)(running.up)
app.command(rich_help_panel=SERVICE)(serving.serve)
app.command(rich_help_panel=SERVICE)(running.worker)
app.add_typer(tenants.app, name="tenants", rich_help_panel=SERVICE)
app.add_typer(tenants.keys, name="api-keys", rich_help_panel=SERVICE)
app.add_typer(database.app, name="db", rich_help_panel=SERVICE)
app.add_typer(secrets.app, name="secrets", rich_help_panel=SERVICE)
app.add_typer(config.app, name="config", rich_help_panel=SERVICE)

app.add_typer(writing.app, name="write", rich_help_panel=READ)

app.command("demo", rich_help_panel=TRY)(demo.show_demo)
app.add_typer(sandbox.app, name="sandbox", rich_help_panel=TRY)
