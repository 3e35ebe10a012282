"""Finds connectors by their folders; imports only the one asked for."""

from __future__ import annotations

import importlib
import pkgutil

import connectors
from canonical.errors import ConfigurationError
from connectors.sdk.base import Connector

_SHARED = "sdk"


def connector_names() -> tuple[str, ...]:
    """Names of the folders that hold a finished connector, sorted."""
    return tuple(name for name in _folders() if _find(name) is not None)


def get_connector(name: str) -> Connector:
    """Return the connector of that name.

    Raises:
        ConfigurationError: there is none; the message lists those there are.
    """
    found = _find(name) if name in _folders() else None
    if found is None:
        known = ", ".join(connector_names())
        raise ConfigurationError(
            f"There is no connector {name!r} here; available: {known}.", code="connector.unknown", connector=name
        )
    return found


def _folders() -> tuple[str, ...]:
    return tuple(sorted(module.name for module in pkgutil.iter_modules(connectors.__path__) if module.name != _SHARED))


def _find(name: str) -> Connector | None:
    module = importlib.import_module(f"connectors.{name}")
    found = getattr(module, "CONNECTOR", None)
    return found if isinstance(found, Connector) else None
