"""Translations of an invented Zoho Books organisation, whole: every record and issue, as documents."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from canonical.codec import from_json, to_document
from tests.connectors.zoho.support import CHART, CONTACTS, ORGANISATIONS, Books, raw
from tests.golden.conftest import CheckGolden

FOLDER = Path(__file__).parent / "zoho"
CASES = sorted(path.name.removesuffix(".in.json") for path in FOLDER.glob("*.in.json"))


def translated(case: str) -> list[Any]:
    """What the records of a case make, after the masters all cases share."""
    books = Books(*ORGANISATIONS, *CHART, *CONTACTS)
    told = json.loads((FOLDER / f"{case}.in.json").read_text(encoding="utf-8"))
    made = books.read(raw(row["stream"], row["key"], row["object"], row.get("rates")) for row in told)
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
    assert {path.stem for path in FOLDER.glob("*.json") if not path.name.endswith(".in.json")} == set(CASES)
