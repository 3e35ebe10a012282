"""``khata connect marg``, ``marg-bills``, ``marg-tables`` and ``khata doctor marg``: the ways into Marg ERP 9+."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from khata.cli.connections import keep_polls_if_running
from khata.cli.options import Database, DocumentFormat, SummaryFormat, Tenant
from khata.cli.output import write_document
from khata.cli.session import Session, open_session

if TYPE_CHECKING:
    from canonical.record import JsonValue
    from khata.live.doctor import Finding
    from khata.live.marg import MargConnected


class BillOwner(StrEnum):
    """Whose books sale bills go to."""

    BUYER = "buyer"
    SUPPLIER = "supplier"


_ASKED = {"company_code": "Company code", "marg_key": "MargKey", "decryption_key": "Decryption key"}


def connect(  # noqa: PLR0917 - one parameter per option, given by name
    ctx: typer.Context,
    keys_file: Annotated[
        Path | None,
        typer.Option(
            "--keys-file",
            metavar="FILE",
            help="JSON with company_code, marg_key and decryption_key ('-' is standard input); asked if left out.",
        ),
    ] = None,
    branch: Annotated[
        list[str] | None,
        typer.Option(
            "--branch", metavar="NUMBER", help="Branch to connect, by number or beginning of its name; repeatable."
        ),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Connect every branch of the company code.")] = False,
    gstin: Annotated[
        str | None,
        typer.Option(
            "--gstin", metavar="GSTIN", help="Of the branch; decides CGST and SGST, or IGST, where Marg does not."
        ),
    ] = None,
    remarks: Annotated[
        bool,
        typer.Option(
            "--remarks-name-bills", help="The remark of a receipt or payment is the number of the bill it settles."
        ),
    ] = False,
    url: Annotated[
        str | None, typer.Option("--url", metavar="URL", help="Another server than Marg's usual one.")
    ] = None,
    name: Annotated[
        str | None, typer.Option("--name", metavar="NAME", help="Name of the connection; made of the branch's name.")
    ] = None,
    db: Database = None,
    tenant: Tenant = None,
    form: SummaryFormat = DocumentFormat.TABLE,
) -> None:
    """Save connections to branches of Marg ERP 9+ over its EDE web API; the keys are kept sealed.

    Next: khata sync NAME. Sale bills in files need no connection: khata import.
    """
    settings = _keys(keys_file)
    settings |= {key: value for key, value in (("api_url", url), ("gstin", gstin)) if value}
    settings |= {"bill_references": "remark"} if remarks else {}
    if name and (everything or len(branch or ()) > 1):
        raise typer.BadParameter("one name fits one branch; leave it out to connect several.", param_hint="--name")
    with open_session(ctx, db, tenant) as session:
        done = _connect(session, settings, branch or [], name or "", everything=everything)
        if keep_polls_if_running(session):
            typer.echo("The hub that is running looks at it from now on.", err=True)
    if form is DocumentFormat.JSON:
        write_document({"connections": [_document(one) for one in done]})
        return
    for one in done:
        typer.echo(
            f"{one.branch.name} ({one.branch.number}) is connected{'' if one.is_new else ' anew'} as {one.name}."
        )
        typer.echo(f"  Next: khata sync {one.name}; khata doctor marg {one.name}")


def bills(  # noqa: PLR0917 - one parameter per option, given by name
    ctx: typer.Context,
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="Name of the connection: lower-case, for example bills-1.")
    ],
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Sale bills, or folders they are put into.")],
    owner: Annotated[
        BillOwner,
        typer.Option("--owner", help="Whose books they go to: the buyer's (purchases) or the supplier's (sales)."),
    ] = BillOwner.BUYER,
    suppliers: Annotated[
        Path | None,
        typer.Option(
            "--suppliers",
            metavar="FILE",
            help="JSON: by the supplier part of the file names an object with its name, and gstin or state.",
        ),
    ] = None,
    company: Annotated[
        str | None,
        typer.Option("--company", metavar="NAME", help="Name of the books, if the bills say it differently."),
    ] = None,
    db: Database = None,
    tenant: Tenant = None,
) -> None:
    """Save a connection that reads Marg's sale bills, and what their files do not say of the suppliers.

    Next: khata sync NAME.
    """
    from khata.live.marg import connect_bills

    missing = [str(path) for path in files if not path.exists()]
    if missing:
        raise typer.BadParameter(f"{missing[0]} does not exist.", param_hint="FILE")
    told: dict[str, JsonValue] = {"suppliers": _object(suppliers, "--suppliers")} if suppliers else {}
    told |= {"company": company} if company else {}
    with open_session(ctx, db, tenant) as session:
        connect_bills(session.books, name, files, {"owner": owner.value, **told}, at=session.hub.clock())
    typer.echo(f"Connection {name} is there; run it with 'khata sync {name}'.")


def tables(
    ctx: typer.Context,
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="Name of the connection: lower-case, for example shop-1.")
    ],
    settings: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="JSON with database (driver, server, name, user, password) and other settings."
        ),
    ],
    db: Database = None,
    tenant: Tenant = None,
) -> None:
    """Save a connection to Marg's data in database tables; the password is kept sealed.

    Next: khata sync NAME.
    """
    from khata.live.marg import connect_tables
    from khata.vault import open_vault

    told = _object(settings, "FILE")
    with open_session(ctx, db, tenant) as session:
        hub = session.hub
        vault = open_vault(hub.settings)
        connect_tables(session.books, vault, hub.settings.cli.tenant, told, name=name, at=hub.clock())
    typer.echo(f"Connection {name} is there; run it with 'khata sync {name}'.")


def _object(file: Path, option: str) -> dict[str, JsonValue]:
    try:
        told = json.loads(sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        told = None
    if not isinstance(told, dict):
        raise typer.BadParameter(f"{file.name} cannot be read as a JSON object.", param_hint=option)
    return told


def doctor(
    ctx: typer.Context,
    connections: Annotated[
        list[str] | None, typer.Argument(metavar="[CONNECTION...]", help="Connections to look at; all if left out.")
    ] = None,
    db: Database = None,
    tenant: Tenant = None,
    form: SummaryFormat = DocumentFormat.TABLE,
) -> None:
    """Look at connections to Marg's EDE web API: whether it answers, and knows the branch; no pull is spent on it.

    Ends with 0 if all of them can be read.
    """
    from khata.cli.doctor import write_findings

    with open_session(ctx, db, tenant) as session:
        found = _examine(session, connections or [])
    write_findings(found, form)


def _keys(file: Path | None) -> dict[str, JsonValue]:
    if file is None:
        return {field: typer.prompt(word, hide_input=True) for field, word in _ASKED.items()}
    told = _object(file, "--keys-file")
    missing = [field for field in _ASKED if not told.get(field)]
    if missing:
        raise typer.BadParameter(f"the file lacks {', '.join(missing)}.", param_hint="--keys-file")
    return {field: str(told[field]) for field in _ASKED}


def _connect(
    session: Session, settings: dict[str, JsonValue], wanted: list[str], name: str, *, everything: bool
) -> list[MargConnected]:
    from khata.live import marg
    from khata.vault import open_vault
    from khata.wiring import surroundings_of

    known = marg.list_branches(settings, surroundings_of(session.hub.settings))
    chosen = marg.choose_branches(known, wanted, everything=everything)
    vault, tenant = open_vault(session.hub.settings), session.hub.settings.cli.tenant
    at = session.hub.clock()
    return [marg.connect_branch(session.books, vault, tenant, settings, one, name=name, at=at) for one in chosen]


def _examine(session: Session, names: list[str]) -> list[Finding]:
    from khata.live import marg
    from khata.vault import open_vault
    from khata.wiring import surroundings_of

    known = session.books.connections
    ours = [known.get(name) for name in names] or [one for one in known.list() if one.connector == marg.CONNECTOR]
    settings = session.hub.settings
    return list(marg.examine(ours, open_vault(settings), settings.cli.tenant, surroundings_of(settings)))


def _document(done: MargConnected) -> dict[str, JsonValue]:
    return {"name": done.name, "branch": done.branch.number, "branch_name": done.branch.name, "is_new": done.is_new}
