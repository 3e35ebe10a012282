"""Translations of invented Tally exports, whole: every record and issue, as documents."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from canonical.codec import from_json, to_document
from canonical.issue import Issue
from connectors.sdk.base import Translation
from tests.connectors.tally_translate.support import load, run
from tests.golden.conftest import CheckGolden

FOLDER = Path(__file__).parent / "tally"
CASES = sorted(path.stem for path in FOLDER.glob("*.xml"))


def render(done: Translation) -> str:
    """One document per line-separated block, records before issues; indented, so that a diff shows fields."""
    documents = [
        {"type": type(item).__name__, "schema": 1, **to_document(item)} for item in (*done.records, *done.issues)
    ]
    return json.dumps(documents, ensure_ascii=False, indent=1) + "\n"


@pytest.mark.parametrize("case", CASES)
def test_translation_is_as_written_down(case: str, check_golden: CheckGolden) -> None:
    check_golden(FOLDER / f"{case}.json", render(run(load(FOLDER / f"{case}.xml"))))


@pytest.mark.parametrize("case", CASES)
def test_what_is_written_down_reads_back(case: str) -> None:
    done = run(load(FOLDER / f"{case}.xml"))
    documents = json.loads((FOLDER / f"{case}.json").read_text(encoding="utf-8"))
    assert [from_json(json.dumps(document)) for document in documents] == [*done.records, *done.issues]
    assert any(isinstance(item, Issue) for item in done.issues) == any(d["type"] == "Issue" for d in documents)


def test_every_golden_file_has_its_case() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == set(CASES)
