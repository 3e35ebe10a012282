"""Secrets of connections, sealed where they are stored.

A secret in a connection's settings is kept as ``{"sealed": "1:KEY:..."}``: AES-256-GCM under a key that never stands in
the database, bound to the tenant, the connection and the field it belongs to, so that a sealed text is of no use in
another place. The key comes from the environment (``KHATA_SECRETS__KEY``), from the operating system's keyring, or from
a file that only its owner may read, made when it is first needed (``vault_keys.py``). Who has a copy of the database
has no secret; who has the key too has all of them: back the two up apart.

Changing the key: ``rotate``. Where next: ``cli/secrets.py``.
"""

from __future__ import annotations

import base64
import binascii
import os
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from canonical.errors import CredentialError
from canonical.record import JsonValue
from khata.settings import Settings
from khata.vault_keys import KEY_BYTES, FileKeys, VaultKey, decode_key, key_file, key_place

if TYPE_CHECKING:
    from storage import Connection, Store, TenantStore

NONCE_BYTES = 12
SEALED = "sealed"
VERSION = "1"
SIGN_IN = "sign_in"
"""Where a connection's tokens stand, as places are named."""
TURN_TRIES, TURN_WAIT_S = 600, 0.1
KEYS_KEPT = 2
"""The key in use and the one before it: a process that sealed with the old one a moment ago is not locked out."""


@dataclass(frozen=True, slots=True)
class Vault:
    """Seals with the first key, opens with any.

    Attributes:
        keys: the one in use first.
    """

    keys: tuple[VaultKey, ...]

    def seal(self, secret: str, place: str) -> dict[str, JsonValue]:
        """Seal a text for one place.

        Args:
            secret: the text.
            place: where it will stand; see ``place_of``.
        """
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - a tenth of a second

        key, nonce = self.keys[0], os.urandom(NONCE_BYTES)
        sealed = AESGCM(key.secret).encrypt(nonce, secret.encode(), place.encode())
        return {SEALED: f"{VERSION}:{key.name}:{base64.b64encode(nonce + sealed).decode()}"}

    def open(self, sealed: Mapping[str, JsonValue], place: str) -> str:
        """Open what was sealed for a place.

        Raises:
            CredentialError: the key is not ours, or the text was changed or moved.
        """
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - as above
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - as above

        name, body = _taken_apart(str(sealed.get(SEALED, "")))
        key = next((key for key in self.keys if key.name == name), None)
        if key is None:
            raise _cannot_open(place, "was sealed with another key")
        try:
            return AESGCM(key.secret).decrypt(body[:NONCE_BYTES], body[NONCE_BYTES:], place.encode()).decode()
        except (InvalidTag, ValueError) as error:
            raise _cannot_open(place, "is damaged, or was sealed for another place") from error

    def open_all(self, config: Mapping[str, JsonValue], tenant: str, connection: str) -> dict[str, JsonValue]:
        """Return a connection's settings with its secrets open; for use in memory only."""
        return _walked(config, place_of(tenant, connection), self.open)

    def seal_anew(self, config: Mapping[str, JsonValue], tenant: str, connection: str) -> dict[str, JsonValue]:
        """Return a connection's settings with its secrets sealed by the key in use."""

        def anew(sealed: Mapping[str, JsonValue], place: str) -> JsonValue:
            return sealed if self.is_current(sealed) else self.seal(self.open(sealed, place), place)

        return _walked(config, place_of(tenant, connection), anew)

    def is_current(self, sealed: Mapping[str, JsonValue]) -> bool:
        """Say whether a text is sealed by the key in use."""
        return _taken_apart(str(sealed.get(SEALED, "")))[0] == self.keys[0].name


def place_of(tenant: str, connection: str, *fields: str) -> str:
    """Name the place of a secret: tenant, connection and the path to the field in its settings."""
    return "/".join((tenant, connection, *fields))


def is_sealed(value: JsonValue) -> bool:
    """Say whether a value of some settings is a sealed secret."""
    return isinstance(value, Mapping) and value.keys() == {SEALED}


def has_sealed(value: JsonValue) -> bool:
    """Say whether a sealed secret stands anywhere in some settings."""
    if is_sealed(value):
        return True
    if isinstance(value, Mapping):
        return any(map(has_sealed, value.values()))
    return isinstance(value, Sequence) and not isinstance(value, str) and any(map(has_sealed, value))


