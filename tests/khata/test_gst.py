"""GST on the command line: issues of an import, declared turnover, and checking everything anew."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from canonical.errors import ConfigurationError
from khata.turnover import parse_turnover
from sandbox.tally.options import TallyEncoding
from sandbox.tally.write import write
from sandbox.world.spec import WorldSpec
from tests.khata.running import run


@pytest.fixture
def imported(home: Path) -> Path:
    written = write(WorldSpec(seed=3, vouchers=150), home / "export", encoding=TallyEncoding.UTF8)
    done = run(home, "import", *map(str, written.paths))
    assert done.code == 0, done.errors
    return home


def issues_of(home: Path, code: str) -> list[dict[str, object]]:
    found = json.loads(run(home, "issues", "--code", code, "--format", "json", "--limit", "500").output)["issues"]
    assert isinstance(found, list)
    return found


def test_issues_name_the_voucher_and_what_to_do_in_tally(imported: Path) -> None:
    (issue,) = issues_of(imported, "gst.e_invoice.uneven")
    assert " of 2025-" in str(issue["where"])
    assert "Send for e-Invoicing" in str(issue["hint"])
    traced = run(imported, "trace", str(issue["id"]))
    assert traced.code == 0


def test_declared_turnover_says_who_is_covered(imported: Path) -> None:
    with_pan = json.loads(run(imported, "companies", "--format", "json").output)
    assert len(with_pan["companies"]) == 1
    pan = own_pan(imported)
    env = {"KHATA_GST__TURNOVER": f"{pan} 2024-25 15,00,00,000"}
    checked = run(imported, "validate", env=env)
    assert checked.code == 0, checked.errors
    assert "150 vouchers checked" in checked.output
    assert "gst.e_invoice.missing" in checked.output
    missing = issues_of(imported, "gst.e_invoice.missing")
    assert "no valid tax invoice" in str(missing[0]["message"])
    assert issues_of(imported, "gst.e_invoice.uneven") == []
    again = run(imported, "validate")
    assert "gst.e_invoice.missing" not in again.output


def own_pan(home: Path) -> str:
    texts = [path.read_text(encoding="utf-8") for path in (home / "export").rglob("*.xml")]
    return next(text.partition('TAXREGISTRATION="')[2][2:12] for text in texts if "TAXREGISTRATION=" in text)


@pytest.mark.parametrize(
    "text", ["AAACT2727Q 2024-25", "AAACT2727Q 2024-26 1", "X 2024-25 1", "AAACT2727Q 2024-25 much"]
)
def test_turnover_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        parse_turnover(text)
    assert refused.value.code == "khata.configuration.invalid_value"


def test_no_turnover_is_none() -> None:
    assert parse_turnover(" ; ") == {}
