"""``khata connect zoho|quickbooks`` and ``khata disconnect``: letting Khata into a product, and out again."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from khata.cli.connections import keep_polls_if_running
from khata.cli.options import Database, DocumentFormat, SummaryFormat, Tenant
from khata.cli.output import write_document
from khata.cli.session import Session, open_session

if TYPE_CHECKING:
    from canonical.record import JsonValue
    from connectors.sdk.oauth import CompanyChoice
    from khata.sign_in.connecting import Products, SignedIn
    from khata.sign_in.pending import Pending

ClientId = Annotated[
    str | None,
    typer.Option("--client-id", metavar="ID", help="Of the application registered with the product; asked if needed."),
]
SecretFile = Annotated[
    Path | None,
    typer.Option(
        "--client-secret-file",
        metavar="FILE",
        help="File with the application's secret ('-' is standard input); asked if left out.",
    ),
]
Setting = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=TEXT",
        help="Another setting of the connection; NAME:=NUMBER for numbers, true and false. Repeatable.",
    ),
]
Company = Annotated[
    list[str] | None,
    typer.Option(
        "--company", metavar="NAME", help="Company to connect, by its number or the beginning of its name; repeatable."
    ),
]
Everything = Annotated[bool, typer.Option("--all", help="Connect every company the sign-in opens.")]
Name = Annotated[
    str | None,
    typer.Option(
        "--name",
        metavar="NAME",
        help="Name of the connection: of a new one, or of the one to sign in again. Made of the company's name.",
    ),
]
Port = Annotated[
    int | None,
    typer.Option(
        "--port",
        min=1,
        max=65535,
        metavar="PORT",
        help="Port of http://localhost:PORT/callback, as registered with the product.",
    ),
]
RedirectUri = Annotated[
    str | None,
    typer.Option(
        "--redirect-uri",
        metavar="URL",
        help="The registered redirect address, if it is another one; needs --no-browser.",
    ),
]
NoBrowser = Annotated[
    bool,
    typer.Option(
        "--no-browser", help="Print the page's address, and ask for the one a browser elsewhere ended at, or the code."
    ),
]
Resume = Annotated[
    bool,
    typer.Option("--resume", help="Go on with a sign-in that was kept because the company, or a name, was not said."),
]


_HOW_IT_ENDED = {
    "revoked": "{name} is signed out, and its tokens are revoked; its books stay.",
    "shared": "{name} is signed out here. Other connections use the same access, so it was not revoked.",
    "ended_before": "{name} is signed out here; the product had ended the sign-in before. Its books stay.",
    "not_told": "{name} is signed out here. The product was not told: revoke the access in its own settings.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What the command line says about a sign-in."""

    client_id: str | None
    secret_file: Path | None
    settings: Mapping[str, JsonValue]
    companies: Sequence[str]
    everything: bool
    name: str
    port: int | None
    redirect_uri: str | None
    no_browser: bool
    resume: bool


def zoho(  # noqa: PLR0917 - one parameter per option, given by name
    ctx: typer.Context,
    client_id: ClientId = None,
    client_secret_file: SecretFile = None,
    data_center: Annotated[
        str,
        typer.Option("--data-center", metavar="DC", help="Where the account lives: in, us, eu, au, jp, ca, cn or sa."),
    ] = "in",
    setting: Setting = None,
    company: Company = None,
    everything: Everything = False,
    name: Name = None,
    port: Port = None,
    redirect_uri: RedirectUri = None,
    no_browser: NoBrowser = False,
    resume: Resume = False,
    db: Database = None,
    tenant: Tenant = None,
    form: SummaryFormat = DocumentFormat.TABLE,
) -> None:
    """Sign in to Zoho Books, choose organisations, and save a connection for each.

    Register an application in Zoho's API console (a server-based one) with the redirect address that --port makes.
    Connecting again keeps the bookmarks. Next: khata sync NAME, khata doctor zoho.
    """
    told: dict[str, JsonValue] = {"data_center": data_center, **_pairs(setting)}
    asked = _Asked(
        client_id=client_id,
        secret_file=client_secret_file,
        settings=told,
        companies=company or (),
        everything=everything,
        name=name or "",
        port=port,
        redirect_uri=redirect_uri,
        no_browser=no_browser,
        resume=resume,
    )
    _connect(ctx, "zoho", asked, db, tenant, form)


