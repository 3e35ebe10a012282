"""Several imports into one SQLite file at once: none sees "database is locked", none loses or doubles a voucher."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.tally.write import write
from sandbox.world.spec import WorldSpec
from tests.support.cli import environment, khata


@pytest.mark.slow
def test_four_imports_at_once(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path}/books.db"
    assert khata(tmp_path, "db", "migrate", "--db", database).code == 0
    exports = [
        write(WorldSpec(seed=9, vouchers=800, company_index=index), tmp_path / f"company-{index}", mixed=True)
        for index in range(3)
    ]
    files = [exports[0], exports[0], exports[1], exports[2]]  # one of them twice
    children = [
        subprocess.Popen(
            [sys.executable, "-m", "khata", "import", str(export.paths[0]), "--db", database, "--format", "json"],
            cwd=tmp_path,
            env=environment(tmp_path),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for export in files
    ]
    for child, export in zip(children, files, strict=True):
        output, errors = child.communicate(timeout=180)
        assert child.returncode == 0, errors
        assert "locked" not in errors
        assert json.loads(output)["voucher_count"] == sum(export.truth.counts.vouchers.values())
    companies = khata(tmp_path, "companies", "--db", database, "--format", "json").json()
    assert len(companies) == 3 or len(companies.get("companies", ())) == 3
