"""The sandbox's web APIs as ``khata sandbox serve`` runs them: Zoho and QuickBooks, signed in to with invented apps."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from khata.cli.sandbox_serving import served

if TYPE_CHECKING:
    from sandbox.web import Faults


def serve_quickbooks(*, port: int, documents: int, companies: int, seed: int, switches: Faults) -> None:
    """Run a fake QuickBooks Online on loopback until it is interrupted; its time begins now and goes on.

    Args:
        port: 0 takes a free one.
        documents: steps of business each company has had.
        companies: how many.
        seed: the same seed makes the same books.
        switches: what goes wrong.
    """
    from sandbox.quickbooks.app import QuickBooksApp
    from sandbox.quickbooks.building import build_books
    from sandbox.quickbooks.oauth import CLIENT_ID, CLIENT_SECRET
    from sandbox.web import TickingClock, serve

    clock = TickingClock(datetime.now(UTC))
    books = build_books(companies=companies, documents=documents, seed=seed, clock=clock)
    with served(serve(QuickBooksApp(books), switches, port=port), "QuickBooks", port) as running:
        typer.echo(running.url)
        for live in books.companies:
            typer.echo(f"{live.name}: realm {live.realm_id}, {live.company.facts.edition.country}", err=True)
        typer.echo(f"client_id {CLIENT_ID}, client_secret {CLIENT_SECRET}", err=True)
        typer.echo(f"discovery: {running.url}/.well-known/openid_sandbox_configuration", err=True)


def serve_zoho(*, port: int, vouchers: int, companies: int, seed: int, switches: Faults) -> None:
    """Run a fake Zoho Books on loopback until it is interrupted; its time begins now and goes on.

    Args:
        port: 0 takes a free one.
        vouchers: how many documents of the world each organisation is made from.
        companies: how many organisations the login has.
        seed: the same seed makes the same books.
        switches: what goes wrong.
    """
    from sandbox.web import TickingClock
    from sandbox.zoho import DEMO_CLIENT, build_books, specs_for
    from sandbox.zoho import serve_zoho as serve_fake

    books = build_books(specs_for(companies, vouchers=vouchers, seed=seed), TickingClock(datetime.now(UTC)))
    with served(serve_fake(books, faults=switches, port=port), "Zoho Books", port) as running:
        typer.echo(running.web.url)
        for one in books.organisations:
            typer.echo(f"{one.facts.name}: organization_id {one.facts.id}, {one.facts.plan} plan", err=True)
        typer.echo(f"client_id {DEMO_CLIENT.id}, client_secret {DEMO_CLIENT.secret}", err=True)
        typer.echo(f"sign in at {running.accounts_url}/oauth/v2/auth; the API is at {running.api_url}", err=True)