def quickbooks(  # noqa: PLR0917 - one parameter per option, given by name
    ctx: typer.Context,
    client_id: ClientId = None,
    client_secret_file: SecretFile = None,
    environment: Annotated[
        str, typer.Option("--environment", metavar="WHICH", help="production, or sandbox for development keys.")
    ] = "production",
    setting: Setting = None,
    company: Company = None,
    everything: Everything = False,
    name: Name = None,
    port: Port = None,
    redirect_uri: RedirectUri = None,
    no_browser: NoBrowser = False,
    resume: Resume = False,
    db: Database = None,
    tenant: Tenant = None,
    form: SummaryFormat = DocumentFormat.TABLE,
) -> None:
    """Sign in to a QuickBooks Online company and save a connection to it.

    QuickBooks India ended in April 2023: what works are companies of the global edition. Register an application at
    developer.intuit.com with the redirect address that --port makes. Next: khata sync NAME, khata doctor quickbooks.
    """
    told: dict[str, JsonValue] = {"environment": environment, **_pairs(setting)}
    asked = _Asked(
        client_id=client_id,
        secret_file=client_secret_file,
        settings=told,
        companies=company or (),
        everything=everything,
        name=name or "",
        port=port,
        redirect_uri=redirect_uri,
        no_browser=no_browser,
        resume=resume,
    )
    _connect(ctx, "quickbooks", asked, db, tenant, form)


def disconnect(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the connection.")],
    force: Annotated[
        bool, typer.Option("--force", help="Forget the sign-in here even if the product cannot be told.")
    ] = False,
    db: Database = None,
    tenant: Tenant = None,
) -> None:
    """Sign a connection out: revoke its tokens at the product, and forget them. The books it brought stay."""
    from khata.sign_in.connecting import Products

    with open_session(ctx, db, tenant) as session:
        connector = session.books.connections.get(name).connector
        products = Products(hub=session.hub, tenant=session.hub.settings.cli.tenant, connector=connector)
        ending = products.disconnect(products.get(name), is_forced=force)
        keep_polls_if_running(session)
    typer.echo(_HOW_IT_ENDED[ending].format(name=name))


def _connect(  # noqa: PLR0917 - passed on as they were given
    ctx: typer.Context, connector: str, asked: _Asked, db: str | None, tenant: str | None, form: DocumentFormat
) -> None:
    from khata.sign_in.connecting import Products

    with open_session(ctx, db, tenant) as session:
        products = Products(hub=session.hub, tenant=session.hub.settings.cli.tenant, connector=connector)
        if products.provider.notice:
            typer.echo(products.provider.notice, err=True)
        done = _connected(session, products, asked)
        if keep_polls_if_running(session):
            typer.echo("The hub that is running looks at it from now on.", err=True)
    if form is DocumentFormat.JSON:
        write_document({"connections": [_document(one) for one in done]})
    else:
        for one in done:
            _print(one, connector)


def _connected(session: Session, products: Products, asked: _Asked) -> list[SignedIn]:
    """Sign in, or go on with a sign-in that was kept; whatever is wrong after it, the consent is not lost."""
    from canonical.errors import KhataError
    from khata.cli.consent import choose
    from khata.sign_in.pending import forget, resume

    products.check_name(asked.name)
    _check_one_name(asked, len(asked.companies))
    pending = resume(products) if asked.resume else _sign_in(session, products, _settings(products, asked), asked)
    known = _companies(products, pending)
    try:
        chosen = choose(known, _wanted(products, asked), everything=asked.everything)
        _check_one_name(asked, len(chosen))
        done = [products.save(pending.settings, pending.tokens, one, name=asked.name) for one in chosen]
    except (KhataError, typer.BadParameter, typer.Abort):
        typer.echo(
            "The sign-in is kept for an hour; nobody has to agree again. Go on with: khata connect "
            f"{products.connector} --resume --company NAME (or --all)",
            err=True,
        )
        raise
    forget(products)
    return done


def _settings(products: Products, asked: _Asked) -> dict[str, JsonValue]:
    """The application's settings: of the connection that is signed in again, else as told or asked for."""
    from connectors.sdk.oauth import CLIENT_ID, CLIENT_SECRET

    earlier = next((one for one in products.list() if one.name == asked.name), None)
    known = products.told_to_the_tap(earlier) if earlier else {}
    usual = {**products.provider.options, **asked.settings} if not known else {**known, **_changed(products, asked)}
    client_id = asked.client_id or known.get(CLIENT_ID) or typer.prompt("Client id of the application")
    is_same = client_id == known.get(CLIENT_ID) and asked.secret_file is None
    secret = known[CLIENT_SECRET] if is_same else _secret(asked.secret_file)
    return {**usual, CLIENT_ID: client_id, CLIENT_SECRET: secret}


