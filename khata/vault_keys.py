"""Where the vault's keys are kept: a file of its owner's, or the operating system's keyring.

A key from the environment is kept by whoever sets it. The keyring (Credential Manager of Windows, Keychain of macOS,
Secret Service of a Linux desktop) is reached through the package ``keyring``, which is not part of every installation.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import importlib
import os
import stat
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from canonical.errors import ConfigurationError
from khata.settings import Settings

KEY_BYTES: Final = 32
SERVICE: Final = "khata"
"""What entries of the keyring are filed under; the user of an entry is the data folder, so that each has its own."""


@dataclass(frozen=True, slots=True, repr=False)
class VaultKey:
    """One key; its name is made of it and gives nothing away."""

    secret: bytes

    @property
    def name(self) -> str:
        """Eight hexadecimal digits that sealed texts carry."""
        return hashlib.sha256(b"khata vault key" + self.secret).hexdigest()[:8]

    def __repr__(self) -> str:
        return f"VaultKey({self.name})"


class KeyPlace(Protocol):
    """Keeps the keys, the one in use first."""

    def read(self) -> tuple[VaultKey, ...]:
        """The keys; none if none were ever made.

        Raises:
            ConfigurationError: what is there are no keys, or the place cannot be used.
        """
        ...

    def write(self, keys: Sequence[VaultKey]) -> None:
        """Keep these instead; whole or not at all.

        Raises:
            ConfigurationError: the place cannot be used.
        """


def key_place(settings: Settings) -> KeyPlace:
    """Where these settings keep keys that are not of the environment."""
    if settings.secrets.keyring:
        return KeyringKeys(str(settings.data.folder.absolute()))
    return FileKeys(key_file(settings))


def key_file(settings: Settings) -> Path:
    """Where the key file is: as set, else in the data folder."""
    named = settings.secrets.key_file
    return named if str(named) not in ("", ".") else settings.data.folder / "secrets.key"


def decode_key(text: str, where: str) -> VaultKey:
    """Read a key as people write it down.

    Raises:
        ConfigurationError: it is none.
    """
    try:
        secret = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        secret = b""
    if len(secret) != KEY_BYTES:
        raise ConfigurationError(
            f"The key of {where} is not {KEY_BYTES} bytes in base64; 'openssl rand -base64 32' makes one.",
            code="khata.secrets.key_malformed",
        )
    return VaultKey(secret)


@dataclass(frozen=True, slots=True)
class FileKeys:
    """Keys in a file that only its owner may read."""

    path: Path

    def read(self) -> tuple[VaultKey, ...]:
        """See ``KeyPlace``."""
        if not self.path.exists():
            return ()
        try:
            if sys.platform != "win32" and stat.S_IMODE(self.path.stat().st_mode) & 0o077:
                raise ConfigurationError(
                    f"The key file {self.path} may be read by others; make it its owner's alone: chmod 600.",
                    code="khata.secrets.key_file_open",
                )
            lines = self.path.read_text(encoding="ascii").split()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(
                f"The key file {self.path} cannot be read: {error}.", code="khata.secrets.key_malformed"
            ) from error
        if not lines:
            raise ConfigurationError(f"The key file {self.path} is empty.", code="khata.secrets.key_malformed")
        return tuple(decode_key(line, str(self.path)) for line in lines)

    def write(self, keys: Sequence[VaultKey]) -> None:
        """Write the file whole or not at all, its owner's alone from the first byte."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self.path.with_suffix(".new")
        draft.unlink(missing_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(_text_of(keys) + "\n")
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.path)


@dataclass(frozen=True, slots=True)
class KeyringKeys:
    """Keys in the operating system's keyring.

    Attributes:
        user: whose entry: the data folder.
    """

    user: str

    def read(self) -> tuple[VaultKey, ...]:
        """See ``KeyPlace``."""
        found = _asked("read", lambda ring: ring.get_password(SERVICE, self.user))
        return tuple(decode_key(line, "the keyring") for line in str(found or "").split())

    def write(self, keys: Sequence[VaultKey]) -> None:
        """Keep the keys, and look whether they are there: there are keyrings that forget everything."""
        _asked("written to", lambda ring: ring.set_password(SERVICE, self.user, _text_of(keys)))
        if self.read() != tuple(keys):
            raise _unusable("keeps nothing")


def _asked(verb: str, ask: Any) -> Any:
    """Ask the keyring, and say in plain words why that is not possible."""
    try:
        ring = importlib.import_module("keyring")
        refusals = importlib.import_module("keyring.errors").KeyringError
    except ModuleNotFoundError:
        raise ConfigurationError(
            "secrets.keyring is on, and the Python package keyring is not installed: pip install 'khata-hub[keyring]'. "
            "Or leave it off and keep the key in a file, or in KHATA_SECRETS__KEY.",
            code="khata.secrets.keyring_missing",
        ) from None
    try:
        return ask(ring)
    except (refusals, RuntimeError) as error:  # a back end that was chosen by hand and cannot start raises the latter
        raise _unusable(f"cannot be {verb} ({type(error).__name__})") from None


def _unusable(why: str) -> ConfigurationError:
    return ConfigurationError(
        f"The operating system's keyring {why}. Unlock it, or start it: on Linux it is the Secret Service of a desktop "
        "session, which services and containers do not have. There, leave secrets.keyring off and keep the key in a "
        "file, or in KHATA_SECRETS__KEY.",
        code="khata.secrets.keyring_unusable",
    )


def _text_of(keys: Sequence[VaultKey]) -> str:
    return "\n".join(base64.b64encode(key.secret).decode() for key in keys)
