"""Runs the fake: accounts host and API root of one data centre under one address."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sandbox.web import Faults, Running, serve
from sandbox.web.server import Watch
from sandbox.zoho.app import Options, ZohoApp, build_app
from sandbox.zoho.app.application import ROOT
from sandbox.zoho.books import LiveBooks


@dataclass(frozen=True, slots=True)
class ZohoRunning:
    """A running fake.

    Attributes:
        web: the server: its log, its faults.
        app: the API: its options, tokens, limits and webhooks.
        books: the organisations.
    """

    web: Running
    app: ZohoApp
    books: LiveBooks

    @property
    def accounts_url(self) -> str:
        """Where the accounts host is."""
        return self.web.url

    @property
    def api_url(self) -> str:
        """Where the API begins."""
        return f"{self.web.url}{ROOT}"


@contextmanager
def serve_zoho(
    books: LiveBooks,
    options: Options | None = None,
    faults: Faults | None = None,
    *,
    port: int = 0,
    watch: Watch | None = None,
) -> Iterator[ZohoRunning]:
    """Run a fake Zoho Books on loopback.

    Args:
        books: the organisations of its one login; edit them under their lock while it runs.
        options: its settings.
        faults: its switches; healthy if left out.
        port: 0 lets the system choose.
        watch: called with every request before it is answered.
    """
    app = build_app(books, options)
    with serve(app, faults, port=port, watch=watch) as web:
        yield ZohoRunning(web, app, books)
