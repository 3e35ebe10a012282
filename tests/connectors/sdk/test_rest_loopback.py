"""The client against a real server: sockets that break, tokens that end, workers that come at the same moment."""

from __future__ import annotations

import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from canonical.errors import CredentialError
from tests.connectors.sdk.child import client_of
from tests.connectors.sdk.loopback import serve_loopback
from tests.support.samples import ROOT


def test_faults_of_every_kind_end_in_the_whole_answer(tmp_path: Path) -> None:
    with serve_loopback() as server:
        client = client_of(server.url, tmp_path / "tokens")
        client.call("GET", "/rows")
        server.faults = [503, "cut", "reset", 429]
        server.retry_after = "1"
        assert client.call("GET", "/rows") == {"rows": list(range(1000))}
        assert (server.calls, server.mints) == (6, 1)


def test_an_ended_token_is_renewed_once_and_the_rotated_one_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "tokens"
    with serve_loopback() as server:
        client_of(server.url, file).call("GET", "/rows")
        server.expire()
        client_of(server.url, file).call("GET", "/rows")  # another client, the settings still name the first token
        assert (server.mints, server.refused) == (2, 0)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert b"refresh-token-2" in file.read_bytes()


def test_threads_with_the_same_ended_token_ask_once(tmp_path: Path) -> None:
    with serve_loopback() as server:
        clients = [client_of(server.url, tmp_path / "tokens") for _ in range(8)]
        clients[0].call("GET", "/rows")
        server.expire()
        threads = [threading.Thread(target=client.call, args=("GET", "/rows")) for client in clients]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert (server.mints, server.refused) == (2, 0)


def test_processes_with_the_same_token_ask_once(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.connectors.sdk.child"]
    with serve_loopback() as server:
        workers = [subprocess.Popen([*command, server.url, str(tmp_path / "tokens")], cwd=ROOT) for _ in range(4)]
        assert [worker.wait(60) for worker in workers] == [0, 0, 0, 0]
        assert (server.mints, server.refused) == (1, 0)


def test_a_revoked_token_is_a_matter_for_its_owner(tmp_path: Path) -> None:
    with serve_loopback() as server:
        server.refresh = "another"
        with pytest.raises(CredentialError) as caught:
            client_of(server.url, tmp_path / "tokens").call("GET", "/rows")
        assert (caught.value.code, server.refused) == ("oauth.refused", 1)
