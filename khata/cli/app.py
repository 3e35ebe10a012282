"""The ``khata`` command: the root options and the list of commands.

Every command group lives in a module of its own beside this one; only Typer is imported until a command runs.
Exit codes: ``khata/exit_codes.py``. Where next: ``importing.py`` for the main path.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from khata.cli import books, config, connections, database, importing, sandbox, serving, tenants, tracing
from khata.cli.session import Invocation

app = typer.Typer(
    name="khata",
    help="Accounting integration hub: exact ledgers out of accounting systems, proven against the source.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"khata {version('khata-hub')}")
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


app.command("import")(importing.import_files)
app.command()(books.companies)
app.command()(books.vouchers)
app.command()(books.issues)
app.command()(books.runs)
app.command()(tracing.trace)
app.command()(serving.serve)
app.add_typer(connections.app, name="connections")
app.add_typer(tenants.app, name="tenants")
app.add_typer(tenants.keys, name="api-keys")
app.add_typer(database.app, name="db")
app.add_typer(config.app, name="config")
app.add_typer(sandbox.app, name="sandbox")
