# mypy: disable-error-code="comparison-overlap"
# A Decimal equals the int of the same value; inside tuples and lists the type checker does not see it.
"""Statements and the outstanding list: A8 line by line, and laws."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given

from canonical.dates import Period
from canonical.money import ZERO
from canonical.receivable import BillEntry, Direction
from receivables.invariants import party_balances
from receivables.open_items import fold_open_items
from receivables.statement import outstanding_rows, party_statement
from tests.receivables.ledgers import at, day, ledger
from tests.receivables.strategies import days, ledgers
from tests.receivables.test_oracle_ashoka import LEDGER_A, PARTY

MARCH = Period(date(2026, 3, 1), date(2026, 3, 31))


def test_a8_statement_of_march() -> None:
    statement = party_statement(LEDGER_A, PARTY, MARCH)
    assert statement.opening == 85000
    assert [(line.document, line.debit, line.credit, line.balance) for line in statement.lines] == [
        ("INV-003", 80000, 0, 165000),
        ("R2", 0, 70000, 95000),
        ("JV-1", 0, 500, 94500),
        ("R3", 0, 20000, 74500),
    ]
    assert statement.closing == 74500
    assert (statement.debit_total, statement.credit_total) == (80000, 90500)


def test_the_footer_is_the_list_of_what_is_open() -> None:
    statement = party_statement(LEDGER_A, PARTY, MARCH)
    rows = outstanding_rows(
        fold_open_items(LEDGER_A, as_of=MARCH.end), as_of=MARCH.end, party_names={PARTY: "Ashoka Traders"}
    )
    assert [(row.ref or row.document, row.original, row.settled, row.pending, row.overdue_days) for row in rows] == [
        ("INV-001", 100000, 60000, 40000, 55),
        ("INV-002", 50000, 5500, 44500, 40),
        ("INV-003", 80000, 0, 80000, 0),
        ("R2", -70000, 0, -70000, 0),
        ("ADV-1", -20000, 0, -20000, 0),
    ]
    assert [row.is_unapplied for row in rows] == [False, False, False, True, True]
    assert {row.party_name for row in rows} == {"Ashoka Traders"}
    assert sum(row.pending for row in rows) == statement.closing


def test_a_voucher_that_pays_two_bills_is_one_line() -> None:
    entries = ledger(
        "p",
        """
        date       | voucher    | amount | allocation
        2026-03-02 | Sales S1   | +100   | New Ref S1
        2026-03-03 | Sales S2   | +200   | New Ref S2
        2026-03-10 | Receipt R1 | -100   | Agst Ref S1
        2026-03-10 | Receipt R1 | -150   | Agst Ref S2
        """,
    )
    last = party_statement(entries, "p", MARCH).lines[-1]
    assert (last.net, last.balance, last.refs, len(last.entries)) == (-250, 50, ("S1", "S2"), 2)


def test_vouchers_of_one_day_stand_in_the_order_of_their_numbers() -> None:
    rows = "date | voucher | amount | allocation\n"
    rows += "\n".join(f"2026-03-02 | Sales {number} | +1 | New Ref {number}" for number in ("S10", "S9", "S2"))
    assert [line.document for line in party_statement(ledger("p", rows), "p", MARCH).lines] == ["S2", "S9", "S10"]


def test_the_statement_that_was_sent_can_be_printed_again() -> None:
    late = "date|voucher|amount|allocation|recorded\n2026-03-28|Receipt R4|-10,000|Agst Ref INV-002|2026-04-02"
    entries = [*LEDGER_A, *ledger(PARTY, late)]
    assert party_statement(entries, PARTY, MARCH, known_at=at("2026-03-31")).closing == 74500
    assert party_statement(entries, PARTY, MARCH, known_at=at("2026-04-02")).closing == 64500


def test_payables_read_from_the_suppliers_side() -> None:
    entries = ledger("s", "date | voucher | amount | allocation\n2026-03-02 | Purchase P1 | -500 | New Ref P1")
    items = fold_open_items(entries, as_of=day("2026-03-31"), direction=Direction.PAYABLE)
    (row,) = outstanding_rows(items, as_of=day("2026-03-31"), direction=Direction.PAYABLE)
    assert (row.kind.value, row.pending, row.overdue_days) == ("bill", 500, 29)


@given(ledgers, days, days)
def test_opening_and_movements_are_the_closing_balance(entries: list[BillEntry], one: date, other: date) -> None:
    period = Period(min(one, other), max(one, other))
    for party in ("asha", "balaji"):
        statement = party_statement(entries, party, period)
        before = party_balances(entries, as_of=period.start - timedelta(days=1))
        after = party_balances(entries, as_of=period.end)
        assert (statement.opening, statement.closing) == (before.get(party, ZERO), after.get(party, ZERO))
        assert statement.opening + statement.debit_total - statement.credit_total == statement.closing
        balances = [statement.opening, *(line.balance for line in statement.lines)]
        assert [b - a for a, b in pairwise(balances)] == [line.net for line in statement.lines]
