"""The gateway as a mode of the tap: the same canonical records as from files, state, several companies, the shell."""

from __future__ import annotations

import atexit
import dataclasses
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from singer_sdk.testing import SuiteConfig, get_tap_test_class

from canonical.codec import CanonicalRecord
from canonical.company import Company
from canonical.record import RawRecord, SourceRef
from connectors.sdk.base import Surroundings
from connectors.sdk.conformance import Collected
from connectors.sdk.registry import get_connector
from connectors.sdk.run import run_tap
from connectors.tally.live.watermark import OVERLAP
from connectors.tally.tap import TapTally
from connectors.tally.translate.translator import STREAMS, TallyTranslator
from sandbox.tally import Scaffolding, TallyEncoding, write
from sandbox.tally.books.live import specs_for
from sandbox.tally.gateway import Faults, PeriodRule
from tests.connectors.tally.live.held import Hub, Target
from tests.connectors.tally.live.tally import NOW, VOUCHER_EDITS, Tally, code_of, objects, tally, work

ROOT = Path(__file__).resolve().parents[4]
VOUCHERS = 120
FROM_GATEWAY_ONLY = frozenset({"Company"})
"""A file export hardly says anything of the company itself."""


@pytest.fixture(scope="module")
def served() -> Iterator[Tally]:
    with tally(vouchers=VOUCHERS, companies=2) as running:
        yield running


@pytest.fixture
def books(served: Tally) -> Iterator[Tally]:
    backup = served.company.snapshot()
    yield served
    served.running.faults = Faults()
    served.settings.clear()
    served.company.restore(backup)


@dataclass
class Read:
    """A hub that has read the books of the beginning once, what that cost and what it brought."""

    hub: Hub
    state: Any
    bytes: int
    counts: Mapping[str, int]


@pytest.fixture(scope="module")
def read_once(served: Tally) -> Read:
    hub, before = Hub(), served.byte_count()
    done = served.sync(hub)
    return Read(hub, done.state, served.byte_count() - before, done.counts)


@pytest.fixture
def read(read_once: Read, books: Tally) -> Read:
    """Such a hub of this test's own."""
    return deepcopy(read_once)


def canonical(records: list[RawRecord]) -> dict[tuple[str, str], CanonicalRecord]:
    guid = records[0].source.company
    translator = TallyTranslator(Company(source=SourceRef("tally", guid, "companies", guid), name="Somebody"))
    order = {stream: place for place, stream in enumerate(STREAMS)}
    ordered = sorted((r for r in records if r.source.stream in order), key=lambda r: order[r.source.stream])
    translated = [record for raw in ordered for record in translator.translate(raw).records]
    return {(type(one).__name__, str(getattr(one, "key", one.source))): one for one in translated}


@pytest.mark.slow
def test_the_gateway_gives_what_a_file_export_of_the_same_books_gives(tmp_path: Path) -> None:
    (spec,) = specs_for(1, vouchers=400)
    with tally(vouchers=400) as books:
        live = Collected()
        books.sync(live)  # type: ignore[arg-type]  # a sink like any other
        written = write(spec, tmp_path, encoding=TallyEncoding.UNICODE, scaffolding=Scaffolding.USUAL)
    files = Collected()
    run_tap(TapTally, {"files": [str(path) for path in written.paths]}, files, now=NOW)
    ours, theirs = canonical(live.records), canonical(files.records)
    assert ours.keys() == theirs.keys()
    for address, record in theirs.items():
        if address[0] not in FROM_GATEWAY_ONLY:
            assert _comparable(ours[address]) == _comparable(record), address
    assert sum(address[0] == "Voucher" for address in ours) == 400


def _comparable(record: Any) -> Any:
    """Without what one side alone says: closing balances and part numbers (computed), user-defined fields."""
    if type(record).__name__ == "Ledger":
        return dataclasses.replace(record, closing=None)
    if type(record).__name__ == "Item":
        return dataclasses.replace(record, part_number="")
    extras = {name: value for name, value in record.extras.items() if name != "udf"}
    return dataclasses.replace(record, extras=extras)


def test_a_second_sync_of_quiet_books_asks_once_and_brings_nothing(books: Tally, read: Read) -> None:
    hub, state = read.hub, read.state
    before, accepted = books.request_count(), hub.accepted
    done = books.sync(hub, state)
    assert (books.request_count() - before, hub.accepted - accepted, done.counts) == (1, 0, {})
    assert done.state["companies"] == state["companies"]


def test_changes_cost_little_beside_everything(books: Tally, read: Read) -> None:
    work(books.company, [VOUCHER_EDITS[0], VOUCHER_EDITS[1]], seed=5)
    before = books.byte_count()
    done = books.sync(read.hub, read.state)
    assert done.counts["vouchers"] <= 2
    assert (books.byte_count() - before) * 5 < read.bytes


