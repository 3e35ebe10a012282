"""What a sign-in is allowed, in scopes and in calls, as the doctor tells it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from connectors.sdk.pacing import LONG_PAUSE_S, quota_begins_at, render_moment
from khata.live.doctor import Finding

if TYPE_CHECKING:
    from connectors.sdk.oauth import Permission
    from connectors.sdk.tokens import Tokens
    from khata.sign_in.connecting import Products
    from khata.sign_in.pace import HubPace
    from storage import Connection


def permission_findings(
    products: Products, connection: Connection, tokens: Tokens, take: Callable[[], None], *, told: str = ""
) -> Iterator[Finding]:
    """Compare what was granted with what is needed.

    Args:
        products: the tenant's connections to the product.
        connection: whose permissions.
        tokens: fresh ones.
        take: called before every call of the product.
        told: what was said already of why nothing can be asked.
    """
    provider, settings = products.provider, products.opened(connection)
    web = replace(products.web, connection=connection.name)
    found = provider.permissions(settings, tokens, web=web, take=take)
    closed = [one for one in found if one.is_open is False or one.closed]
    unknown = [one for one in found if one.is_open is None and one.reason != told]
    title = f"connection {connection.name}, permissions"
    if closed:
        yield Finding(
            what=title,
            state="incomplete",
            sentence=f"{_granted(found)} Cannot be read: {'; '.join(map(_named, closed))}. Either the scope was not "
            "agreed to, or the role of whoever agreed does not see it.",
            remedy="Sign in again, as somebody who sees all of it, and agree to every permission: "
            + provider.sign_in_again(settings, connection.name, [one.scope for one in closed]),
            is_usable=False,
        )
    elif all(one.is_open for one in found):
        yield Finding(what=title, state="ok", sentence=_granted(found))
    for reason in dict.fromkeys(one.reason for one in unknown):
        scopes = [one.scope for one in unknown if one.reason == reason]
        yield Finding(what=title, state="not tried", sentence=f"Not known of {', '.join(scopes)}: {reason}")


def calls_finding(title: str, connection: Connection, pace: HubPace, now: datetime) -> Finding:
    """Say how many calls are left, and until when if there are none."""
    whose, span = ("this month's", "month") if pace.limits.is_monthly else ("today's", "day")
    until = pace.held_until()
    if until is not None and (until - now).total_seconds() > LONG_PAUSE_S:
        return Finding(
            what=title,
            state="used up",
            sentence="The product said that its calls are used up, whatever Khata itself has counted. Nothing is asked "
            f"until {render_moment(until)}; syncs go on then where they stopped.",
            remedy="Wait, or get a larger quota from the product and sign in again, which ends the pause: "
            f"khata connect {connection.connector} --name {connection.name}",
            is_usable=False,
        )
    left = pace.left_today()
    if left == 0:
        return Finding(
            what=title,
            state="used up",
            sentence=f"{whose.capitalize()} calls are used up but for the reserve; syncs go on with the next {span} of "
            f"the quota, at {render_moment(quota_begins_at(pace.limits, now))}.",
            remedy="Wait, or ask the product for a larger quota.",
            is_usable=False,
        )
    sentence = "No quota is known." if left is None else f"{left} calls are left of {whose} quota."
    if until is not None:
        pause = f" The product asked for a pause of {(until - now).total_seconds():.0f} s more."
        return Finding(what=title, state="pausing", sentence=sentence + pause)
    return Finding(what=title, state="ok", sentence=sentence)


def _granted(found: Sequence[Permission]) -> str:
    is_open = [one.scope for one in found if one.is_open]
    if len(is_open) == len(found):
        return f"What reading needs is granted: {', '.join(is_open)}."
    return f"{len(is_open)} of the {len(found)} scopes that reading needs are granted: {', '.join(is_open) or 'none'}."


def _named(permission: Permission) -> str:
    closed = permission.closed or permission.opens
    return f"{', '.join(closed)} ({permission.scope})" if closed else permission.scope
