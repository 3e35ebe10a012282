"""The supervisor's parts alone: ports, probes, lock, run file, restart rule, tether, the hub's plan."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canonical.errors import ConfigurationError
from khata.supervisor import RestartRule, hub
from khata.supervisor.hub import HubPlaces, HubPlan, hub_spec
from khata.supervisor.lock import LockHeldError, folder_lock, is_locked
from khata.supervisor.merged_log import MergedLog
from khata.supervisor.ports import choose_ports
from khata.supervisor.probes import FileProbe, HttpProbe, TcpProbe, mark_ready
from khata.supervisor.run_file import ChildRecord, RunRecord, find_running, write_run_file

TETHER = Path(hub.__file__).with_name("tether.py")


@contextmanager
def listening(answer: bytes = b"") -> Iterator[int]:
    """A port that accepts connections and gives one answer to each."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(1024)
                    connection.sendall(answer)

        threading.Thread(target=serve, daemon=True).start()
        yield int(server.getsockname()[1])
        server.shutdown(socket.SHUT_RDWR)


# -- ports ----------------------------------------------------------------------------------------------------------


def test_a_wanted_port_is_taken_if_it_is_free_and_another_if_not() -> None:
    (free,) = choose_ports({"any": 0}).values()
    assert choose_ports({"api": free}) == {"api": free}
    with listening() as taken:
        chosen = choose_ports({"api": taken})["api"]
        assert chosen not in {0, taken}


def test_ports_are_all_different_even_if_the_same_is_wanted() -> None:
    (free,) = choose_ports({"any": 0}).values()
    chosen = choose_ports({"a": free, "b": free, "c": 0, "d": 0})
    assert len(set(chosen.values())) == 4
    assert free in chosen.values()


# -- probes ---------------------------------------------------------------------------------------------------------


def test_a_port_probe_sees_a_listener() -> None:
    with listening() as port:
        assert TcpProbe(port).answers(1)
    assert not TcpProbe(port).answers(1)


@pytest.mark.parametrize(
    ("answer", "ready"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", True),
        (b"HTTP/1.0 204 No Content\r\n\r\n", True),
        (b"HTTP/1.1 503 Service Unavailable\r\n\r\n", False),
        (b"HTTP/1.1 404 Not Found\r\n\r\n", False),
        (b"SSH-2.0-OpenSSH_9.2\r\n", False),
        (b"", False),
    ],
)
def test_an_http_probe_wants_a_success(answer: bytes, ready: bool) -> None:
    with listening(answer) as port:
        assert HttpProbe(port, "/health").answers(1) is ready


def test_a_file_probe_wants_this_childs_own_id(tmp_path: Path) -> None:
    probe = FileProbe(tmp_path / "worker.ready")
    assert not probe.answers(os.getpid())
    probe.path.write_bytes(b"\xff\xfe")
    assert not probe.answers(os.getpid())
    mark_ready(probe.path)
    assert probe.answers(os.getpid())
    assert not probe.answers(os.getpid() + 1)
    assert list(tmp_path.iterdir()) == [probe.path]


# -- lock and run file ----------------------------------------------------------------------------------------------


def test_a_folder_has_one_lock(tmp_path: Path) -> None:
    assert not is_locked(tmp_path)
    with folder_lock(tmp_path):
        assert is_locked(tmp_path)
        with pytest.raises(LockHeldError), folder_lock(tmp_path, tries=2):
            pass
    assert not is_locked(tmp_path)


RECORD = RunRecord(
    pid=os.getpid(),
    ready=True,
    addresses={"API": "http://127.0.0.1:8000"},
    children=(ChildRecord(name="api", pid=None, state="waiting", restarts=2),),
)


def test_run_json_is_believed_only_while_its_supervisor_lives(tmp_path: Path) -> None:
    assert find_running(tmp_path) is None
    write_run_file(tmp_path, RECORD)
    assert (tmp_path / "run.json").stat().st_mode & 0o777 == 0o600
    assert find_running(tmp_path) is None  # nobody holds the lock
    with folder_lock(tmp_path):
        assert find_running(tmp_path) == RECORD
        gone = subprocess.Popen([sys.executable, "-c", ""])
        gone.wait()
        write_run_file(tmp_path, RunRecord(pid=gone.pid))
        assert find_running(tmp_path) is None  # a new supervisor holds the lock, the file is the old one's


