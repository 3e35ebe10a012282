"""Edge cases of the fold: what a careful accountant would try."""

# mypy: disable-error-code="comparison-overlap"
# A Decimal equals the int of the same value; inside tuples and lists the type checker does not see it.

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import permutations

import pytest

from canonical.bill import BillRefKind
from canonical.dates import CreditPeriod
from canonical.issue import IssueLevel
from canonical.receivable import BillEntry
from receivables.invariants import check_conserved, party_balances
from receivables.item import OpenItem
from receivables.open_items import fold_open_items
from storage.reports.bills import plain_fold
from tests.receivables.ledgers import day, ledger

PARTY = "asha traders"


def fold(text: str, as_of: str = "2026-03-31") -> tuple[OpenItem, ...]:
    entries = ledger(PARTY, text)
    items = fold_open_items(entries, as_of=day(as_of))
    check_conserved(items, party_balances(entries, as_of=day(as_of)))
    return items


def brief(items: tuple[OpenItem, ...]) -> list[tuple[str, str, Decimal]]:
    return [(item.kind.value, item.ref or item.document, item.net) for item in items]


def test_the_same_number_in_two_years_is_two_bills_and_the_older_is_paid_first() -> None:
    items = fold(
        """
        date       | voucher       | amount  | allocation
        2024-05-01 | Sales INV/001 | +10,000 | New Ref INV/001
        2025-05-01 | Sales INV/001 | +20,000 | New Ref INV/001
        2025-06-01 | Receipt R1    | -10,000 | Agst Ref INV/001
        """
    )
    (item,) = items
    assert (item.net, item.bill_date) == (20000, date(2025, 5, 1))
    (issue,) = item.issues
    assert issue.code == "receivables.item.ambiguous_reference"


def test_a_settlement_before_the_second_year_is_not_ambiguous() -> None:
    (item,) = fold(
        """
        date       | voucher       | amount  | allocation
        2024-05-01 | Sales INV/001 | +10,000 | New Ref INV/001
        2024-06-01 | Receipt R1    | -10,000 | Agst Ref INV/001
        2025-05-01 | Sales INV/001 | +20,000 | New Ref INV/001
        2025-06-01 | Receipt R2    |  -5,000 | Agst Ref INV/001
        """
    )
    assert (item.net, item.flags) == (15000, ())


def test_a_bounce_in_the_second_year_reopens_the_bill_that_was_paid() -> None:
    items = fold(
        """
        date       | voucher       | amount  | allocation
        2024-05-01 | Sales INV/001 | +10,000 | New Ref INV/001
        2025-03-28 | Receipt R1    | -10,000 | Agst Ref INV/001
        2025-05-01 | Sales INV/001 | +20,000 | New Ref INV/001
        2025-05-03 | Journal B1    | +10,000 | Agst Ref INV/001
        """
    )
    assert [(item.net, item.bill_date) for item in items] == [(10000, date(2024, 5, 1)), (20000, date(2025, 5, 1))]


def test_the_same_reference_of_two_parties_is_two_bills() -> None:
    rows = "date | voucher | amount | allocation\n2026-01-01 | Sales S | +{} | New Ref INV-1"
    entries = [*ledger("asha", rows.format(100)), *ledger("balaji", rows.format(200))]
    entries += ledger("balaji", "date | voucher | amount | allocation\n2026-01-02 | Receipt | -50 | Agst Ref inv-1")
    items = fold_open_items(entries, as_of=day("2026-03-31"))
    assert [(item.party_key, item.net) for item in items] == [("asha", 100), ("balaji", 150)]


def test_references_differ_neither_by_case_nor_by_doubled_blanks() -> None:
    items = fold(
        """
        date       | voucher    | amount | allocation
        2026-01-01 | Sales S1   | +100   | New Ref Inv  7
        2026-01-05 | Receipt R1 | -60    | Agst Ref INV 7
        """
    )
    assert brief(items) == [("bill", "Inv  7", 40)]


def test_over_allocation_closes_the_bill_and_keeps_the_excess() -> None:
    (item,) = fold(
        """
        date       | voucher    | amount | allocation
        2026-01-01 | Sales S1   | +1,000 | New Ref S1
        2026-01-05 | Receipt R1 |   -700 | Agst Ref S1
        2026-01-09 | Receipt R2 |   -450 | Agst Ref S1
        """
    )
    assert (item.kind.value, item.net, item.effective_on) == ("excess", -150, date(2026, 1, 9))
    assert [(part.entry.document, part.net) for part in item.parts] == [("R2", -150)]
    (issue,) = item.issues
    assert (issue.code, issue.level) == ("receivables.item.over_allocated", IssueLevel.WARNING)
    assert issue.message == "150.00 of S1 is more than was pending on 'S1'; the excess is kept as unapplied money."


