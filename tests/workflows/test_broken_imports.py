"""Runs of imports whose process died are closed by the next import; those that go on are left alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage import TenantStore
from storage.store import open_store
from workflows.inputs import RunStatus
from workflows.local import BROKEN_OFF, close_broken_imports

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
