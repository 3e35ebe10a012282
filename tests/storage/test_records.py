"""Canonical records: versions, what is written and what is not, and reading them back without loss."""

from __future__ import annotations

import dataclasses
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from canonical.bill import BillRefKind
from canonical.codec import RECORD_TYPES, CanonicalRecord
from canonical.company import Company
from canonical.cost import CostCategory, CostCentre
from canonical.errors import NotFound
from canonical.item import Godown, Item, Quantity, StockGroup, Unit
from canonical.ledger import AccountGroup, Ledger, ReservedGroup
from canonical.money import Side
from canonical.party import Party, PartyRole
from canonical.tax import GstRegistration, TaxHead, TaxLine
from canonical.voucher import (
    BankAllocation,
    CostAllocation,
    DocumentDetails,
    ItemLine,
    Posting,
    UnbalancedVoucher,
    Voucher,
)
from canonical.voucher_type import VoucherKind, VoucherType
from storage import CursorInvalid, Store, TenantStore, UpsertResult
from storage.types import AmountTooLarge
from tests.storage.samples import BEFORE, LATER, NOW, bill, ledger, posting, ref, sale, voucher

DAY = date(2026, 3, 1)

RICH_VOUCHER = Voucher(
    source=ref("vouchers", "RICH"),
    kind=VoucherKind.SALES,
    type_name="GST Sale",
    day=DAY,
    number="S/1",
    narration="Goods, ünïcode, \ue004 and \u0000 too",
    source_version=7,
    postings=(
        dataclasses.replace(
            posting("Asha", "1180.005", bill(BillRefKind.NEW, "1180.005", "S/1", due=date(2026, 4, 1))),
            extras={"UDF_X": ["a", {"b": "1.10"}]},
            costs=(CostAllocation(centre_key="delhi", side=Side.DEBIT, amount=Decimal("1180.005")),),
        ),
        posting("Sales", "-1000.005"),
        dataclasses.replace(
            posting("Bank", "-180"),
            banks=(BankAllocation(side=Side.CREDIT, amount=Decimal(180), reference="UTR1", cleared_on=DAY),),
        ),
    ),
    items=(
        ItemLine(
            item_key="soap",
            item_name="Soap",
            side=Side.CREDIT,
            amount=Decimal("1000.005"),
            billed=Quantity(Decimal("12.5"), "kg", Decimal(3), "box"),
            rate=Decimal("80.0004"),
        ),
    ),
    taxes=(TaxLine(head=TaxHead.CGST, ledger_key="cgst", amount=Decimal(90), rate=Decimal(9)),),
    details=DocumentDetails(buyer_gstin="27AAAAA0000A1Z5"),
    extras={"order": {"z": 1, "a": None}},
)

ONE_OF_EACH: tuple[CanonicalRecord, ...] = (
    Company(source=ref("companies", "co-1"), name="Ashoka Traders", books_from=date(2025, 4, 1)),
    AccountGroup(source=ref("groups", "g"), key="debtors", name="Our Customers", reserved=ReservedGroup.SUNDRY_DEBTORS),
    ledger("Asha", opening="10.5"),
    Party(
        source=ref("ledgers", "p"),
        key="asha",
        name="Asha",
        roles=frozenset({PartyRole.CUSTOMER, PartyRole.SUPPLIER, PartyRole.BROKER}),
        registrations=(GstRegistration(gstin="27AAAAA0000A1Z5", applicable_from=date(2020, 1, 1)),),
    ),
    Unit(source=ref("units", "u"), key="kg", symbol="Kg", conversion=Decimal("1.50")),
    StockGroup(source=ref("stock_groups", "s"), key="soaps", name="Soaps"),
    Item(source=ref("stock_items", "i"), key="soap", name="Soap", opening_quantity=Quantity(Decimal("2.0"), "kg")),
    Godown(source=ref("godowns", "d"), key="main", name="Main"),
    CostCategory(source=ref("cost_categories", "c"), key="primary", name="Primary"),
    CostCentre(source=ref("cost_centres", "c"), key="delhi", name="Delhi", category_key="primary"),
    VoucherType(source=ref("voucher_types", "t"), key="gst sale", name="GST Sale", kind=VoucherKind.SALES),
    RICH_VOUCHER,
)