def test_a_credit_against_a_bill_that_is_already_zero_becomes_unapplied() -> None:
    items = fold(
        """
        date       | voucher    | amount | allocation
        2026-01-01 | Sales S1   | +1,000 | New Ref S1
        2026-01-05 | Receipt R1 | -1,000 | Agst Ref S1
        2026-01-09 | Receipt R2 |   -300 | Agst Ref S1
        """
    )
    assert brief(items) == [("excess", "S1", -300)]


def test_a_refund_of_the_excess_ends_it() -> None:
    items = fold(
        """
        date       | voucher    | amount | allocation
        2026-01-01 | Sales S1   | +1,000 | New Ref S1
        2026-01-05 | Receipt R1 | -1,200 | Agst Ref S1
        2026-01-15 | Payment P1 |   +200 | Agst Ref S1
        """
    )
    assert items == ()


def test_a_receipt_against_an_unknown_reference_waits_and_says_so() -> None:
    (item,) = fold("date | voucher | amount | allocation\n2026-01-05 | Receipt R1 | -500 | Agst Ref OLD-9")
    assert (item.kind.value, item.net) == ("unmatched", -500)
    assert [issue.code for issue in item.issues] == ["receivables.item.no_bill"]


def test_a_debit_against_an_unknown_reference_is_owed_and_says_so() -> None:
    (item,) = fold("date | voucher | amount | allocation\n2026-01-05 | Journal B1 | +500 | Agst Ref OLD-9")
    assert (item.kind.value, item.net, item.age_days(day("2026-01-15"))) == ("unmatched", 500, 10)
    assert item.issues


def test_a_debit_against_an_unknown_reference_ages_from_the_bill_date_the_source_gives() -> None:
    row = "date|voucher|amount|allocation|bill date\n2026-01-05|Journal B1|+500|Agst Ref OLD-9|2025-12-06"
    (item,) = fold(row)
    assert item.age_days(day("2026-01-15")) == 40


def test_a_receipt_for_a_bill_dated_after_the_report_stands_alone() -> None:
    text = """
        date       | voucher    | amount | allocation
        2026-01-05 | Receipt R1 |   -400 | Agst Ref S1
        2026-02-01 | Sales S1   | +1,000 | New Ref S1
        """
    assert brief(fold(text, "2026-01-31")) == [("unmatched", "S1", -400)]
    assert brief(fold(text, "2026-02-01")) == [("bill", "S1", 600)]


def test_opening_bills_keep_their_own_dates() -> None:
    items = fold(
        """
        date       | voucher    | amount | allocation        | bill date  | due
        2025-03-31 |            | +5,000 | Opening OB-1      | 2024-11-02 | 2024-12-02
        2025-03-31 |            |   -900 | Opening Advance A |            |
        2025-04-10 | Receipt R1 | -2,000 | Agst Ref OB-1     |            |
        """,
        "2025-04-30",
    )
    bill = next(item for item in items if item.ref == "OB-1")
    assert (bill.net, bill.bill_date, bill.due_date) == (3000, date(2024, 11, 2), date(2024, 12, 2))
    assert bill.age_days(day("2025-04-30")) == 149


def test_opening_money_without_a_bill_is_dated_before_the_books_and_its_age_is_called_unknown() -> None:
    (item,) = fold("date | voucher | amount | allocation\n2025-03-31 | | +7,500 | Opening On Account", "2025-04-30")
    assert (item.kind.value, item.net, item.age_days(day("2025-04-30"))) == ("opening", 7500, 30)
    assert [issue.code for issue in item.issues] == ["receivables.item.age_unknown"]


def test_a_debit_journal_on_account_is_owed_from_its_date() -> None:
    (item,) = fold("date | voucher | amount | allocation\n2026-03-01 | Journal J1 | +640 | On Account")
    assert (item.kind.value, item.net, item.age_days(day("2026-03-31"))) == ("journal", 640, 30)


def test_one_voucher_that_debits_two_parties_does_not_collapse() -> None:
    rows = "date | voucher | amount | allocation | party\n2026-03-01 | Journal J1 | +150 | On Account | a\n"
    entries = ledger("-", rows + "2026-03-01 | Journal J1 | +200 | On Account | b")
    items = fold_open_items(entries, as_of=day("2026-03-31"))
    assert [(item.party_key, item.net) for item in items] == [("a", 150), ("b", 200)]


