"""Translations of an invented BUSY export, whole: every record and issue, as documents."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from canonical.codec import from_json, to_document
from tests.connectors.busy.support import Books, read
from tests.golden.conftest import CheckGolden

FOLDER = Path(__file__).parent / "busy"
CASES = sorted(path.stem for path in FOLDER.glob("*.DAT"))


def translated(case: str) -> list[object]:
    books = Books()
    made = books.take(read(FOLDER / f"{case}.DAT").records)
    return [*made, *books.issues]


@pytest.mark.parametrize("case", CASES)
def test_translation_is_as_written_down(case: str, check_golden: CheckGolden) -> None:
    documents = [{"type": type(item).__name__, "schema": 1, **to_document(item)} for item in translated(case)]
    check_golden(FOLDER / f"{case}.json", json.dumps(documents, ensure_ascii=False, indent=1) + "\n")


@pytest.mark.parametrize("case", CASES)
def test_what_is_written_down_reads_back(case: str) -> None:
    documents = json.loads((FOLDER / f"{case}.json").read_text(encoding="utf-8"))
    assert [from_json(json.dumps(document)) for document in documents] == translated(case)


def test_every_golden_file_has_its_case() -> None:
    assert CASES
    assert {path.stem for path in FOLDER.glob("*.json")} == set(CASES)
