"""What the source has no more: out of the books, still in the history, back when it is said again."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from canonical.issue import Issue, IssueLevel
from canonical.ledger import Ledger
from canonical.money import Side
from canonical.record import RawRecord
from canonical.voucher import ItemLine, Voucher
from storage import Store, TenantStore
from tests.storage.samples import LATER, NOW, ledger, raw, ref, sale

DAY = date(2026, 4, 1)
MUCH_LATER = LATER + timedelta(days=1)


def read(books: TenantStore, company: int, key: str, said: str | None = None, at: object = NOW) -> int:
    """Append a voucher and store what it means."""
    (raw_id,) = books.raw.append(company, 1, [raw(key, said)]).raw_ids
    voucher = dataclasses.replace(sale(key, DAY, "Asha", 100), narration=said or "")
    books.records.upsert(company, 1, [voucher], NOW if at is NOW else MUCH_LATER, [raw_id])
    books.raw.mark_translated([raw_id], 1)
    return raw_id


def retire(books: TenantStore, company: int, *keys: str) -> int:
    return books.retirement.retire(company, "vouchers", keys, run_id=7, known_at=LATER, reason="not counted any more")


def current(books: TenantStore, company: int) -> list[str]:
    return [voucher.source.key for voucher in books.records.iter(company, Voucher)]


def test_what_is_retired_leaves_the_books_and_stays_in_the_history(books: TenantStore, company: int) -> None:
    raw_id = read(books, company, "V1")
    read(books, company, "V2")
    assert retire(books, company, "V1", "never there") == 1
    assert current(books, company) == ["V2"]
    assert [v.source.key for v in books.records.iter(company, Voucher, known_at=NOW)] == ["V1", "V2"]
    assert [v.source.key for v in books.records.iter(company, Voucher, known_at=LATER)] == ["V2"]
    assert books.raw.find(company, ref("vouchers", "V1")) is None
    assert not books.raw.get(raw_id).is_current
    (tombstone,) = books.retirement.of_source(company, ref("vouchers", "V1"))
    assert (tombstone.raw_id, tombstone.run_id, tombstone.known_at) == (raw_id, 7, LATER)
    assert tombstone.reason == "not counted any more"
    assert books.retirement.of_raw(raw_id) == books.retirement.of_run(7) == (tombstone,)
    assert books.retirement.of_company(company) == (tombstone,)
    assert retire(books, company, "V1") == 0, "it has gone once only"


def test_balances_follow_as_known_then_and_now(books: TenantStore, company: int) -> None:
    read(books, company, "V1")
    retire(books, company, "V1")
    assert [row.closing for row in books.reports.trial_balance(company, DAY)] == []
    assert {abs(row.closing) for row in books.reports.trial_balance(company, DAY, known_at=NOW)} == {100}


def test_what_is_said_again_is_revived(books: TenantStore, company: int) -> None:
    raw_id = read(books, company, "V1")
    retire(books, company, "V1")
    again = books.raw.append(company, 8, [raw("V1")])
    assert (again.new, again.revived, again.raw_ids) == (0, 1, (raw_id,))
    assert books.raw.count_pending(company) == {"vouchers": 1}
    read(books, company, "V1", at=MUCH_LATER)
    assert current(books, company) == ["V1"]
    assert [v.source.key for v in books.records.iter(company, Voucher, known_at=LATER)] == []
    assert len(books.retirement.of_raw(raw_id)) == 1, "the tombstone still tells of the time between"


def test_what_waited_or_was_wrong_goes_with_it(books: TenantStore, company: int) -> None:
    (raw_id,) = books.raw.append(company, 1, [raw("V1")]).raw_ids
    books.issues.replace(1, raw_id, company, [Issue(code="a.b", level=IssueLevel.REJECTED, message="unreadable")])
    retire(books, company, "V1")
    assert books.raw.count_pending(company) == {}
    assert books.issues.counts() == {}


def test_everything_made_of_a_record_is_closed(books: TenantStore, company: int) -> None:
    (raw_id,) = books.raw.append(company, 1, [raw("L1", stream="ledgers")]).raw_ids
    books.records.upsert(company, 1, [ledger("Asha", key="L1"), ledger("Usha", key="L2")], NOW, [raw_id, raw_id])
    books.retirement.retire(company, "ledgers", ["L1"], run_id=1, known_at=LATER, reason="")
    assert [found.name for found in books.records.iter(company, Ledger)] == ["Usha"]


def test_a_version_that_became_known_later_ends_when_it_began(books: TenantStore, company: int) -> None:
    read(books, company, "V1", at=MUCH_LATER)
    retire(books, company, "V1")
    (version,) = books.records.versions(Voucher, company, ref("vouchers", "V1"))
    assert (version.known_from, version.known_to) == (MUCH_LATER, MUCH_LATER)


def test_many_are_retired_in_batches(books: TenantStore, company: int) -> None:
    books.raw.append(company, 1, [raw(f"V{n}") for n in range(1200)])
    assert retire(books, company, *(f"V{n}" for n in range(1200))) == 1200
    assert len(books.retirement.of_run(7)) == 1200


@pytest.mark.parametrize("statement", ["UPDATE tombstone SET reason = 'none'", "DELETE FROM tombstone"])
def test_the_database_refuses_to_change_a_tombstone(
    store: Store, books: TenantStore, company: int, statement: str
) -> None:
    read(books, company, "V1")
    retire(books, company, "V1")
    with pytest.raises(sa.exc.DBAPIError), store._database.write(books.tenant_id) as transaction:
        transaction.connection.exec_driver_sql(statement)
    assert len(books.retirement.of_company(company)) == 1


def named(key: str, name: str, stream: str = "ledgers") -> RawRecord:
    return dataclasses.replace(raw(key, {"name": name}, stream), label=name)


def test_a_rename_outdates_whatever_mentions_the_old_name(books: TenantStore, company: int) -> None:
    books.raw.append(company, 1, [named("L1", "Asha"), named("L2", "Rent")], is_named=True)
    books.raw.append(company, 1, [raw("V1", {"to": "Asha"}), raw("V2", {"to": "Rent"}), raw("G1", "Asha", "groups")])
    assert books.renames.settle(company) == 0
    assert books.raw.append(company, 2, [named("L1", "Usha")], is_named=True).renamed == 1
    assert books.census.outdated(company, "vouchers") == (), "nothing is searched before it is asked for"
    assert books.renames.settle(company) == 2
    assert [key for key, *_ in books.census.outdated(company, "vouchers")] == ["V1"]
    assert [key for key, *_ in books.census.outdated(company, "groups")] == ["G1"]
    assert books.census.compare(company, "vouchers", None, [("V1", None, None, None)]).outdated == ("V1",)
    (renaming,) = books.renames.of_company(company)
    assert (renaming.old_name, renaming.new_name, renaming.run_id) == ("Asha", "Usha", 2)
    assert books.renames.settle(company) == 0


def test_what_is_read_again_is_outdated_no_more(books: TenantStore, company: int) -> None:
    books.raw.append(company, 1, [named("L1", "Asha")], is_named=True)
    books.raw.append(company, 1, [raw("V1", "Asha"), raw("V2", "Asha"), raw("V3", "Asha")])
    books.raw.append(company, 2, [named("L1", "Usha")], is_named=True)
    books.renames.settle(company)
    books.raw.append(company, 2, [raw("V1", "Asha")])
    books.raw.append(company, 2, [raw("V2", "Usha")])
    retire(books, company, "V3")
    assert books.census.outdated(company, "vouchers") == ()


def test_the_old_name_taken_by_a_new_master_changes_nothing(books: TenantStore, company: int) -> None:
    books.raw.append(company, 1, [named("L1", "Asha")], is_named=True)
    books.raw.append(company, 1, [raw("V1", "Asha")])
    renamed = books.raw.append(company, 2, [named("L1", "Usha"), named("L3", "Asha")], is_named=True)
    assert (renamed.renamed, renamed.new) == (1, 2)
    assert books.renames.settle(company) == 2, "the voucher, and the new master, which is harmless"
    assert [key for key, *_ in books.census.outdated(company, "vouchers")] == ["V1"]


@pytest.mark.parametrize(
    "name", ['Shree "Ganesh" & Sons', "आशा ट्रेडर्स", "back\\slash", "two  blanks & more", "line\r\nbreak Traders", "  "]
)
def test_names_of_any_spelling_are_found(books: TenantStore, company: int, name: str) -> None:
    books.raw.append(company, 1, [named("L1", name)], is_named=True)
    mentioned = " ".join(name.split()) or name
    books.raw.append(company, 1, [raw("V1", {"to": mentioned})])
    books.raw.append(company, 2, [named("L1", "Another")], is_named=True)
    assert books.renames.settle(company) >= 1
    assert [key for key, *_ in books.census.outdated(company, "vouchers")] == ["V1"]


def test_very_many_renames_outdate_everything(books: TenantStore, company: int) -> None:
    books.raw.append(company, 1, [named(f"L{n}", f"Old {n}") for n in range(100)], is_named=True)
    books.raw.append(company, 1, [raw("V1", "nobody")])
    books.raw.append(company, 2, [named(f"L{n}", f"New {n}") for n in range(100)], is_named=True)
    assert books.renames.settle(company) == 1, "all but the renamed themselves"


def test_streams_that_nobody_refers_to_by_name_are_not_renamed(books: TenantStore, company: int) -> None:
    books.raw.append(company, 1, [named("V1", "1", "vouchers")])
    assert books.raw.append(company, 2, [named("V1", "2", "vouchers")]).renamed == 0


def test_vouchers_are_found_by_the_party_and_the_items_they_name(books: TenantStore, company: int) -> None:
    """Current ones only, each once, by any number of keys."""
    for key, party, item in (
        ("V1", "asha", "soap"),
        ("V2", "asha", "salt"),
        ("V3", "bela", "soap"),
        ("V4", "bela", ""),
    ):
        line = ItemLine(item_key=item, item_name=item, side=Side.CREDIT, amount=Decimal(100))
        voucher = dataclasses.replace(sale(key, DAY, party, 100), party_key=party, items=(line,) if item else ())
        books.records.upsert(company, 1, [voucher], NOW, books.raw.append(company, 1, [raw(key)]).raw_ids)
    find = books.records.find_vouchers_of
    assert find(company, ["asha"], []) == {"vouchers": ["V1", "V2"]}
    assert find(company, [], ["soap"]) == {"vouchers": ["V1", "V3"]}
    assert find(company, ["asha", "nobody"], ["soap", *map(str, range(3000))]) == {"vouchers": ["V1", "V2", "V3"]}
    assert find(company, [], []) == {}
    retire(books, company, "V1")
    assert find(company, ["asha"], ["soap"]) == {"vouchers": ["V2", "V3"]}