def test_settlement_and_rest_of_one_voucher_stand_apart() -> None:
    """Seen in a real day book: against ref 67,125.00, and 67,130.00 on account on the other side."""
    items = fold(
        """
        date       | voucher    | amount     | allocation
        2026-01-01 | Sales S1   | +70,000.00 | New Ref S1
        2026-01-05 | Journal J1 | +67,125.00 | Agst Ref S1
        2026-01-05 | Journal J1 | -67,130.00 | On Account
        """
    )
    assert brief(items) == [("bill", "S1", Decimal(137125)), ("on_account", "J1", Decimal(-67130))]


@pytest.mark.parametrize(("paid", "left"), [("99.99", "0.01"), ("99.9999", "0.0001")])
def test_a_paisa_is_listed(paid: str, left: str) -> None:
    items = fold(
        f"""
        date       | voucher    | amount  | allocation
        2026-01-01 | Sales S1   | +100    | New Ref S1
        2026-01-05 | Receipt R1 | -{paid} | Agst Ref S1
        """
    )
    assert [item.net for item in items] == [Decimal(left)]


def test_a_paid_bill_disappears_unless_asked_for() -> None:
    text = """
        date       | voucher    | amount | allocation
        2026-01-01 | Sales S1   | +100   | New Ref S1
        2026-01-05 | Journal J1 | -40    | Agst Ref S1
        2026-01-05 | Receipt R1 | -60    | Agst Ref S1
        """
    assert fold(text) == ()
    (closed,) = fold_open_items(ledger(PARTY, text), as_of=day("2026-03-31"), keep_closed=True)
    assert (closed.net, closed.original, len(closed.parts)) == (0, 100, 3)


def test_a_credit_note_without_a_bill_is_one_row() -> None:
    items = fold("date | voucher | amount | allocation\n2026-01-01 | Journal CN | -100 | New Ref CN-1")
    assert brief(items) == [("credit_note", "CN-1", -100)]


def test_a_refund_settles_the_credit_note_and_not_the_bill() -> None:
    items = fold(
        """
        date       | voucher        | amount | allocation
        2026-01-01 | Sales S1       | +1,000 | New Ref S1
        2026-01-10 | Credit-note C1 |   -100 | New Ref C1
        2026-01-12 | Payment P1     |   +100 | Agst Ref C1
        """
    )
    assert brief(items) == [("bill", "S1", 1000)]


def test_an_advance_used_by_its_bill_leaves_the_list() -> None:
    items = fold(
        """
        date       | voucher    | amount | allocation
        2026-01-01 | Receipt R1 |   -500 | Advance ADV-1
        2026-01-10 | Sales S1   |   +500 | Agst Ref ADV-1
        2026-01-10 | Sales S1   |   +700 | New Ref S1
        """
    )
    assert brief(items) == [("bill", "S1", 700)]


def test_customer_and_supplier_accounts_of_one_party_stay_gross_until_a_journal() -> None:
    rows = "date | voucher | amount | allocation | party\n"
    rows += "2026-01-01 | Sales S1 | +1,20,000 | New Ref S1 | omega (customer)\n"
    rows += "2026-01-05 | Purchase P1 | -45,000 | New Ref P1 | omega (supplier)\n"
    rows += "2026-02-01 | Journal J1 | -45,000 | Agst Ref S1 | omega (customer)\n"
    rows += "2026-02-01 | Journal J1 | +45,000 | Agst Ref P1 | omega (supplier)\n"

    def nets(as_of: str) -> list[Decimal]:
        return [item.net for item in fold_open_items(ledger("-", rows), as_of=day(as_of))]

    assert nets("2026-01-31") == [120000, -45000]
    assert nets("2026-02-01") == [75000]


def test_a_bill_opened_in_parts_is_their_sum_and_keeps_the_first_date() -> None:
    (item,) = fold(
        """
        date       | voucher  | amount | allocation
        2026-01-01 | Sales S1 | +100   | New Ref S1
        2026-02-01 | Sales S2 | +50    | New Ref S1
        """
    )
    assert (item.net, item.original, item.bill_date) == (150, 150, date(2026, 1, 1))


def test_of_two_openings_on_one_day_the_voucher_entered_first_gives_the_due_date() -> None:
    """Whichever order they come in, the engine and the plain fold of the store agree."""
    entered = [("k1", 60, "S1"), ("k2", 10, "S1"), ("k1", 45, "s1")]
    rows = [
        BillEntry(
            party_key=PARTY,
            kind=BillRefKind.NEW,
            ref=ref,
            net=Decimal(100),
            effective_on=date(2026, 1, 1),
            credit_period=CreditPeriod(days),
            source_key=key,
        )
        for key, days, ref in entered
    ]
    for order in permutations(rows):
        (item,) = fold_open_items(list(order), as_of=date(2026, 3, 31))
        (plain,) = plain_fold(order)
        assert item.due_date == plain.due_date == date(2026, 2, 15)


