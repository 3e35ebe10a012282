"""Tokens of a tap that runs by itself, from the shell: in a file of its owner's, renewed by one process at a time.

A rotated refresh token that is lost ends the connection, so it is on the disk before anybody uses it.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec

from canonical.errors import ConfigurationError, CredentialError
from canonical.record import JsonValue
from connectors.sdk.oauth import REFRESH_TOKEN, TOKEN_FILE
from connectors.sdk.tokens import Tokens, tokens_from_json, tokens_to_json

LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)
_IN_PROCESS = threading.RLock()


@dataclass(slots=True)
class FileKeeper:
    """Keeps tokens in a file of its owner's (mode 600), or only in memory if no file is named.

    The first tokens are the ``refresh_token`` of the settings; a file that is there already knows better.

    Attributes:
        first: tokens of the settings.
        path: the file; None: rotated tokens are lost with the process (say so to whoever runs the tap).
    """

    first: Tokens
    path: Path | None = None

    def current(self) -> Tokens:
        """See ``TokenKeeper``."""
        found = self._saved() or self.first
        if not found.access_token and not found.refresh_token:
            raise CredentialError("There is no refresh token; 'khata connect' gets one.", code="oauth.not_connected")
        return found

    def renew(self, stale: Tokens, ask: Callable[[Tokens], Tokens]) -> Tokens:
        """See ``TokenKeeper``."""
        with self._alone():
            newest = self.current()
            if newest.access_token and newest.access_token != stale.access_token:
                return newest
            fresh = ask(newest)
            self._save(fresh)
            return fresh

    def _saved(self) -> Tokens | None:
        if self.path is None:
            return None
        try:
            return tokens_from_json(msgspec.json.decode(self.path.read_bytes()))
        except FileNotFoundError:
            return None
        except (msgspec.MsgspecError, KeyError, TypeError, ValueError):
            raise ConfigurationError(
                f"The token file {self.path} is not one of ours; remove it to begin with the refresh token of the "
                "settings.",
                code="oauth.token_file",
            ) from None

    def _save(self, tokens: Tokens) -> None:
        if self.path is None:
            self.first = tokens
            return
        beside = self.path.with_name(self.path.name + ".new")
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor that only its owner may read
            file.write(msgspec.json.encode(tokens_to_json(tokens)))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self.path)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        with _IN_PROCESS:
            if self.path is None:
                yield
                return
            descriptor = os.open(self.path.with_name(self.path.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o600)
            try:
                _wait_for(descriptor)
                yield
            finally:
                os.close(descriptor)


def file_keeper(settings: Mapping[str, JsonValue]) -> FileKeeper:
    """The keeper of a tap's own settings: ``refresh_token``, and ``token_file`` if rotated tokens shall last."""
    named = str(settings.get(TOKEN_FILE) or "")
    first = Tokens(access_token="", refresh_token=str(settings.get(REFRESH_TOKEN) or ""), access_expires_at=LONG_AGO)
    return FileKeeper(first, Path(named) if named else None)


if sys.platform == "win32":
    import msvcrt

    def _wait_for(descriptor: int) -> None:
        while True:
            with contextlib.suppress(OSError):  # it gives up after ten seconds
                msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)
                return

else:
    import fcntl

    def _wait_for(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
