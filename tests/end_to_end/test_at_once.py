"""Several imports of one company at the same moment leave the books that one import leaves, and they are published."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.tally.write import WrittenFiles, write
from sandbox.world.spec import WorldSpec
from tests.support.cli import environment, khata
from tests.support.postgres import private_postgres

AT_ONCE = 3
ROUNDS = 2


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> WrittenFiles:
    return write(WorldSpec(seed=9, vouchers=200), tmp_path_factory.mktemp("export"))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/books.db"
        return
    with private_postgres(durable=False) as url:
        yield url


def figures(folder: Path, database: str) -> dict[str, Any]:
    """What people would act on, as it is shown without asking for anything unproven."""
    asked = {
        "sales": ("vouchers", "--kind", "sales", "--limit", "10000"),
        "trial balance": ("trial-balance", "--as-of", "2026-03-31"),
        "ageing": ("receivables", "ageing", "--as-of", "2026-03-31"),
    }
    found: dict[str, Any] = {}
    for name, command in asked.items():
        ran = khata(folder, *command, "--db", database, "--format", "csv")
        assert ran.code == 0, ran.errors
        assert "HELD BACK" not in ran.errors
        found[name] = sorted(re.sub(r"\b[vl]:\d+", "id", ran.output).splitlines())
    return found


@pytest.mark.slow
def test_imports_at_once_leave_the_books_of_one(database: str, export: WrittenFiles, tmp_path: Path) -> None:
    alone = f"sqlite:///{tmp_path}/alone.db"
    paths = [str(path) for path in export.paths]
    ran = khata(tmp_path, "import", *paths, "--db", alone, "--format", "json")
    assert ran.code == 0, ran.errors
    wanted = figures(tmp_path, alone)
    command = [sys.executable, "-m", "khata", "import", *paths, "--db", database, "--format", "json"]
    assert khata(tmp_path, "db", "migrate", "--db", database).code == 0
    for _ in range(ROUNDS):
        started = [
            subprocess.Popen(
                command, cwd=tmp_path, env=environment(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE
            )
            for _ in range(AT_ONCE)
        ]
        for child in started:
            said, errors = child.communicate(timeout=300)
            assert child.returncode == 0, errors.decode()
            assert json.loads(said)["proof"] == ran.json()["proof"]
        assert figures(tmp_path, database) == wanted
