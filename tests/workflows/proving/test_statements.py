"""Statements row by row: forms of the profit and loss account, stock that nobody values, rows that are nobody's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from canonical.dates import Period
from canonical.item import Item, StockGroup
from canonical.ledger import name_key
from canonical.proof import ControlKind, ControlTotal, ProofStatus, ReportKind, ReportLine, SourceReport
from storage.reports.controls import VoucherCount
from tests.workflows.proving.charts import Event, books_of, source
from workflows.proving.counts import counts, list_counts
from workflows.proving.statements import balance_sheet, profit_and_loss
from workflows.proving.stock import StockValue, row_word, stock_of

FIRST = Period(date(2023, 4, 1), date(2024, 3, 31))
DAY = date(2023, 6, 1)
EVENTS: list[Event] = [
    ("Meena", DAY, 1000),
    ("Sales", DAY, -1000),
    ("Rent", DAY, 300),
    ("Cash", DAY, -300),
]
OPENINGS = {"Goods": 200, "Capital": -200}
STOCK = StockValue(opening=Decimal(200), closing=Decimal(350), said_by="x")
Line = tuple[str, int] | tuple[str, int, bool]


def report(kind: ReportKind, lines: Iterable[Line], headings: tuple[str, ...] = ()) -> SourceReport:
    made = tuple(
        ReportLine(name=line[0], net=Decimal(line[1]), is_part=len(line) > 2 and bool(line[-1])) for line in lines
    )
    return SourceReport(kind=kind, lines=made, as_of=FIRST.end, day_from=FIRST.start, oracle="x", headings=headings)


def named(totals: Iterable[ControlTotal]) -> dict[str, ControlTotal]:
    return {total.name.rpartition(": ")[2]: total for total in totals}


VERTICAL: list[Line] = [
    ("Sales Accounts", -1000),
    ("Cost of Sales :", -150),
    ("Opening Stock", 200, True),
    ("Less: Closing Stock", 350, True),
    ("Indirect Expenses", 300),
]
HORIZONTAL: list[Line] = [
    ("Opening Stock", 200),
    ("Gross Profit c/o", 1150),
    ("Sales Accounts", -1000),
    ("Closing Stock", -350),
    ("Gross Profit b/f", -1150),
    ("Indirect Expenses", 300),
    ("Nett Profit", 850),
]


@pytest.mark.parametrize("form", [VERTICAL, HORIZONTAL])
def test_both_forms_of_the_account_come_to_the_same_profit(form: list[Line]) -> None:
    books = books_of(EVENTS, FIRST, OPENINGS)
    found = named(profit_and_loss(report(ReportKind.PROFIT_AND_LOSS, form), books, STOCK))
    net = found["net profit of the period"]
    assert (net.status, net.ours) == (ProofStatus.PROVED, Decimal(850))
    assert not [total for total in found.values() if total.status is ProofStatus.DIFFERS]


def test_a_heading_is_what_its_parts_come_to() -> None:
    wrong: list[Line] = [line if line[0] != "Cost of Sales :" else ("Cost of Sales :", -151) for line in VERTICAL]
    books = books_of(EVENTS, FIRST, OPENINGS)
    found = list(profit_and_loss(report(ReportKind.PROFIT_AND_LOSS, wrong), books, STOCK))
    off = {total.name: total.difference for total in found if total.status is ProofStatus.DIFFERS}
    assert off == {"profit and loss: Cost of Sales :": 1, "net profit of the period": -1}


def test_without_a_value_of_the_stock_profit_has_no_oracle() -> None:
    books = books_of(EVENTS, FIRST, OPENINGS)
    unknown = StockValue(opening=Decimal(200))
    found = named(profit_and_loss(report(ReportKind.PROFIT_AND_LOSS, VERTICAL), books, unknown))
    assert found["net profit of the period"].status is ProofStatus.NO_ORACLE
    assert found["Indirect Expenses"].status is ProofStatus.PROVED


SHEET: list[Line] = [("Capital Account", -200), ("Profit & Loss A/c", -850), ("Current Assets", 1050)]


def test_the_sheet_carries_stock_at_its_closing_value_and_the_profit() -> None:
    books = books_of(EVENTS, FIRST, OPENINGS)
    found = named(balance_sheet(report(ReportKind.BALANCE_SHEET, SHEET), books, STOCK))
    assert {total.status for total in found.values()} == {ProofStatus.PROVED}
    detailed: list[Line] = [*SHEET, ("Stock-in-Hand", 350, True), ("Goods", 350, True), ("Suspense", 5, True)]
    found = named(balance_sheet(report(ReportKind.BALANCE_SHEET, detailed), books, STOCK))
    assert found["Stock-in-Hand"].status is found["Goods"].status is ProofStatus.PROVED
    assert (found["Suspense"].status, found["Suspense"].ours) == (ProofStatus.NO_ORACLE, Decimal(5))


def test_what_the_sheet_leaves_out_is_named() -> None:
    books = books_of(EVENTS, FIRST, OPENINGS)
    found = named(balance_sheet(report(ReportKind.BALANCE_SHEET, [("Current Assets", 1050)]), books, STOCK))
    off = {name: total.ours for name, total in found.items() if total.status is ProofStatus.DIFFERS}
    assert off == {"Capital Account": Decimal(-200), "Profit & Loss A/c": Decimal(-850)}
    silent = report(ReportKind.BALANCE_SHEET, [("Current Assets", 1050)], ("Capital Account", "Profit & Loss A/c"))
    assert {total.status for total in balance_sheet(silent, books, STOCK)} == {ProofStatus.PROVED}


def test_stock_is_believed_where_the_source_says_it_first() -> None:
    books = books_of(EVENTS, FIRST, OPENINGS)
    group = StockGroup(source=source("stock_groups", "g"), key="tools", name="Tools")
    items: list[Item | StockGroup] = [
        group,
        *(
            Item(source=source("stock_items", name), key=name_key(name), name=name, group_key="tools")
            for name in ("Saw", "Axe")
        ),
    ]
    summary = report(ReportKind.STOCK_SUMMARY, [("Tools", 350), ("Saw", 100), ("Axe", 250)])
    account = report(ReportKind.PROFIT_AND_LOSS, VERTICAL)
    assert stock_of([summary], books, items).closing == Decimal(350), "a group's items are in it already"
    assert stock_of([report(ReportKind.STOCK_SUMMARY, [("Main Godown", 350)])], books, items).closing is None
    assert stock_of([summary, account], books, items).said_by == account.oracle
    assert stock_of([], books_of(EVENTS, FIRST), []) == StockValue(opening=Decimal(0), closing=Decimal(0))


@pytest.mark.parametrize(("said", "value"), [(350, 350), (200, None), (None, None)])
def test_a_stock_ledger_that_closes_as_it_opened_does_not_say_what_the_stock_is_worth(
    said: int | None, value: int | None
) -> None:
    books = books_of(EVENTS, FIRST, OPENINGS)
    closing = None if said is None else Decimal(said)
    goods = replace(books.chart.ledgers["goods"], closing=closing)
    books = replace(books, chart=replace(books.chart, ledgers={**books.chart.ledgers, "goods": goods}))
    assert stock_of([], books, []).closing == (None if value is None else Decimal(value))


@pytest.mark.parametrize(
    ("row", "word"),
    [("Add: Purchase Accounts", "purchase accounts"), ("Less: Closing Stock", "closing stock"), ("Sales", "sales")],
)
def test_rows_are_read_without_add_and_less(row: str, word: str) -> None:
    assert row_word(row) == word


@pytest.mark.parametrize(("ours", "is_proved"), [(10, True), (9, False), (11, False)])
def test_the_length_of_a_list_means_everything_in_it(ours: int, is_proved: bool) -> None:
    """Another reading would hide a document too many behind one that is cancelled."""
    lines = (
        ReportLine(name="invoices", net=Decimal(10), ref="sales"),
        ReportLine(name="bills", net=Decimal(0), ref="b"),
    )
    told = SourceReport(kind=ReportKind.VOUCHER_COUNTS, lines=lines, oracle="lists")
    found = named(list_counts(told, {"sales": ours, "journals": 7}))
    assert {name: total.status for name, total in found.items()} == {
        "number of invoices": ProofStatus.PROVED if is_proved else ProofStatus.DIFFERS,
        "number of bills": ProofStatus.PROVED,
    }
    assert {total.kind for total in found.values()} == {ControlKind.VOUCHER_COUNT}


@pytest.mark.parametrize(("said", "is_proved"), [(10, True), (8, True), (7, True), (9, False)])
def test_a_count_of_vouchers_may_mean_three_things_and_no_fourth(said: int, is_proved: bool) -> None:
    """Ten vouchers, two cancelled, one optional: ten, eight or seven."""
    ours = {"Sales": VoucherCount(10, 2, 1), "Receipt": VoucherCount(4, 0, 0)}
    lines: list[Line] = [("Sales", said), ("Receipt", 4), ("Total vouchers", 99), ("Ledgers", 3)]
    found = named(counts(report(ReportKind.VOUCHER_COUNTS, lines), ours, {"ledgers": 3}))
    statuses = {total.status for total in found.values()}
    assert statuses == ({ProofStatus.PROVED} if is_proved else {ProofStatus.PROVED, ProofStatus.DIFFERS})
    assert "vouchers of type Sales" in found


@pytest.mark.parametrize(("said", "is_proved"), [(10, True), (8, False), (7, False)])
def test_where_it_is_known_what_a_count_includes_it_means_that_alone(said: int, is_proved: bool) -> None:
    """Two vouchers too many of ours must not pass for the two that are cancelled."""
    told = replace(report(ReportKind.VOUCHER_COUNTS, [("Sales", said)]), counts_all=True)
    (found,) = counts(told, {"Sales": VoucherCount(10, 2, 1)}, {})
    assert found.status is (ProofStatus.PROVED if is_proved else ProofStatus.DIFFERS)