def test_many_vouchers_with_new_numbers_are_read(books: Tally, read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    """One deletion renumbers all later invoices of its type; beyond a few they are read by windows, not by name."""
    monkeypatch.setattr("connectors.tally.live.fetching.KEYS_PER_REQUEST", 1)
    types = {row.master_id for row in books.company.masters.of_kind("VOUCHERTYPE") if row.name == "GST Sale Invoice"}
    rows = [row.master_id for row in books.company.vouchers() if row.type_id in types]
    books.company.edit_vouchers.delete(rows[0])
    before = books.request_count()
    books.sync(read.hub, read.state)
    asked = [one for one in books.running.requests[before:] if one.name == "KhataVouchers"]
    assert len(rows) > len(asked)
    assert max(one.objects for one in asked) >= len(rows) - 1
    assert objects(read.hub.content()) == books.fresh()


def test_all_open_companies_are_read_or_those_that_are_named(books: Tally, read: Read) -> None:
    one, other = [company.guid for company in books.running.books.companies]
    assert {address[0] for address in read.hub.held} == {one, other}
    named = Hub()
    books.sync(named, companies=[other])
    assert {address[0] for address in named.held} == {other}
    named = Hub()
    books.sync(named, company=books.company.name.upper())
    assert {address[0] for address in named.held} == {one}
    assert code_of(lambda: books.sync(Hub(), company_guid="nobody")) == "tally.gateway.company_not_loaded"
    assert code_of(lambda: books.sync(Hub(), company="Nobody & Sons")) == "tally.gateway.company_not_loaded"


def test_only_changes_are_refused_where_nothing_was_read(books: Tally, read: Read) -> None:
    assert code_of(lambda: books.sync(Hub(), mode="incremental")) == "tally.live.no_state"
    books.sync(read.hub, read.state, mode="incremental")


def test_a_full_sync_reads_what_is_held_too(books: Tally, read: Read) -> None:
    assert books.sync(read.hub, read.state, mode="full").counts["vouchers"] == read.counts["vouchers"]


def test_what_the_hub_holds_already_is_not_read_again(books: Tally, read: Read) -> None:
    before = books.byte_count()
    done = books.sync(read.hub, None)
    assert not done.counts.get("vouchers")
    assert books.byte_count() - before < read.bytes / 3


def test_a_restored_backup_is_noticed(books: Tally) -> None:
    hub = Hub()
    work(books.company, [VOUCHER_EDITS[1]] * 3, seed=1)
    backup = books.company.snapshot()
    work(books.company, [*VOUCHER_EDITS], seed=2)
    state = books.sync(hub).state
    books.company.restore(backup)
    done = books.sync(hub, state)
    assert "tally.live.read_anew" in {issue.code for issue in done.issues}
    assert objects(hub.content()) == books.fresh()


@pytest.mark.slow
def test_a_restored_backup_that_has_overtaken_the_old_counters_is_noticed(books: Tally) -> None:
    hub = Hub()
    backup = books.company.snapshot()
    work(books.company, [VOUCHER_EDITS[0]] * 4, seed=2)
    state = books.sync(hub).state
    books.company.restore(backup)
    work(books.company, [VOUCHER_EDITS[0]] * (4 + OVERLAP), seed=3)
    done = books.sync(hub, state)
    assert "tally.live.read_anew" in {issue.code for issue in done.issues}
    assert objects(hub.content()) == books.fresh()


def test_other_books_under_the_same_identity_are_read_anew(books: Tally) -> None:
    hub = Hub()
    state = books.sync(hub, company_guid=books.company.guid).state
    state["companies"][books.company.guid]["number"] = "999999"
    done = books.sync(hub, state, company_guid=books.company.guid)
    assert "tally.live.read_anew" in {issue.code for issue in done.issues}


def test_a_killed_first_sync_goes_on_at_its_month(books: Tally) -> None:
    hub, asked = Hub(), books.request_count
    books.sync(Hub())
    whole = books.running.requests[-1].number

    def kill(number: int, body: str) -> None:
        if "KhataCensus" in body and sum("Census" in one.name for one in books.running.requests[start:]) >= 10:
            books.running.faults = replace(Faults(), reset=True)

    start = asked()
    books.running.watch = kill
    code = code_of(lambda: books.sync(hub, company_guid=books.company.guid))
    books.running.watch = None
    books.running.faults = Faults()
    assert code
    state = hub.states[-1]
    held = len(hub.content("vouchers"))
    assert 0 < held < 200
    assert state["bookmarks"]["vouchers"]["progress"]
    assert books.company.guid not in state.get("companies", {})
    work(books.company, [*VOUCHER_EDITS], seed=11)
    start = asked()
    done = books.sync(hub, state, company_guid=books.company.guid)
    assert done.counts["vouchers"] < 200 - held + 30
    expected = {key: record for key, record in books.fresh().items() if key[0] == books.company.guid}
    assert objects(hub.content()) == expected
    assert whole


@pytest.mark.slow
def test_the_educational_mode_is_read_in_full(books: Tally) -> None:
    books.running.faults = replace(Faults(), educational=True)
    profile = books.profile
    books.profile = {}
    try:
        hub = Hub()
        done = books.sync(hub)
        assert all(one["only_education_days"] for one in done.state["profiles"].values())
        work(books.company, [*VOUCHER_EDITS], seed=4)
        books.sync(hub, done.state)
    finally:
        books.profile = profile
        books.running.faults = Faults()
    assert objects(hub.content()) == books.fresh()


@pytest.mark.slow
def test_a_tally_without_summaries_is_counted_voucher_by_voucher(books: Tally) -> None:
    profile = books.profile
    books.profile = {**profile, "group_by": False}
    try:
        hub = Hub()
        state = books.sync(hub).state
        work(books.company, [*VOUCHER_EDITS], seed=6)
        books.sync(hub, state)
    finally:
        books.profile = profile
    assert objects(hub.content()) == books.fresh()


@pytest.mark.slow
def test_a_tally_that_serves_one_year_only_is_read_through_a_report(books: Tally) -> None:
    books.running.faults = replace(Faults(), period=PeriodRule.CURRENT_YEAR)
    profile = books.profile
    books.profile = {**profile, "route": "voucher_register", "period": "current_year"}
    try:
        hub = Hub()
        books.sync(hub)
    finally:
        books.profile = profile
        books.running.faults = Faults()
    assert set(hub.content("vouchers")) == {a for a in books.fresh() if a[1] == "vouchers"}


def test_reports_come_last_and_say_what_they_stand_for(books: Tally) -> None:
    collected = Collected()
    books.sync(collected, company_guid=books.company.guid)  # type: ignore[arg-type]  # a sink like any other
    assert collected.streams[-1][0] == "reports"
    told = [record for record in collected.records if record.source.stream == "reports"]
    found = {record.source.key: json.loads(record.payload)["object"] for record in told}
    assert {"Trial Balance", "Bills Receivable", "Bills Payable", "Profit and Loss", "Balance Sheet"} <= found.keys()
    trial = found["Trial Balance"]
    assert not trial["moved"]
    assert trial["alter_voucher_id"] == books.company.alter_voucher_id
    assert trial["from"] == "2025-04-01"
    assert trial["to"].endswith("-03-31")
    assert any(tag == "DSPACCNAME" for tag, _ in trial["rows"])


def test_the_state_survives_the_pipe(books: Tally) -> None:
    target = Target()
    books.pipe(target)
    assert target.state["companies"].keys() == {company.guid for company in books.running.books.companies}
    size, before = len(json.dumps(target.state)), target.records
    books.pipe(target)
    assert target.records == before
    assert size < 60_000


def test_the_counters_say_whether_anything_moved(books: Tally) -> None:
    surroundings = Surroundings(work_directory=books.folder, clock=books.clock, sleep=books.clock.sleep)
    counters = get_connector("tally").counters
    assert counters is not None
    one = books.company.guid
    before = counters(books.config(company_guid=one), surroundings)
    assert before == counters(books.config(company_guid=one), surroundings)
    assert len(before) == 1
    assert len(counters(books.config(), surroundings)) == 2
    work(books.company, [VOUCHER_EDITS[1]], seed=1)
    assert before != counters(books.config(company_guid=one), surroundings)


def test_one_of_files_and_gateway(tmp_path: Path) -> None:
    def read(config: dict[str, Any]) -> str:
        return code_of(lambda: TapTally(config=config).prepare())

    assert read({}) == "tally.settings.source"
    assert read({"files": ["a.xml"], "gateway": {"url": "http://localhost:1"}}) == "tally.settings.source"
    assert read({"gateway": {"url": "http://localhost:1", "pause_s": 0.0}}) == "tally.gateway.not_listening"


@pytest.fixture(scope="module")
def settings_file(served: Tally) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="khata-test-") as folder:
        path = Path(folder) / "gateway.json"
        path.write_text(json.dumps(served.config(company_guid=served.company.guid)))
        yield path


def tap(*arguments: str) -> subprocess.CompletedProcess[str]:
    code = "from connectors.tally.tap import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.mark.slow
def test_from_the_shell(settings_file: Path) -> None:
    done = tap("--config", str(settings_file))
    assert done.returncode == 0, done.stderr[-2000:]
    target = Target()
    target.read(done.stdout)
    assert sum(address[1] == "vouchers" for address in target.held) == VOUCHERS
    assert {address[1] for address in target.held} > {"ledgers", "groups", "companies", "reports"}
    assert target.state["companies"]


_KEPT = tally(vouchers=5)
_SERVED = _KEPT.__enter__()  # the SDK wants the settings when the module is read


atexit.register(_KEPT.__exit__, None, None, None)
TestTapTallyLive = get_tap_test_class(
    TapTally,
    config=_SERVED.config(),
    suite_config=SuiteConfig(ignore_no_records_for_streams=["other_masters"]),  # no attendance types, no budgets
)
