"""``khata connector``: which sources there are, and a folder for a new one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from khata.cli.options import Output, ReportFormat
from khata.cli.output import write_sheet
from khata.rendering.sheet import Format, Sheet, text

app = typer.Typer(help="Connectors: the accounting systems that can be read.", no_args_is_help=True)


@app.command("list")
def list_connectors(form: ReportFormat = Format.TABLE, output: Output = None) -> None:
    """List the connectors and how each is reached."""
    from connectors.sdk.registry import connector_names, get_connector

    found = [get_connector(name) for name in connector_names()]
    rows = [
        (one.name, one.title, "yes" if one.recognise else "", "yes" if one.counters else "", "yes" if one.oauth else "")
        for one in found
    ]
    sheet = Sheet(
        title="Connectors",
        columns=(
            text("name", "Name"),
            text("title", "System"),
            text("files", "Files"),
            text("live", "Live"),
            text("sign_in", "Sign-in"),
        ),
        rows=rows,
        noun="connectors",
    )
    write_sheet(sheet, form, output)


@app.command()
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the folder: lower-case, such as acme_books.")],
    title: Annotated[str | None, typer.Option("--title", metavar="TEXT", help="What people call the system.")] = None,
    into: Annotated[
        Path | None, typer.Option("--into", metavar="FOLDER", help="Folder of connectors; this installation's own.")
    ] = None,
) -> None:
    """Write the folder of a new connector: it works, and passes the conformance suite, before you change it."""
    import connectors
    from khata.scaffold.writing import write_connector

    home = into or Path(connectors.__path__[0])
    written = write_connector(name, title or name.replace("_", " ").title(), home)
    for path in written:
        typer.echo(path)
    typer.echo(f"Change it into what {title or name} writes; its README says in which order.", err=True)
