"""Balances as the source states them, against the same rules simulated day by day."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from canonical.dates import Period, year_start
from canonical.ledger import name_key
from canonical.proof import ProofStatus
from tests.workflows.proving.charts import BOOKS_FROM, LEDGERS, REVENUE, Event, books_of, chart_of, trial_balance_of
from workflows.proving.balances import trial_balance
from workflows.proving.chart import PROFIT_AND_LOSS

DAYS = st.integers(0, 3 * 365).map(lambda days: BOOKS_FROM + timedelta(days=days))
EVENTS = st.lists(st.tuples(st.sampled_from(sorted(LEDGERS)), DAYS, st.integers(-500, 500)), max_size=40)
OPENINGS = st.dictionaries(st.sampled_from(["Cash", "Meena", "Capital", "Sales", "Rent"]), st.integers(-500, 500))


@st.composite
def periods(draw: st.DrawFn) -> Period:
    start = draw(DAYS)
    following = year_start(start).replace(year=year_start(start).year + 1)
    return Period(start, draw(st.dates(start, following - timedelta(days=1))))


def simulated(events: list[Event], period: Period, openings: dict[str, int]) -> dict[str, tuple[int, int]]:
    """Opening and closing of every ledger: live through the years, closing income and expense on each 1 April."""
    balance = {name_key(name): openings.get(name, 0) for name in LEDGERS}
    opening: dict[str, int] = {}
    day = BOOKS_FROM
    while day <= period.end:
        if (day.month, day.day) == (4, 1) and day > BOOKS_FROM:
            balance[PROFIT_AND_LOSS] += sum(balance[key] for key in REVENUE)
            balance |= dict.fromkeys(REVENUE, 0)
        if day == period.start:
            opening = dict(balance)
        for ledger, _, net in (event for event in events if event[1] == day):
            balance[name_key(ledger)] += net
        day += timedelta(days=1)
    return {key: (opening[key], balance[key]) for key in balance}


@given(EVENTS, OPENINGS, periods())
def test_years_close_income_and_expense_into_the_profit_and_loss_account(
    events: list[Event], openings: dict[str, int], period: Period
) -> None:
    books = books_of(events, period, openings)
    for key, (opening, closing) in simulated(events, period, openings).items():
        assert books.balance(key).opening == opening, key
        assert books.balance(key).closing == closing, key


@given(EVENTS, OPENINGS, periods(), st.integers(-2, 2).filter(bool))
def test_a_trial_balance_that_is_right_proves_and_one_rupee_off_differs(
    events: list[Event], openings: dict[str, int], period: Period, off: int
) -> None:
    said = {name: simulated(events, period, openings)[name_key(name)][1] for name in LEDGERS}
    books = books_of(events, period, openings)
    right = list(trial_balance(trial_balance_of(said, period), books))
    assert not [total for total in right if total.status is ProofStatus.DIFFERS]
    wrong = list(trial_balance(trial_balance_of({**said, "Cash": said["Cash"] + off}, period), books))
    named = {total.name: total.difference for total in wrong if total.status is ProofStatus.DIFFERS}
    assert named["closing balance: Cash"] == -off
    assert set(named) <= {"closing balance: Cash", "closing balance: all ledgers"}


LATER = Period(date(2025, 4, 1), date(2026, 3, 31))


def test_stock_of_a_later_year_is_known_to_the_source_only() -> None:
    """It opens at a value no posting says, and the profit brought forward depends on it."""
    books = books_of([("Cash", date(2024, 5, 1), 70), ("Sales", date(2024, 5, 1), -70)], LATER, {"Goods": 100})
    said = {"Cash": 70, "Goods": 250, "Profit & Loss A/c": -220, "Capital": -100}
    found = {total.name: total for total in trial_balance(trial_balance_of(said, LATER), books)}
    assert found["closing balance: Cash"].status is ProofStatus.PROVED
    for name in ("Goods", "Profit & Loss A/c"):
        total = found[f"closing balance: {name}"]
        assert (total.status, total.ours) == (ProofStatus.NO_ORACLE, Decimal(said[name]))
        assert "known to the source only" in total.reason
    assert "closing balance: all ledgers" not in found


def test_groups_and_what_is_below_them_may_stand_in_one_report() -> None:
    books = books_of([("Meena", date(2025, 5, 1), 40), ("Sales", date(2025, 5, 1), -40)], LATER)
    said = {"Current Assets": 40, "Sundry Debtors": 40, "South": 40, "Meena": 40, "Sales Accounts": -40}
    found = list(trial_balance(trial_balance_of(said, LATER), books))
    assert {total.status for total in found} == {ProofStatus.PROVED}
    (whole,) = [total for total in found if total.name.endswith("all ledgers")]
    assert whole.theirs == 0


def test_a_ledger_the_report_leaves_out_and_one_we_lack_are_named() -> None:
    books = books_of([("Meena", date(2025, 5, 1), 40), ("Sales", date(2025, 5, 1), -40)], LATER)
    found = {total.name: total for total in trial_balance(trial_balance_of({"Cash": 0, "Ravi": 7}, LATER), books)}
    assert found["closing balance: Meena"].reason == "the report leaves it out"
    assert found["closing balance: Ravi"].reason == "no ledger or group of this name is in the books"
    assert {total.status for total in found.values() if total.name[17:] in ("Meena", "Ravi", "Sales")} == {
        ProofStatus.DIFFERS
    }


def test_openings_that_do_not_balance_are_compared_with_what_the_source_declares() -> None:
    first = Period(BOOKS_FROM, date(2024, 3, 31))
    books = books_of([], first, {"Cash": 100, "Capital": -60})
    said = {"Cash": 100, "Capital": -60, "Difference in opening balances": -40}
    found = {total.name: total for total in trial_balance(trial_balance_of(said, first), books)}
    assert {total.status for total in found.values()} == {ProofStatus.PROVED}
    assert found["trial balance: Difference in opening balances"].ours == -40
    assert found["closing balance: all ledgers"].ours == 40


def test_names_that_an_ascii_file_spoilt_are_recognised() -> None:
    chart = chart_of()
    assert chart.find("  CASH ") == "cash"
    assert chart.find("Nobody") is None
