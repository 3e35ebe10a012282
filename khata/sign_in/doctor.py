"""How a connection to a product is, in plain words: its sign-in, permissions, quota, clock and webhooks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import requests

from canonical.errors import CredentialError, KhataError
from connectors.sdk.breaking import FAILURES, REST_S, resting
from connectors.sdk.pacing import QUOTA_USED
from khata.live.doctor import Finding
from khata.sign_in.connecting import company_key
from khata.sign_in.permissions import calls_finding, permission_findings
from khata.sign_in.strangers import remedy_of, sentence_of, strangers
from khata.sign_in.surroundings import pace_of
from khata.sign_in.webhooks import has_secret, path_of

if TYPE_CHECKING:
    from connectors.sdk.oauth import CompanyChoice
    from connectors.sdk.tokens import Tokens
    from khata.sign_in.connecting import Products
    from storage import Connection

SOON: Final = timedelta(days=14)
"""A refresh token that ends within this is told of."""
SKEW_MAX: Final = timedelta(minutes=2)
LOOK_S: Final = 15.0
FORBIDDEN: Final = 403


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """Looks at connections to one product.

    Attributes:
        products: the tenant's connections to it.
        public_url: where the API is reached from outside; empty: webhooks are not tried.
    """

    products: Products
    public_url: str = ""

    def examine(self, connection: Connection) -> Iterator[Finding]:
        """Look at everything about a connection; costs the product a call or two, and one for each scope it has."""
        what = f"connection {connection.name}"
        yield from self._sign_in(what, connection)
        yield self._calls(what, connection)
        yield self._clock(what, connection)
        yield self._webhooks(what, connection)

    def _sign_in(self, what: str, connection: Connection) -> Iterator[Finding]:
        title = f"{what}, sign-in"
        pace = pace_of(self.products.hub, self.products.tenant, connection)
        if pace is not None and pace.left_today() == 0:
            yield Finding(
                what=title,
                state="not tried",
                sentence="The product is not asked while its calls are used up; the tokens are kept.",
            )
            return
        take = pace.take if pace is not None else _take_freely
        try:
            tokens, known = self._opened(connection, take)
        except _AliveButRefused as refused:
            yield _failed(title, refused.error)
            told = refused.error.message
            yield from permission_findings(self.products, connection, refused.tokens, take, told=told)
            return
        except KhataError as error:
            if pace is not None and error.code == QUOTA_USED:
                pace.hold(float(error.facts.get("retry_after_s") or 0))
            yield _failed(title, error)
            return
        ours = next((one for one in known if one.key == company_key(connection)), None)
        if ours is None:
            yield _of_another_company(title)
        else:
            yield _sign_in_finding(what, tokens, self.products.hub.clock())
        if ours is not None and ours.remark:
            yield Finding(what=f"{what}, company", state="note", sentence=ours.remark)
        yield from permission_findings(self.products, connection, tokens, take)

    def _opened(self, connection: Connection, take: Callable[[], None]) -> tuple[Tokens, tuple[CompanyChoice, ...]]:
        """Ask which companies the sign-in opens, if need be with new tokens: only a sign-in that is alive gets them.

        Raises:
            _AliveButRefused: new tokens came, and are refused too.
            KhataError: the sign-in has ended, or the product cannot be asked.
        """
        tokens = self.products.renewed(connection)
        provider, settings = self.products.provider, self.products.opened(connection)
        web = replace(self.products.web, connection=connection.name)
        try:
            take()
            return tokens, provider.companies(settings, tokens, web=web)
        except CredentialError:
            fresh = self.products.renewed_anew(connection, tokens)
        try:
            take()
            return fresh, provider.companies(settings, fresh, web=web)
        except CredentialError as error:
            raise _AliveButRefused(error, fresh) from None

    def _calls(self, what: str, connection: Connection) -> Finding:
        title, now = f"{what}, calls", self.products.hub.clock()
        pace = pace_of(self.products.hub, self.products.tenant, connection)
        held = self.products.books.throttles.get(connection.connection_id)
        if held.failures >= FAILURES and 0 < held.open_until - now.timestamp() <= REST_S:
            return _failed(title, resting(held.open_until - now.timestamp()))
        if pace is None:
            return Finding(what=title, state="ok", sentence="No quota is known.")
        return calls_finding(title, connection, pace, now)

    def _clock(self, what: str, connection: Connection) -> Finding:
        """Compare our clock with the authorisation server's, to the second."""
        page = self.products.provider.authorize_url(
            self.products.opened(connection), state="", challenge=None, redirect_uri=""
        )
        origin = f"{urlsplit(page).scheme}://{urlsplit(page).netloc}/"
        try:
            told = self.products.session.head(origin, timeout=LOOK_S, allow_redirects=False).headers.get("Date", "")
            theirs = parsedate_to_datetime(told)
        except (requests.RequestException, ValueError):
            return Finding(
                what=f"{what}, clock", state="unknown", sentence=f"{urlsplit(page).netloc} does not tell the time."
            )
        ahead = self.products.hub.clock() - theirs
        if abs(ahead) <= SKEW_MAX:
            return Finding(what=f"{what}, clock", state="ok", sentence="This computer's clock is right.")
        way = "fast" if ahead > timedelta(0) else "slow"
        return Finding(
            what=f"{what}, clock",
            state="wrong",
            sentence=f"This computer's clock is {abs(ahead).total_seconds():.0f} s {way}: tokens seem to end too "
            "early or too late, and webhooks are refused.",
            remedy="Have the clock set by NTP.",
        )

    def _webhooks(self, what: str, connection: Connection) -> Finding:
        title = f"{what}, webhooks"
        if not has_secret(connection):
            return Finding(
                what=title,
                state="not set up",
                sentence="Changes are found by the schedule only.",
                remedy=f"khata webhooks set {connection.name} tells what to enter in the product.",
            )
        books = self.products.books
        came = books.deliveries.list(connection.connection_id, limit=1)
        sentence = f"The last delivery came {came[0].last_at:%Y-%m-%d %H:%M} UTC." if came else "None has come yet."
        waiting = books.announcements.count_waiting(connection.connection_id)
        sentence += f" {waiting} objects that were named wait for a sync to look for them." if waiting else ""
        if not self.public_url:
            return Finding(what=title, state="ok" if came else "silent", sentence=sentence)
        return self._reached(title, connection, sentence)

    def _reached(self, title: str, connection: Connection, sentence: str) -> Finding:
        """Call our own address from outside, unsigned: a refusal of ours shows that the way is open."""
        url = self.public_url.rstrip("/") + path_of(self.products.tenant, connection.connector)
        try:
            status = self.products.session.post(url, data=b"{}", timeout=LOOK_S, allow_redirects=False)
            is_open = status.status_code == FORBIDDEN and b"webhook.refused" in status.content
        except requests.RequestException:
            is_open = False
        if is_open:
            return Finding(what=title, state="reachable", sentence=sentence)
        return Finding(
            what=title,
            state="unreachable",
            sentence=f"{url} does not lead to this hub's API. {sentence}",
            remedy="Put a TLS proxy in front of 'khata serve', and check the public address.",
        )


