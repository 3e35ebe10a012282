"""Finds connectors by their folders; a folder that cannot be imported is left out of the list, not fatal to it."""

from __future__ import annotations

import importlib
import pkgutil

import connectors
from canonical.errors import ConfigurationError
from connectors.sdk.base import Connector

_SHARED = "sdk"


def connector_names() -> tuple[str, ...]:
    """Names of the folders that hold a finished connector, sorted."""
    return tuple(name for name in _folders() if _is_ready(name))


def get_connector(name: str) -> Connector:
    """Return the connector of that name; only its folder is imported.

    Raises:
        ConfigurationError: there is none (the message lists those there are), or a package it needs is missing.
    """
    try:
        found = _find(name) if name in _folders() else None
    except ImportError as error:
        raise ConfigurationError(
            f"The connector {name!r} cannot be used here: {error}. Install what it needs.",
            code="connector.unavailable",
            connector=name,
        ) from error
    if found is None:
        known = ", ".join(connector_names())
        raise ConfigurationError(
            f"There is no connector {name!r} here; available: {known}.", code="connector.unknown", connector=name
        )
    return found


def _folders() -> tuple[str, ...]:
    return tuple(sorted(module.name for module in pkgutil.iter_modules(connectors.__path__) if module.name != _SHARED))


def _is_ready(name: str) -> bool:
    try:
        return _find(name) is not None
    except ImportError:
        return False


def _find(name: str) -> Connector | None:
    module = importlib.import_module(f"connectors.{name}")
    found = getattr(module, "CONNECTOR", None)
    return found if isinstance(found, Connector) else None
