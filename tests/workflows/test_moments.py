"""When what a run writes is known from: never inside a state that another run has proved."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from canonical.proof import Proof
from storage import TenantStore
from storage.store import open_store
from workflows.moments import moment_of

START = datetime(2026, 4, 1, 9, tzinfo=UTC)


@pytest.fixture
def books(tmp_path: Path) -> Iterator[TenantStore]:
    store = open_store(f"sqlite:///{tmp_path}/books.db", migrate=True)
    yield store.tenant()
    store.close()


def test_alone_a_run_writes_from_its_start(books: TenantStore) -> None:
    company = books.companies.ensure("tally", "guid", "Asha Traders", created_at=START)
    first = books.runs.get(books.runs.start("import", "tally", None, {}, START))
    books.runs.progress(first.run_id, "translate", 0)
    assert moment_of(books, first, company) == START
    books.proofs.save(first.run_id, company, Proof(totals=()), START)
    books.runs.finish(first.run_id, "succeeded", {}, START + timedelta(minutes=1))
    second = books.runs.get(books.runs.start("import", "tally", None, {}, START + timedelta(hours=1)))
    assert moment_of(books, second, company) == START + timedelta(hours=1)


def test_a_run_overtaken_by_another_writes_after_it(books: TenantStore) -> None:
    company = books.companies.ensure("tally", "guid", "Asha Traders", created_at=START)
    slow = books.runs.get(books.runs.start("import", "tally", None, {}, START))
    quick = books.runs.get(books.runs.start("import", "tally", None, {}, START + timedelta(minutes=1)))
    assert moment_of(books, slow, company) == START, "the other has written nothing yet"
    books.runs.progress(quick.run_id, "translate", 0)
    assert moment_of(books, slow, company) > quick.started_at
    proved_at = moment_of(books, quick, company)
    books.proofs.save(quick.run_id, company, Proof(totals=()), proved_at)
    written_at = moment_of(books, slow, company)
    assert written_at > proved_at
    assert moment_of(books, slow, company) >= written_at, "its proof stands for what it wrote"


def test_the_proof_of_the_last_to_start_stands_for_what_an_earlier_run_wrote_meanwhile(books: TenantStore) -> None:
    company = books.companies.ensure("tally", "guid", "Asha Traders", created_at=START)
    slow = books.runs.get(books.runs.start("import", "tally", None, {}, START))
    quick = books.runs.get(books.runs.start("import", "tally", None, {}, START + timedelta(minutes=1)))
    books.runs.progress(quick.run_id, "translate", 0)
    books.runs.progress(slow.run_id, "translate", 0)
    written_at = moment_of(books, slow, company)
    proved_at = moment_of(books, quick, company)
    assert proved_at >= written_at
    books.proofs.save(quick.run_id, company, Proof(totals=()), proved_at)
    written_again_at = moment_of(books, slow, company)
    assert written_again_at > proved_at
    assert moment_of(books, quick, company) >= written_again_at, "proved again, it stands for what came in between"
