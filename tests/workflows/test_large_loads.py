"""After a large load the database knows its tables before anything is proved from them."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from sandbox.tally.write import write
from sandbox.world.spec import WorldSpec
from storage import open_store
from tests.support.postgres import private_postgres
from workflows import steps
from workflows.local import import_files


@pytest.mark.postgres
@pytest.mark.parametrize(("large", "is_analysed"), [(1, True), (10**6, False)])
def test_statistics_are_refreshed_after_a_large_load(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, large: int, is_analysed: bool
) -> None:
    monkeypatch.setattr(steps, "LARGE", large)
    files = write(WorldSpec(seed=3, vouchers=8), tmp_path / "export").paths
    with private_postgres(durable=False) as url:
        with closing(open_store(url, migrate=True)) as store:
            import_files(store.tenant(), files, clock=lambda: datetime.now(UTC))
        with psycopg.connect(url) as connection:
            (known,) = connection.execute(
                "SELECT count(*) FROM pg_stats WHERE tablename = 'posting' AND attname = 'ledger_key'"
            ).fetchone() or (0,)
    assert bool(known) is is_analysed
