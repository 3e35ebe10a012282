"""Connections to products one signs in to: what is saved of one, and how it is ended.

One connection per company (organisation, realm), each with its own tokens, bookmarks, pace and proof. The application's
secret and a webhook's stand sealed in the settings, tokens sealed in a table of their own.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import requests

from canonical.errors import ConfigurationError, CredentialError, KhataError, NotFound
from connectors.sdk.oauth import CLIENT_SECRET, Web
from connectors.sdk.registry import get_connector
from khata.live.connecting import free_name
from khata.reading.tenant import check_slug
from khata.sign_in.surroundings import keeper_of, pace_of
from khata.vault import is_sealed, open_vault, place_of
from workflows.steps import HUB_ONLY

if TYPE_CHECKING:
    from canonical.record import JsonValue
    from connectors.sdk.oauth import CompanyChoice, OAuthProvider
    from connectors.sdk.tokens import Tokens
    from khata.wiring import Hub
    from storage import Connection, TenantStore

COMPANY_KEY: Final = "company_key"
COMPANY_NAME: Final = "company_name"


class Ending(StrEnum):
    """How a sign-in was ended."""

    REVOKED = "revoked"
    """The product was told."""
    SHARED = "shared"
    """Other connections live by the same consent, so it was not revoked."""
    ENDED_BEFORE = "ended_before"
    """The product had ended it already."""
    NOT_TOLD = "not_told"
    """Forgotten here, and the product was not asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A company that was connected.

    Attributes:
        name: of the connection.
        company: which company.
        is_new: there was no connection to it before.
    """

    name: str
    company: CompanyChoice
    is_new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Products:
    """Connections of one tenant to one product.

    Attributes:
        hub: of this process.
        tenant: whose connections.
        connector: the product: ``zoho``.
    """

    hub: Hub
    tenant: str
    connector: str
    session: requests.Session = field(default_factory=requests.Session)

    @property
    def provider(self) -> OAuthProvider:
        """The product's authorisation server.

        Raises:
            ConfigurationError: nobody signs in to this product, or it is not here.
        """
        found = get_connector(self.connector)
        if found.oauth is None:
            raise ConfigurationError(
                f"Nobody signs in to {found.title}.", code="oauth.not_offered", connector=self.connector
            )
        return found.oauth()

    @property
    def web(self) -> Web:
        """What the provider speaks HTTP with."""
        return Web(session=self.session, now=self.hub.clock)

    @property
    def books(self) -> TenantStore:
        """The tenant's."""
        return self.hub.tenant(self.tenant)

    def list(self) -> tuple[Connection, ...]:
        """The connections to this product that one signs in to."""
        return tuple(one for one in self.books.connections.list() if self._is_ours(one))

    def get(self, name: str) -> Connection:
        """Return a connection.

        Raises:
            NotFound: there is none of this name.
            ConfigurationError: it is one of another product, or reads files.
        """
        found = self.books.connections.get(name)
        if not self._is_ours(found):
            raise ConfigurationError(
                f"The connection {name} is not one that signs in to {self.connector}.", code="oauth.other_connection"
            )
        return found

    def opened(self, connection: Connection) -> dict[str, JsonValue]:
        """A connection's settings with its secrets open; for use in memory only."""
        return open_vault(self.hub.settings).open_all(connection.config, self.tenant, connection.name)

    def told_to_the_tap(self, connection: Connection) -> dict[str, JsonValue]:
        """The part of a connection's settings that its tap sees, secrets open; for use in memory only."""
        return {name: value for name, value in self.opened(connection).items() if name != HUB_ONLY}

    def renewed(self, connection: Connection) -> Tokens:
        """A connection's tokens, with an access token that is good for a while.

        Raises:
            CredentialError: it is not signed in, or was signed out.
            KhataError: as ``OAuthProvider.refresh``.
        """
        keeper, settings, provider = (
            keeper_of(self.hub, self.tenant, connection),
            self.opened(connection),
            self.provider,
        )
        tokens = keeper.current()
        if not tokens.is_stale(self.hub.clock()):
            return tokens
        return keeper.renew(tokens, lambda newest: provider.refresh(settings, newest, web=self.web))

    def renewed_anew(self, connection: Connection, refused: Tokens) -> Tokens:
        """A connection's tokens, newer than ones the product refused: only a sign-in that is alive gets them.

        Raises:
            CredentialError: the sign-in has ended.
            KhataError: as ``OAuthProvider.refresh``.
        """
        settings, provider = self.opened(connection), self.provider
        keeper = keeper_of(self.hub, self.tenant, connection)
        return keeper.renew(refused, lambda newest: provider.refresh(settings, newest, web=self.web))

    def save(
        self, settings: Mapping[str, JsonValue], tokens: Tokens, company: CompanyChoice, *, name: str = ""
    ) -> SignedIn:
        """Save a connection to a company, and its tokens.

        Args:
            settings: of the application, ``client_secret`` open.
            tokens: as exchanged.
            company: as ``OAuthProvider.companies`` gave it.
            name: of the connection; made of the company's name if empty.

        Raises:
            ConfigurationError: the name is taken, or the company connected under another one.
            RuleError: the name cannot be one.
        """
        self.check_name(name)
        earlier = next((one for one in self.list() if company_key(one) == company.key), None)
        chosen = self._name_for(company, name, earlier)
        config = self._config(settings, company, chosen, earlier)
        of_books = earlier.company_id if earlier else None
        saved = self.books.connections.save(chosen, self.connector, config, company_id=of_books, at=self.hub.clock())
        replaced = self._tokens_of(saved)
        keeper_of(self.hub, self.tenant, saved).replace(tokens)
        self._end_replaced(saved, replaced)
        if (pace := pace_of(self.hub, self.tenant, saved)) is not None:
            pace.release()
        return SignedIn(name=chosen, company=company, is_new=earlier is None)

    def _end_replaced(self, connection: Connection, before: Tokens | None) -> None:
        """Revoke the consent a new one took the place of: products count them, and nobody would ever use it again."""
        if before is None or not self.provider.revokes_alone or self._is_used(before):
            return
        with contextlib.suppress(KhataError):  # it may have ended already; the new one counts
            self.provider.revoke(self.opened(connection), before, web=self.web)

    def _is_used(self, tokens: Tokens) -> bool:
        found = (self._tokens_of(one) for one in self.list())
        return any(one is not None and one.refresh_token == tokens.refresh_token for one in found)

    def check_name(self, name: str) -> None:
        """Refuse a name that can be no connection's to this product, before anybody signs in for it.

        Raises:
            ConfigurationError: it is the name of something else.
            RuleError: it cannot be one.
        """
        if name:
            check_slug(name)
            if any(one.name == name and not self._is_ours(one) for one in self.books.connections.list()):
                raise _name_taken(name)

    def disconnect(self, connection: Connection, *, is_forced: bool = False) -> Ending:
        """End a sign-in: at the product, then here. The connection and its books stay.

        Args:
            connection: whose sign-in.
            is_forced: forget it here even if the product cannot be told.

        Raises:
            CredentialError: it is not signed in.
            KhataError: the product could not be told; nothing was forgotten.
        """
        held = self.books.sign_ins.find(connection.connection_id)
        if held is None:
            raise CredentialError(f"The connection {connection.name} is not signed in.", code="oauth.not_connected")
        if is_forced:
            ending = Ending.NOT_TOLD
        elif held.refusal:
            ending = Ending.ENDED_BEFORE
        elif self._shared(connection):
            ending = Ending.SHARED
        else:
            ending = self._revoke(connection)
        self.books.sign_ins.forget(connection.connection_id)
        return ending

    def _revoke(self, connection: Connection) -> Ending:
        with self.books.sign_in_turn(connection.connection_id):
            found = self._tokens_of(connection)
            if found is None:  # it was ended while we waited
                return Ending.ENDED_BEFORE
            self.provider.revoke(self.opened(connection), found, web=self.web)
            return Ending.REVOKED

    def _shared(self, connection: Connection) -> bool:
        """Say whether another connection lives by the same sign-in: several companies, one consent."""
        ours = self._tokens_of(connection)
        others = (self._tokens_of(one) for one in self.list() if one.connection_id != connection.connection_id)
        return ours is not None and any(one and one.refresh_token == ours.refresh_token for one in others)

    def _tokens_of(self, connection: Connection) -> Tokens | None:
        """Tokens as kept; None if there are none that still count."""
        found = self.books.sign_ins.find(connection.connection_id)
        return keeper_of(self.hub, self.tenant, connection).current() if found and not found.refusal else None

    def _is_ours(self, connection: Connection) -> bool:
        return connection.connector == self.connector and not connection.config.get("files")

    def _name_for(self, company: CompanyChoice, name: str, earlier: Connection | None) -> str:
        known = self.books.connections.list()
        if earlier is not None and name not in ("", earlier.name):
            raise ConfigurationError(
                f"{company.name} is connected already, as {earlier.name}; leave out --name, or remove that one first.",
                code="connection.exists",
                connection=earlier.name,
            )
        if earlier is not None:
            return earlier.name
        if any(one.name == name for one in known):
            raise _name_taken(name)
        return name or free_name(company.name, (one.name for one in known))

    def _config(
        self, settings: Mapping[str, JsonValue], company: CompanyChoice, name: str, earlier: Connection | None
    ) -> dict[str, JsonValue]:
        """What is stored: what an owner set by hand stays, the application's secret is sealed for its place."""
        kept = dict(earlier.config) if earlier else {}
        clear = {named: value for named, value in settings.items() if not is_sealed(kept.get(named))}
        sealed = open_vault(self.hub.settings).seal(
            str(settings[CLIENT_SECRET]), place_of(self.tenant, name, CLIENT_SECRET)
        )
        hub_part = {**hub_part_of(kept), COMPANY_KEY: company.key, COMPANY_NAME: company.name}
        return {**kept, **company.settings, **clear, CLIENT_SECRET: sealed, HUB_ONLY: hub_part}