def test_every_record_type_comes_back_as_it_was(books: TenantStore, company: int) -> None:
    assert {type(record) for record in ONE_OF_EACH} == set(RECORD_TYPES)
    result = books.records.upsert(company, 5, ONE_OF_EACH, NOW, list(range(100, 100 + len(ONE_OF_EACH))))
    assert (result.inserted, result.unchanged) == (len(ONE_OF_EACH), 0)
    for number, record in enumerate(ONE_OF_EACH):
        (found,) = books.records.iter_stored(company, type(record))
        assert found.record == record
        assert (found.raw_id, found.known_from, found.known_to) == (100 + number, NOW, None)
        assert books.records.get(type(record), found.id) == found
        assert books.records.find(type(record), company, record.source) == found
        assert books.records.page(company, type(record)).items == (found,)
    assert books.companies.get(company).books_from == date(2025, 4, 1)


def test_text_comes_back_digit_for_digit(books: TenantStore, company: int) -> None:
    """Decimal("2.0") equals Decimal(2), but the source wrote 2.0."""
    books.records.upsert(company, None, ONE_OF_EACH, NOW)
    (item,) = books.records.iter(company, Item)
    assert item.opening_quantity is not None
    assert str(item.opening_quantity.number) == "2.0"


def test_unchanged_records_are_not_written(books: TenantStore, company: int) -> None:
    books.records.upsert(company, 1, ONE_OF_EACH, NOW)
    again = books.records.upsert(company, 2, ONE_OF_EACH, LATER)
    assert again == UpsertResult(unchanged=len(ONE_OF_EACH))
    assert [len(books.records.versions(type(r), company, r.source)) for r in ONE_OF_EACH] == [1] * len(ONE_OF_EACH)


def test_a_change_closes_one_version_and_opens_the_next(books: TenantStore, company: int) -> None:
    first, second = sale("V1", DAY, "Asha", 100), sale("V1", DAY, "Asha", 150)
    books.records.upsert(company, 1, [first], NOW)
    assert books.records.upsert(company, 2, [second], LATER).updated == 1
    old, new = books.records.versions(Voucher, company, first.source)
    assert (old.record, old.known_from, old.known_to) == (first, NOW, LATER)
    assert (new.record, new.known_from, new.known_to) == (second, LATER, None)
    for known_at, expected in ((BEFORE, []), (NOW, [first]), (LATER, [second]), (None, [second])):
        assert list(books.records.iter(company, Voucher, known_at)) == expected
        balance = {row.ledger_key: row.closing for row in books.reports.trial_balance(company, DAY, known_at)}
        assert balance.get("asha", Decimal(0)) == sum(v.debit_total for v in expected)


def test_an_older_version_of_the_source_is_stale(books: TenantStore, company: int) -> None:
    newer, older = sale("V1", DAY, "Asha", 100, version=8), sale("V1", DAY, "Asha", 50, version=7)
    books.records.upsert(company, 1, [newer], NOW)
    assert books.records.upsert(company, 2, [older], LATER).stale == 1
    assert list(books.records.iter(company, Voucher)) == [newer]


def test_of_one_address_twice_in_a_batch_the_newest_is_kept(books: TenantStore, company: int) -> None:
    newer, older = sale("V1", DAY, "Asha", 100, version=8), sale("V1", DAY, "Asha", 50, version=7)
    for batch in ([newer, older], [older, newer]):
        books.records.upsert(company, 1, batch, NOW)
        assert list(books.records.iter(company, Voucher)) == [newer]


def test_time_never_runs_backwards_in_a_record(books: TenantStore, company: int) -> None:
    """A run with a clock that is behind: its change holds from the moment of the version it replaces."""
    books.records.upsert(company, 1, [sale("V1", DAY, "Asha", 100)], NOW)
    books.records.upsert(company, 2, [sale("V1", DAY, "Asha", 150)], BEFORE)
    old, new = books.records.versions(Voucher, company, ref("vouchers", "V1"))
    assert (old.known_to, new.known_from) == (NOW, NOW)