class _AliveButRefused(Exception):
    """A signal between two methods: the sign-in was renewed, and the product does not take it for this call."""

    def __init__(self, error: KhataError, tokens: Tokens) -> None:
        super().__init__()
        self.error, self.tokens = error, tokens


def examine_all(examination: Examination, connections: tuple[Connection, ...]) -> list[Finding]:
    """Look at many connections; without any, say how to get one."""
    connector = examination.products.connector
    found = [finding for one in connections for finding in examination.examine(one)]
    found += [
        Finding(
            what=f"{connector}, webhooks of {one.company or 'nobody'}",
            state="another secret" if one.connection else "not connected",
            sentence=sentence_of(one),
            remedy=remedy_of(one),
        )
        for one in strangers(examination.products.books, connector)
    ]
    if connections:
        return found
    return [
        *found,
        Finding(
            what=connector,
            state="not connected",
            sentence="No connection is signed in to it.",
            remedy=f"khata connect {connector}",
            is_usable=False,
        ),
    ]


def _of_another_company(title: str) -> Finding:
    return Finding(
        what=title,
        state="another company",
        sentence="The sign-in is good, but does not open the company of this connection.",
        remedy="Connect again as somebody who may read it.",
        is_usable=False,
    )


def _take_freely() -> None:
    """Nobody counts."""


def _sign_in_finding(what: str, tokens: Tokens, now: datetime) -> Finding:
    ends = tokens.refresh_expires_at
    if ends is not None and ends - now <= SOON:
        return Finding(
            what=f"{what}, sign-in",
            state="ends soon",
            sentence=f"The sign-in is good until {ends:%Y-%m-%d}.",
            remedy="A sync before that day prolongs it; if it stays, connect again.",
        )
    until = f" until {ends:%Y-%m-%d} at least" if ends else ""
    return Finding(what=f"{what}, sign-in", state="ok", sentence=f"The sign-in is good{until}.")


def _failed(what: str, error: KhataError) -> Finding:
    return Finding(what=what, state=error.code, sentence=error.message, is_usable=False)