def _name_taken(name: str) -> ConfigurationError:
    return ConfigurationError(
        f"There is a connection {name} already, of something else; give another --name.",
        code="connection.name_taken",
        connection=name,
    )


def hub_part_of(config: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """The part of a connection's settings that no tap sees."""
    return dict(config.get(HUB_ONLY) or {})


def company_key(connection: Connection) -> str:
    """The product's identity of the company a connection reads."""
    return str(hub_part_of(connection.config).get(COMPANY_KEY, ""))


def choose_companies(
    known: Sequence[CompanyChoice], wanted: Iterable[str], *, everything: bool
) -> tuple[CompanyChoice, ...]:
    """Pick the companies meant: those named (by name or key), all, or the only one.

    Raises:
        NotFound: the sign-in opens none of a name.
        ConfigurationError: there are several, and nothing says which.
    """
    names = ", ".join(f"{one.name} ({one.key})" for one in known)
    chosen = tuple(wanted)
    if not known:
        raise NotFound("This sign-in opens no company; sign in as somebody who may read one.", code="company.unknown")
    if everything or (len(known) == 1 and not chosen):
        return tuple(known)
    if not chosen:
        raise ConfigurationError(
            f"This sign-in opens {len(known)} companies: {names}. Say which: --company NAME (may be repeated), or "
            "--all.",
            code="company.ambiguous",
        )
    return tuple(_named(known, name, names) for name in chosen)


def _named(known: Sequence[CompanyChoice], wanted: str, names: str) -> CompanyChoice:
    meant = wanted.strip().casefold()
    exact = [one for one in known if meant in (one.key.casefold(), one.name.casefold())]
    found = exact or [one for one in known if one.name.casefold().startswith(meant)]
    if len(found) == 1:
        return found[0]
    if found:
        raise ConfigurationError(
            f"Several companies begin with {wanted!r}: {names}. Write the name in full, or the number.",
            code="company.ambiguous",
        )
    raise NotFound(f"This sign-in opens no company {wanted!r}; there are: {names}.", code="company.unknown")
