"""Runs of imports whose process died are closed by the next import; those that go on are left alone."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from sandbox.tally.write import write
from sandbox.world.spec import WorldSpec
from storage import TenantStore
from storage.repositories.runs import Runs
from storage.store import open_store
from workflows.inputs import RunStatus
from workflows.local import BROKEN_OFF, close_broken_imports, import_files

NOW = datetime(2026, 4, 1, 9, tzinfo=UTC)


@pytest.fixture
def books(tmp_path: Path) -> Iterator[TenantStore]:
    store = open_store(f"sqlite:///{tmp_path}/books.db", migrate=True)
    yield store.tenant()
    store.close()


def test_only_runs_that_nobody_holds_are_closed(books: TenantStore, tmp_path: Path) -> None:
    dead, alive = (books.runs.start("import", "tally", None, {}, NOW) for _ in range(2))
    with books.run_turn(alive):
        close_broken_imports(books, lambda: NOW)
        assert books.runs.get(dead).status == RunStatus.FAILED
        assert books.runs.get(dead).summary == {"error": BROKEN_OFF}
        assert books.runs.get(alive).status == "running"
    close_broken_imports(books, lambda: NOW)
    assert books.runs.get(alive).status == RunStatus.FAILED
    assert not list(tmp_path.glob("*-turn-*")), "nothing is left behind"


def test_an_import_that_just_begins_is_left_alone(
    books: TenantStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin, seen = Runs.start, list[str]()

    def begin_beside_another(*given: Any) -> int:
        run_id = begin(*given)
        with ThreadPoolExecutor(max_workers=1) as other:  # whoever imports something else looks at that very moment
            other.submit(close_broken_imports, books, lambda: NOW).result()
        seen.append(books.runs.get(run_id).status)
        return run_id

    monkeypatch.setattr(Runs, "start", begin_beside_another)
    summary = import_files(books, write(WorldSpec(seed=1, vouchers=5), tmp_path).paths, clock=lambda: NOW)
    assert seen == ["running"]
    assert books.runs.get(summary.run_id).status == RunStatus.SUCCEEDED