def test_a_master_takes_the_place_of_its_placeholder(books: TenantStore, company: int) -> None:
    placeholder = ledger("Asha", None, is_placeholder=True, key="name:asha")
    master = ledger("Asha", opening=10, key="guid-1")
    inferred = Party(source=ref("ledgers", "name:asha"), key="asha", name="Asha", roles_inferred=True)
    party = Party(source=ref("ledgers", "guid-1"), key="asha", name="Asha")
    known: list[CanonicalRecord] = [master, party]
    guessed: list[CanonicalRecord] = [placeholder, inferred]
    for first, then in ((guessed, known), (known, guessed)):
        own = books.companies.ensure("tally", f"co-{first[0].source.key}")
        books.records.upsert(own, 1, first, NOW)
        result = books.records.upsert(own, 2, then, LATER)
        assert list(books.records.iter(own, Ledger)) == [master]
        assert list(books.records.iter(own, Party)) == [party]
        assert result.stale == (2 if then is guessed else 0)
        assert books.records.upsert(own, 3, guessed, LATER).rows_written == 0
    before = books.records.find_by_key(Ledger, books.companies.ensure("tally", "co-name:asha"), "asha", NOW)
    assert before is not None
    assert before.record == placeholder


def test_of_a_master_and_its_placeholder_in_one_batch_the_master_is_kept(books: TenantStore, company: int) -> None:
    placeholder, master = ledger("Asha", None, is_placeholder=True, key="name:asha"), ledger("Asha", key="guid-1")
    books.records.upsert(company, 1, [placeholder, master], NOW)
    assert list(books.records.iter(company, Ledger)) == [master]


def test_a_record_the_source_no_longer_has_is_retired(books: TenantStore, company: int) -> None:
    books.records.upsert(company, 1, [sale("V1", DAY, "Asha", 100), sale("V2", DAY, "Asha", 1)], NOW)
    gone = [ref("vouchers", "V1"), ref("vouchers", "V9")]
    assert books.records.retire(company, Voucher, gone, LATER) == 1
    assert books.records.retire(company, Voucher, gone, LATER) == 0
    assert [v.number for v in books.records.iter(company, Voucher)] == ["V2"]
    assert [v.number for v in books.records.iter(company, Voucher, NOW)] == ["V1", "V2"]
    assert [row.closing for row in books.reports.trial_balance(company, DAY)] == [Decimal(1), Decimal(-1)]
    books.records.upsert(company, 2, [sale("V1", DAY, "Asha", 100)], LATER + timedelta(days=1))
    assert [v.number for v in books.records.iter(company, Voucher)] == ["V2", "V1"]


