"""Tables of a real MariaDB through the real driver: several branches, deletions, what is absent, who is refused."""

from __future__ import annotations

import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from subprocess import PIPE
from typing import Any

import pytest

from canonical.errors import (
    ConfigurationError,
    KhataError,
    SourceMalformed,
    SourceRejected,
    SourceUnavailable,
)
from canonical.money import ZERO
from connectors.marg.tables.address import limits_of, target_of
from connectors.marg.tables.failure import TableFailures
from connectors.marg.tables.session import Tables
from connectors.marg.tables.source import TableSource
from connectors.sdk.base import ProgressEvent
from connectors.sdk.census import Settlement
from connectors.sdk.conformance import Collected
from connectors.sdk.odbc.session import DatabaseSession
from sandbox.marg import build_branches
from sandbox.marg.branch import Branch
from sandbox.marg.tables import table_statements
from sandbox.world.paise import render_paise
from tests.connectors.marg.misbehaving import command
from tests.connectors.marg.support import ede, extract, translated
from tests.support.mariadb import find_driver, odbc_folder, server_port, write

pytestmark = pytest.mark.xdist_group("mariadb")
pytest.importorskip("pyodbc", reason="pyodbc cannot be loaded here", exc_type=ImportError)
DATABASE = "MargTest"
SECRET = "planted-password-3a7c"
LOCKER = """
import sys, pyodbc
cursor = pyodbc.connect(sys.argv[1], autocommit=True).cursor()
cursor.execute(f"LOCK TABLES {sys.argv[2]} WRITE")
print("locked", flush=True)
sys.stdin.read()
"""


def database(**more: Any) -> dict[str, Any]:
    return {
        "driver": str(find_driver()),
        "server": "127.0.0.1",
        "port": server_port(),
        "name": DATABASE,
        "user": "khata",
        "password": SECRET,
        **more,
    }


def executed(*statements: tuple[str, list[tuple[Any, ...]]]) -> None:
    write(*statements, database=DATABASE)


@pytest.fixture(scope="module")
def branches() -> Iterator[list[Branch]]:
    """Two branches in one database."""
    write((f"CREATE DATABASE IF NOT EXISTS {DATABASE}", []))
    built = build_branches(2, vouchers=100)
    executed(*table_statements(built))
    yield built
    write((f"DROP DATABASE {DATABASE}", []))


def read(built: list[Branch], **more: Any) -> Collected:
    gstins = {str(one.number): one.world.masters.company.gstin for one in built}
    return extract({"database": database(), "branch_gstins": gstins, **more})


def test_both_branches_hold_the_truth(branches: list[Branch]) -> None:
    found = translated(read(branches).records)
    assert list(found) == ["tables/9001", "tables/9002"]
    for branch, books in zip(branches, found.values(), strict=True):
        assert not [issue for issue in books.issues if issue.level == "rejected"]
        closings = books.closings(until=branch.truth.as_of)
        for name, row in branch.truth.trial_balance.items():
            assert closings.get(branch.codes.ledgers[name].casefold(), ZERO) == Decimal(render_paise(row.closing)), name


def test_tables_and_web_api_say_the_same(branches: list[Branch]) -> None:
    """The same world through both ways gives the same vouchers, line for line."""
    tables = translated(read(branches).records)["tables/9001"]
    with ede(vouchers=100) as source:
        api = translated(source.extract().records)["ede/9001"]
    ours, theirs = ({one.source.key: one for one in books.vouchers} for books in (tables, api))
    assert ours.keys() == theirs.keys()
    for key, one in ours.items():
        other = theirs[key]
        assert (one.kind, one.day, one.number, one.postings, one.items) == (
            other.kind,
            other.day,
            other.number,
            other.postings,
            other.items,
        )


def test_reading_twice_gives_the_same_digests_and_a_sure_census(branches: list[Branch]) -> None:
    first, second = read(branches), read(branches)
    assert [one.digest for one in first.records] == [one.digest for one in second.records]
    assert [census.corroborated for census in first.censuses] == [True, True]
    assert first.extracted.settlement.value == "settled"


def test_a_deleted_document_is_missing_from_the_census(branches: list[Branch]) -> None:
    header = branches[0].of("MDis")[0]
    before = {member.key for member in read(branches, branches=["9001"]).censuses[0].members}
    number = header["Voucher"]
    executed(
        *(
            (f"DELETE FROM {name} WHERE CompanyID = 9001 AND Voucher = '{number}'", [])
            for name in ("MDis", "Dis", "Account")
        )
    )
    try:
        after = {member.key for member in read(branches, branches=["9001"]).censuses[0].members}
    finally:
        executed(*table_statements(branches))
    assert before - after == {f"2025-26/{header['Type']}/{number}"}


