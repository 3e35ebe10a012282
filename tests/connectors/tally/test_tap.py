"""``tap-tally`` as a Singer tap: the SDK's own tests, state, and the command line."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from singer_sdk.testing import SuiteConfig, get_tap_test_class

from canonical.errors import SourceMalformed
from canonical.record import RawRecord
from connectors.sdk.base import Forgetful, ProgressEvent
from connectors.sdk.run import run_tap
from connectors.tally.export.streams import STREAM_BY_TAG, STREAMS
from connectors.tally.tap import TapTally
from tests.connectors.tally.writing import COMPANY, NAME, export, guid, master, voucher

ROOT = Path(__file__).resolve().parents[3]
NOW = datetime(2026, 4, 1, tzinfo=UTC)
_FOLDER = tempfile.TemporaryDirectory(prefix="khata-test-")
_FILE = Path(_FOLDER.name) / "daybook.xml"
_FILE.write_text(export(master("LEDGER", "Asha Stores", 1), master("GROUP", "Retail", 2), voucher(1), voucher(2)))
_EVERYTHING = Path(_FOLDER.name) / "everything.xml"
_NUMBERED = "<MASTERID> 7</MASTERID>"
_EVERYTHING.write_text(
    export(*(master(tag, "One", 7, extra=_NUMBERED) for tag in (*STREAM_BY_TAG, "SCENARIO") if tag != "VOUCHER"))
)
_REPORT = Path(_FOLDER.name) / "bills.xml"
_REPORT.write_text("<ENVELOPE><BILLFIXED><BILLREF>1</BILLREF></BILLFIXED><BILLCL>-5.00</BILLCL></ENVELOPE>")

TestTapTally = get_tap_test_class(
    TapTally,
    config={"files": [str(_FILE), str(_EVERYTHING), str(_REPORT)]},
    suite_config=SuiteConfig(ignore_no_records_for_streams=["census"]),  # files say nothing of what does not exist
)


def test_the_version_is_that_of_the_distribution() -> None:
    """Named after itself, the SDK looked for a distribution called tap-tally and could not detect its version."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert TapTally.package_name == project["name"]
    assert TapTally.name in project["scripts"]


class Sink(Forgetful):
    """Keeps what it is given, in order."""

    def __init__(self) -> None:
        self.events: list[tuple[str, Any]] = []

    def accept(self, stream: str, records: list[RawRecord]) -> None:
        self.events.append((stream, records))

    def bookmark(self, state: Any) -> None:
        self.events.append(("", state))

    @property
    def records(self) -> list[RawRecord]:
        return [record for stream, batch in self.events if stream for record in batch]


def files(folder: Path, *texts: str) -> list[str]:
    paths = [folder / f"{number}.xml" for number in range(len(texts))]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text)
    return [str(path) for path in paths]


def run(config: dict[str, Any], state: dict[str, Any] | None = None) -> tuple[Sink, Any]:
    sink = Sink()
    return sink, run_tap(TapTally, config, sink, now=NOW, state=state)


def test_raw_records_in_process(tmp_path: Path) -> None:
    sink, done = run({"files": files(tmp_path, export(master("LEDGER", "Asha Stores", 1), voucher(1)))})
    assert [record.source.stream for record in sink.records] == ["companies", "ledgers", "vouchers"]
    assert done.counts == {"companies": 1, "ledgers": 1, "vouchers": 1}
    last = sink.records[-1]
    assert str(last.source) == f"tally:{COMPANY}:vouchers:{guid(1)}"
    assert (last.origin, last.extracted_at) == ("0.xml#voucher 1", NOW)
    payload = json.loads(last.payload)
    assert payload["object"]["VOUCHERNUMBER"] == "1"
    assert not {"file", "position", "company_name"} & payload.keys()
    assert json.loads(sink.records[0].payload)["company_name"] == NAME


def test_the_same_voucher_in_two_files_is_one_raw_record(tmp_path: Path) -> None:
    first, _ = run({"files": files(tmp_path, export(voucher(1)))})
    second, _ = run({"files": files(tmp_path, export(voucher(7), voucher(1), name="Another name"))})
    assert first.records[-1].digest == second.records[-1].digest
    assert first.records[-1].origin != second.records[-1].origin


def test_a_bad_file_among_good_ones_hands_over_nothing(tmp_path: Path) -> None:
    sink = Sink()
    with pytest.raises(SourceMalformed):
        run_tap(TapTally, {"files": files(tmp_path, export(voucher(1)), export(voucher(2))[:-40])}, sink, now=NOW)
    assert sink.events == []


def test_issues_and_facts_of_files_reach_the_hub(tmp_path: Path) -> None:
    text = export(voucher(1, extra="<N>A & B</N>"))
    _, done = run({"files": files(tmp_path, text)})
    assert [issue.code for issue in done.issues] == ["tally.file.bare_ampersand"]
    (facts,) = done.files
    assert facts == {
        "path": "0.xml",
        "bytes": len(text),
        "encoding": "ascii",
        "objects": 1,
        "report": "All Masters",
        "counts": {"vouchers": 1},
        "companies": [NAME],
    }


