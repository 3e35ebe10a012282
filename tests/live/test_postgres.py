"""The same law on PostgreSQL: edits, deletions, renames and a restored backup, synced one after the other."""

from __future__ import annotations

import pytest

from storage import open_store
from tests.connectors.tally.live.tally import Edit, create, delete, redate, rename_ledger, tally, work
from tests.live.edits import rename_and_reuse, rename_any_master
from tests.live.hub import LiveHub, differences, fresh
from tests.support.postgres import private_postgres
from workflows.inputs import RunStatus

pytestmark = pytest.mark.postgres
ROUNDS: tuple[list[Edit], ...] = (
    [create, redate],
    [delete, rename_ledger],
    [rename_and_reuse, rename_any_master],
)


def test_syncs_into_postgresql_equal_a_fresh_one() -> None:
    with private_postgres(durable=False) as url, tally(vouchers=20) as served:
        made = LiveHub(served, open_store(url, migrate=True))
        try:
            made.connect()
            made.sync()
            backup = served.company.snapshot()
            for seed, some in enumerate(ROUNDS):
                work(served.company, some, seed)
                assert made.poll().status == RunStatus.SUCCEEDED
                made.poll()
                assert not differences(made.held(), fresh(served))
            assert made.books.retirement.of_company(made.company)
            served.company.restore(backup)
            assert made.poll().status == RunStatus.SUCCEEDED
            made.poll()
            assert not differences(made.held(), fresh(served))
            assert made.poll().status == RunStatus.UNCHANGED
        finally:
            made.store.close()
