"""The API: FastAPI put together from routes, access, limits and errors.

``create_app`` takes a ``Hub`` (settings, store, clock), so tests run it in process; ``serve.py`` runs it under uvicorn.
"""

from __future__ import annotations

import time
from typing import Any

from fastapi import FastAPI
from starlette.types import ASGIApp

from khata.api.access import UNKNOWN_PER_MINUTE
from khata.api.errors import UnexpectedErrors, install_error_handlers
from khata.api.limits import BodyLimit, RateLimit, RequestIds
from khata.api.routes import books, health, proofs, receivables, runs, webhooks
from khata.api.starting import Signal, SyncStarter, temporal_signal
from khata.product import product_version
from khata.wiring import Hub

DESCRIPTION = """Exact books of Indian businesses, proven against their source.

Every request carries an API key; a key belongs to one tenant and sees that tenant's books only. Webhooks alone are
signed by the product instead. Amounts are texts of plain decimals in rupees, dates are Indian business dates, times are
UTC. Lists are paged: hand `next_cursor` back as `cursor`. Every failure has the same shape: `error`, `detail`, `hint`,
`request_id`."""


def create_app(hub: Hub, signal: Signal | None = None) -> FastAPI:
    """Put the API together for one hub; ``signal`` starts syncs, over Temporal unless given."""
    app = _routes()
    app.state.hub = hub
    app.state.callers = RateLimit(hub.settings.api.requests_per_minute, time.monotonic)
    app.state.strangers = RateLimit(UNKNOWN_PER_MINUTE, time.monotonic)
    app.state.starter = SyncStarter(signal or temporal_signal(hub.settings))
    install_error_handlers(app)
    return app


def describe() -> dict[str, Any]:
    """Return the OpenAPI description, for the documentation; no store is needed."""
    return _routes().openapi()


def _routes() -> FastAPI:
    app = FastAPI(
        title="Khata",
        version=product_version(),
        description=DESCRIPTION,
        openapi_url="/openapi.json",
        redirect_slashes=False,
    )
    app.include_router(health.router)
    app.include_router(webhooks.router)
    for routes in (books, receivables, runs, proofs):
        app.include_router(routes.router, prefix="/v1")
    return app


def create_server(hub: Hub, signal: Signal | None = None) -> ASGIApp:
    """The application inside its borders: ids outermost, then unexpected errors, then the size limit."""
    limited = BodyLimit(create_app(hub, signal), hub.settings.api.body_bytes_max)
    return RequestIds(UnexpectedErrors(limited))
