"""Batches whose last statements the server works off while the loader goes on: stored whole, or not and said so."""

from __future__ import annotations

from datetime import date

import psycopg
import pytest

from canonical.bill import BillRefKind
from canonical.errors import KhataError
from canonical.voucher import Voucher
from storage import Store, TenantStore, open_store
from tests.storage.samples import NOW, bill, raw, ref, sale

MANY = 60
"""More rows than are inserted directly."""


def append(books: TenantStore, company: int, batch: int) -> tuple[int, ...]:
    return books.raw.append(company, 1, [raw(f"V{batch}-{number}") for number in range(MANY)]).raw_ids


def test_batches_are_all_stored_when_the_block_ends(store: Store, books: TenantStore, company: int) -> None:
    with books.overlapping():
        ids = [append(books, company, batch) for batch in range(3)]
    beside = open_store(store.url) if store.dialect == "sqlite" else store
    for batch, raw_ids in enumerate(ids):
        kept = [beside.tenant().raw.get(raw_id).record.source.key for raw_id in raw_ids]
        assert kept == [f"V{batch}-{number}" for number in range(MANY)]


def test_what_was_left_finishing_is_seen_by_the_next_question(books: TenantStore, company: int) -> None:
    with books.overlapping():
        append(books, company, 1)
        assert books.raw.count_pending(company) == {"vouchers": MANY}
        again = books.raw.append(company, 2, [raw("V1-0"), raw("V1-1")])
        assert (again.new, again.known) == (0, 2)


def test_records_and_what_is_stored_beside_them(books: TenantStore, company: int) -> None:
    vouchers = [
        sale(f"V{number}", date(2026, 3, 1), "Asha Traders", 100, bill(BillRefKind.NEW, 100, f"INV-{number}"))
        for number in range(MANY)
    ]
    with books.overlapping():
        ids = append(books, company, 0)
        books.raw.note_versions(company, ["vouchers"], 1)
        mark = lambda: books.raw.mark_translated(ids, 1)  # noqa: E731 - as the steps pass it
        result = books.records.upsert(company, 1, vouchers, NOW, ids, alongside=mark)
        assert result.inserted == MANY
    assert books.records.count(company, Voucher) == MANY
    assert books.raw.count_pending(company) == {}


@pytest.mark.parametrize("asked_before_the_end", [False, True])
def test_a_batch_the_server_refuses_is_not_stored_and_says_so(
    store: Store, books: TenantStore, company: int, *, asked_before_the_end: bool
) -> None:
    """A check that fails only when the rows reach the real table: after COPY, in what was left for the commit."""
    if store.dialect == "sqlite":
        pytest.skip("SQLite leaves nothing for later")
    with store._database.engine.begin() as admin:
        admin.exec_driver_sql("ALTER TABLE raw_record ADD CONSTRAINT planted CHECK (source_key <> 'V2-7')")

    @books.overlapping()
    def load() -> None:
        append(books, company, 1)
        append(books, company, 2)
        if asked_before_the_end:
            books.raw.count_pending(company)

    with pytest.raises(psycopg.errors.CheckViolation, match="planted"):
        load()
    assert books.raw.count_pending(company) == {"vouchers": MANY}
    assert books.raw.find(company, ref("vouchers", "V2-8")) is None
    assert append(books, company, 3)


def test_an_error_of_the_loader_leaves_the_batch_before_it(books: TenantStore, company: int) -> None:
    @books.overlapping()
    def load() -> None:
        append(books, company, 1)
        raise KhataError("stop")

    with pytest.raises(KhataError, match="stop"):
        load()
    assert books.raw.count_pending(company) == {"vouchers": MANY}
