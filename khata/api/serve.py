"""Run the API under uvicorn: one process, graceful stop, one log line per request without secrets."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from khata.api.app import create_server
from khata.wiring import Hub

GRACE_S = 10
"""Seconds that running requests may take after SIGTERM."""


def serve(hub: Hub, *, host: str, port: int) -> None:
    """Answer requests until SIGTERM or SIGINT."""
    config = uvicorn.Config(
        create_server(hub),
        host=host,
        port=port,
        log_config=None,  # our own handler and its masking formatter take what uvicorn says
        access_log=hub.settings.log.level in {"debug", "info"},
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
        lifespan="off",
    )
    _Server(config).run()


class _Server(uvicorn.Server):
    """Stops on SIGTERM and SIGINT and then returns, so that the process ends with an exit code, not by the signal."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on a signal; the handlers that were there come back afterwards."""
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