def open_vault(settings: Settings) -> Vault:
    """Return the vault of these settings; a key is made if there is none in the file, or the keyring, they name.

    Raises:
        ConfigurationError: the key is none, the file may be read by others than its owner, or the keyring is of no use.
    """
    if settings.secrets.key:
        told = [settings.secrets.key, *filter(None, settings.secrets.old_keys.split(","))]
        return Vault(tuple(decode_key(text, "KHATA_SECRETS__KEY") for text in told))
    place = key_place(settings)
    keys = place.read()
    if not keys:
        # A key file from before the keyring was used is what secrets are sealed with.
        place.write(FileKeys(key_file(settings)).read() or (VaultKey(os.urandom(KEY_BYTES)),))
        keys = place.read()
    return Vault(keys)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """What changing the key came to.

    Attributes:
        key: name of the key in use now.
        connections: so many connections had secrets sealed anew.
        is_new: a new key was made; False where the environment gave it.
    """

    key: str
    connections: int
    is_new: bool


def rotate(settings: Settings, store: Store) -> Rotation:
    """Change the key: seal every secret of every tenant with a new one.

    With a key file, or the keyring: a new key is put before the old ones, secrets are sealed anew, then keys older than
    the last are dropped; a kill in between leaves everything open to the keys that are kept. With a key from the
    environment: the new one is given there, the old ones in ``KHATA_SECRETS__OLD_KEYS``, which can be removed then.

    Raises:
        CredentialError: a secret cannot be opened with the keys there are.
    """
    vault = open_vault(settings)
    is_new = not settings.secrets.key
    if is_new:
        vault = Vault((VaultKey(os.urandom(KEY_BYTES)), *vault.keys))
        key_place(settings).write(vault.keys)
    changed = sum(_seal_tenant_anew(store, tenant.slug, vault) for tenant in store.tenants.list())
    if is_new:
        key_place(settings).write(vault.keys[:KEYS_KEPT])
    return Rotation(key=vault.keys[0].name, connections=changed, is_new=is_new)


def _seal_tenant_anew(store: Store, tenant: str, vault: Vault) -> int:
    connections = store.tenant(tenant).connections
    changed = 0
    for connection in connections.list():
        config = vault.seal_anew(connection.config, tenant, connection.name)
        is_changed = config != dict(connection.config)
        if is_changed:
            connections.save(connection.name, connection.connector, config, company_id=connection.company_id)
        if _seal_sign_in_anew(store, tenant, vault, connection) or is_changed:
            changed += 1
    return changed


def _seal_sign_in_anew(store: Store, tenant: str, vault: Vault, connection: Connection) -> bool:
    """Seal a connection's tokens with the key in use, in turn with whoever renews them."""
    books = store.tenant(tenant)
    with ExitStack() as turns:
        _take_turn(books, connection.connection_id, turns)
        found = books.sign_ins.find(connection.connection_id)
        if found is None or vault.is_current(found.sealed):
            return False
        place = place_of(tenant, connection.name, SIGN_IN)
        books.sign_ins.reseal(connection.connection_id, vault.seal(vault.open(found.sealed, place), place))
        return True


def _take_turn(books: TenantStore, connection_id: int, turns: ExitStack) -> None:
    """Wait for a connection's turn: a renewal takes seconds."""
    from storage.turn import TurnTaken  # noqa: PLC0415 - the database layer loads when a store is open

    for _ in range(TURN_TRIES):
        try:
            turns.enter_context(books.sign_in_turn(connection_id))
        except TurnTaken:
            time.sleep(TURN_WAIT_S)
        else:
            return
    turns.enter_context(books.sign_in_turn(connection_id))


Change = Callable[[Mapping[str, JsonValue], str], JsonValue]
"""What becomes of a sealed value at a place."""


def _walked(value: Mapping[str, JsonValue], place: str, change: Change) -> dict[str, JsonValue]:
    """Copy settings, with every sealed value changed."""
    return {name: _step(item, f"{place}/{name}", change) for name, item in value.items()}


def _step(value: JsonValue, place: str, change: Change) -> JsonValue:
    if is_sealed(value):
        return change(value, place)
    if isinstance(value, Mapping):
        return _walked(value, place, change)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_step(item, f"{place}/{number}", change) for number, item in enumerate(value)]
    return value


def _taken_apart(text: str) -> tuple[str, bytes]:
    version, _, rest = text.partition(":")
    name, _, body = rest.partition(":")
    try:
        return (name, base64.b64decode(body, validate=True)) if version == VERSION else ("", b"")
    except binascii.Error:
        return "", b""


def _cannot_open(place: str, why: str) -> CredentialError:
    connection = place.split("/")[1] if "/" in place else place
    return CredentialError(
        f"A secret of the connection {connection} {why}. Give the key it was sealed with (KHATA_SECRETS__KEY, the key "
        "file or the keyring of whoever sealed it), or connect again.",
        code="khata.secrets.cannot_open",
        connection=connection,
    )