# -- restart rule ---------------------------------------------------------------------------------------------------


@given(first=st.floats(0.01, 10), longest=st.floats(0.01, 100), deaths=st.integers(1, 200))
def test_pauses_before_restarts_grow_up_to_the_longest(first: float, longest: float, deaths: int) -> None:
    rule = RestartRule(first_delay_s=first, longest_delay_s=longest)
    assert rule.delay_s(deaths) <= rule.delay_s(deaths + 1) <= longest


# -- log ------------------------------------------------------------------------------------------------------------


class GonePipe(StringIO):
    def write(self, text: str) -> int:
        raise BrokenPipeError


def test_a_console_that_went_away_does_not_stop_the_log(tmp_path: Path) -> None:
    log = MergedLog(tmp_path, GonePipe(), width=5)
    log.line("api", "one")
    log.line("api", "two")
    log.close()
    lines = (tmp_path / "khata.log").read_text(encoding="utf-8").splitlines()
    assert [line.partition("api   | ")[2] for line in lines] == ["one", "two"]


# -- tether ---------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform != "linux", reason="ties children to the supervisor as Linux does")
def test_the_tether_becomes_the_program_or_says_why_not() -> None:
    tether = [sys.executable, "-I", "-S", str(TETHER), str(os.getpid())]
    done = subprocess.run([*tether, "sh", "-c", "echo $$; exit 7"], capture_output=True, text=True, check=False)
    assert done.returncode == 7
    missing = subprocess.run([*tether, "no-such-program"], capture_output=True, text=True, check=False)
    assert (missing.returncode, "no-such-program cannot be started" in missing.stderr) == (127, True)


@pytest.mark.skipif(sys.platform != "linux", reason="ties children to the supervisor as Linux does")
def test_the_tether_does_not_start_what_nobody_waits_for() -> None:
    stranger = [sys.executable, "-I", "-S", str(TETHER), str(os.getppid())]
    done = subprocess.run([*stranger, "echo", "started"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")


# -- the hub's plan -------------------------------------------------------------------------------------------------


def plan_of(data_dir: Path, address: str = "", **ports: int) -> HubPlan:
    def command(places: HubPlaces) -> tuple[str, ...]:
        return ("program", places.temporal, places.api_host, str(places.api_port))

    any_port = dict.fromkeys(("grpc", "ui", "http", "metrics", "api"), 0)
    return HubPlan(
        data_dir=data_dir, worker=command, api=command, temporal_address=address, ports={**any_port, **ports}
    )


def test_with_a_cluster_of_your_own_there_is_no_embedded_server(tmp_path: Path) -> None:
    spec = hub_spec(plan_of(tmp_path, "cluster.example:7233"))
    assert [child.name for child in spec.children] == ["worker", "api"]
    assert spec.children[0].command[1] == "cluster.example:7233"
    assert "Temporal Web UI" not in spec.addresses


def test_worker_and_api_are_told_where_the_others_are(tmp_path: Path) -> None:
    (free,) = choose_ports({"any": 0}).values()
    try:
        spec = hub_spec(plan_of(tmp_path / "new", api=free))
    except ConfigurationError as error:
        pytest.skip(error.message)
    assert [child.name for child in spec.children] == ["temporal", "worker", "api"]
    assert spec.children[2].command == ("program", spec.addresses["Temporal"], "127.0.0.1", str(free))
    assert spec.addresses["API"] == f"http://127.0.0.1:{free}"
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700


def test_the_worker_has_time_for_its_grace(tmp_path: Path) -> None:
    from workflows.temporal.worker import WorkerSettings

    spec = hub_spec(plan_of(tmp_path, "cluster.example:7233"))
    assert spec.children[0].stop_within_s > WorkerSettings().grace_s


def test_without_the_server_package_the_message_names_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workflows.temporal.server.find_binary", lambda: None)
    with pytest.raises(ConfigurationError, match="--temporal ADDRESS") as caught:
        hub_spec(plan_of(tmp_path))
    assert caught.value.code == "temporal.server.missing"