def test_vouchers_can_be_filtered_and_paged_newest_first(books: TenantStore, company: int) -> None:
    vouchers = [sale(f"V{n:02d}", DAY + timedelta(days=n // 3), "Asha", 100 + n) for n in range(20)]
    vouchers.append(voucher("J1", DAY, (posting("Asha", 5), posting("Sales", -5))))
    books.records.upsert(company, 1, vouchers, NOW)
    seen: list[Voucher] = []
    cursor: str | None = None
    while True:
        page = books.records.page(company, Voucher, cursor=cursor, limit=4, kind="sales")
        seen += [item.record for item in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert [v.number for v in seen] == [v.number for v in sorted(vouchers[:20], key=lambda v: (v.day, v.number))][::-1]
    some = books.records.page(company, Voucher, day_from=DAY + timedelta(days=1), day_to=DAY + timedelta(days=1))
    assert {item.record.number for item in some.items} == {"V03", "V04", "V05"}
    assert books.records.count(company, Voucher) == 21
    assert books.records.count(company, Voucher, kind="journal") == 1


def test_masters_are_paged_by_key(books: TenantStore, company: int) -> None:
    books.records.upsert(company, 1, [ledger(name) for name in ("Chitra", "asha", "Bina", "Ünal")], NOW)
    first = books.records.page(company, Ledger, limit=2)
    rest = books.records.page(company, Ledger, limit=2, cursor=first.next_cursor)
    assert [item.record.key for item in (*first.items, *rest.items)] == ["asha", "bina", "chitra", "ünal"]
    assert rest.next_cursor is None


def test_a_cursor_that_is_none_of_ours_says_so(books: TenantStore, company: int) -> None:
    for cursor in ("x", "W10", "!!!", "eyJhIjoxfQ"):
        with pytest.raises(CursorInvalid):
            books.records.page(company, Voucher, cursor=cursor)


def test_an_unknown_filter_is_a_mistake(books: TenantStore, company: int) -> None:
    with pytest.raises(TypeError, match="colour"):
        books.records.page(company, Voucher, colour="red")


def test_what_is_not_there_is_not_found(books: TenantStore, company: int) -> None:
    with pytest.raises(NotFound, match="Voucher 12"):
        books.records.get(Voucher, 12)
    with pytest.raises(NotFound, match="company 99"):
        books.records.upsert(99, None, [ledger("Asha")], NOW)
    assert books.records.find_by_key(Ledger, company, "asha") is None


def test_amounts_beyond_what_is_held_exactly_are_refused_and_nothing_is_stored(
    books: TenantStore, company: int
) -> None:
    with pytest.raises(AmountTooLarge):
        books.records.upsert(company, 1, [sale("V1", DAY, "Asha", 10**15)], NOW)
    assert list(books.records.iter(company, Voucher)) == []


def test_alongside_is_one_commit_with_the_batch(books: TenantStore, company: int) -> None:
    def fail() -> None:
        books.runs.start("import", "tally", company, {}, NOW)
        raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        books.records.upsert(company, 1, [ledger("Asha")], NOW, alongside=fail)
    assert list(books.records.iter(company, Ledger)) == []
    assert books.runs.list().items == ()
    called: list[int] = []
    for records in ([ledger("Asha")], [ledger("Asha")], []):
        books.records.upsert(company, 1, records, NOW, alongside=lambda: called.append(1))
    assert len(called) == 3, "also where nothing changed: the mark has to be set all the same"


@pytest.mark.parametrize("table", ["posting", "bill_allocation", "item_line", "tax_line", "cost_allocation"])
def test_children_are_stored_with_their_voucher(store: Store, books: TenantStore, company: int, table: str) -> None:
    books.records.upsert(company, 1, [RICH_VOUCHER], NOW)
    (stored,) = books.records.iter_stored(company, Voucher)
    owner = "owner_id" if table == "bill_allocation" else "voucher_id"
    with store._database.read(books.tenant_id) as transaction:
        rows = transaction.rows(f"SELECT count(*) FROM {table} WHERE {owner} = ?", (stored.id,))
    assert rows[0][0] == (3 if table == "posting" else 1)


# --- laws -----------------------------------------------------------------------------------------------------------

AMOUNTS = st.decimals(Decimal("-99999999.9999"), Decimal("99999999.9999"), places=4)


@st.composite
def random_vouchers(draw: st.DrawFn) -> Voucher:
    nets = draw(st.lists(AMOUNTS, min_size=1, max_size=4))
    names = draw(st.lists(st.text(st.characters(codec="utf-8"), max_size=8), min_size=len(nets), max_size=len(nets)))
    lines = [posting(name, net) for name, net in zip(names, nets, strict=True)]
    rest = posting("Suspense", -sum(nets, Decimal(0)))
    number = draw(st.integers(0, 5))
    built = voucher(f"V{number}", draw(st.dates()), (*lines, rest), version=draw(st.none() | st.integers(0, 3)))
    return dataclasses.replace(built, narration=draw(st.text(st.characters(codec="utf-8"))))


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=st.lists(st.lists(random_vouchers(), max_size=6), max_size=4))
def test_after_any_sequence_the_books_balance_and_one_version_of_each_is_current(
    store: Store, batches: list[list[Voucher]]
) -> None:
    books = store.tenant()
    company = books.companies.ensure("tally", f"co-{len(books.companies.list())}")
    moment = NOW
    for batch in batches:
        moment += timedelta(hours=1)
        books.records.upsert(company, None, batch, moment)
    current = list(books.records.iter(company, Voucher))
    assert len({v.source for v in current}) == len(current)
    assert {v.source for v in current} == {v.source for batch in batches for v in batch}
    for voucher_ in current:
        versions = books.records.versions(Voucher, company, voucher_.source)
        assert [v.known_to for v in versions[:-1]] == [v.known_from for v in versions[1:]]
    balances = books.reports.trial_balance(company, date.max)
    assert sum((row.closing for row in balances), Decimal(0)) == 0
    expected: Counter[str] = Counter()
    for line in (line for v in current for line in v.postings):
        expected[line.ledger_key.replace("\0", "\ufffd")] += line.net  # type: ignore[assignment]  # counts decimals too
    assert {row.ledger_key: row.closing for row in balances} == dict(expected)


def test_a_stored_voucher_that_does_not_balance_cannot_come_back() -> None:
    """The law is the value's own; the store only keeps what could be built."""
    with pytest.raises(UnbalancedVoucher):
        voucher("V1", DAY, (Posting(ledger_key="a", ledger_name="a", side=Side.DEBIT, amount=Decimal(1)),))