def test_progress_runs_to_the_end(tmp_path: Path) -> None:
    events: list[ProgressEvent] = []
    paths = files(tmp_path, export(voucher(1)), export(*(voucher(n) for n in range(2, 900))))
    run_tap(TapTally, {"files": paths}, Sink(), now=NOW, progress=events.append)
    done = [event.done for event in events]
    assert done == sorted(done)
    assert done[-1] == events[-1].total == sum(Path(path).stat().st_size for path in paths)


def test_limits_are_settings(tmp_path: Path) -> None:
    paths = files(tmp_path, export(voucher(1, extra=f"<N>{'x' * 5000}</N>")))
    with pytest.raises(SourceMalformed, match="text_bytes_max"):
        run({"files": paths, "text_bytes_max": 4000})


def test_an_unchanged_file_is_skipped_if_asked(tmp_path: Path) -> None:
    paths = files(tmp_path, export(voucher(1)), export(voucher(2)))
    config = {"files": paths, "skip_unchanged": True}
    first, done = run(config)
    assert len(first.records) == 3
    again, same = run(config, done.state)
    assert (again.records, same.state) == ([], done.state)
    Path(paths[1]).write_text(export(voucher(3)))
    changed, _ = run(config, done.state)
    assert [record.source.key for record in changed.records] == [COMPANY, guid(3)]
    assert len(run({**config, "skip_unchanged": False}, done.state)[0].records) == 3


def test_a_file_is_remembered_only_after_its_records(tmp_path: Path) -> None:
    config = {"files": files(tmp_path, export(master("LEDGER", "Asha", 1), voucher(1))), "skip_unchanged": True}
    sink, _ = run(config)
    handed_over: set[str] = set()
    for stream, given in sink.events:
        if stream:
            handed_over.add(stream)
            continue
        remembering = {name for name, mark in given.get("bookmarks", {}).items() if mark.get("files")}
        assert remembering & {"companies", "ledgers", "vouchers"} <= handed_over


def test_a_run_cut_short_is_made_up_for(tmp_path: Path) -> None:
    config = {"files": files(tmp_path, export(master("LEDGER", "Asha", 1), voucher(1))), "skip_unchanged": True}
    sink, _ = run(config)
    place = next(i for i, (stream, _) in enumerate(sink.events) if stream == "vouchers")
    state = [given for stream, given in sink.events[:place] if not stream][-1]
    again, _ = run(config, state)
    assert "vouchers" in {record.source.stream for record in again.records}


def shell(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from connectors.tally.tap import main; main()", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def config_file(tmp_path: Path) -> Path:
    path = tmp_path / "config.json"
    path.write_text(json.dumps({"files": [str(_FILE)]}))
    return path


def test_discovery_opens_no_file(tmp_path: Path) -> None:
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"files": [str(tmp_path / "not-there.xml")]}))
    done = shell("--config", str(config), "--discover")
    assert done.returncode == 0, done.stderr
    catalog = json.loads(done.stdout)
    assert {stream["tap_stream_id"] for stream in catalog["streams"]} == {*STREAMS, "census"}


def test_about_names_every_setting() -> None:
    done = shell("--about", "--format=json")
    assert done.returncode == 0, done.stderr
    about = json.loads(done.stdout)
    assert about["name"] == "tap-tally"
    assert {"files", "company", "company_guid", "skip_unchanged", "text_bytes_max"} <= about["settings"][
        "properties"
    ].keys()


def test_messages_on_standard_output(config_file: Path) -> None:
    done = shell("--config", str(config_file))
    assert done.returncode == 0, done.stderr
    messages = [json.loads(line) for line in done.stdout.splitlines()]
    assert messages[-1]["type"] == "STATE"
    declared: dict[str, set[str]] = {}
    records = []
    for message in messages:
        if message["type"] == "SCHEMA":
            declared[message["stream"]] = set(message["schema"]["properties"])
        if message["type"] == "RECORD":
            records.append((message["stream"], message["record"]))
            assert set(message["record"]) <= declared[message["stream"]]
    assert [stream for stream, _ in records] == ["companies", "groups", "ledgers", "vouchers", "vouchers"]
    assert records[-1][1]["object"]["ALLLEDGERENTRIES.LIST"][0]["LEDGERNAME"] == "Asha Stores"


def test_a_refused_file_is_one_sentence_and_an_exit_code(tmp_path: Path) -> None:
    (tmp_path / "cut.xml").write_text("<ENVELOPE><BODY>")
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"files": [str(tmp_path / "cut.xml")]}))
    done = shell("--config", str(config))
    assert done.returncode == 1
    assert "RECORD" not in done.stdout
    assert "Traceback" not in done.stderr
    assert done.stderr.splitlines()[-1].startswith("tap-tally: cut.xml")
    assert "(tally.file.truncated)" in done.stderr
