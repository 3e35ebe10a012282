"""The same statements through a real driver manager, a real driver and a real server that has Tally's tables.

The driver is registered under the name of Tally's and the data source under the name Tally gives it, so that nothing
in the product knows that it is not Tally. See ``tests/support/mariadb.py`` for why MariaDB.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from canonical.errors import ConfigurationError, SourceRejected, SourceUnavailable
from canonical.proof import ProofStatus
from connectors.tally.odbc.address import DRIVER_64, OdbcAddress
from connectors.tally.odbc.crosscheck import compare, lines_of_nodes
from connectors.tally.odbc.session import OdbcLimits, OdbcSession
from connectors.tally.odbc.source import OdbcSource
from connectors.tally.tap import TapTally
from sandbox.tally.options import TallyEncoding
from sandbox.tally.write import write
from sandbox.world.business import World, build_world
from tests.connectors.tally_odbc.books import guid
from tests.connectors.tally_odbc.real import DATA_SOURCE, FINDER, run_python, table
from tests.support import mariadb
from tests.support.private_server import free_port

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("mariadb")]
pytest.importorskip("pyodbc", reason="pyodbc cannot be loaded here", exc_type=ImportError)


@dataclass(frozen=True)
class Served:
    """The sandbox's business behind ODBC, and the folder of the driver manager's files."""

    world: World
    folder: Path


def tables_of(world: World) -> list[str]:
    """The world as Tally's ODBC tables, by its own truth: amounts as numbers, negative is debit."""
    masters, truth = world.masters, world.truth()
    company = masters.company.guid
    parties = {party.name: party.group for party in masters.parties}
    parents = {ledger.name: ledger.group for ledger in masters.ledgers} | parties
    ledgers: list[dict[str, object]] = [
        {
            "Name": name,
            "Parent": parents[name] or "\x04 Primary",
            "GUID": guid(1000 + number, company),
            "AlterID": number + 1,
            "OpeningBalance": -row.opening / 100 if row.opening else None,
            "_ClosingBalance": str(Decimal(-row.closing).scaleb(-2)),
        }
        for number, (name, row) in enumerate(truth.trial_balance.items())
    ]
    groups: list[dict[str, object]] = [
        {
            "Name": group.name,
            "Parent": group.parent or "\x04 Primary",
            "GUID": guid(1 + number, company),
            "AlterID": number + 1,
            "ReservedName": group.reserved,
            "_IsReserved": int(bool(group.reserved)),
        }
        for number, group in enumerate(masters.groups)
    ]
    catalogue: list[dict[str, object]] = [{"Name": name} for name in ("Company", "Groups", "Ledger", "Hanging")]
    return [
        *table("Company", [{"Name": masters.company.name, "GUID": company, "BooksFrom": "2025-04-01"}]),
        *table("Groups", groups),
        *table("Ledger", ledgers),
        *table("ODBCTables", catalogue),
        # of no table: the server sleeps on when its client is gone, and holds what the query names against all others
        json.dumps(["CREATE OR REPLACE VIEW Hanging AS SELECT SLEEP(30) AS `$Name`", []]),
    ]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Served:
    folder = mariadb.odbc_folder(
        tmp_path_factory.mktemp("odbc"),
        mariadb.find_driver(),
        mariadb.server_port(),
        name=DRIVER_64,
        data_source=DATA_SOURCE,
    )
    world = build_world(seed=11, vouchers=300)
    run_python(mariadb.LOADER, folder, f"DSN={DATA_SOURCE};", text="\n".join(tables_of(world)))
    return Served(world, folder)


@pytest.fixture
def session(served: Served, monkeypatch: pytest.MonkeyPatch) -> Iterator[OdbcSession]:
    monkeypatch.setenv("ODBCSYSINI", str(served.folder))
    monkeypatch.setenv("ODBCINI", str(served.folder / "odbc.ini"))
    limits = OdbcLimits(pause_s=0, answer_timeout_s=30, connect_timeout_s=30, drain_s=30)
    address = OdbcAddress(data_source=DATA_SOURCE)
    with OdbcSession(address, limits, clock=time.monotonic, sleep=time.sleep) as opened:
        yield opened


def exported(world: World, folder: Path, encoding: TallyEncoding) -> Mapping[str, list[dict[str, object]]]:
    """The same business by the other way: Tally's export, read by the tap."""
    files = [str(path) for path in write(world.spec, folder, encoding=encoding).paths]
    tap = TapTally(config={"files": files})
    tap.prepare()
    try:
        return {
            stream: [record["object"] for record in tap.source().records(stream)] for stream in ("groups", "ledgers")
        }
    finally:
        tap.close()


def test_the_books_are_those_of_the_sandbox_to_the_paisa(served: Served, session: OdbcSession) -> None:
    truth = served.world.truth()
    lines = {line.name: line for line in lines_of_nodes(OdbcSource(session).objects("ledgers").nodes)}
    assert len(lines) == len(truth.trial_balance)
    for name, row in truth.trial_balance.items():
        assert lines[name].closing == Decimal(row.closing).scaleb(-2), name
        assert (lines[name].opening or 0) == Decimal(row.opening).scaleb(-2), name


