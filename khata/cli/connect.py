"""``khata connect``: from a running program, or a product one signs in to, to a saved connection."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from khata.cli import busy, marg, signing_in
from khata.cli.connections import keep_polls_if_running
from khata.cli.options import Database, DocumentFormat, SummaryFormat, Tenant
from khata.cli.output import write_document
from khata.cli.session import Session, open_session

if TYPE_CHECKING:
    from canonical.record import JsonValue
    from connectors.tally.gateway.client import GatewayClient
    from connectors.tally.gateway.companies import LoadedCompany
    from khata.live.connecting import Connected, OwnSettings
    from storage import Connection

app = typer.Typer(help="Connect running programs and online products, for repeated syncs.", no_args_is_help=True)
USUAL_URL = "http://localhost:9000"


_Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help="A setting of the connection, such as gateway.answer_timeout_s=300 or odbc.use=crosscheck; "
        "repeatable, kept when it is connected again, taken back by NAME= alone.",
    ),
]


@app.callback()
def connect() -> None:
    """Connect running programs and online products, for repeated syncs."""


app.command()(signing_in.zoho)
app.command()(signing_in.quickbooks)
app.command("busy")(busy.connect)
app.command(name="marg")(marg.connect)
app.command(name="marg-bills")(marg.bills)
app.command(name="marg-tables")(marg.tables)


@app.command()
def tally(  # noqa: PLR0917 - one parameter per option, given by name
    ctx: typer.Context,
    url: Annotated[
        str, typer.Option("--url", metavar="URL", help="Where Tally listens (F1 > Settings > Connectivity in Tally).")
    ] = USUAL_URL,
    company: Annotated[
        list[str] | None,
        typer.Option("--company", metavar="NAME", help="Company to connect, by the beginning of its name; repeatable."),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Connect every company that is open.")] = False,
    name: Annotated[
        str | None,
        typer.Option("--name", metavar="NAME", help="Name of the connection; made of the company's name if left out."),
    ] = None,
    pause: Annotated[
        float | None,
        typer.Option(
            "--pause",
            min=0,
            metavar="SECONDS",
            help="Rest after each question, so that the person at Tally gets a turn (usually 0.5).",
        ),
    ] = None,
    own: _Set = None,
    tdl: Annotated[
        Path | None,
        typer.Option(
            "--tdl",
            metavar="FILE",
            help="Write the text here that makes Tally tell 'khata watch' when something is saved.",
        ),
    ] = None,
    db: Database = None,
    tenant: Tenant = None,
    form: SummaryFormat = DocumentFormat.TABLE,
) -> None:
    """Find the companies open in a running Tally, measure how it behaves, and save a connection for each.

    Connecting again measures anew and keeps the bookmarks. Next: khata sync NAME, khata watch NAME.
    """
    done = _connect_chosen(
        ctx,
        url,
        company or [],
        name or "",
        _own(own or [], pause),
        everything=everything,
        tdl=tdl,
        db=db,
        tenant=tenant,
    )
    if form is DocumentFormat.JSON:
        write_document({"connections": [_document(one) for one in done]})
        return
    for one in done:
        _print(one)
    if tdl is not None:
        typer.echo(f"{tdl} is written; connectors/tally/tdl/README.md says how to load it into Tally.")


def _connect_chosen(
    ctx: typer.Context,
    url: str,
    wanted: Sequence[str],
    name: str,
    own: OwnSettings,
    *,
    everything: bool,
    tdl: Path | None,
    db: str | None,
    tenant: str | None,
) -> list[Connected]:
    from connectors.tally.gateway.diagnose import for_a_person
    from khata.live import connecting
    from khata.wiring import surroundings_of

    with open_session(ctx, db, tenant) as session:
        surroundings = surroundings_of(session.hub.settings)
        client = connecting.gateway_client(url, surroundings, own)
        looking = connecting.client_of(for_a_person(client.endpoint), surroundings)
        chosen = _choose(connecting.open_companies(looking), wanted, everything=everything)
        if name and len(chosen) > 1:
            raise typer.BadParameter("one name fits one company; leave it out to connect several.", param_hint="--name")
        known = session.books.connections.list()
        done = [
            _connect(
                session,
                connecting.gateway_client(url, surroundings, own, connecting.find_connection(known, one)),
                one,
                name,
                own,
            )
            for one in chosen
        ]
        if keep_polls_if_running(session):
            typer.echo("The hub that is running looks at it from now on.", err=True)
        if tdl is not None:
            _write_tdl(session, done[0].name, tdl)
    return done


def _choose(loaded: Sequence[LoadedCompany], wanted: Sequence[str], *, everything: bool) -> Sequence[LoadedCompany]:
    """Ask a person at a terminal; anybody else has to say."""
    from khata.live.connecting import choose_companies

    if len(loaded) == 1 or wanted or everything or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return choose_companies(loaded, wanted, everything=everything)
    for number, one in enumerate(loaded, start=1):
        typer.echo(f"{number:3}  {one.name}")
    answer = typer.prompt("Which company (its number, or all)")
    if answer.strip().casefold() == "all":
        return loaded
    if not answer.strip().isdigit() or not 1 <= int(answer) <= len(loaded):
        raise typer.BadParameter(f"{answer!r} is not a number from 1 to {len(loaded)}.")
    return [loaded[int(answer) - 1]]


def _own(written: Sequence[str], pause: float | None) -> OwnSettings:
    """The settings given; ``--pause`` is short for one of them."""
    from khata.live.connecting import parse_own_settings

    return parse_own_settings((*written, *(() if pause is None else (f"gateway.pause_s={pause}",))))


def _connect(session: Session, client: GatewayClient, company: LoadedCompany, name: str, own: OwnSettings) -> Connected:
    from khata.live.connecting import CONNECTOR, connect_company, with_listener_token, with_own_settings
    from khata.vault import open_vault

    tenant, vault = session.hub.settings.cli.tenant, open_vault(session.hub.settings)

    def save(chosen: str, config: Mapping[str, JsonValue], earlier: Connection | None) -> None:
        kept = earlier.config if earlier is not None and earlier.name == chosen else None
        whole = with_listener_token(with_own_settings(config, kept, own), kept, vault, tenant, chosen)
        session.books.connections.save(chosen, CONNECTOR, whole, at=session.hub.clock())

    typer.echo(f"Measuring how this Tally behaves with {company.name} ...", err=True)
    return connect_company(session.books, client, company, save, name=name)


def _write_tdl(session: Session, name: str, path: Path) -> None:
    """Write the text, its owner's alone: it holds the connection's token."""
    from connectors.tally.tdl import render_tdl
    from khata.api.listener import LOOPBACK, PATH
    from khata.live.connecting import listener_token
    from khata.vault import open_vault

    settings = session.hub.settings
    token = listener_token(session.books.connections.get(name), open_vault(settings), settings.cli.tenant)
    text = render_tdl(f"http://{LOOPBACK}:{settings.tally.listen_port}{PATH}", token)
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(text, encoding="ascii")


def _print(done: Connected) -> None:
    verb = "is connected" if done.is_new else "is connected anew"
    typer.echo(f"{done.company.name} {verb} as {done.name}.")
    profile = done.profile
    about = f"{profile.product or 'Tally'} {profile.release}".strip()
    seen = profile.vouchers_seen or 0
    sight = f"{seen} voucher{'' if seen == 1 else 's'} in sight"
    typer.echo(f"  {about}; {sight}; period {profile.period.value.replace('_', ' ')}.")
    for sentence in profile.advice:
        typer.echo(f"  {sentence}")
    typer.echo(f"  Next: khata sync {done.name}; khata watch {done.name}")


def _document(done: Connected) -> dict[str, JsonValue]:
    return {
        "name": done.name,
        "company": done.company.name,
        "company_guid": done.company.guid,
        "is_new": done.is_new,
        "profile": done.profile.to_json(),
        "advice": list(done.profile.advice),
    }
