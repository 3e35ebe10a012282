"""Every connector in the registry keeps to the same rules; and the checks do see a breach."""

from __future__ import annotations

import dataclasses
import hashlib
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from canonical.record import RawRecord
from connectors.sdk import conformance
from connectors.sdk.conformance import Collected
from connectors.sdk.registry import connector_names, get_connector
from tests.conformance.cases import CASES, case_of

FOLDERS = Path(__file__).resolve().parents[2] / "connectors"
NOW = datetime(2026, 4, 1, tzinfo=UTC)


class FastTime:
    """The shell's clock and sleep, in which waiting takes no time: a source's pace is not what is tested here."""

    def __init__(self) -> None:
        self.waited = 0.0

    def monotonic(self) -> float:
        return time.monotonic() + self.waited

    def sleep(self, seconds: float) -> None:
        self.waited += seconds


@pytest.mark.parametrize("name", connector_names())
def test_the_connector_conforms(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.sdk.shell.time", FastTime())
    case = case_of(name, tmp_path)
    try:
        found = conformance.breaches(get_connector(name), FOLDERS / name, case.config, case.secrets, NOW)
    finally:
        case.close()
    assert not found, "\n".join(found)


@pytest.fixture
def collected(tmp_path: Path) -> Collected:
    return conformance.collect(get_connector("tally"), CASES["tally"](tmp_path).config, NOW)


def spoil(collected: Collected, **changes: object) -> Collected:
    """The same, with the last record changed."""
    stream, batch = collected.streams[-1]
    changed = dataclasses.replace(batch[-1], **changes)  # type: ignore[arg-type]
    return dataclasses.replace(collected, streams=[*collected.streams[:-1], (stream, [*batch[:-1], changed])])


def with_payload(payload: bytes) -> dict[str, object]:
    return {"payload": payload, "digest": hashlib.sha256(payload).digest()}


def test_breaches_are_seen(collected: Collected, tmp_path: Path) -> None:
    tally = get_connector("tally")
    last: RawRecord = collected.records[-1]
    no_key = dataclasses.replace(last.source, key="")
    stranger = dataclasses.replace(last.source, company="nobody")
    records = conformance.check_records
    assert not list(records(tally, collected))
    assert "whole address" in next(records(tally, spoil(collected, source=no_key)))
    assert "digest" in next(records(tally, spoil(collected, payload=b"{}")))
    assert "absolute" in next(records(tally, spoil(collected, origin="/home/someone/daybook.xml")))
    assert "announced" in next(records(tally, spoil(collected, source=stranger)))
    twice = dataclasses.replace(collected, streams=[*collected.streams, collected.streams[-1]])
    assert "twice" in next(records(tally, twice))
    assert "extracted" in next(records(tally, Collected()))
    backwards = dataclasses.replace(collected, streams=collected.streams[::-1])
    assert "before everything" in next(records(tally, backwards))


def test_breaches_of_a_run_are_seen(collected: Collected, tmp_path: Path) -> None:
    tally, config = get_connector("tally"), CASES["tally"](tmp_path).config
    other = spoil(collected, **with_payload(b'{"undeclared_field":1}'))
    assert "undeclared_field" in next(conformance.check_schemas(tally, config, other))
    assert "different records" in next(conformance.check_repeatable(collected, other))
    assert "anew" in next(conformance.check_resumed(collected, other))
    assert "Secret 1" in next(conformance.check_secrets(other, ("undeclared_field",)))
    early = dataclasses.replace(collected, bookmarks=[(1, collected.extracted.state)])
    assert "stands for 1" in next(conformance.check_bookmarks(early))
    assert "No bookmark" in next(conformance.check_bookmarks(dataclasses.replace(collected, bookmarks=[])))
    assert "has no README" in next(conformance.check_readme(tmp_path))
    (tmp_path / "README.md").write_text("## Limits\n## What it reads\n")
    assert "expected" in next(conformance.check_readme(tmp_path))


def test_bookmarks_that_go_back_are_seen(collected: Collected) -> None:
    state = collected.extracted.state
    count = len(collected.records)
    marks: list[tuple[int, Mapping[str, Any]]] = [
        (1, {"a": {"day": "2026-04-02", "n": 5}}),
        (2, {"a": {"day": "2026-04-01", "n": 6}}),
        (count, state),
    ]
    assert "goes back" in next(conformance.check_bookmarks(dataclasses.replace(collected, bookmarks=marks)))
    fewer: list[tuple[int, Mapping[str, Any]]] = [(2, {"a": {"n": 5}}), (1, {"a": {"n": 5}}), (count, state)]
    assert "goes back" in next(conformance.check_bookmarks(dataclasses.replace(collected, bookmarks=fewer)))


def test_a_resumed_run_that_forgets_or_invents_is_seen(collected: Collected, tmp_path: Path) -> None:
    tally, config = get_connector("tally"), CASES["tally"](tmp_path).config
    begun = dataclasses.replace(collected, bookmarks=[(0, {}), *collected.bookmarks])
    assert not list(conformance.check_any_resume(tally, config, begun, NOW))
    stranger = spoil(begun, **with_payload(b'{"other":1}'))
    found = list(conformance.check_any_resume(tally, config, stranger, NOW))
    assert any("does not bring 1 of the rest" in breach for breach in found)
    assert any("that are not there" in breach for breach in found)


def test_settings_and_streams_are_looked_at(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    tally, config = get_connector("tally"), CASES["tally"](tmp_path).config
    tap = tally.tap()
    lax = {"properties": {"files": {"type": ["array", "null"]}, "password": {"type": "string", "description": "x"}}}
    monkeypatch.setattr(tap, "config_jsonschema", lax)
    assert list(conformance.check_settings(tally, config, NOW)) == ["The setting files is not described."]
    monkeypatch.setattr(tap, "discover_streams", lambda self: [][: self.config["files"] and 0])
    assert "cannot be discovered" in next(conformance.check_discovery(tally, config))
