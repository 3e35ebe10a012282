"""Where QuickBooks is: the servers of production and of its sandbox companies.

Signing in happens at the same addresses for both; only keys and the API's host differ. ``api_url`` and ``sign_in_url``
put another server in their place (a test's, or a proxy's), with the same paths.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from canonical.errors import ConfigurationError
from canonical.record import JsonValue

PRODUCTION: Final = "production"
SANDBOX: Final = "sandbox"
API_HOSTS: Final = {
    PRODUCTION: "https://quickbooks.api.intuit.com",
    SANDBOX: "https://sandbox-quickbooks.api.intuit.com",
}
AUTHORISE: Final = "https://appcenter.intuit.com/connect/oauth2"
TOKEN: Final = "https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer"  # noqa: S105 - an address
REVOKE: Final = "https://developer.api.intuit.com/v2/oauth2/tokens/revoke"
_PATHS: Final = {
    AUTHORISE: "/connect/oauth2",
    TOKEN: "/oauth2/v1/tokens/bearer",
    REVOKE: "/v2/oauth2/tokens/revoke",
}


def environment_of(settings: Mapping[str, JsonValue]) -> str:
    """``production`` or ``sandbox``.

    Raises:
        ConfigurationError: the setting is something else.
    """
    found = str(settings.get("environment") or PRODUCTION)
    if found not in API_HOSTS:
        raise ConfigurationError(
            f"The setting environment is {found!r}; it is {PRODUCTION} or {SANDBOX}.", code="quickbooks.environment"
        )
    return found


def api_url(settings: Mapping[str, JsonValue]) -> str:
    """Base address of the API."""
    return str(settings.get("api_url") or API_HOSTS[environment_of(settings)]).rstrip("/")


def sign_in_address(settings: Mapping[str, JsonValue], page: str) -> str:
    """Address of one of the pages of the authorisation server."""
    other = str(settings.get("sign_in_url") or "").rstrip("/")
    return f"{other}{_PATHS[page]}" if other else page