def test_a_post_dated_receipt_does_not_count_before_its_date() -> None:
    text = """
        date       | voucher    | amount | allocation
        2026-01-01 | Sales S1   | +100   | New Ref S1
        2026-04-05 | Receipt R1 | -100   | Agst Ref S1
        """
    assert brief(fold(text, "2026-03-31")) == [("bill", "S1", 100)]
    assert fold(text, "2026-04-05") == ()


def test_a_reference_that_is_only_blanks_is_money_on_account() -> None:
    entry = BillEntry(
        party_key="p",
        kind=BillRefKind.AGAINST,
        ref="  ",
        net=Decimal(-5),
        effective_on=date(2026, 1, 1),
        source_key="v1",
    )
    (item,) = fold_open_items([entry], as_of=date(2026, 1, 1))
    assert (item.kind.value, item.key.voucher) == ("on_account", "v1")


def test_a_part_refund_of_the_excess_lessens_the_excess_and_leaves_the_bill_closed() -> None:
    items = fold(
        """
        date       | voucher    | amount | allocation
        2026-01-01 | Sales S1   | +1,000 | New Ref S1
        2026-01-05 | Receipt R1 | -1,200 | Agst Ref S1
        2026-01-15 | Payment P1 |    +50 | Agst Ref S1
        """
    )
    assert brief(items) == [("excess", "S1", -150)]


TWO_YEARS = """
        date       | voucher  | amount  | allocation
        2024-05-01 | Sales S1 | +10,000 | New Ref 1
        2025-05-01 | Sales S2 | +20,000 | New Ref 1
        """


def test_a_bounce_undoes_the_last_payment_first() -> None:
    items = fold(
        TWO_YEARS
        + """2025-06-01 | Receipt R1 | -10,000 | Agst Ref 1
        2025-07-01 | Receipt R2 | -20,000 | Agst Ref 1
        2025-07-09 | Journal B2 | +20,000 | Agst Ref 1
        """
    )
    assert [(item.net, item.bill_date) for item in items] == [(20000, date(2025, 5, 1))]


def test_a_debit_against_a_shared_reference_raises_the_latest_bill() -> None:
    items = fold(TWO_YEARS + "2025-06-01 | Debit-note D1 | +500 | Agst Ref 1")
    assert [(item.net, item.key.year) for item in items] == [(10000, 2024), (20500, 2025)]


def test_the_bills_year_turns_on_the_first_of_april() -> None:
    items = fold(
        """
        date       | voucher  | amount | allocation
        2025-03-31 | Sales S1 | +1     | New Ref 1
        2025-04-01 | Sales S2 | +2     | New Ref 1
        2025-04-30 | Sales S3 | +4     | New Ref 1
        """
    )
    assert [(item.net, item.key.year) for item in items] == [(1, 2024), (6, 2025)]


def test_the_bill_stands_before_what_settles_it_on_the_same_day() -> None:
    (item,) = fold(
        """
        date       | voucher     | amount | allocation
        2026-01-01 | Advance-R A | -40    | Agst Ref S1
        2026-01-01 | Sales S1    | +100   | New Ref S1
        """
    )
    assert [part.net for part in item.parts] == [100, -40]


def test_the_unexplained_opening_balance_is_one_item_with_a_name_of_its_own() -> None:
    (item,) = fold(
        """
        date       | voucher | amount | allocation
        2025-03-31 |         | +700   | Opening On Account
        2025-03-31 |         | -200   | Opening On Account
        """
    )
    assert (item.key.voucher, item.net) == ("opening", 500)


def test_an_entry_is_known_from_the_very_moment_it_was_recorded_until_the_moment_it_was_voided() -> None:
    recorded, voided = datetime(2026, 1, 5, 10, 0, tzinfo=UTC), datetime(2026, 1, 7, 9, 30, tzinfo=UTC)
    entry = BillEntry(
        party_key="p",
        kind=BillRefKind.NEW,
        ref="1",
        net=Decimal(1),
        effective_on=date(2026, 1, 1),
        recorded_at=recorded,
        voided_at=voided,
    )

    def is_known(moment: datetime) -> bool:
        return bool(fold_open_items([entry], as_of=date(2026, 1, 31), known_at=moment))

    tick = timedelta(microseconds=1)
    moments = (recorded - tick, recorded, voided - tick, voided)
    assert [is_known(moment) for moment in moments] == [False, True, True, False]
