"""The tap against the fake API: everything once, then what changed, deletions, resuming, trouble on the way."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from canonical.errors import CredentialError, SourceRejected
from canonical.record import RawRecord
from connectors.quickbooks.entities import BY_NAME, BY_STREAM, DOCUMENTS, READ_ORDER
from connectors.quickbooks.tap import TapQuickBooks
from connectors.sdk.census import CENSUS, Census, CensusVerdict, Settlement
from connectors.sdk.conformance import Collected
from connectors.sdk.run import run_tap
from sandbox.quickbooks.limits import Limits
from tests.connectors.quickbooks.api import Api, api


class Held(Collected):
    """A sink with a memory across runs, as the hub has: it knows what it holds and retires what is gone."""

    def __init__(self) -> None:
        super().__init__()
        self.held: dict[str, dict[str, RawRecord]] = {}
        self.retired: list[tuple[str, str]] = []
        self.new: Counter[str] = Counter()

    def accept(self, stream: str, records: list[RawRecord]) -> None:
        for record in records:
            before = self.held.setdefault(stream, {}).get(record.source.key)
            self.new[stream] += before is None or before.digest != record.digest
            self.held[stream][record.source.key] = record
        super().accept(stream, records)

    def take_census(self, census: Census) -> CensusVerdict:
        self.censuses.append(census)
        held = self.held.setdefault(census.stream, {})
        there = {member.key for member in census.members}
        keys = census.keys
        gone = tuple(
            key
            for key in held
            if key not in there and (keys is None or (keys.after < key and (keys.upto is None or key <= keys.upto)))
        )
        if census.corroborated:
            self.retired += [(census.stream, key) for key in gone]
            for key in gone:
                del held[key]
        return CensusVerdict(missing=tuple(key for key in there if key not in held), gone=gone)

    def ids(self, stream: str) -> set[str]:
        return set(self.held.get(stream, {}))


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Api]:
    with api(tmp_path) as made:
        yield made


def read(served: Api, sink: Held, state: Mapping[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """One run; returns its state."""
    extracted = run_tap(
        TapQuickBooks,
        served.config(**more),
        sink,
        now=served.clock(),
        state=state,
        surroundings=served.surroundings(),
    )
    sink.extracted = extracted
    return extracted.state


def truth(served: Api) -> dict[str, set[str]]:
    return {entity.stream: {record.key for record in served.live.company.records(entity.name)} for entity in DOCUMENTS}


def test_the_first_run_reads_everything_once(served: Api) -> None:
    sink = Held()
    read(served, sink)
    assert {stream: sink.ids(stream) for stream in truth(served)} == truth(served)
    for entity in ("Account", "Customer", "Vendor", "Item", "TaxCode", "TaxRate"):
        stream = BY_NAME[entity].stream
        assert sink.ids(stream) == {record.key for record in served.live.company.records(entity)}, entity
    repeated = [key for key, count in Counter(r.source for r in sink.records).items() if count > 1]
    assert not repeated
    assert sink.extracted.settlement is Settlement.SETTLED
    assert sink.streams[0][0] == "companies"


def test_nothing_is_read_again_while_nothing_changes(served: Api) -> None:
    sink = Held()
    state = read(served, sink)
    served.clock.advance(3600)
    sink.new.clear()
    before = served.calls()
    read(served, sink, state)
    assert not sink.new.total()
    assert served.calls() - before < 20, "the company, its settings, the changes, three short lists"


@pytest.mark.parametrize("way", ["changes", "queries"])
def test_a_later_run_brings_what_changed_and_retires_what_went(served: Api, way: str) -> None:
    sink = Held()
    state = read(served, sink)
    for _ in range(3):
        served.clock.advance(days=1)
        served.work(15)
        state = read(served, sink, state, incremental_by=way)
        assert {stream: sink.ids(stream) for stream in truth(served)} == truth(served)
    for stream, held in sink.held.items():
        for key, record in held.items():
            if stream in BY_STREAM and BY_STREAM[stream].is_document:
                said = served.live.company.get(BY_STREAM[stream].name, key).document
                assert json.loads(record.payload)["object"]["SyncToken"] == said["SyncToken"], (stream, key)


def test_a_deletion_is_asked_for_by_id_before_it_is_believed(served: Api) -> None:
    sink = Held()
    state = read(served, sink)
    served.clock.advance(3600)
    gone = next(iter(served.live.company.records("Estimate"))).key
    served.live.write.delete("Estimate", gone)
    read(served, sink, state)
    assert sink.retired == [("estimates", gone)]
    sweeps = [census.stream for census in sink.censuses if census.corroborated]
    assert sweeps == ["estimates"]


def test_after_a_long_silence_everything_is_compared(served: Api) -> None:
    """Change data capture reaches thirty days back; beyond that a deletion leaves no trace but its absence."""
    sink = Held()
    state = read(served, sink)
    served.work(30)
    served.clock.advance(days=45)
    before = served.calls("/cdc")
    read(served, sink, state)
    assert served.calls("/cdc") == before
    assert {stream: sink.ids(stream) for stream in truth(served)} == truth(served)


def test_a_long_list_is_compared_a_portion_at_a_time(served: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """What went and what was missed is found in whichever portion its id falls."""
    monkeypatch.setattr("connectors.quickbooks.sweep.PORTION", 3)
    sink = Held()
    state = read(served, sink)
    lost = sorted(sink.held["invoices"])[:: max(1, len(sink.held["invoices"]) // 4)]
    for key in lost:
        del sink.held["invoices"][key]
    estimates = sorted(record.key for record in served.live.company.records("Estimate"))
    for key in (estimates[0], estimates[-1]):
        served.live.write.delete("Estimate", key)
    served.clock.advance(days=45)
    sink.censuses.clear()
    read(served, sink, state)
    assert {stream: sink.ids(stream) for stream in truth(served)} == truth(served)
    assert sorted(sink.retired) == [("estimates", key) for key in sorted((estimates[0], estimates[-1]))]
    whole = [census for census in sink.censuses if census.stream == "invoices" and not census.corroborated]
    assert len(whole) == -(-len(sink.held["invoices"]) // 3) > 1
    assert all(len(census.members) <= 3 for census in whole)


def test_a_missed_object_is_found_by_the_weekly_comparison(served: Api) -> None:
    sink = Held()
    state = read(served, sink)
    lost = next(iter(sink.held["invoices"]))
    del sink.held["invoices"][lost]
    served.clock.advance(days=2)
    state = read(served, sink, state)
    assert lost not in sink.ids("invoices")
    served.clock.advance(days=6)
    read(served, sink, state)
    assert lost in sink.ids("invoices")


def test_more_changes_than_one_answer_holds_are_queried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox.quickbooks.feed.OBJECTS_MAX", 20)
    monkeypatch.setattr("connectors.quickbooks.client.CHANGES_MAX", 20)
    with api(tmp_path) as served:
        sink = Held()
        state = read(served, sink)
        served.clock.advance(3600)
        served.work(60)
        read(served, sink, state)
        assert {stream: sink.ids(stream) for stream in truth(served)} == truth(served)


class Stopped(Exception):
    """The process ended."""


def test_a_run_that_was_stopped_goes_on_where_it_was(served: Api) -> None:
    class Dying(Held):
        def bookmark(self, state: Mapping[str, Any]) -> None:
            super().bookmark(state)
            if len(self.bookmarks) == 9:
                raise Stopped

    sink = Dying()
    with pytest.raises(Stopped):
        read(served, sink, page_rows=10)
    (_, state), reached = sink.bookmarks[-1], {stream: sink.ids(stream) for stream in sink.held}
    served.clock.advance(600)
    served.work(10)
    served.running.requests.clear()
    after = Held()
    after.held = sink.held
    final = read(served, after, state, page_rows=10)
    assert {stream: after.ids(stream) for stream in truth(served)} == truth(served)
    assert reached["ledgers"], "something had been read"
    first = next(one.target for one in served.running.requests if "SELECT+%2A+FROM+Account" in one.target)
    assert "STARTPOSITION+1+" not in first, "the pages read before are not read again"
    began = final["companies"][served.live.realm_id]["changed_since"]
    assert began < served.clock().isoformat(), "what changed since the first run began is read again"


def test_a_page_with_a_row_too_many_loses_nothing(served: Api) -> None:
    """QuickBooks has been seen to give one row more than was asked for: the next page begins behind what came."""
    served.live.select.quirks.extra_row = True
    sink = Held()
    read(served, sink, page_rows=10)
    assert {stream: sink.ids(stream) for stream in truth(served)} == truth(served)


@pytest.mark.parametrize(
    "fault",
    [
        {"rate_limited": "minute"},
        {"server_error": 503},
        {"truncate_after_bytes": 40},
        {"reset": True},
        {"expired_token": True},
    ],
)
def test_passing_trouble_is_got_over(served: Api, fault: dict[str, Any]) -> None:
    served.running.next_requests({}, {}, {}, fault, fault)
    sink = Held()
    read(served, sink)
    assert {stream: sink.ids(stream) for stream in truth(served)} == truth(served)


def test_limits_are_kept(served: Api) -> None:
    read(served, Held(), page_rows=5)
    assert served.app.throttle.refused == 0


def test_a_revoked_sign_in_is_said_and_nothing_is_emitted(served: Api) -> None:
    served.config()
    for grant in served.app.intuit.grants:
        grant.is_revoked = True
    sink = Held()
    with pytest.raises(CredentialError):
        read(served, sink)
    assert not sink.records


def test_a_company_we_lost_is_told_apart(served: Api) -> None:
    served.app.lost_realms.add(served.live.realm_id)
    with pytest.raises(CredentialError) as caught:
        read(served, Held())
    assert caught.value.code == "quickbooks.access_lost"


def test_a_report_that_was_refused_is_asked_for_again_although_nothing_changed(
    served: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The issue says so, and without it the books would stay unproved until somebody works."""
    sink = Held()
    with monkeypatch.context() as refusing:
        refusing.setattr("connectors.quickbooks.client.QuickBooks.report", _refused)
        state = read(served, sink)
    assert "quickbooks.report.unavailable" in [issue.code for issue in sink.extracted.issues]
    assert sink.ids("reports") == {"counts"}, "what can be had is had"
    served.clock.advance(3600)
    state = read(served, sink, state)
    assert sink.ids("reports") == {"trial_balance", "bills_receivable", "bills_payable", "counts"}
    before = served.calls("/reports/")
    served.clock.advance(3600)
    read(served, sink, state)
    assert served.calls("/reports/") == before, "nothing changed since they were read"


