"""The hub's keeper of tokens: sealed in the store, renewed by one worker of all, saved before anybody uses them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final

import msgspec

from canonical.errors import CredentialError, SourceUnavailable
from connectors.sdk.tokens import Tokens, tokens_from_json, tokens_to_json
from khata.vault import SIGN_IN, Vault, place_of
from storage.turn import TurnTaken

if TYPE_CHECKING:
    from canonical.record import JsonValue
    from storage import Connection, TenantStore
    from storage.repositories.sign_ins import SignInMark

WAIT_S: Final = 0.1
PATIENCE_S: Final = 90.0
"""An authorisation server is given half a minute for an answer; whoever waits for another worker's waits longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HubKeeper:
    """Keeps the tokens of one connection; see ``connectors.sdk.tokens.TokenKeeper``.

    Attributes:
        books: the tenant's.
        vault: seals and opens.
        tenant: its key.
        connection: whose tokens.
        now: UTC.
        sleep: waits that many seconds.
    """

    books: TenantStore
    vault: Vault
    tenant: str
    connection: Connection
    now: Callable[[], datetime]
    sleep: Callable[[float], None]
    _held: list[tuple[SignInMark, Tokens] | None] = field(default_factory=lambda: [None], repr=False, compare=False)
    """One place: the tokens opened last, so that a call costs a glance at the store and no opening."""

    def current(self) -> Tokens:
        """See ``TokenKeeper``.

        Raises:
            CredentialError: nobody has connected, or the authorisation server ended what there was.
        """
        mark = self.books.sign_ins.mark(self.connection.connection_id)
        if mark is None:
            raise self._not_signed_in("is not signed in", "oauth.not_connected")
        if mark.refusal:
            raise self._not_signed_in("was signed out by the product (revoked, ended or used up)", mark.refusal)
        held = self._held[0]
        if held is not None and held[0] == mark:
            return held[1]
        return self._open(mark)

    def _open(self, mark: SignInMark) -> Tokens:
        """Open what is sealed in the store, and keep it until the mark is another; renewed meanwhile, it is newer."""
        found = self.books.sign_ins.find(self.connection.connection_id)
        if found is None:
            raise self._not_signed_in("is not signed in", "oauth.not_connected")
        tokens = tokens_from_json(msgspec.json.decode(self.vault.open(found.sealed, self._place)))
        self._held[0] = (mark, tokens)
        return tokens

    def renew(self, stale: Tokens, ask: Callable[[Tokens], Tokens]) -> Tokens:
        """See ``TokenKeeper``."""
        for _ in range(int(PATIENCE_S / WAIT_S)):
            newest = self.current()
            if is_newer(newest, stale):
                return newest
            try:
                with self.books.sign_in_turn(self.connection.connection_id):
                    return self._renew_alone(stale, ask)
            except TurnTaken:
                self.sleep(WAIT_S)
        raise self._stuck()

    def replace(self, tokens: Tokens) -> None:
        """Save tokens of a new consent, after whoever is renewing the earlier ones just now.

        Raises:
            SourceUnavailable: that takes too long.
        """
        for _ in range(int(PATIENCE_S / WAIT_S)):
            try:
                with self.books.sign_in_turn(self.connection.connection_id):
                    self.save(tokens)
            except TurnTaken:
                self.sleep(WAIT_S)
            else:
                return
        raise self._stuck()

    def save(self, tokens: Tokens) -> None:
        """Seal and save tokens; call it with the turn held."""
        sealed: JsonValue = self.vault.seal(msgspec.json.encode(tokens_to_json(tokens)).decode(), self._place)
        self.books.sign_ins.save(self.connection.connection_id, sealed, at=self.now())

    def _renew_alone(self, stale: Tokens, ask: Callable[[Tokens], Tokens]) -> Tokens:
        newest = self.current()  # whoever had the turn before may have renewed
        if is_newer(newest, stale):
            return newest
        try:
            fresh = ask(newest)
        except CredentialError as error:
            self.books.sign_ins.refuse(self.connection.connection_id, error.code, at=self.now())
            raise self._ended(error) from None
        self.save(fresh)
        return fresh

    @property
    def _place(self) -> str:
        return place_of(self.tenant, self.connection.name, SIGN_IN)

    def _stuck(self) -> SourceUnavailable:
        name = self.connection.name
        return SourceUnavailable(
            f"Another worker has been renewing the sign-in of {name} for more than {PATIENCE_S:.0f} s.",
            code="oauth.renewal_stuck",
            connection=name,
        )

    def _ended(self, error: CredentialError) -> CredentialError:
        """What the authorisation server said, with whose sign-in it was and what to do."""
        name, product = self.connection.name, self.connection.connector
        sentence = error.message.removesuffix("Connect again.").rstrip()
        return CredentialError(
            f"The sign-in of the connection {name} has ended: {sentence} Connect again: khata connect {product} "
            f"--name {name}",
            code=error.code,
            **{**error.facts, "connection": name},
        )

    def _not_signed_in(self, what: str, code: str) -> CredentialError:
        name, product = self.connection.name, self.connection.connector
        return CredentialError(
            f"The connection {name} {what}. Connect again: khata connect {product} --name {name}.",
            code=code,
            connection=name,
        )


def is_newer(newest: Tokens, stale: Tokens) -> bool:
    """Say whether saved tokens are others than those that were not good any more."""
    return bool(newest.access_token) and newest.access_token != stale.access_token