def test_tables_that_are_absent_or_called_otherwise(branches: list[Branch]) -> None:
    executed(("RENAME TABLE Stock TO tblStock, Account TO tblLegs", []))
    try:
        partly = read(branches)
        assert {issue.code for issue in partly.extracted.issues} == {"marg.tables.left_out"}
        named = read(branches, tables={"Stock": "tblStock", "Account": f"{DATABASE}.tblLegs"})
        assert not [one for one in named.extracted.issues if "Stock" in one.message or "Account" in one.message]
        executed(("RENAME TABLE Dis TO tblLines", []))
        with pytest.raises(SourceRejected) as refused:
            read(branches)
        assert refused.value.code == "marg.tables.absent"
    finally:
        executed(*table_statements(branches))


def test_nothing_but_a_table_is_put_into_a_statement(branches: list[Branch]) -> None:
    with pytest.raises(ConfigurationError):
        read(branches, tables={"Dis": "Dis; DROP TABLE MDis"})


def source_of(told: dict[str, Any], fault: str | None = None, **more: Any) -> TableSource:
    """A source that is asked directly; with a fault, behind a driver that has it."""
    config = {"database": told, **more}
    given = {} if fault is None else {"command": command(fault)}
    return TableSource(config, Silent(), time.monotonic, **given)


class Silent:
    """What a source may ask of the tap, and does not get."""

    progress: Callable[[ProgressEvent], None] | None = None

    @property
    def whole_state(self) -> dict[str, Any]:
        return {}

    def checkpoint(self) -> None:
        raise AssertionError

    def take_census(self, census: Any) -> None:
        return None


@contextmanager
def opened(told: dict[str, Any]) -> Iterator[Tables]:
    failures = TableFailures()
    session = DatabaseSession(target_of(told), limits_of(told), failures, clock=time.monotonic)
    try:
        yield Tables(session, failures)
    finally:
        session.close()


def failure_of(told: dict[str, Any], fault: str | None = None) -> KhataError:
    """What a source says that cannot be read; the password shows nowhere, not in what led to it either."""
    with pytest.raises(KhataError) as failed:
        source_of(told, fault).prepare()
    assert SECRET not in "".join(traceback.format_exception(failed.value))
    assert failed.value.__cause__ is failed.value.__context__ is None
    return failed.value


def test_what_goes_wrong_names_no_password() -> None:
    silent, no_driver = failure_of(database(port=1)), failure_of(database(driver="No Such Driver"))
    assert (type(silent), silent.code) == (SourceUnavailable, "marg.tables.unavailable")
    assert (type(no_driver), no_driver.code) == (ConfigurationError, "marg.tables.no_driver")
    assert failure_of(database(name="Absent")).code == "marg.tables.unavailable"
    assert failure_of(database(), "repeats").code == "marg.tables.unavailable"


@pytest.mark.parametrize(
    ("state", "words", "code"),
    [
        ("28000", "", "marg.tables.refused_user"),
        ("42000", "[FreeTDS] Login failed for user 'khata'.", "marg.tables.refused_user"),
        ("IM002", "", "marg.tables.no_driver"),
        ("01000", "Can't open lib 'x'", "marg.tables.no_driver"),
        ("pyodbc", "No module named 'pyodbc'", "marg.tables.no_pyodbc"),
        ("08001", "", "marg.tables.unavailable"),
        ("", "", "marg.tables.unavailable"),
    ],
)
def test_who_is_refused_and_what_is_missing(state: str, words: str, code: str) -> None:
    said = TableFailures().of_state(state, f"{words} PWD={SECRET}", "Marg's database", is_signing_in=True)
    assert said.code == code
    assert SECRET not in str(said)


def test_a_driver_that_hangs_is_ended_after_the_limit() -> None:
    for fault in ("sign_in", "hang"):
        began = time.monotonic()
        given_up = failure_of(database(timeout_s=1), fault)
        assert (type(given_up), given_up.code) == (SourceUnavailable, "marg.tables.timed_out")
        assert 1 <= time.monotonic() - began < 15
    assert "the table Dis" in given_up.message