def _refused(*_: object) -> None:
    raise SourceRejected("QuickBooks refused the request.", code="quickbooks.permission")


def test_a_report_that_is_too_large_is_an_issue_and_not_the_end(served: Api) -> None:
    served.app.report_cells_max = 1
    sink = Held()
    read(served, sink)
    assert served.calls("/reports/") == 2, "asked again, too large is too large"
    assert {issue.code for issue in sink.extracted.issues} == {"quickbooks.report.unavailable"}
    assert sink.ids("invoices")
    assert sink.ids("reports") == {"counts"}


def test_rotated_tokens_are_kept_before_they_are_used(served: Api) -> None:
    sink = Held()
    state = read(served, sink)
    first = json.loads((served.folder / "tokens.json").read_text())["refresh_token"]
    for _ in range(3):
        served.clock.advance(days=2)
        state = read(served, sink, state)
    kept = json.loads((served.folder / "tokens.json").read_text())["refresh_token"]
    assert kept != first
    assert (served.folder / "tokens.json").stat().st_mode & 0o077 == 0


@contextmanager
def shell_api(folder: Path) -> Iterator[Api]:
    """Without limits: from the shell real time passes, and the fake's stands still."""
    with api(folder, limits=Limits.none(), documents=120) as made:
        yield made


def test_from_the_shell_it_speaks_singer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with shell_api(tmp_path) as served:
        TapQuickBooks(config=served.config()).sync_all()
        lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    records = [line for line in lines if line["type"] == "RECORD"]
    assert {line["stream"] for line in lines if line["type"] == "SCHEMA"} == {CENSUS, *READ_ORDER}
    census = {line["record"]["stream"]: line["record"] for line in records if line["stream"] == CENSUS}
    assert census["invoices"]["corroborated"]
    assert {member["key"] for member in census["invoices"]["members"]} == truth(served)["invoices"]
    (invoice, *_) = (line["record"] for line in records if line["stream"] == "invoices")
    said = datetime.fromisoformat(invoice["object"]["MetaData"]["LastUpdatedTime"])
    assert datetime.fromisoformat(invoice["updated_at"]) == said
    assert invoice["updated_at"].endswith("Z")
    assert all(line["record"]["is_active"] is True for line in records if line["stream"] == "customers")
    assert lines[-1]["type"] == "STATE"
    assert lines[-1]["value"]["companies"]
