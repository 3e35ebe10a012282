"""The second opinion: what differs is found, and nothing else is."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from canonical.ledger import name_key
from canonical.proof import ProofStatus, ReportKind
from connectors.tally.odbc.crosscheck import MasterLine, compare, lines_of_nodes, trial_balance

D = Decimal
LINES = (
    MasterLine(name="Cash", parent="Cash-in-Hand", opening=D("500.00"), closing=D("1250.25")),
    MasterLine(name="Asha Stores", parent="South Debtors", opening=D("100.10"), closing=D("250.30")),
    MasterLine(name="Sales", parent="Sales Accounts", opening=None, closing=D("-1500.55")),
    MasterLine(name="Rounding", parent="Indirect Expenses"),
)


def differences(ours: tuple[MasterLine, ...], theirs: tuple[MasterLine, ...]) -> set[str]:
    return {total.name for total in compare(ours, theirs).totals if total.status is ProofStatus.DIFFERS}


def test_the_same_books_agree() -> None:
    check = compare(LINES, LINES, groups=(28, 28))
    assert {total.status for total in check.totals} == {ProofStatus.PROVED}
    assert {total.oracle for total in check.totals} == {"ODBC"}
    assert {total.name: total.ours for total in check.totals} == {
        "number of ledgers": 4,
        "number of groups": 28,
        "ledgers under the same group": 4,
        "sum of opening balances": D("600.10"),
        "sum of closing balances": D("0.00"),
    }
    assert check.issues == ()


def test_each_kind_of_difference_has_its_row() -> None:
    there = (
        replace(LINES[0], closing=D("1250.26")),
        replace(LINES[1], parent="Sundry Debtors"),
        replace(LINES[2], name="Sales Local"),
        replace(LINES[3], opening=D(5)),
    )
    assert differences(LINES, there) == {
        "ledger: Sales",
        "ledger: Sales Local",
        "ledgers under the same group",
        "group of Asha Stores: South Debtors; by ODBC Sundry Debtors",
        "sum of opening balances",
        "opening balance: Rounding",
        "sum of closing balances",
        "closing balance: Cash",
    }


def test_names_match_as_tally_matches_them() -> None:
    assert not differences(LINES, (*LINES[:3], replace(LINES[3], name="  ROUNDING ")))


def test_nothing_said_is_no_balance_but_not_a_difference_to_zero() -> None:
    assert not differences(LINES, tuple(replace(line, opening=line.opening or D(0)) for line in LINES))


def test_a_side_that_says_nothing_at_all_is_no_oracle() -> None:
    there = tuple(replace(line, closing=None) for line in LINES)
    total = next(total for total in compare(LINES, there).totals if "closing" in total.name)
    assert total.status is ProofStatus.NO_ORACLE


def test_inverted_signs_are_called_that() -> None:
    there = tuple(replace(line, closing=-line.closing if line.closing else None) for line in LINES)
    assert [issue.code for issue in compare(LINES, there).issues] == ["tally.odbc.signs_inverted"]


def test_a_part_of_the_ledgers_says_nothing_about_the_others() -> None:
    """After an incremental reading only the changed ledgers are at hand."""
    totals = compare(LINES[:1], LINES, ours_is_part=True).totals
    assert {total.name: total.status for total in totals} == {
        "ledgers under the same group": ProofStatus.PROVED,
        "sum of opening balances": ProofStatus.PROVED,
        "sum of closing balances": ProofStatus.PROVED,
    }
    gone = compare(LINES[:1], LINES[1:], ours_is_part=True).totals
    assert any(total.name == "ledger: Cash" and total.status is ProofStatus.DIFFERS for total in gone)


def test_closing_balances_are_a_trial_balance() -> None:
    report = trial_balance(LINES)
    assert (report.kind, report.oracle, report.as_of) == (ReportKind.TRIAL_BALANCE, "ODBC", None)
    assert [(line.name, line.net) for line in report.lines] == [
        ("Cash", D("1250.25")),
        ("Asha Stores", D("250.30")),
        ("Sales", D("-1500.55")),
    ]


def test_objects_of_any_way_can_be_taken() -> None:
    node = {"@NAME": "Cash", "PARENT": "\ue004 Primary", "OPENINGBALANCE": {"@TYPE": "Amount", "#text": "-500.00"}}
    assert lines_of_nodes([{**node, "CLOSINGBALANCE": "unreadable"}]) == (
        MasterLine(name="Cash", parent="", opening=D("500.00"), closing=None),
    )


AMOUNTS = st.one_of(st.none(), st.integers(-(10**9), 10**9).map(lambda paise: D(paise).scaleb(-2)))
NAMES = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=12)
BOOKS = st.lists(
    st.builds(MasterLine, name=NAMES, parent=NAMES, opening=AMOUNTS, closing=AMOUNTS),
    max_size=8,
    unique_by=lambda line: name_key(line.name),
).map(tuple)


@given(BOOKS)
def test_any_books_agree_with_themselves(lines: tuple[MasterLine, ...]) -> None:
    assert not differences(lines, lines)


@given(BOOKS, st.data())
def test_any_change_of_a_balance_or_loss_of_a_ledger_is_found(
    lines: tuple[MasterLine, ...], data: st.DataObject
) -> None:
    if not lines:
        return
    place = data.draw(st.integers(0, len(lines) - 1))
    line = lines[place]
    assert differences(lines, lines[:place] + lines[place + 1 :])
    changed = replace(line, closing=(line.closing or D(0)) + D("0.01"))
    assert differences(lines, (*lines[:place], changed, *lines[place + 1 :]))
