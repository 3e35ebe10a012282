"""``khata connect busy`` and ``khata doctor busy``: a company's databases, or the web service of a running BUSY."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from khata.cli.connections import keep_polls_if_running
from khata.cli.options import Database, DocumentFormat, SummaryFormat, Tenant
from khata.cli.output import write_document
from khata.cli.session import open_session

if TYPE_CHECKING:
    from canonical.record import JsonValue
    from connectors.busy.diagnose import Looked, YearFound
    from khata.live.doctor import Finding

Files = Annotated[
    list[Path] | None,
    typer.Argument(metavar="[FILE...]", help="The company's folder (DATA\\COMP0001) or its db1YYYY.bds files."),
]


def connect(  # noqa: PLR0917 - one parameter per option, given by name
    ctx: typer.Context,
    files: Files = None,
    server: Annotated[str | None, typer.Option("--server", metavar="HOST", help="A database server instead.")] = None,
    kind: Annotated[
        str | None, typer.Option("--kind", metavar="KIND", help="mdbtools, ace, sqlserver or mysql; usually clear.")
    ] = None,
    port: Annotated[int | None, typer.Option("--port", min=1, max=65535, help="Port of the server.")] = None,
    database: Annotated[
        str | None, typer.Option("--database", metavar="NAME", help="BusyComp0001: every year of it is read.")
    ] = None,
    service: Annotated[
        str | None, typer.Option("--service", metavar="URL", help="BUSY's web service instead: http://pc-1:981.")
    ] = None,
    mode: Annotated[
        str | None,
        typer.Option("--mode", metavar="MODE", help="Of the web service: what BUSY keeps the company in (sqlserver)."),
    ] = None,
    user: Annotated[str | None, typer.Option("--user", metavar="NAME", help="Who signs in.")] = None,
    password_file: Annotated[
        Path | None,
        typer.Option("--password-file", metavar="FILE", help="File with the password ('-': standard input)."),
    ] = None,
    driver: Annotated[str | None, typer.Option("--driver", metavar="NAME", help="Another ODBC driver.")] = None,
    encrypt: Annotated[
        str | None, typer.Option("--encrypt", metavar="WORD", help="How the driver encrypts the connection.")
    ] = None,
    company: Annotated[str, typer.Option("--company", metavar="NAME", help="Whose books these are.")] = "",
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="Name of the connection.")] = "",
    db: Database = None,
    tenant: Tenant = None,
    form: SummaryFormat = DocumentFormat.TABLE,
) -> None:
    """Look at a company's databases, or at a running BUSY, and save a connection.

    Nothing is ever written to BUSY. Next: khata sync NAME.
    """
    place: dict[str, JsonValue] = {"user": user, "password": _password(user, password_file)}
    if service:
        config = _settings(company, "service", {"url": service, "mode": mode, "database": database, **place})
    else:
        listed = [str(path.resolve()) for path in files or []]
        where = {"files": listed, "server": server, "port": port, "database": database, "kind": kind}
        config = _settings(company, "database", {**where, "driver": driver, "encrypt": encrypt, **place})
    _save(ctx, config, name, db, tenant, form)


def doctor(
    ctx: typer.Context,
    connections: Annotated[
        list[str] | None, typer.Argument(metavar="[CONNECTION...]", help="Connections to look at; all if left out.")
    ] = None,
    db: Database = None,
    tenant: Tenant = None,
    form: SummaryFormat = DocumentFormat.TABLE,
) -> None:
    """Look at connections to BUSY's databases and web service, and at the ODBC drivers of this computer.

    Ends with 0 if all of them can be read.
    """
    from khata.cli.doctor import write_findings

    write_findings(_examine(ctx, connections or [], db, tenant), form)


def _settings(company: str, part: str, given: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    from khata.live.busy import settings_of

    return settings_of(company, part, given)


def _examine(ctx: typer.Context, names: list[str], db: str | None, tenant: str | None) -> list[Finding]:
    from khata.live.busy import examine, is_live
    from khata.vault import open_vault
    from khata.wiring import surroundings_of

    with open_session(ctx, db, tenant) as session:
        known, settings = session.books.connections, session.hub.settings
        chosen = [known.get(name) for name in names] or [one for one in known.list() if is_live(one)]
        return list(examine(chosen, open_vault(settings), settings.cli.tenant, surroundings_of(settings)))


def _save(  # noqa: PLR0917 - passed on as they were given
    ctx: typer.Context,
    config: Mapping[str, JsonValue],
    name: str,
    db: str | None,
    tenant: str | None,
    form: DocumentFormat,
) -> None:
    from connectors.busy.diagnose import look
    from khata.live import busy
    from khata.vault import open_vault
    from khata.wiring import surroundings_of

    with open_session(ctx, db, tenant) as session:
        settings = session.hub.settings
        looked = look(config, surroundings_of(settings))
        if looked.failure is not None:
            raise looked.failure
        company = str(config.get("company") or looked.years[-1].label.partition("/")[0])
        chosen = busy.choose_name(session.books, name, company)
        whole = busy.sealed(config, open_vault(settings), settings.cli.tenant, chosen)
        session.books.connections.save(chosen, busy.CONNECTOR, whole, at=session.hub.clock())
        keep_polls_if_running(session)
    if form is DocumentFormat.JSON:
        write_document({"connection": chosen, "years": [_document(one) for one in looked.years]})
        return
    _print(chosen, looked)


def _document(year: YearFound) -> dict[str, JsonValue]:
    return {"file": year.label, "year": year.year, "vouchers": year.vouchers, "masters": year.masters}


def _print(name: str, looked: Looked) -> None:
    typer.echo(f"BUSY is connected as {name}.")
    for one in looked.years:
        typer.echo(f"  {one.label}: {one.year}, {one.vouchers} vouchers, {one.masters} masters")
    for note in looked.notes:
        typer.echo(f"  {note}")
    typer.echo(f"  Next: khata sync {name}")


def _password(user: str | None, file: Path | None) -> str:
    """Read a password from a file or standard input; a person at a terminal is asked. Never an option's value."""
    if file is not None:
        text = sys.stdin.readline() if str(file) == "-" else file.read_text(encoding="utf-8")
        return text.strip("\r\n")
    if user and sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, default="", show_default=False))
    return ""
