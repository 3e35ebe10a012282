"""The raw store: appended once, never changed, waiting until translated."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Sequence
from contextlib import closing
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from canonical.errors import NotFound
from canonical.issue import Issue, IssueLevel
from canonical.record import RawRecord
from storage import Store, TenantStore, open_store
from storage.engine import Row, Transaction
from tests.storage.samples import LATER, NOW, raw, ref


def pending(books: TenantStore, company: int, version: int = 1, stream: str = "vouchers") -> list[str]:
    return [item.record.source.key for batch in books.raw.iter_pending(company, stream, version, 2) for item in batch]


def test_what_is_appended_comes_back_byte_for_byte(books: TenantStore, company: int) -> None:
    records = [raw(f"V{number}", "x" * number) for number in range(200)]
    result = books.raw.append(company, 1, records)
    assert (result.new, result.known, result.revived) == (200, 0, 0)
    assert [books.raw.get(raw_id).record for raw_id in result.raw_ids] == records
    assert books.raw.find(company, ref("vouchers", "V7")) == books.raw.get(result.raw_ids[7])
    assert books.raw.find(company, ref("ledgers", "V7")) is None


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(payloads=st.lists(st.binary(max_size=2000), max_size=20, unique=True))
def test_any_bytes_come_back(books: TenantStore, company: int, payloads: list[bytes]) -> None:
    records = [
        RawRecord(ref("any", f"{hashlib.sha256(p).hexdigest()}"), p, hashlib.sha256(p).digest(), NOW) for p in payloads
    ]
    result = books.raw.append(company, None, records)
    assert [books.raw.get(raw_id).record.payload for raw_id in result.raw_ids] == payloads


def test_a_payload_larger_than_a_chunk_is_kept_whole(books: TenantStore, company: int) -> None:
    records = [raw("A", "a" * 2_000_000), raw("B", "b"), raw("C", "c" * 600_000)]
    ids = books.raw.append(company, None, records).raw_ids
    assert [books.raw.get(raw_id).record.payload for raw_id in ids] == [record.payload for record in records]


def test_appending_again_changes_nothing(books: TenantStore, company: int) -> None:
    records = [raw("V1"), raw("V2")]
    first = books.raw.append(company, 1, records)
    later = [dataclasses.replace(record, extracted_at=LATER, origin="another file") for record in records]
    again = books.raw.append(company, 2, later)
    assert (again.new, again.known, again.raw_ids) == (0, 2, first.raw_ids)
    assert books.raw.get(first.raw_ids[0]).record == records[0]


def test_a_changed_record_takes_the_place_of_the_one_before(books: TenantStore, company: int) -> None:
    (old,) = books.raw.append(company, 1, [raw("V1", "first")]).raw_ids
    books.raw.mark_translated([old], 1)
    books.issues.replace(1, old, company, [Issue(code="a.b", level=IssueLevel.INFO, message="about the first")])
    (new,) = books.raw.append(company, 2, [raw("V1", "second")]).raw_ids
    found = books.raw.find(company, ref("vouchers", "V1"))
    assert found is not None
    assert (found.raw_id, found.is_current) == (new, True)
    assert [(item.raw_id, item.is_current) for item in books.raw.find_versions(company, found.record.source)] == [
        (old, False),
        (new, True),
    ]
    assert pending(books, company) == ["V1"]
    assert books.issues.counts() == {}
    assert [item.raw_id for item in books.raw.iter_current(company, "vouchers")] == [new]


def test_a_record_said_again_after_another_is_current_and_waits_once_more(books: TenantStore, company: int) -> None:
    (old,) = books.raw.append(company, 1, [raw("V1", "first")]).raw_ids
    books.raw.append(company, 2, [raw("V1", "second")])
    back = books.raw.append(company, 3, [raw("V1", "first")])
    assert (back.new, back.known, back.revived, back.raw_ids) == (0, 0, 1, (old,))
    assert [item.raw_id for batch in books.raw.iter_pending(company, "vouchers", 1) for item in batch] == [old]


def test_within_one_batch_the_last_word_counts(books: TenantStore, company: int) -> None:
    result = books.raw.append(company, 1, [raw("V1", "a"), raw("V1", "b"), raw("V1", "a"), raw("V2"), raw("V2")])
    assert (result.new, result.known) == (3, 2)
    assert result.raw_ids[0] == result.raw_ids[2] != result.raw_ids[1]
    assert books.raw.count_pending(company) == {"vouchers": 2}
    current = books.raw.find(company, ref("vouchers", "V1"))
    assert current is not None
    assert current.record == raw("V1", "a")


def test_records_wait_in_the_order_they_came_until_they_are_marked(books: TenantStore, company: int) -> None:
    books.raw.append(company, 1, [raw(f"V{n}") for n in range(5)])
    books.raw.append(company, 1, [raw("L1", stream="ledgers")])
    assert pending(books, company) == ["V0", "V1", "V2", "V3", "V4"]
    ids = [item.raw_id for batch in books.raw.iter_pending(company, "vouchers", 1) for item in batch]
    books.raw.mark_translated(ids[:3], 1)
    assert pending(books, company) == ["V3", "V4"]
    assert books.raw.count_pending(company) == {"vouchers": 2, "ledgers": 1}


def test_a_new_translator_reads_everything_again(books: TenantStore, company: int) -> None:
    books.raw.append(company, 1, [raw("V1", "old"), raw("V2")])
    books.raw.append(company, 1, [raw("V1", "new")])
    ids = [item.raw_id for batch in books.raw.iter_pending(company, "vouchers", 1) for item in batch]
    books.raw.mark_translated(ids, 1)
    assert pending(books, company, version=1) == []
    assert pending(books, company, version=2) == ["V2", "V1"]
    books.raw.mark_translated(ids, 1)
    assert pending(books, company, version=2) == ["V2", "V1"], "a worker of the old version must not tick off the new"
    books.raw.mark_translated(ids, 2)
    assert pending(books, company, version=2) == []


def test_some_records_can_be_put_back_on_the_list(books: TenantStore, company: int) -> None:
    ids = books.raw.append(company, 1, [raw(f"V{n}") for n in range(4)]).raw_ids
    books.raw.mark_translated(ids, 1)
    assert books.raw.make_pending(company, "vouchers", ["V1", "V3", "V9"]) == 2
    assert books.raw.make_pending(company, "vouchers", ["V1"]) == 0
    assert pending(books, company) == ["V1", "V3"]
    assert books.raw.make_pending(company, "vouchers") == 2


def test_companies_do_not_mix(books: TenantStore, company: int) -> None:
    other = books.companies.ensure("tally", "co-2")
    books.raw.append(company, 1, [raw("V1")])
    books.raw.append(other, 1, [raw("V1", company="co-2")])
    (found,) = (item for batch in books.raw.iter_pending(other, "vouchers", 1) for item in batch)
    assert found.record.source.company == "co-2"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE raw_record SET digest = digest",
        "UPDATE raw_record SET source_key = 'X'",
        "DELETE FROM raw_record",
        "UPDATE chunk SET payload = payload",
        "DELETE FROM chunk",
    ],
)
def test_the_database_refuses_to_change_what_was_said(
    store: Store, books: TenantStore, company: int, statement: str
) -> None:
    books.raw.append(company, 1, [raw("V1")])
    with pytest.raises(sa.exc.DBAPIError), store._database.write(books.tenant_id) as transaction:
        transaction.connection.exec_driver_sql(statement)
    assert books.raw.find(company, ref("vouchers", "V1")) is not None


def test_an_unknown_company_or_record_is_not_found(books: TenantStore) -> None:
    with pytest.raises(NotFound, match="company 99"):
        books.raw.append(99, 1, [raw("V1")])
    with pytest.raises(NotFound, match="raw record 99"):
        books.raw.get(99)


def test_no_batch_reads_what_is_stored_already(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every index of raw records begins with the tenant; a look-up of addresses through another is a walk of all."""
    asked: list[tuple[str, tuple[Any, ...]]] = []
    plain = Transaction.rows

    def rows(self: Transaction, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        asked.append((sql, tuple(parameters)))
        return plain(self, sql, parameters)

    with closing(open_store(url)) as store:
        if store.tenant().raw._database.dialect.name != "sqlite":
            pytest.skip("PostgreSQL's look-ups are lateral")
        books = store.tenant()
        company = books.companies.ensure("tally", "A", "A", created_at=NOW)
        monkeypatch.setattr(Transaction, "rows", rows)
        books.raw.append(company, 1, [raw(f"V{number}", "x") for number in range(1500)])
        books.retirement.retire(company, "vouchers", ["V1", "V2"], run_id=1, known_at=LATER, reason="gone")
        looked = [one for one in asked if "raw_record" in one[0] and " IN (" in one[0]]
        assert len(looked) >= 3
        with books.raw._database.read(1) as transaction:
            plans = [plain(transaction, f"EXPLAIN QUERY PLAN {sql}", bound) for sql, bound in looked]
    assert all("source_key=?" in str(plan) for plan in plans), plans


def test_another_version_of_the_same_bytes_is_noted_and_nothing_else_is_written(
    books: TenantStore, company: int
) -> None:
    """A list may say otherwise of a record that reads the same; by the old version it would be read for ever."""
    first = dataclasses.replace(raw("V1"), version=7, label="V1")
    (raw_id,) = books.raw.append(company, 1, [first]).raw_ids
    member = ("V1", 8, None, None)
    assert books.census.compare(company, "vouchers", None, [member]).outdated == ("V1",)
    again = books.raw.append(company, 2, [dataclasses.replace(first, version=8)])
    assert (again.new, again.known, again.first, again.changed, again.raw_ids) == (0, 1, 0, 0, (raw_id,))
    assert books.census.compare(company, "vouchers", None, [member]).outdated == ()
    books.raw.append(company, 3, [dataclasses.replace(first, version=None)])
    assert books.census.compare(company, "vouchers", None, [member]).outdated == (), "a file without one says nothing"


def test_addresses_are_counted_as_first_or_changed(books: TenantStore, company: int) -> None:
    done = books.raw.append(company, 1, [raw("V1", "a"), raw("V2", "a"), raw("V2", "b")])
    assert (done.first, done.changed) == (2, 0)
    done = books.raw.append(company, 2, [raw("V1", "c"), raw("V2", "b"), raw("V3", "a")])
    assert (done.first, done.changed) == (1, 1)
    books.retirement.retire(company, "vouchers", ["V1"], run_id=2, known_at=LATER, reason="gone")
    done = books.raw.append(company, 3, [raw("V1", "c")])
    assert (done.first, done.changed) == (1, 0), "it came back"
    assert books.raw.count_current(company) == 3


def test_of_single_keys_those_held_are_named(books: TenantStore, company: int) -> None:
    books.raw.append(company, 1, [raw("V1"), raw("V2")])
    books.retirement.retire(company, "vouchers", ["V2"], run_id=1, known_at=LATER, reason="gone")
    assert books.census.held(company, "vouchers", ["V3", "V2", "V1", "V1"]) == ("V1",)
    assert books.census.held(company, "ledgers", ["V1"]) == ()
    assert books.census.held(company, "vouchers", []) == ()
