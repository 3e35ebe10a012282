"""The sandbox's web APIs as ``khata sandbox serve`` runs them: a fake QuickBooks, signed in to with an invented app."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from threading import Event

import typer


def serve_quickbooks(
    *, port: int, documents: int, companies: int, seed: int, faults: Iterable[str], list_faults: bool
) -> None:
    """Run a fake QuickBooks Online on loopback until it is interrupted; its time begins now and goes on.

    Args:
        port: 0 takes a free one.
        documents: steps of business each company has had.
        companies: how many.
        seed: the same seed makes the same books.
        faults: switches, as ``NAME[=VALUE]``.
        list_faults: only say what can go wrong.
    """
    from sandbox.quickbooks.app import QuickBooksApp
    from sandbox.quickbooks.building import build_books
    from sandbox.quickbooks.oauth import CLIENT_ID, CLIENT_SECRET
    from sandbox.web import Faults, TickingClock, list_switches, serve

    if list_faults:
        for name, value in list_switches():
            typer.echo(f"{name}={value}")
        return
    switches = Faults()
    for written in faults:
        name, _, value = written.partition("=")
        try:
            switches.turn(name, value)
        except ValueError as error:
            raise typer.BadParameter(str(error), param_hint="--fault") from error
    clock = TickingClock(datetime.now(UTC))
    books = build_books(companies=companies, documents=documents, seed=seed, clock=clock)
    try:
        with serve(QuickBooksApp(books), switches, port=port) as running:
            typer.echo(running.url)
            for live in books.companies:
                typer.echo(f"{live.name}: realm {live.realm_id}, {live.company.facts.edition.country}", err=True)
            typer.echo(f"client_id {CLIENT_ID}, client_secret {CLIENT_SECRET}", err=True)
            typer.echo(f"discovery: {running.url}/.well-known/openid_sandbox_configuration", err=True)
            typer.echo("A fake QuickBooks is running; interrupt it to end it.", err=True)
            with suppress(KeyboardInterrupt):
                Event().wait()
    except OSError as error:
        raise typer.BadParameter(f"Port {port} cannot be used: {error.strerror}.", param_hint="--port") from error