def test_both_ways_agree(served: Served, session: OdbcSession, tmp_path: Path) -> None:
    source = OdbcSource(session, company_guid=served.world.masters.company.guid)
    files = exported(served.world, tmp_path, TallyEncoding.UNICODE)
    groups = (len(files["groups"]), len(source.objects("groups").nodes))
    check = compare(lines_of_nodes(files["ledgers"]), lines_of_nodes(source.objects("ledgers").nodes), groups=groups)
    assert [
        total for total in check.totals if total.status is ProofStatus.DIFFERS and "closing" not in total.name
    ] == []
    proved = {total.name for total in check.totals if total.status is ProofStatus.PROVED}
    assert {
        "number of ledgers",
        "number of groups",
        "ledgers under the same group",
        "sum of opening balances",
    } <= proved


def test_names_that_an_export_lost_are_found(served: Served, session: OdbcSession, tmp_path: Path) -> None:
    """Exported as "ASCII", a Devanagari name is question marks; ODBC still has it: the reason for a second opinion."""
    files = exported(served.world, tmp_path, TallyEncoding.ASCII)
    nodes = OdbcSource(session).objects("ledgers").nodes
    lost = [line.name for line in lines_of_nodes(nodes) if not line.name.isascii()]
    differing = {
        total.name
        for total in compare(lines_of_nodes(files["ledgers"]), lines_of_nodes(nodes)).totals
        if total.status is ProofStatus.DIFFERS
    }
    assert lost
    assert differing >= {f"ledger: {name}" for name in lost}


def test_records_come_with_the_marks_of_tally(session: OdbcSession) -> None:
    source = OdbcSource(session)
    groups = {record["name"]: record for record in source.records("groups")}
    assert groups["Capital Account"]["object"]["PARENT"] == "\ue004 Primary"
    assert groups["Capital Account"]["object"]["@RESERVEDNAME"] == "Capital Account"
    assert source.company().name


def test_a_table_or_method_that_is_not_there_is_refused_in_the_driver_s_words(session: OdbcSession) -> None:
    for table_name, method in (("StockItem", "Name"), ("Ledger", "PartyGSTIN")):
        with pytest.raises(SourceRejected) as refused:
            session.query(table_name, (method,))
        assert refused.value.facts["state"] in ("42S02", "42S22")
    assert session.query("Company", ("Name",)).rows, "the connection is as good as before"


def test_the_catalogue_is_read(session: OdbcSession) -> None:
    assert set(session.columns("Ledger")) >= {"$Name", "$_ClosingBalance"}
    assert session.columns("Nonsense") == ()


def test_a_hanging_query_is_killed_and_the_next_one_works(served: Served, session: OdbcSession) -> None:
    limits = OdbcLimits(pause_s=0, answer_timeout_s=1.0, connect_timeout_s=30, drain_s=30)
    with OdbcSession(session.address, limits, clock=time.monotonic, sleep=time.sleep) as impatient:
        began = time.monotonic()
        with pytest.raises(SourceUnavailable) as given_up:
            impatient.query("Hanging", ("Name",))
        assert given_up.value.code == "tally.odbc.timed_out"
        assert time.monotonic() - began < 15
        rows = impatient.query("Ledger", ("Name",)).rows
        assert len(rows) == len(served.world.truth().trial_balance)


def test_a_data_source_that_is_not_there_is_the_operator_s_to_mend(session: OdbcSession) -> None:
    address = OdbcAddress(data_source="TallyODBC64_9001")
    with (
        OdbcSession(address, OdbcLimits(), clock=time.monotonic, sleep=time.sleep) as other,
        pytest.raises(ConfigurationError) as refused,
    ):
        other.query("Ledger", ("Name",))
    assert refused.value.code == "tally.odbc.no_driver"
    assert "TallyODBC64_9001" in refused.value.message


def test_a_server_that_is_off_is_unavailable(served: Served, session: OdbcSession, tmp_path: Path) -> None:
    assert session.limits.pause_s == 0
    driver = mariadb.find_driver()
    folder = mariadb.odbc_folder(tmp_path / "off", driver, free_port(), name=DRIVER_64, data_source="Off")
    (served.folder / "odbc.ini").write_text(
        (served.folder / "odbc.ini").read_text() + (folder / "odbc.ini").read_text(), encoding="ascii"
    )
    with (
        OdbcSession(OdbcAddress(data_source="Off"), OdbcLimits(), clock=time.monotonic, sleep=time.sleep) as other,
        pytest.raises(SourceUnavailable) as refused,
    ):
        other.query("Ledger", ("Name",))
    assert refused.value.code == "tally.odbc.not_listening"


def test_the_driver_is_discovered(served: Served) -> None:
    said = run_python(FINDER, served.folder)
    assert said.startswith(f"usable {DRIVER_64} [")
    assert DATA_SOURCE in said