def test_a_locked_table_is_given_up_by_a_real_driver(branches: list[Branch]) -> None:
    """Nobody but us has a limit: the server would wait for the lock for a day."""
    with locked("Dis"):
        assert failure_of(database(timeout_s=1)).code == "marg.tables.timed_out"
    unlocked = source_of(database())
    unlocked.prepare()
    assert unlocked.settlement is Settlement.SETTLED


@contextmanager
def locked(table: str) -> Iterator[None]:
    """Another process that holds a table."""
    text = target_of(database()).text
    process = subprocess.Popen([sys.executable, "-c", LOCKER, text, table], stdin=PIPE, stdout=PIPE)
    try:
        assert process.stdout is not None
        assert process.stdout.readline()
        yield
    finally:
        process.communicate()


def test_a_driver_that_crashes_is_said() -> None:
    crashed = failure_of(database(), "crash")
    assert (type(crashed), crashed.code, crashed.facts["exit_code"]) == (
        SourceUnavailable,
        "marg.tables.crashed",
        139,
    )


def test_part_of_a_table_is_no_table(branches: list[Branch]) -> None:
    lost = failure_of(database(), "row")
    assert (type(lost), lost.code, lost.facts["row"]) == (SourceMalformed, "marg.tables.rows_unreadable", 2)
    whole = source_of(database(), "")
    whole.prepare()
    assert whole.settlement is Settlement.SETTLED
    few = failure_of(database(rows_max=5))
    assert (type(few), few.code) == (SourceRejected, "marg.tables.too_many_rows")


def test_values_are_exact_and_of_one_spelling() -> None:
    write(
        ("DROP DATABASE IF EXISTS margvalues", []),
        ("CREATE DATABASE margvalues", []),
        ("CREATE TABLE margvalues.T (n DECIMAL(18,8), d DATE, m DATETIME, day DATETIME, f DOUBLE, i INT, t TEXT)", []),
        ("INSERT INTO margvalues.T VALUES (0, '2025-04-05', '2025-04-05 01:02:03', '2025-04-05', 0.1, 7, 'आशा')", []),
        ("INSERT INTO margvalues.T (i) VALUES (8)", []),
    )
    with opened(database(name="margvalues")) as tables:
        full, empty = tables.rows("T")
    write(("DROP DATABASE margvalues", []))
    assert full == {
        "n": "0.00000000",
        "d": "2025-04-05",
        "m": "2025-04-05 01:02:03",
        "day": "2025-04-05",
        "f": "0.1",
        "i": 7,
        "t": "आशा",
    }
    assert empty == {**dict.fromkeys(full), "i": 8}


@pytest.mark.parametrize("way", ["driver", "dsn"])
def test_a_branch_is_read_as_of_one_moment(
    way: str, branches: list[Branch], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where only a data source is named: the server says what it is."""
    told = database()
    if way == "dsn":
        folder = odbc_folder(tmp_path / "odbc", find_driver(), server_port(), name="Maria", data_source="MargShop")
        monkeypatch.setenv("ODBCSYSINI", str(folder))
        monkeypatch.setenv("ODBCINI", str(folder / "odbc.ini"))
        told = {"dsn": "MargShop", "name": DATABASE, "user": "khata", "password": SECRET}
    with opened(told) as tables:
        before = tables.count("MDis", "9001")
        executed(("DELETE FROM MDis WHERE CompanyID = 9001 AND Voucher = ?", [(branches[0].of("MDis")[0]["Voucher"],)]))
        try:
            assert len(list(tables.rows("MDis", "9001"))) == tables.count("MDis", "9001") == before
            tables.renew()
            assert tables.count("MDis", "9001") < before
        finally:
            tables.renew()  # who has read them holds the tables: nobody could make them anew
            executed(*table_statements(branches))


def test_values_cannot_end_themselves() -> None:
    target = target_of({"driver": "X", "user": "a;UID=root", "password": "p}w;d", "port": "3306", "encrypt": "yes"})
    assert target.text == "DRIVER={X};PORT=3306;UID={a;UID=root};PWD={p}}w;d};Encryption=yes;"
    assert "p}w" not in repr(target)


@pytest.mark.parametrize(
    "wrong",
    [{"server": "here"}, {"port": "x"}, {"port": 70000}, {"timeout_s": 0}, {"timeout_s": "inf"}, {"rows_max": 1.5}],
)
def test_settings_are_checked_honestly(wrong: dict[str, Any]) -> None:
    told = wrong if "server" in wrong else database(**wrong)
    with pytest.raises(ConfigurationError) as refused:
        source_of(told).prepare()
    assert refused.value.code == "marg.settings"
