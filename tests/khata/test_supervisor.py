"""The supervisor with small children: order, restarts, no orphans, clean endings."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from khata.supervisor import Exit
from khata.supervisor.run_file import RunRecord, find_running
from tests.khata.processes import HANGS_S, alive, kill_what_is_left, none_alive, wait_for

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="ties children to the supervisor as Linux does")


@dataclass
class Supervised:
    """A supervisor process of a test."""

    folder: Path
    output: Path
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, children: dict[str, list[str]], **settings: Any) -> subprocess.Popen[bytes]:
        spec = {"data_dir": str(self.folder), "children": children, **settings}
        command = [sys.executable, "-m", "tests.khata.supervisor_process", json.dumps(spec)]
        with self.output.open("ab") as output:
            process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        self.processes.append(process)
        return process

    def record(self) -> RunRecord:
        found = find_running(self.folder)
        assert found is not None
        return found

    def wait_ready(self) -> RunRecord:
        wait_for(lambda: (found := find_running(self.folder)) and found.ready, "all children are ready")
        return self.record()

    def pid(self, name: str) -> int | None:
        return next(child.pid for child in self.record().children if child.name == name)

    def restarts(self) -> dict[str, int]:
        return {child.name: child.restarts for child in self.record().children}

    def text(self) -> str:
        return self.output.read_text(encoding="utf-8")


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Supervised]:
    supervised = Supervised(tmp_path / "data", tmp_path / "output.txt")
    yield supervised
    for process in supervised.processes:
        process.kill()
        process.wait()
    kill_what_is_left(supervised.folder)


def pids_of(record: RunRecord) -> list[int]:
    return [child.pid for child in record.children if child.pid]


def test_children_start_in_order_and_stop_in_the_opposite_one(hub: Supervised) -> None:
    process = hub.start({"server": [], "worker": [], "api": []})
    record = hub.wait_ready()
    assert [child.name for child in record.children] == ["server", "worker", "api"]
    assert len({*pids_of(record)}) == 3
    process.send_signal(signal.SIGTERM)
    assert process.wait(HANGS_S) == Exit.CLEAN
    assert none_alive(pids_of(record))
    assert find_running(hub.folder) is None
    assert not (hub.folder / "run.json").exists()
    said = [line.partition("| ")[2] for line in hub.text().splitlines()]
    assert [line.split()[0] for line in said if "is ready" in line] == ["server", "worker", "api"]
    assert [line.split()[0] for line in said if "is stopped" in line] == ["api", "worker", "server"]


def test_a_child_waits_for_the_one_before_it(hub: Supervised) -> None:
    hub.start({"server": ["never-ready"], "worker": []}, start_within_s=60)
    wait_for(lambda: find_running(hub.folder) and hub.pid("server"), "the server is started")
    assert hub.pid("worker") is None
    assert not hub.record().ready


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_every_usual_way_to_stop_is_a_clean_end(hub: Supervised, number: signal.Signals) -> None:
    process = hub.start({"server": []})
    record = hub.wait_ready()
    process.send_signal(number)
    assert process.wait(HANGS_S) == Exit.CLEAN
    assert none_alive(pids_of(record))


def test_under_nohup_it_goes_on_when_the_terminal_is_closed(hub: Supervised) -> None:
    process = hub.start({"server": []}, nohup=True)
    record = hub.wait_ready()
    process.send_signal(signal.SIGHUP)
    process.send_signal(signal.SIGTERM)  # the first one that is heard: a second would have ended it by force
    assert process.wait(HANGS_S) == Exit.CLEAN
    assert none_alive(pids_of(record))


def test_every_child_that_is_killed_is_started_again(hub: Supervised) -> None:
    hub.start({"server": [], "worker": [], "api": []})
    hub.wait_ready()
    for name in ("server", "worker", "api"):
        before = hub.pid(name)
        assert before is not None
        os.kill(before, signal.SIGKILL)
        wait_for(
            lambda name=name, before=before: (  # type: ignore[misc]
                hub.pid(name) not in {None, before}
                and {child.name: child.state for child in hub.record().children}[name] == "ready"
            ),
            f"{name} is back",
        )
    assert hub.restarts() == {"server": 1, "worker": 1, "api": 1}
    assert "worker was killed by signal 9; starting it again" in hub.text()


def test_a_supervisor_killed_with_9_leaves_no_orphan(hub: Supervised) -> None:
    process = hub.start({"server": [], "worker": ["deaf"], "api": []})
    pids = pids_of(hub.wait_ready())
    process.send_signal(signal.SIGKILL)
    process.wait()
    wait_for(lambda: none_alive(pids), "all children are gone")
    assert find_running(hub.folder) is None  # run.json is still there, the lock tells that it lies
    assert (hub.folder / "run.json").exists()


def test_after_a_crash_the_next_supervisor_starts(hub: Supervised) -> None:
    first = hub.start({"server": []})
    hub.wait_ready()
    first.send_signal(signal.SIGKILL)
    first.wait()
    second = hub.start({"server": []})
    assert hub.wait_ready().pid == second.pid


def test_what_a_dead_child_had_started_goes_with_it(hub: Supervised) -> None:
    hub.start({"server": ["family"]})
    hub.wait_ready()
    relative = int((hub.folder / "server.family").read_text())
    child = hub.pid("server")
    assert alive(relative)
    assert child is not None
    os.kill(child, signal.SIGKILL)
    wait_for(lambda: not alive(relative), "the grandchild is gone")


def test_stopping_takes_the_whole_family(hub: Supervised) -> None:
    process = hub.start({"server": ["family"]})
    hub.wait_ready()
    relative = int((hub.folder / "server.family").read_text())
    process.send_signal(signal.SIGTERM)
    assert process.wait(HANGS_S) == Exit.CLEAN
    assert not alive(relative)


def test_a_child_that_ignores_the_request_is_killed_in_the_end(hub: Supervised) -> None:
    process = hub.start({"server": [], "worker": ["deaf"]}, stop_within_s=0.5)
    record = hub.wait_ready()
    process.send_signal(signal.SIGTERM)
    assert process.wait(HANGS_S) == Exit.FORCED
    assert none_alive(pids_of(record))


def test_a_second_request_does_not_wait(hub: Supervised) -> None:
    process = hub.start({"worker": ["deaf"]}, stop_within_s=300)
    record = hub.wait_ready()
    process.send_signal(signal.SIGINT)
    wait_for(lambda: "stopping" in hub.text(), "it is stopping")
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    assert process.wait(HANGS_S) == Exit.FORCED
    assert none_alive(pids_of(record))


def test_it_gives_up_on_a_child_that_keeps_dying_and_stops_the_others(hub: Supervised) -> None:
    process = hub.start({"server": [], "worker": ["dies"]}, deaths_max=3)
    assert process.wait(HANGS_S) == Exit.GAVE_UP
    assert "worker ended with code 9, 3 deaths in a row: giving up" in hub.text()
    server = int((hub.folder / "server.ready").read_text())
    assert not alive(server)


def test_it_gives_up_on_a_child_that_never_answers(hub: Supervised) -> None:
    process = hub.start({"worker": ["never-ready"]}, deaths_max=2, start_within_s=0.3)
    assert process.wait(HANGS_S) == Exit.GAVE_UP
    assert "worker did not answer within 0.3 s" in hub.text()


def test_a_second_supervisor_on_the_same_folder_is_refused(hub: Supervised) -> None:
    first = hub.start({"server": []})
    record = hub.wait_ready()
    assert hub.start({"server": []}).wait(HANGS_S) == Exit.ALREADY_RUNNING
    assert "already running" in hub.text()
    assert first.poll() is None
    assert hub.record() == record


def test_one_log_names_who_said_what(hub: Supervised) -> None:
    process = hub.start({"server": ["talks"], "api": []})
    hub.wait_ready()
    process.send_signal(signal.SIGTERM)
    process.wait(HANGS_S)
    lines = hub.text().splitlines()
    assert {"server | first line", "server | second line", "server | no end"} <= set(lines)
    assert "khata  |   API: http://127.0.0.1:1" in lines
    in_file = (hub.folder / "logs" / "khata.log").read_text(encoding="utf-8").splitlines()
    assert [line.split(" ", 2)[2] for line in in_file] == lines
