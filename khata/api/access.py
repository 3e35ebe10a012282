"""Who is asking: one API key, one tenant, and nothing but that tenant's books.

A key is looked up by its SHA-256, so neither table nor index ever holds a secret, and how long the look-up
takes says nothing about how much of a guess was right. Routes receive a ``Desk`` that is
bound to the tenant; there is no other way to the store.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyHeader, HTTPBearer
from fastapi.security.http import HTTPAuthorizationCredentials

from khata.api.errors import KeyRefused
from khata.reading.publication import View, view_published
from khata.wiring import Hub

if TYPE_CHECKING:
    from khata.api.limits import RateLimit
    from storage import StoredCompany, TenantStore

KEY_CHARACTERS_MAX = 200
UNKNOWN_PER_MINUTE = 60
"""Refused keys one address may try in a minute."""
key_header = APIKeyHeader(name="X-API-Key", auto_error=False, description="The tenant's key, as created once.")
bearer = HTTPBearer(auto_error=False, description="The same key as a bearer token.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What a route may use: the hub's settings and clock, and one tenant's books."""

    hub: Hub
    tenant: str
    books: TenantStore

    def published(self, company: StoredCompany, known_at: datetime | None = None, *, unproven: bool = False) -> View:
        """Choose which state of a company's books an answer shows; see ``khata.reading.publication``."""
        tolerance = self.hub.settings.proof.tolerance
        return view_published(self.books, company, tolerance, known_at, unproven=unproven)

    def page_rows(self, asked: int | None) -> int:
        """Rows of a page: as asked, never above the limit."""
        api = self.hub.settings.api
        return min(asked or api.page_rows, api.page_rows_max)


def open_desk(
    request: Request,
    header_key: Annotated[str | None, Security(key_header)] = None,
    token: Annotated[HTTPAuthorizationCredentials | None, Security(bearer)] = None,
) -> Desk:
    """Find whose key the request carries.

    Raises:
        KeyRefused: no key, nobody's key, or a revoked one; the three look the same.
        TooManyRequests: the key, or the address without one, asked too often.
    """
    hub: Hub = request.app.state.hub
    secret = header_key or (token.credentials if token else "")
    found = hub.store.api_keys.find_tenant(secret) if 0 < len(secret) <= KEY_CHARACTERS_MAX else None
    if found is None:
        strangers: RateLimit = request.app.state.strangers
        strangers.admit(request.client.host if request.client else "unknown")
        raise KeyRefused("This needs an API key that is valid.")
    callers: RateLimit = request.app.state.callers
    callers.admit(found.slug)
    return Desk(hub=hub, tenant=found.slug, books=hub.tenant(found.slug))


TenantDesk = Annotated[Desk, Depends(open_desk)]