def _changed(products: Products, asked: _Asked) -> dict[str, JsonValue]:
    """What was said otherwise than usual; a connection that is signed in again keeps the rest."""
    usual = products.provider.options
    return {name: value for name, value in asked.settings.items() if usual.get(name) != value}


def _secret(file: Path | None) -> str:
    if file is None:
        return str(typer.prompt("Client secret of the application", hide_input=True)).strip()
    if str(file) == "-":
        return sys.stdin.readline().strip()
    try:
        return file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise typer.BadParameter(f"{file}: {error.strerror}.", param_hint="--client-secret-file") from error


def _sign_in(session: Session, products: Products, settings: Mapping[str, JsonValue], asked: _Asked) -> Pending:
    """Have a person agree; what that brings is kept until a connection has it."""
    from khata.api.callback import redirect_uri_of
    from khata.cli.consent import by_browser, by_paste
    from khata.sign_in.authorising import begin
    from khata.sign_in.pending import Pending, keep

    if asked.redirect_uri and not asked.no_browser:
        raise typer.BadParameter("nobody listens there; add --no-browser.", param_hint="--redirect-uri")
    port = asked.port or session.hub.settings.sign_in.callback_port
    attempt = begin(products.provider, settings, asked.redirect_uri or redirect_uri_of(port))
    named = tuple(one for one in _wanted(products, asked) if one.isdigit())
    came = by_paste(attempt, named) if asked.no_browser else by_browser(attempt, port)
    tokens = attempt.exchange(came.parameters, products.web, is_code_alone=came.is_code_alone)
    pending = Pending(settings=settings, tokens=tokens)
    if came.is_code_alone:
        _confirm(products, pending, came.expected)
    keep(products, pending)
    return pending


def _check_one_name(asked: _Asked, companies: int) -> None:
    if asked.name and companies > 1:
        raise typer.BadParameter("one name fits one company; leave it out to connect several.", param_hint="--name")


def _confirm(products: Products, pending: Pending, expected: Sequence[str]) -> None:
    """See that a code alone opened what the person meant; if not, end what it brought."""
    from canonical.errors import CredentialError, KhataError
    from khata.cli.consent import confirm_code

    try:
        confirm_code(products.connector, _companies(products, pending), expected)
    except CredentialError:
        with contextlib.suppress(KhataError):  # it was worth nothing, or the product cannot be told
            products.provider.revoke(pending.settings, pending.tokens, web=products.web)
        raise


def _companies(products: Products, pending: Pending) -> Sequence[CompanyChoice]:
    """What a sign-in opens; one that the product does not take is not kept."""
    from canonical.errors import CredentialError
    from khata.sign_in.pending import forget

    try:
        return products.provider.companies(pending.settings, pending.tokens, web=products.web)
    except CredentialError:
        forget(products)
        raise


def _wanted(products: Products, asked: _Asked) -> Sequence[str]:
    """The companies named; of a connection that is signed in again its own."""
    from khata.sign_in.connecting import company_key

    again = (company_key(one) for one in products.list() if one.name == asked.name)
    return asked.companies or (() if asked.everything else tuple(filter(None, again)))


def _pairs(told: Sequence[str] | None) -> dict[str, JsonValue]:
    """Read settings: text after ``=``, a number or a yes or no (JSON) after ``:=``."""
    found: dict[str, JsonValue] = {}
    for name, equals, value in (text.partition("=") for text in told or ()):
        if not equals or not name.strip(":"):
            raise typer.BadParameter(f"{name!r} is not NAME=TEXT.", param_hint="--set")
        found[name.strip(": ")] = _decoded(name, value) if name.endswith(":") else value
    return found


def _decoded(name: str, value: str) -> JsonValue:
    try:
        found: JsonValue = json.loads(value)
    except ValueError:
        raise typer.BadParameter(f"{name}={value} is not a number, true or false.", param_hint="--set") from None
    return found


def _print(done: SignedIn, connector: str) -> None:
    verb = "is connected" if done.is_new else "is signed in again"
    typer.echo(f"{done.company.name} ({done.company.key}) {verb} as {done.name}.")
    if done.company.remark:
        typer.echo(f"  {done.company.remark}")
    typer.echo(f"  Next: khata sync {done.name}; khata doctor {connector} {done.name}")


def _document(done: SignedIn) -> dict[str, JsonValue]:
    return {
        "name": done.name,
        "company": done.company.name,
        "company_key": done.company.key,
        "is_new": done.is_new,
        "remark": done.company.remark,
    }
