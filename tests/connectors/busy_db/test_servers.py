"""Databases on servers: only what changed is read again, what went is gone, and faults say what to do."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from canonical.errors import ConfigurationError, CredentialError, KhataError, SourceRejected, SourceUnavailable
from canonical.ledger import Ledger
from canonical.voucher import Voucher
from connectors.busy import CONNECTOR
from connectors.busy.database.settings import parse_settings
from connectors.busy.database.source import database_source
from connectors.sdk.base import Surroundings
from sandbox.busy.tables import build_years
from sandbox.busy.tds.server import RunningServer, serve
from tests.connectors.busy_db.hub import BASE, Databases, databases, differences, hub, world
from tests.connectors.busy_db.servers import fill, freetds, mariadb_config

SECRET = "pl4nted-secret"
YEAR = f"{BASE}_db12025"


def config_of(running: RunningServer, **more: Any) -> dict[str, Any]:
    place = {"server": "127.0.0.1", "port": running.port, "user": "reader", "password": SECRET, "database": BASE}
    return {"company": "Asha Traders", "database": {**place, "driver": freetds(), "encrypt": "off", **more}}


@contextmanager
def server(held: Databases | None = None) -> Iterator[RunningServer]:
    with serve(held or databases(build_years(world())), user="reader", password=SECRET) as running:
        yield running


def surroundings(folder: Path) -> Surroundings:
    return Surroundings(work_directory=folder, clock=time.monotonic, sleep=lambda _: None)


class Shell:
    """What the tap offers a source when it runs from the shell."""

    progress = None

    def __init__(self) -> None:
        self.whole_state: dict[str, Any] = {}


def shell_vouchers(config: dict[str, Any], shell: Shell, folder: Path) -> list[str]:
    source = database_source(config, shell, surroundings(folder), None)
    try:
        return [record["key"] for record in source.records("vouchers")]
    finally:
        source.close()


def lines_asked(running: RunningServer, since: int) -> list[str]:
    return [one for one in running.statements[since:] if "[Tran2]" in one and "COUNT" not in one]


def edit(held: Databases, code: int, **changes: Any) -> None:
    """Change a voucher's header, as BUSY does when it is saved."""
    rows = held[YEAR]["Tran1"]
    place = next(number for number, row in enumerate(rows) if row["VchCode"] == code)
    rows[place] = {**rows[place], **changes}


def test_lines_are_read_of_changed_vouchers_only() -> None:
    held = databases(build_years(world()))
    with server(held) as running, hub(config_of(running)) as made:
        made.sync()
        before, since = made.held(), len(running.statements)
        made.sync()
        assert made.held() == before
        assert not lines_asked(running, since)
        edit(held, 3, Stamp=99_999)
        since = len(running.statements)
        assert made.sync().counts["vouchers"] == 1
        assert lines_asked(running, since) == ["SELECT * FROM [Tran2] WHERE [VchCode] IN (@P1)"]
        assert not differences(made)


def test_a_change_without_a_stamp_is_seen_by_content() -> None:
    held = databases(build_years(world()))
    with server(held) as running, hub(config_of(running, incremental="content")) as made:
        made.sync()
        rows = held[YEAR]["Tran2"]
        place = next(number for number, row in enumerate(rows) if row["VchCode"] == 3)
        rows[place] = {**rows[place], "ShortNar": "changed behind the stamp's back"}
        assert made.sync().counts["vouchers"] == 1


def test_deleted_vouchers_and_masters_are_gone() -> None:
    held = databases(build_years(world()))
    with server(held) as running, hub(config_of(running)) as made:
        made.sync()
        for table in ("Tran1", "Tran2", "Tran3", "VchOtherInfo", "BillingDet", "VchGSTSumItemWise"):
            held[YEAR][table] = [row for row in held[YEAR][table] if row["VchCode"] != 5]
        held[YEAR]["DeletedInfo"] = [{**_deleted(), "Identity": "Main;01-04-2025;5;Sale"}]
        unused = next(one for one in made.records(Ledger) if one.name == "Interest Received")
        code = int(unused.source.key.partition(":")[2])
        held[YEAR]["Master1"] = [row for row in held[YEAR]["Master1"] if row["Code"] != code]
        made.sync()
        assert "2025:5" not in {one.source.key for one in made.records(Voucher)}
        assert not [one for one in made.records(Ledger) if one.name == "Interest Received" and not one.is_placeholder]


def _deleted() -> dict[str, Any]:
    from sandbox.busy.tables import YearTables

    return YearTables(2025).add("DeletedInfo", Type=2, VchMastType=9, DeletedBy="a")


