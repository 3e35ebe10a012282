"""Ageing and open bills from the database, held against worked figures and against the receivables engine."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from canonical.bill import BillAllocation, BillRefKind, OpeningBill
from canonical.codec import CanonicalRecord
from canonical.company import Company
from canonical.dates import CreditPeriod, CreditUnit
from canonical.ledger import Ledger, ReservedGroup
from canonical.money import Side
from canonical.party import Party
from canonical.receivable import AgeingBasis, AgeingRow, BillEntry, Buckets, Direction
from canonical.voucher import Voucher
from canonical.voucher_type import VoucherKind
from receivables.open_items import fold_open_items
from receivables.report import ReportTerms, ageing_report
from storage import Store, TenantStore
from storage.reports.bills import Fold
from tests.storage.samples import BEFORE, LATER, NOW, bill, ledger, posting, ref, sale, voucher

NEW, AGAINST, ADVANCE, ON_ACCOUNT = BillRefKind.NEW, BillRefKind.AGAINST, BillRefKind.ADVANCE, BillRefKind.ON_ACCOUNT
BUCKETS = Buckets((30, 60, 90, 180))
PARTY = "Ashoka Traders"
D = Decimal


def receipt(key: str, day: date, net: int, *bills: BillAllocation) -> Voucher:
    return voucher(key, day, (posting(PARTY, net, *bills), posting("Bank", -net)), VoucherKind.RECEIPT)


def ledger_a() -> list[CanonicalRecord]:
    """The worked example of docs/receivables.md."""
    d = date
    return [
        ledger(PARTY, opening=0),
        sale("V1", d(2026, 1, 5), PARTY, 100_000, bill(NEW, 100_000, "INV-001", due=d(2026, 2, 4))),
        sale("V2", d(2026, 1, 20), PARTY, 50_000, bill(NEW, 50_000, "INV-002", due=d(2026, 2, 19))),
        receipt("V3", d(2026, 2, 10), -60_000, bill(AGAINST, -60_000, "inv-001 ")),
        receipt("V4", d(2026, 2, 15), -5_000, bill(AGAINST, -5_000, "INV-002")),
        sale("V5", d(2026, 3, 1), PARTY, 80_000, bill(NEW, 80_000, "INV-003", due=d(2026, 3, 31))),
        receipt("V6", d(2026, 3, 10), -70_000, bill(ON_ACCOUNT, -70_000)),
        receipt("V7", d(2026, 3, 12), -500, bill(AGAINST, -500, "INV-002")),
        receipt("V8", d(2026, 3, 20), -20_000, bill(ADVANCE, -20_000, "ADV-1")),
    ]


def figures(rows: Sequence[AgeingRow]) -> list[tuple[int, list[int], int]]:
    return [(int(row.not_due), [int(x) for x in row.buckets], int(row.unapplied)) for row in rows]


AS_OF_FIGURES = [
    (date(2026, 3, 31), AgeingBasis.DUE, (80_000, [0, 84_500, 0, 0, 0], -90_000)),
    (date(2026, 3, 31), AgeingBasis.BILL, (0, [80_000, 0, 84_500, 0, 0], -90_000)),
    (date(2026, 2, 12), AgeingBasis.DUE, (50_000, [40_000, 0, 0, 0, 0], 0)),
    (date(2026, 2, 4), AgeingBasis.DUE, (150_000, [0, 0, 0, 0, 0], 0)),
    (date(2026, 2, 28), AgeingBasis.DUE, (0, [85_000, 0, 0, 0, 0], 0)),
]


@pytest.mark.parametrize(("as_of", "basis", "expected"), AS_OF_FIGURES)
def test_the_worked_ledger_ages_as_on_paper(
    books: TenantStore, company: int, as_of: date, basis: AgeingBasis, expected: tuple[int, list[int], int]
) -> None:
    books.records.upsert(company, None, ledger_a(), NOW)
    assert figures(books.reports.ageing(company, as_of, basis, BUCKETS)) == [expected]


@pytest.mark.parametrize(
    ("age", "column"), [(-1, 0), (0, 0), (1, 1), (30, 1), (31, 2), (60, 2), (90, 3), (91, 4), (181, 5)]
)
def test_bucket_boundaries(books: TenantStore, company: int, age: int, column: int) -> None:
    as_of = date(2026, 3, 31)
    due = as_of - timedelta(days=age)
    books.records.upsert(company, None, [sale("V1", date(2025, 6, 1), PARTY, 100, bill(NEW, 100, "I", due=due))], NOW)
    (row,) = books.reports.ageing(company, as_of, buckets=BUCKETS)
    assert [int(x) for x in (row.not_due, *row.buckets)].index(100) == column


@pytest.mark.parametrize(
    ("credit", "due"),
    [
        (None, date(2026, 1, 31)),
        (CreditPeriod(10), date(2026, 2, 10)),
        (CreditPeriod(2, CreditUnit.WEEKS), date(2026, 2, 14)),
        (CreditPeriod(1, CreditUnit.MONTHS), date(2026, 2, 28)),
    ],
)
def test_a_bill_without_terms_falls_due_by_its_ledgers(
    books: TenantStore, company: int, credit: CreditPeriod | None, due: date
) -> None:
    records: list[CanonicalRecord] = [
        ledger(PARTY, credit=credit),
        sale("V1", date(2026, 1, 31), PARTY, 100, bill(NEW, 100, "I-1")),
    ]
    books.records.upsert(company, None, records, NOW)
    (on_time,) = books.reports.ageing(company, due)
    (late,) = books.reports.ageing(company, due + timedelta(days=1))
    assert (on_time.not_due, on_time.overdue) == (D(100), D(0))
    assert (late.not_due, late.buckets[0]) == (D(0), D(100))
    (item,) = books.reports.open_bills(company, due)
    assert (item.bill_date, item.due_date) == (date(2026, 1, 31), due)


def test_what_was_known_then_is_asked_with_known_at(books: TenantStore, company: int) -> None:
    books.records.upsert(company, None, ledger_a(), NOW)
    back_dated = receipt("V9", date(2026, 3, 28), -10_000, bill(AGAINST, -10_000, "INV-002"))
    books.records.upsert(company, None, [back_dated], LATER)
    books.records.retire(company, Voucher, [ref("vouchers", "V3")], LATER)
    as_of = date(2026, 3, 31)
    assert figures(books.reports.ageing(company, as_of, known_at=NOW)) == [(80_000, [0, 84_500, 0, 0], -90_000)]
    assert figures(books.reports.ageing(company, as_of)) == [(80_000, [0, 134_500, 0, 0], -90_000)]
    assert books.reports.ageing(company, as_of, known_at=BEFORE) == []


def test_optional_and_cancelled_vouchers_are_no_open_money(books: TenantStore, company: int) -> None:
    lines = (posting(PARTY, 100, bill(NEW, 100, "I-1"), is_party=True), posting("Sales", -100))
    records: list[CanonicalRecord] = [
        ledger(PARTY),
        voucher("V1", date(2026, 3, 1), lines, VoucherKind.SALES, is_optional=True),
        voucher("V2", date(2026, 3, 1), (), VoucherKind.SALES, is_cancelled=True),
        voucher("V3", date(2026, 3, 1), lines[:1], VoucherKind.SALES_ORDER),
    ]
    books.records.upsert(company, None, records, NOW)
    assert books.reports.ageing(company, date(2026, 3, 31)) == []
    assert list(books.reports.bill_entries(company, date(2026, 3, 31))) == []


def test_the_same_reference_on_two_parties_is_two_bills(books: TenantStore, company: int) -> None:
    records = [
        sale("V1", date(2026, 3, 1), "Asha", 100, bill(NEW, 100, "INV/1")),
        sale("V2", date(2026, 3, 1), "Bina", 40, bill(NEW, 40, "INV/1")),
        voucher("V3", date(2026, 3, 5), (posting("Asha", -100, bill(AGAINST, -100, "inv/1")), posting("Bank", 100))),
    ]
    books.records.upsert(company, None, records, NOW)
    assert [(item.party_key, item.net) for item in books.reports.open_bills(company, date(2026, 3, 31))] == [
        ("bina", D(40))
    ]


def test_customer_and_supplier_stay_gross_until_the_books_set_them_off(books: TenantStore, company: int) -> None:
    supplier = ledger("Ashoka Supplies", ReservedGroup.SUNDRY_CREDITORS)
    bought = voucher(
        "P1",
        date(2026, 3, 1),
        (posting("Ashoka Supplies", -45_000, bill(NEW, -45_000, "S-1")), posting("Purchases", 45_000)),
        VoucherKind.PURCHASE,
    )
    sold = sale("V1", date(2026, 3, 1), PARTY, 120_000, bill(NEW, 120_000, "INV-1"))
    books.records.upsert(company, None, [ledger(PARTY), supplier, bought, sold], NOW)
    as_of = date(2026, 3, 31)
    owed = books.reports.ageing(company, as_of)
    owing = books.reports.ageing(company, as_of, direction=Direction.PAYABLE)
    assert [(row.party_name, row.net) for row in owed] == [(PARTY, D(120_000))]
    assert [(row.party_name, row.net) for row in owing] == [("Ashoka Supplies", D(45_000))]


def test_a_journal_debit_without_a_bill_ages_from_its_own_day(books: TenantStore, company: int) -> None:
    journal = voucher("J1", date(2026, 1, 10), (posting(PARTY, 700), posting("Interest", -700)))
    books.records.upsert(company, None, [ledger(PARTY, credit=CreditPeriod(45)), journal], NOW)
    (row,) = books.reports.ageing(company, date(2026, 2, 11))
    assert (row.buckets[1], row.net) == (D(700), D(700))


def test_opening_bills_and_the_rest_of_the_opening_make_the_opening(books: TenantStore, company: int) -> None:
    opened = OpeningBill(ref="OLD-1", side=Side.DEBIT, amount=Decimal(300), bill_date=date(2025, 1, 1))
    books.records.upsert(
        company,
        None,
        [
            Company(source=ref("companies", "co-1"), name="Ashoka", books_from=date(2025, 4, 1)),
            ledger(PARTY, opening=1000, opening_bills=(opened,)),
        ],
        NOW,
    )
    (row,) = books.reports.ageing(company, date(2025, 4, 10))
    assert (row.buckets, row.net) == ((D(700), D(0), D(0), D(300)), D(1000))
    assert books.reports.ageing(company, date(2025, 3, 30)) == []
    assert [item.trace_id[0] for item in books.reports.open_bills(company, date(2025, 4, 10))] == ["b", "l"]


def test_ledgers_of_unknown_groups_run_by_their_balance(books: TenantStore, company: int) -> None:
    records = [
        sale("V1", date(2026, 3, 1), "Asha", 100, bill(NEW, 100, "I-1")),
        voucher("P1", date(2026, 3, 1), (posting("Bina", -60, bill(NEW, -60, "S-1")), posting("Purchases", 60))),
    ]
    books.records.upsert(company, None, records, NOW)
    as_of = date(2026, 3, 31)
    assert [row.party_key for row in books.reports.ageing(company, as_of)] == ["asha"]
    assert [row.party_key for row in books.reports.ageing(company, as_of, direction=Direction.PAYABLE)] == ["bina"]
    assert [item.party_key for item in books.reports.open_bills(company, as_of, direction=Direction.PAYABLE)] == [
        "bina"
    ]


def test_a_party_record_is_evidence_where_the_account_tree_is_not_known(books: TenantStore, company: int) -> None:
    """A day book without masters: a customer who never names a bill is a customer, the cash box is not."""
    customer = Party(
        source=ref("ledgers", "name:asha"), key="asha", name="Asha", ledger_key="asha", roles_inferred=True
    )
    records: list[CanonicalRecord] = [
        customer,
        ledger("Asha", None, is_placeholder=True, key="name:asha"),
        ledger("Cash", None, is_placeholder=True, key="name:cash"),
        sale("V1", date(2026, 3, 1), "Asha", 100),
        sale("V2", date(2026, 3, 1), "Cash", 50),
    ]
    books.records.upsert(company, None, records, NOW)
    assert [(row.party_name, row.net) for row in books.reports.ageing(company, date(2026, 3, 31))] == [("Asha", D(100))]
    bank = ledger("Asha", ReservedGroup.BANK_ACCOUNTS, key="guid-1")
    books.records.upsert(company, None, [bank], LATER)
    assert books.reports.ageing(company, date(2026, 3, 31)) == []


def test_one_party_can_be_asked_for_by_name(books: TenantStore, company: int) -> None:
    books.records.upsert(company, None, [*ledger_a(), sale("X", date(2026, 3, 1), "Bina", 7, bill(NEW, 7, "B"))], NOW)
    as_of = date(2026, 3, 31)
    assert len(books.reports.ageing(company, as_of)) == 2
    assert [row.party_name for row in books.reports.ageing(company, as_of, party="ashoka  TRADERS")] == [PARTY]
    assert books.reports.ageing(company, as_of, party="Nobody") == []


# --- laws -----------------------------------------------------------------------------------------------------------

PARTIES = ("Asha", "Bina", "Chitra")
DAYS = st.dates(date(2024, 3, 20), date(2026, 4, 10))
AMOUNTS = st.integers(-500, 500).filter(bool)
TERMS = (
    st.none()
    | st.builds(CreditPeriod, st.integers(0, 60), st.just(CreditUnit.DAYS))
    | st.builds(CreditPeriod, st.integers(1, 3), st.sampled_from([CreditUnit.WEEKS, CreditUnit.MONTHS]))
)
REFS = st.sampled_from(["INV-1", "inv-1", "INV-2", "INV 3", ""])
ALLOCATIONS = st.builds(
    bill,
    st.sampled_from(BillRefKind),
    AMOUNTS,
    REFS,
    due=st.none() | DAYS,
    credit=TERMS,
    bill_date=st.none() | st.none() | DAYS,
)
PARTY_LINES = st.builds(
    lambda party, bills, rest: posting(party, sum((b.net for b in bills), Decimal(rest)), *bills),
    st.sampled_from(PARTIES),
    st.lists(ALLOCATIONS, max_size=3),
    st.sampled_from([0, 0, 0, 25, -40]),
)
OPENING_BILLS = st.builds(
    lambda ref_, net, day, due, credit, advance: OpeningBill(
        ref=ref_,
        side=Side.DEBIT if net > 0 else Side.CREDIT,
        amount=Decimal(abs(net)),
        bill_date=day,
        due_date=due,
        credit_period=credit,
        is_advance=advance,
    ),
    REFS,
    AMOUNTS,
    st.none() | DAYS,
    st.none() | DAYS,
    TERMS,
    st.booleans(),
)
LEDGERS = st.builds(
    lambda name, reserved, opening, bills, credit: ledger(
        name, reserved, opening=opening, opening_bills=tuple(bills), credit=credit, is_bill_wise=True
    ),
    st.sampled_from(PARTIES),
    st.sampled_from([ReservedGroup.SUNDRY_DEBTORS, ReservedGroup.SUNDRY_CREDITORS, None]),
    st.none() | st.integers(-300, 300),
    st.lists(OPENING_BILLS, max_size=2),
    TERMS,
)
COMPANY = Company(source=ref("companies", "co-1"), name="Ashoka", books_from=date(2024, 4, 1))


@st.composite
def vouchers(draw: st.DrawFn) -> list[Voucher]:
    found = []
    for number in range(draw(st.integers(0, 8))):
        lines = draw(st.lists(PARTY_LINES, min_size=1, max_size=2))
        rest = posting("Sales", -sum((line.net for line in lines), Decimal(0)))
        found.append(voucher(f"V{number}", draw(DAYS), (*lines, rest), is_optional=draw(st.integers(0, 9)) == 0))
    return found


@st.composite
def two_batches(draw: st.DrawFn) -> tuple[list[CanonicalRecord], list[CanonicalRecord]]:
    """Books as first learned, and what was learned a day later: changed, new and retired-by-change records."""
    masters: dict[str, Ledger] = {item.key: item for item in draw(st.lists(LEDGERS, max_size=4))}
    first: list[CanonicalRecord] = [COMPANY, *masters.values(), *draw(vouchers())]
    return draw(st.permutations(first)), [*draw(vouchers())]


def engine_fold(as_of: date, known_at: datetime | None, direction: Direction) -> Fold:
    def fold(entries: Sequence[BillEntry]) -> Sequence[object]:
        return fold_open_items(entries, as_of=as_of, known_at=known_at, direction=direction)

    return fold  # type: ignore[return-value]  # the engine's items have what a FoldedItem has


NUMBERS = itertools.count()


@pytest.mark.slow
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=two_batches(), as_of=DAYS, basis=st.sampled_from(AgeingBasis), known=st.sampled_from([None, NOW, LATER]))
def test_the_database_and_the_engine_agree(
    store: Store,
    batches: tuple[list[CanonicalRecord], list[CanonicalRecord]],
    as_of: date,
    basis: AgeingBasis,
    known: datetime | None,
) -> None:
    books = store.tenant()
    company = books.companies.ensure("tally", f"co-{next(NUMBERS)}")
    books.records.upsert(company, None, batches[0], NOW)
    books.records.upsert(company, None, batches[1], LATER)
    ledgers = books.reports.party_ledgers(company, as_of, known)
    entries = list(books.reports.bill_entries(company, as_of, known))
    balances = {row.ledger_key: row.closing for row in books.reports.trial_balance(company, as_of, known)}
    for direction in Direction:
        report = ReportTerms(as_of=as_of, known_at=known, direction=direction, basis=basis, buckets=BUCKETS)
        names = {key: item.name for key, item in ledgers.items()}
        expected = [
            row
            for row in ageing_report(entries, report, party_names=names).rows
            if ledgers[row.party_key].runs(direction, direction.amount(row.net))
        ]
        fold = engine_fold(as_of, known, direction)
        rows = books.reports.ageing(company, as_of, basis, BUCKETS, direction, known, fold=fold)
        assert rows == expected
        for row in rows:
            assert direction.amount(row.net) == balances.get(row.party_key, 0)
        open_items = books.reports.open_bills(company, as_of, known, fold=fold)
        of_engine = fold_open_items(entries, as_of=as_of, known_at=known, direction=direction)
        assert sorted((i.party_key, i.net, i.bill_date, i.due_date) for i in open_items) == sorted(
            (i.party_key, i.net, i.bill_date, i.due_date) for i in of_engine
        )


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=two_batches(), data=st.data())
def test_the_order_of_arrival_changes_nothing(
    store: Store, batches: tuple[list[CanonicalRecord], list[CanonicalRecord]], data: st.DataObject
) -> None:
    """Masters after vouchers make the same report as masters before vouchers."""
    books = store.tenant()
    records: list[CanonicalRecord] = [record for record in batches[0] if not isinstance(record, Voucher)]
    records += [record for record in batches[0] if isinstance(record, Voucher)]
    shuffled = data.draw(st.permutations(records))
    made: list[object] = []
    for order in (records, shuffled, records[::-1]):
        company = books.companies.ensure("tally", f"co-{next(NUMBERS)}")
        for record in order:
            books.records.upsert(company, None, [record], NOW)
        as_of = date(2026, 3, 31)
        aged = [books.reports.ageing(company, as_of, direction=side) for side in Direction]
        balances = [replace(row, ledger_id=0) for row in books.reports.trial_balance(company, as_of)]
        made.append((aged, balances))
    assert made[0] == made[1] == made[2]
