"""How this Zoho behaves where behaviour differs by plan, by data centre, by day, or is not known for certain.

Every open question of the API is a setting here, its default the answer with the best evidence.
"""

from __future__ import annotations

from dataclasses import dataclass, field

QUOTAS = {"Free": 1000, "Standard": 2000, "Professional": 5000, "Premium": 10_000, "Elite": 10_000, "Ultimate": 10_000}
"""Calls a day by plan, documented."""


@dataclass(slots=True, kw_only=True)
class Limits:
    """The limits; None switches one off.

    Attributes:
        per_minute: calls an organisation may make in any minute.
        per_day: None for what the plan gives.
        at_once: calls in flight; None for five on the free plan and ten on the others.
        refreshes: access tokens a refresh token gives in ten minutes.
        active_tokens: access tokens of one refresh token that are valid at once; the next kills the oldest.
        refresh_tokens: refresh tokens a user may have; the next silently deletes the oldest.
        codes: authorisation codes a client gets in ten minutes.
    """

    enforced: bool = True
    per_minute: int | None = 100
    per_day: int | None = None
    at_once: int | None = None
    refreshes: int = 10
    active_tokens: int = 15
    refresh_tokens: int = 20
    codes: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """An application registered in the developer console."""

    id: str
    secret: str
    redirect_uris: tuple[str, ...] = ()


DEMO_CLIENT = Client(
    id="1000.SANDBOXCLIENT",
    secret="sandbox-secret",  # noqa: S106 - of an invented client, for loopback only
    redirect_uris=("http://127.0.0.1", "http://localhost"),
)
"""Its redirects may name any port and path of this machine."""


@dataclass(slots=True, kw_only=True)
class Options:
    """The settings.

    Attributes:
        data_centre: ``location`` of the redirect; tokens of one fake are unknown to any other.
        token_life_s: of an access token.
        code_life_s: of an authorisation code.
        expired_message: what comes with 57 for a token that is expired or unknown (wording unverified).
        tells_scopes: token answers carry ``scope`` (some are said to; unverified).
        rate_headers: whether ``X-Rate-Limit-*`` are sent; one public client reads them.
        reset_hour: hour of the Indian day at which the day's quota starts anew (unverified).
        journals_equal: ``last_modified_time`` of journals acts as equality, as a public tap found.
        undocumented_modified: ``last_modified_time`` works also on lists that do not document it.
        orders_ignore_sort_order: purchase orders answer newest first whatever is asked, as recorded.
        refuses_beyond_end: a page after the last one is refused instead of empty (unverified).
        missing_status: HTTP status of 1002.
        vendor_credit_key: key of the list of vendor credits; clients and the description disagree.
        no_organization: code, status and message without ``organization_id`` (unverified).
    """

    data_centre: str = "in"
    clients: tuple[Client, ...] = field(default_factory=lambda: (DEMO_CLIENT,))
    limits: Limits = field(default_factory=Limits)
    token_life_s: int = 3600
    code_life_s: int = 120
    expired_message: str = "You are not authorized to perform this operation"
    tells_scopes: bool = False
    rate_headers: bool = True
    reset_hour: int = 0
    journals_equal: bool = False
    undocumented_modified: bool = False
    orders_ignore_sort_order: bool = True
    refuses_beyond_end: bool = False
    missing_status: int = 404
    vendor_credit_key: str = "vendorcredits"
    no_organization: str = "Invalid value passed for organization_id"
