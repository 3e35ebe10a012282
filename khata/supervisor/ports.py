"""Which ports the hub listens on: the usual ones if they are free, others if not.

A port is free when this machine lets us bind it on loopback now. Somebody may take it between the choice and the
child's own bind; then the child fails to start and says so.

Where next: ``hub.py`` chooses, ``run_file.py`` writes down.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from contextlib import ExitStack

LOOPBACK = "127.0.0.1"


def _bind(stack: ExitStack, port: int) -> int | None:
    """Hold a port until the stack closes; None if it is taken. Port 0 asks for any."""
    held = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do: a port in TIME_WAIT is free
    try:
        held.bind((LOOPBACK, port))
        held.listen(1)  # two bound sockets may share a port on Linux, two listening ones may not
    except OSError:
        return None
    return int(held.getsockname()[1])


def choose_ports(wanted: Mapping[str, int]) -> dict[str, int]:
    """A free port for every name, all different: the wanted one if it is free, else any; 0 always means any.

    Args:
        wanted: name to preferred port.
    """
    with ExitStack() as stack:
        held = {name: _bind(stack, port) for name, port in wanted.items() if port}
        return {name: held.get(name) or _bind(stack, 0) or 0 for name in wanted}
