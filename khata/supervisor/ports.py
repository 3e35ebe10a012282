"""Which ports the hub listens on: the usual ones if they are free, others if not.

A port is free when this machine lets us listen on it now. It stays free until the child binds it only if nobody else
picks the same one, so replacements come from below the range that systems hand out for outgoing connections.

Where next: ``hub.py`` chooses, ``run_file.py`` writes down.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from contextlib import ExitStack
from random import SystemRandom

LOOPBACK = "127.0.0.1"
ANY_PORT = range(20_000, 32_000)
"""Linux hands out 32768 and above, others start higher still."""


def _bind(stack: ExitStack, port: int) -> int | None:
    """Hold a port until the stack closes; None if it is taken."""
    held = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do: a port in TIME_WAIT is free
    try:
        held.bind((LOOPBACK, port))
        held.listen(1)  # two bound sockets may share a port on Linux, two listening ones may not
    except OSError:
        return None
    return port


def _bind_any(stack: ExitStack) -> int:
    tries = SystemRandom().sample(ANY_PORT, k=len(ANY_PORT))
    return next(port for port in tries if _bind(stack, port))


def choose_ports(wanted: Mapping[str, int]) -> dict[str, int]:
    """A free port for every name, all different: the wanted one if it is free, else any; 0 always means any.

    Args:
        wanted: name to preferred port.
    """
    with ExitStack() as stack:
        held = {name: _bind(stack, port) for name, port in wanted.items() if port}
        return {name: held.get(name) or _bind_any(stack) for name in wanted}
