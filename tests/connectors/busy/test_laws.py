"""Laws of BUSY's files: books balance, nothing is lost in silence, and how a file is cut into chunks says nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from hypothesis import example, given, settings
from hypothesis import strategies as st

from canonical.errors import SourceMalformed
from canonical.money import ZERO
from connectors.busy.files.document import Document
from connectors.busy.files.report import Report
from connectors.busy.values import find_day, find_number
from tests.connectors.busy.support import Books, bill, bills_of, export, leg, raw, voucher

EXAMPLES = int(os.environ.get("KHATA_BUSY_EXAMPLES", "40"))
PAISE = st.integers(min_value=1, max_value=10**9)
CODES = st.integers(min_value=1001, max_value=1006)


def rupees(paise: int) -> str:
    return f"{paise // 100}.{paise % 100:02d}"


def element(text: str) -> dict[str, object]:
    (found,) = Document([export(f"<S>{text}</S>")], "x").records()
    return found.node


@settings(max_examples=EXAMPLES)
@given(st.lists(st.tuples(CODES, PAISE, st.booleans(), st.booleans()), min_size=1, max_size=5), st.integers(-5, 5))
def test_a_voucher_balances_to_the_paisa_or_is_rejected(rows: list[tuple[int, int, bool, bool]], off: int) -> None:
    net = sum(paise if is_debit else -paise for _, paise, is_debit, _ in rows)
    legs = [
        leg(f"A{code}", code, 1 if is_debit else 2, ("-" if sign else "") + rupees(paise))
        for code, paise, is_debit, sign in rows
    ]
    rest = abs(net) + off
    if rest > 0:
        legs.append(leg("Rest", 99, 2 if net > 0 else 1, rupees(rest)))
    made = Books()
    made.take([raw("vouchers", "2025:1", element(voucher(1, 16, *legs)))])
    is_balanced = (net - rest if net > 0 else net + rest) == 0 if rest > 0 else net == 0
    assert len(made.vouchers) == is_balanced
    assert made.codes() == ([] if is_balanced else ["busy.voucher.unbalanced"])
    for one in made.vouchers:
        assert one.balance == ZERO
        assert len(one.postings) == len(legs)


@settings(max_examples=EXAMPLES)
@given(PAISE, st.lists(st.tuples(PAISE, st.booleans()), min_size=1, max_size=4))
def test_allocations_of_a_posting_sum_to_the_posting(paise: int, moves: list[tuple[int, bool]]) -> None:
    refs = [
        bill("Asha", 1001, 1 if is_new else 2, f"B{n}", ("-" if n % 2 else "") + rupees(part), n)
        for n, (part, is_new) in enumerate(moves)
    ]
    legs = (leg("Asha", 1001, 2, rupees(paise)), leg("Cash", 1, 1, rupees(paise), "Cash-in-hand"))
    made = Books()
    made.take([raw("vouchers", "2025:1", element(voucher(1, 14, *legs, bills=refs)))])
    (found,) = made.vouchers
    assert sum((net for _, _, net in bills_of(found)), ZERO) == -Decimal(paise) / 100
    signed = [Decimal(part if n % 2 else -part) / 100 for n, (part, _) in enumerate(moves)]
    assert sorted(net for kind, _, net in bills_of(found) if kind != "on_account") == sorted(signed)


@settings(max_examples=EXAMPLES)
@given(st.integers(1, 40), st.integers(1, 4))
def test_chunks_make_no_difference(size: int, count: int) -> None:
    vouchers = "".join(voucher(n, 16, leg("A", 7, 1, "1"), leg("B", 8, 2, "1")) for n in range(count))
    content = export(f"<J>{vouchers}</J>", "<Config><CurDecimal>2</CurDecimal></Config>")
    whole = Document([content], "x")
    parted = Document((content[at : at + size] for at in range(0, len(content), size)), "x")
    assert list(whole.records()) == list(parted.records())
    assert whole.seen.settings == parted.seen.settings == {"Config": {"CurDecimal": "2"}}


@settings(max_examples=EXAMPLES)
@given(st.integers(0, 400))
def test_a_cut_export_is_never_taken_for_a_whole_one(cut: int) -> None:
    content = export("<J>" + voucher(1, 16, leg("A", 7, 1, "1"), leg("B", 8, 2, "1")) + "</J>")
    document = Document([content[: max(1, len(content) - 1 - cut)]], "x")
    try:
        list(document.records())
    except SourceMalformed:
        return
    raise AssertionError("read as if it were whole")


_CELLS = st.one_of(
    st.none(),
    st.text(max_size=8),
    st.integers(-(10**6), 10**6),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
)


@settings(max_examples=EXAMPLES)
@given(st.lists(st.lists(_CELLS, max_size=6), max_size=8))
@example([["Totals"]])
def test_any_sheet_under_a_header_is_read_or_named(rows: list[list[object]]) -> None:
    head = ["Date", "Vch/Bill No", "Particulars", "Item Details", "Qty.", "Amount"]

    def sheet() -> Iterator[list[object]]:
        yield ["Asha Traders"]
        yield ["List of Sales Vouchers"]
        yield list(head)
        yield from rows

    report = Report(sheet(), "x.xlsx")  # type: ignore[arg-type]
    assert report.find_header()
    vouchers = list(report.vouchers())
    made = Books()
    records = [raw("report_vouchers", one.key, {"rows": one.rows}, route="report", report="sales") for one in vouchers]
    made.take(records)
    rejected = sum(code == "busy.report.row_rejected" for code in made.codes())
    assert len(made.vouchers) + rejected == len(vouchers)
    assert len({one.key for one in vouchers}) == len(vouchers)
    assert report.seen.lines == sum(len(one.rows) for one in vouchers)


@given(st.dates(min_value=date(1980, 1, 1), max_value=date(2079, 12, 31)))
def test_a_day_reads_back_in_every_spelling(day: date) -> None:
    spellings = (f"{day:%d-%m-%Y}", f"{day.day}/{day.month}/{day.year}", day.isoformat(), f"{day:%d-%b-%Y}")
    assert {find_day(text) for text in spellings} == {day}


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**12), max_value=10**12))
def test_a_number_reads_back_with_indian_grouping(value: Decimal) -> None:
    head, tail = str(abs(int(value))), f"{abs(value) % 1:.2f}"[1:]
    grouped = head if len(head) <= 3 else f"{int(head[:-3]):,}" + "," + head[-3:]
    sign = "-" if value < 0 else ""
    assert find_number(f"{sign}{grouped}{tail}") == value
    assert find_number(f"{grouped}{tail} {'Cr' if value < 0 else 'Dr'}") == value
