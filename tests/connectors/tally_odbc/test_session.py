"""Limits that hold: a child process is asked, and ended when it does not answer."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from canonical.errors import ConfigurationError, KhataError, SourceMalformed, SourceRejected, SourceUnavailable
from connectors.tally.odbc.address import OdbcAddress
from connectors.tally.odbc.session import OdbcLimits, OdbcSession
from tests.connectors.tally_odbc.books import books, ledger
from tests.connectors.tally_odbc.conftest import Open
from tests.connectors.tally_odbc.fake_tally import Script, child_command


def test_rows_come_with_names_and_types(open_session: Open) -> None:
    rows = open_session(books()).query("Ledger", ("Name", "_ClosingBalance"))
    assert rows.columns == ["$Name", "$_ClosingBalance"]
    assert rows.rows[0] == ["Cash", ["f", "-1250.25"]]
    assert (len(rows.rows), rows.bad, rows.is_cut) == (4, [], False)


def test_one_process_serves_many_queries(open_session: Open) -> None:
    session = open_session(books())
    session.query("Ledger", ("Name",))
    first = session._process
    session.query("Groups", ("Name",))
    assert session._process is first


def test_many_rows_come_through_and_one_too_many_is_an_error(open_session: Open) -> None:
    script = Script(tables={"Ledger": [ledger(n, f"Ledger {n}", "Sales Accounts") for n in range(1, 1001)]})
    assert len(open_session(script, rows_max=1000).query("Ledger", ("Name",)).rows) == 1000
    with pytest.raises(SourceRejected) as refused:
        open_session(script, rows_max=999).query("Ledger", ("Name",))
    assert refused.value.code == "tally.odbc.too_many_rows"


def test_a_query_that_hangs_is_given_up_and_its_process_is_gone(open_session: Open) -> None:
    session = open_session(books(hang_query="Ledger"), answer_timeout_s=1.5)
    session.columns("Groups")
    assert session._process is not None
    process = session._process._popen
    began = time.monotonic()
    with pytest.raises(SourceUnavailable) as given_up:
        session.query("Ledger", ("Name",))
    assert given_up.value.code == "tally.odbc.timed_out"
    assert time.monotonic() - began < 10
    assert process.poll() is not None, "the process must be gone"
    assert process.stdout is not None
    assert process.stdout.closed, "and its pipes with it"
    assert "session-reader" not in [thread.name for thread in threading.enumerate()]


def test_a_driver_s_own_dialog_counts_as_no_answer(open_session: Open) -> None:
    with pytest.raises(SourceUnavailable) as given_up:
        open_session(books(hang_connect=True), connect_timeout_s=0.5).query("Ledger", ("Name",))
    assert given_up.value.code == "tally.odbc.timed_out"


def test_rows_that_trickle_are_under_the_same_limit(open_session: Open) -> None:
    """The limit is for the whole answer: a row every moment must not keep us for ever."""
    script = books(seconds_per_row=0.3)
    script.tables["Ledger"] *= 50
    with pytest.raises(SourceUnavailable) as given_up:
        open_session(script, answer_timeout_s=1.0).query("Ledger", ("Name",))
    assert given_up.value.code == "tally.odbc.timed_out"


def test_after_giving_up_nothing_is_asked_until_tally_is_back(open_session: Open, tmp_path: Path) -> None:
    """Killing our process does not stop Tally; the next question waits, and then it is answered."""
    busy = tmp_path / "busy"
    session = open_session(books(busy_file=str(busy), busy_after="Ledger"), answer_timeout_s=0.5, drain_s=20.0)
    with pytest.raises(SourceUnavailable):
        session.query("Ledger", ("Name",))
    assert busy.exists()
    release = threading.Timer(1.0, busy.unlink)
    release.start()
    began = time.monotonic()
    assert len(session.query("Ledger", ("Name",)).rows) == 4
    assert time.monotonic() - began > 0.5, "the answer came while Tally was busy"
    release.join()


def test_a_tally_that_does_not_come_back_is_left_alone(open_session: Open, tmp_path: Path) -> None:
    busy = tmp_path / "busy"
    session = open_session(books(busy_file=str(busy), busy_after="Ledger"), answer_timeout_s=0.3, drain_s=1.5)
    with pytest.raises(SourceUnavailable):
        session.query("Ledger", ("Name",))
    with pytest.raises(SourceUnavailable) as still:
        session.query("Groups", ("Name",))
    assert still.value.code == "tally.odbc.busy"
    busy.unlink()
    assert len(session.query("Groups", ("Name",)).rows) == 3


def test_a_driver_that_crashes_takes_only_its_process_along(open_session: Open) -> None:
    session = open_session(books(crash="Ledger"))
    with pytest.raises(SourceUnavailable) as crashed:
        session.query("Ledger", ("Name",))
    assert crashed.value.code == "tally.odbc.crashed"
    assert crashed.value.facts["exit_code"] == 139
    assert len(session.query("Groups", ("Name",)).rows) == 3


def test_what_a_driver_prints_disturbs_nobody(open_session: Open) -> None:
    assert len(open_session(books(chatter=True)).query("Ledger", ("Name",)).rows) == 4


def test_single_rows_that_fail_are_passed_over_and_counted(open_session: Open) -> None:
    rows = open_session(books(bad_rows=[2, 3])).query("Ledger", ("Name",))
    assert [row[0] for row in rows.rows] == ["Cash", "Capital"]
    assert [number for number, _ in rows.bad] == [2, 3]
    assert "out of range" in rows.bad[0][1]


def test_a_driver_that_fails_row_after_row_is_broken(open_session: Open) -> None:
    with pytest.raises(SourceMalformed) as broken:
        open_session(books(all_bad=True)).query("Ledger", ("Name",))
    assert broken.value.code == "tally.odbc.rows_unreadable"


@pytest.mark.parametrize(
    ("state", "text", "kind", "code"),
    [
        ("IM014", "The specified DSN contains an architecture mismatch", ConfigurationError, "tally.odbc.bits"),
        ("IM003", "could not be loaded due to system error 193", ConfigurationError, "tally.odbc.bits"),
        ("IM002", "Data source name not found", ConfigurationError, "tally.odbc.no_driver"),
        ("01000", "Can't open lib 'TallyWin.dll'", ConfigurationError, "tally.odbc.no_driver"),
        ("08001", "Unable to connect", SourceUnavailable, "tally.odbc.not_listening"),
        ("HYT00", "Login timeout expired", SourceUnavailable, "tally.odbc.not_listening"),
        ("HY000", "Can't connect to server", SourceUnavailable, "tally.odbc.not_listening"),
    ],
)
def test_states_become_sentences(open_session: Open, state: str, text: str, kind: type[KhataError], code: str) -> None:
    with pytest.raises(kind) as refused:
        open_session(books(states={"connect": (state, text)})).query("Ledger", ("Name",))
    assert refused.value.code == code
    assert "TallyODBC64_9000" in refused.value.message


def test_an_error_of_a_query_is_not_about_reaching_tally(open_session: Open) -> None:
    session = open_session(books(states={"Ledger": ("HY000", "The driver did not supply an error!")}))
    with pytest.raises(SourceRejected) as refused:
        session.query("Ledger", ("Name",))
    assert refused.value.code == "tally.odbc.refused"
    assert len(session.query("Groups", ("Name",)).rows) == 3, "the connection is as good as before"


def test_the_bits_are_explained(open_session: Open) -> None:
    with pytest.raises(ConfigurationError, match="64 bits cannot load a driver of 32 bits"):
        open_session(books(states={"connect": ("IM014", "mismatch")})).query("Ledger", ("Name",))


def test_a_broken_link_is_not_used_again(open_session: Open) -> None:
    session = open_session(books(states={"Ledger": ("08S01", "Communication link failure")}))
    with pytest.raises(SourceUnavailable):
        session.query("Ledger", ("Name",))
    assert session._process is None


def test_closing_ends_the_process(open_session: Open) -> None:
    session = open_session(books())
    session.query("Ledger", ("Name",))
    assert session._process is not None
    process = session._process._popen
    session.close()
    assert process.poll() == 0
    session.close()


def test_queries_take_turns_with_the_gateway(tmp_path: Path) -> None:
    """The lock of the endpoint is held while a query runs, and not between queries."""
    turns: list[str] = []

    @contextlib.contextmanager
    def turn() -> Iterator[None]:
        turns.append("in")
        yield
        turns.append("out")

    limits, address = OdbcLimits(pause_s=0), OdbcAddress()
    command = child_command(tmp_path, books())
    with OdbcSession(address, limits, clock=time.monotonic, sleep=time.sleep, lock=turn, command=command) as session:
        session.query("Ledger", ("Name",))
        assert turns == ["in", "out"]
        session.query("Groups", ("Name",))
    assert turns == ["in", "out"] * 2


def test_the_pause_is_kept(tmp_path: Path) -> None:
    slept: list[float] = []
    command = child_command(tmp_path, books())
    with OdbcSession(
        OdbcAddress(), OdbcLimits(pause_s=0.7), clock=time.monotonic, sleep=slept.append, command=command
    ) as session:
        session.query("Ledger", ("Name",))
    assert slept == [0.7]


def test_without_pyodbc_there_is_a_sentence(tmp_path: Path) -> None:
    """The child itself, run by a Python that cannot see pyodbc."""
    from connectors.sdk.odbc import child

    command = (sys.executable, "-I", "-S", str(Path(child.__file__)))
    with (
        OdbcSession(OdbcAddress(), OdbcLimits(), clock=time.monotonic, sleep=time.sleep, command=command) as session,
        pytest.raises(ConfigurationError) as refused,
    ):
        session.query("Ledger", ("Name",))
    assert refused.value.code == "tally.odbc.pyodbc_missing"


def test_the_child_ends_with_its_parent_even_while_a_query_hangs(tmp_path: Path) -> None:
    """A killed parent closes the pipe; the child must not stay behind with Tally's attention."""
    command = child_command(tmp_path, books(hang_query="Ledger"))
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdout.readline()
    child.stdin.write('{"do": "connect", "text": "DSN=x;", "login_timeout_s": 1}\n')
    child.stdin.write('{"do": "query", "sql": "SELECT $Name FROM Ledger", "rows_max": 1}\n')
    child.stdin.flush()
    child.stdout.readline()
    child.stdin.close()
    assert child.wait(timeout=20) == 0
    child.stdout.close()


def test_nothing_secret_or_local_is_given_to_the_child() -> None:
    assert "PWD" not in OdbcAddress().connection_text()
    assert os.sep not in OdbcAddress().connection_text()