def test_a_renamed_account_takes_its_vouchers_with_it() -> None:
    held = databases(build_years(world()))
    with server(held) as running, hub(config_of(running)) as made:
        made.sync()
        rows = held[YEAR]["Master1"]
        place = next(number for number, row in enumerate(rows) if row["Name"] == "Cash")
        rows[place] = {**rows[place], "Name": "Cash in Till"}
        made.sync()
        names = {posting.ledger_name for one in made.records(Voucher) for posting in one.postings}
        assert "Cash in Till" in names
        assert "Cash" not in names


def test_from_the_shell_months_without_a_change_are_left_out(tmp_path: Path) -> None:
    held = databases(build_years(world()))
    shell = Shell()
    with server(held) as running:
        config = config_of(running)
        everything = shell_vouchers(config, shell, tmp_path)
        assert len(everything) == len(held[YEAR]["Tran1"])
        assert not shell_vouchers(config, shell, tmp_path)
        edit(held, 3, Stamp=99_999)
        again = shell_vouchers(config, shell, tmp_path)
        assert "2025:3" in again
        assert len(again) < len(everything) / 2


def test_counters_move_with_the_books_and_only_then(tmp_path: Path) -> None:
    held = databases(build_years(world()))
    assert CONNECTOR.counters is not None
    with server(held) as running:
        config = config_of(running)
        first = CONNECTOR.counters(config, surroundings(tmp_path))
        assert CONNECTOR.counters(config, surroundings(tmp_path)) == first
        edit(held, 3, Stamp=99_999)
        assert CONNECTOR.counters(config, surroundings(tmp_path)) != first
    assert CONNECTOR.counters({"service": {}}, surroundings(tmp_path)) is None


def test_faults_of_a_server_say_what_to_do(tmp_path: Path) -> None:
    def fails(config: dict[str, Any]) -> KhataError:
        source = database_source(config, Shell(), surroundings(tmp_path), None)
        with pytest.raises(KhataError) as failed:
            list(source.records("vouchers"))
        source.close()
        assert SECRET not in str(failed.value)
        assert SECRET not in repr(config and parse_settings(config["database"]))
        return failed.value

    with server() as running:
        refused = fails(config_of(running, password="wrong"))
        assert (type(refused), refused.code) == (CredentialError, "busy.database.sign_in")
        assert fails(config_of(running, database="BusyComp0009")).code == "busy.database.no_years"
        assert fails(config_of(running, years=[1999])).code == "busy.database.no_years"
        running.switches.drop_after_rows = 10
        assert isinstance(fails(config_of(running)), SourceUnavailable | SourceRejected)
        running.switches.drop_after_rows = -1
        running.switches.hang = "SELECT * FROM [Tran3]"
        began = time.monotonic()
        slow = fails(config_of(running, answer_timeout_s=0.5))
        assert slow.code == "busy.database.timed_out"
        assert time.monotonic() - began < 20
        running.switches.hang = ""
        port = running.port
    gone = fails({"company": "A", "database": {**config_of(running)["database"], "port": port}})
    assert gone.code == "busy.database.unreachable"
    missing = {**config_of(running)["database"], "driver": "No Such Driver"}
    assert fails({"company": "A", "database": missing}).code == "busy.database.no_driver"


def test_a_table_that_is_no_years_database_is_refused(tmp_path: Path) -> None:
    with server({YEAR: {"Config": []}}) as running:
        source = database_source(config_of(running), Shell(), surroundings(tmp_path), None)
        with pytest.raises(SourceRejected) as refused:
            source.prepare()
        source.close()
    assert refused.value.code == "busy.database.no_table"


def test_nothing_can_be_written_through_our_connection() -> None:
    from connectors.busy.database.dialects import server_target
    from connectors.busy.database.opening import open_pool

    fill(databases(build_years(world())))
    settings = parse_settings(mariadb_config(YEAR)["database"])
    pool = open_pool(settings, surroundings(Path()))
    with pool.lend(server_target(settings, YEAR, "test")) as session, pytest.raises(SourceRejected) as refused:
        list(session.read("UPDATE Tran1 SET VchNo = 'x'").batches)
    pool.close()
    assert "READ ONLY" in refused.value.message.upper()


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"files": ["x"], "kind": "mysql"},
        {"kind": "oracle"},
        {"server": "a b", "database": "x"},
        {"server": "pc", "database": "x;y"},
        {"server": "pc", "database": "x", "port": -1},
        {"server": "pc", "database": "x", "port": True},
        {"server": "pc", "database": "x", "answer_timeout_s": 0},
        {"server": "pc", "database": "x", "years": ["2025"]},
        {"server": "pc", "database": "x", "driver": "a;PWD=b"},
        {"server": "pc", "database": "x", "incremental": "guess"},
        {"server": "pc", "database": "x", "encrypt": "no;way"},
    ],
)
def test_settings_are_checked_honestly(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError) as refused:
        parse_settings(wrong)
    assert refused.value.code == "busy.database.setting"
