"""Tenants and their API keys as reports; a key's secret is not known any more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from khata.rendering.sheet import Sheet, moment, text

if TYPE_CHECKING:
    from storage import ApiKey, Tenant


def tenants_sheet(tenants: Sequence[Tenant]) -> Sheet:
    """List tenants."""
    return Sheet(
        title="Tenants",
        noun="tenants",
        columns=(text("id", "ID"), text("name", "Name")),
        rows=[(tenant.slug, tenant.name) for tenant in tenants],
    )


def keys_sheet(tenant: str, keys: Sequence[ApiKey]) -> Sheet:
    """List a tenant's keys by what can still be said of them."""
    return Sheet(
        title=f"API keys of {tenant}",
        noun="api_keys",
        columns=(
            text("hint", "Ends in"),
            text("name", "For"),
            moment("created_at", "Made"),
            moment("revoked_at", "Revoked"),
        ),
        rows=[(key.hint, key.name, key.created_at, key.revoked_at) for key in keys],
    )
