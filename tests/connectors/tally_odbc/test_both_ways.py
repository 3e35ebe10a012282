"""One Tally, two ways: the sandbox's live books over real HTTP and, as tables, through a real ODBC driver.

The tap runs as in the hub. What the two ways say of the same books is compared by the product itself; the tests spoil
one way and look whether that is found, and nothing else.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import msgspec
import pytest

from canonical.company import Company
from canonical.errors import SourceRejected
from canonical.issue import Issue
from canonical.proof import ReportKind, SourceReport
from canonical.record import RawRecord, SourceRef
from connectors.sdk.base import Surroundings
from connectors.sdk.census import Census, CensusMember, CensusVerdict, HeldDay
from connectors.sdk.run import Extracted, run_tap
from connectors.tally.odbc.address import DRIVER_64
from connectors.tally.odbc.opinion import REPORT_TITLE
from connectors.tally.tap import TapTally
from connectors.tally.translate import TallyTranslator
from sandbox.tally.books.live import LiveBooks, build_books
from sandbox.tally.gateway import Running, serve
from sandbox.world.spec import WorldSpec
from tests.connectors.tally_odbc.real import DATA_SOURCE, Row, said, serve_tables
from tests.support import mariadb

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("mariadb")]
pytest.importorskip("pyodbc", reason="pyodbc cannot be loaded here", exc_type=ImportError)
NOW = datetime(2026, 4, 1, tzinfo=UTC)


@dataclass
class Store:
    """A sink that holds what it is given, as the hub does; it begins empty."""

    records: list[RawRecord] = field(default_factory=list)
    state: dict[str, Any] = field(default_factory=dict)

    def accept(self, stream: str, records: list[RawRecord]) -> None:
        assert all(record.source.stream == stream for record in records)
        self.records += records

    def bookmark(self, state: Any) -> None:
        self.state = state

    def held(self, stream: str) -> dict[str, RawRecord]:
        return {record.source.key: record for record in self.records if record.source.stream == stream}

    def take_census(self, census: Census) -> CensusVerdict:
        held = self.held(census.stream)
        counted = {member.key: member for member in census.members}
        differing = (
            key
            for key, member in counted.items()
            if key in held and (member.version or held[key].version) != held[key].version
        )
        in_scope = (
            key
            for key, record in held.items()
            if census.period is None or (record.day and census.period.start <= record.day <= census.period.end)
        )
        return CensusVerdict(
            missing=tuple(counted.keys() - held.keys()),
            outdated=tuple(differing),
            gone=tuple(key for key in in_scope if key not in counted),
        )

    def held_by_day(self, company: str, stream: str) -> dict[date, HeldDay]:
        days: dict[date, HeldDay] = {}
        for record in self.held(stream).values():
            if record.day and record.source.company == company:
                before = days.get(record.day, HeldDay(0, 0))
                days[record.day] = HeldDay(before.records + 1, before.versions + (record.version or 0))
        return days

    def values_of(self, company: str, stream: str, keys: Sequence[str], field: str) -> frozenset[str]:
        return frozenset()

    def changes_allowed(self, company: str) -> int:
        return 0

    def is_another_day(self, company: str) -> bool:
        return False

    def outdated(self, company: str, stream: str) -> tuple[CensusMember, ...]:
        assert company
        assert stream
        return ()


def extract(config: dict[str, Any], store: Store, work: Path) -> Extracted:
    around = Surroundings(work_directory=work, clock=time.monotonic, sleep=time.sleep)
    return run_tap(TapTally, config, store, now=NOW, state=store.state, surroundings=around)


def codes_of_a_first_sync(config: dict[str, Any], work: Path) -> list[str]:
    """Run in a process that has not loaded the driver manager yet, which reads its files once."""
    return list(codes(extract(config, Store(), work)))


@dataclass
class Tally:
    """A running Tally with both ways open."""

    running: Running
    books: LiveBooks
    folder: Path
    work: Path
    store: Store = field(default_factory=Store)

    def serve_tables(self, spoil: Callable[[list[Row]], None] = lambda _: None) -> None:
        serve_tables(self.books, self.folder, spoil)

    def config(self, **odbc: Any) -> dict[str, Any]:
        return {
            "gateway": {"url": self.running.url, "pause_s": 0},
            "odbc": {"dsn": DATA_SOURCE, "pause_s": 0, "answer_timeout_s": 60, "connect_timeout_s": 60, **odbc},
        }

    def sync(self, **odbc: Any) -> Extracted:
        return extract(self.config(**odbc), self.store, self.work)

    def oracle(self) -> SourceReport:
        record = self.store.held("reports")[REPORT_TITLE]
        company = Company(source=SourceRef("tally", record.source.company, "companies", ""), name="")
        report = TallyTranslator(company).report(record)
        assert report is not None
        return report


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    driver, port = mariadb.find_driver(), mariadb.server_port()
    place = tmp_path_factory.mktemp("odbc")
    return mariadb.odbc_folder(place, driver, port, name=DRIVER_64, data_source=DATA_SOURCE)


@pytest.fixture
def tally(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tally]:
    monkeypatch.setenv("ODBCSYSINI", str(folder))
    monkeypatch.setenv("ODBCINI", str(folder / "odbc.ini"))
    books = build_books([WorldSpec(seed=5, vouchers=60)])
    with serve(books) as running:
        yield Tally(running, books, folder, tmp_path)


def codes(extracted: Extracted) -> dict[str, Issue]:
    return {issue.code: issue for issue in extracted.issues if issue.code.startswith("tally.odbc.")}


def test_both_ways_say_the_same_of_the_same_books(tally: Tally) -> None:
    tally.serve_tables()
    found = codes(tally.sync())
    assert "tally.odbc.differs" not in found
    company = tally.books.current
    assert company is not None
    ledgers = {str(said(one, "Name")): said(one, "ClosingBalance") for one in company.objects("Ledger")}
    assert f"ODBC agrees on {len(ledgers)} ledgers" in found["tally.odbc.agrees"].message
    report = tally.oracle()
    assert (report.kind, report.is_refused) == (ReportKind.TRIAL_BALANCE, False)
    assert report.as_of is not None
    derived = {"Profit & Loss A/c", "Stock of Goods"}
    with_balance = {name: closing for name, closing in ledgers.items() if closing is not None and name not in derived}
    assert {line.name: float(-line.net) for line in report.lines} == with_balance


def test_the_data_source_of_the_port_is_found(tally: Tally) -> None:
    """Drivers are listed in the process that asks; other tests may have listed them there, from other files."""
    tally.serve_tables()
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as fresh:
        found = fresh.submit(codes_of_a_first_sync, tally.config(dsn="", port=9000), tally.work).result(timeout=120)
    assert "tally.odbc.agrees" in found


def test_a_balance_and_a_name_that_differ_are_found(tally: Tally) -> None:
    def spoil(ledgers: list[Row]) -> None:
        with_balance = next(row for row in ledgers if row["_ClosingBalance"])
        with_balance["_ClosingBalance"] = float(str(with_balance["_ClosingBalance"])) + 0.01
        del ledgers[-1]

    tally.serve_tables(spoil)
    issue = codes(tally.sync())["tally.odbc.differs"]
    assert issue.facts["differences"] in (3, 4), issue.message  # the ledger, the balance, and their sum
    assert tally.oracle().is_refused, "it is not known to be of the same period"


def test_after_a_change_the_second_sync_compares_again(tally: Tally) -> None:
    tally.serve_tables()
    tally.sync()
    company = tally.books.current
    assert company is not None
    ledger = next(iter(company.objects("Ledger")))
    company.edit_masters.rename(int(str(said(ledger, "MasterId"))), "Renamed & Sons")
    tally.serve_tables()
    found = codes(tally.sync())
    assert "tally.odbc.differs" not in found, found["tally.odbc.differs"].message
    assert "tally.odbc.agrees" in found


def test_nothing_new_asks_odbc_nothing(tally: Tally) -> None:
    tally.serve_tables()
    tally.sync()
    assert not codes(tally.sync(dsn="TallyODBC64_9999")), "a data source that is not there is not even looked for"


def test_an_odbc_that_is_not_there_is_said_and_the_sync_is_whole(tally: Tally) -> None:
    found = codes(tally.sync(dsn="TallyODBC64_9999"))
    assert set(found) == {"tally.odbc.no_opinion"}
    assert len(tally.store.held("vouchers")) == 60


def test_what_the_gateway_refuses_comes_over_odbc_until_it_gives_it_again(tally: Tally) -> None:
    """The whole detour: refused ledgers stand in, and the next sync puts the gateway's in their place."""
    tally.serve_tables()

    def refuse_ledgers(_number: int, request: str) -> None:
        is_read = "<TYPE>Ledger</TYPE>" in request and "BILLALLOCATIONS" in request
        tally.running.faults.line_error = "Memory access violation" if is_read else ""

    tally.running.watch = refuse_ledgers
    found = codes(tally.sync(use="fallback"))
    assert found["tally.odbc.stood_in"].facts["stream"] == "ledgers"
    company = tally.books.current
    assert company is not None
    ledgers = tally.store.held("ledgers")
    assert len(ledgers) == len(list(company.objects("Ledger")))
    assert {record.version for record in ledgers.values()} == {None}
    assert len(tally.store.held("vouchers")) == 60

    tally.running.watch, tally.running.faults.line_error = None, ""
    again = codes(tally.sync(use="fallback"))
    assert "tally.odbc.stood_in" not in again
    latest = tally.store.held("ledgers")
    assert all(record.version for record in latest.values()), "the gateway's own, with their change numbers"
    objects = [msgspec.json.decode(record.payload)["object"] for record in latest.values()]
    assert any("BILLALLOCATIONS.LIST" in node or "LEDGSTREGDETAILS.LIST" in node for node in objects)


def test_a_second_opinion_alone_lets_the_refusal_stand(tally: Tally) -> None:
    tally.serve_tables()
    tally.running.watch = lambda _number, request: tally.running.faults.turn(
        "line_error", "Memory access violation" if "<TYPE>Ledger</TYPE>" in request else ""
    )
    with pytest.raises(SourceRejected) as refused:
        tally.sync()
    assert refused.value.code == "tally.gateway.refused"
