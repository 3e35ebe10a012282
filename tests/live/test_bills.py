"""Bills that people open, settle, move and open again: what we say of them is what Tally's own reports say.

A voucher that opens a bill may be moved to another day, a payment may be dated before its invoice, several vouchers
may open one bill: whatever happened, amount, date and due date of every open bill agree.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from canonical.proof import ControlKind, ProofStatus
from sandbox.tally.books import LiveCompany
from sandbox.tally.books.drafts import BillDraft, EntryDraft, VoucherDraft
from tests.connectors.tally.live.tally import Tally, tally
from tests.live.hub import LiveHub, hub

FIRST = date(2025, 6, 1)
REFS = ("B/1", "b/1", "B/2")
TERMS = ("", "10 Days", "3 Weeks", "2 Months", "15-Aug-25", "2-Jun-25")


@dataclass(frozen=True)
class Step:
    """One voucher on a party, or one of those before moved to another day."""

    kind: str
    day: int
    ref: str = ""
    terms: str = ""
    rupees: int = 0


STEPS = st.one_of(
    st.builds(
        Step,
        kind=st.sampled_from(("New Ref", "New Ref", "Agst Ref")),
        day=st.integers(0, 12),
        ref=st.sampled_from(REFS),
        terms=st.sampled_from(TERMS),
        rupees=st.sampled_from((100, 250, 400, -100, -250)),
    ),
    st.builds(
        Step,
        kind=st.just("Advance"),
        day=st.integers(0, 12),
        ref=st.sampled_from(REFS),
        rupees=st.sampled_from((-100, -250)),
    ),
    st.builds(Step, kind=st.just("move"), day=st.integers(0, 12)),
)
"""An advance is money received from a customer. When one given to a customer falls due in Tally is not known."""


class Books:
    """Books to be played in; their text would be too long to print when an example fails."""

    def __init__(self, served: Tally) -> None:
        self.served = served
        self.start = served.company.snapshot()

    def __repr__(self) -> str:
        return "books"


@pytest.fixture(scope="module")
def books() -> Iterator[Books]:
    with tally(vouchers=12) as opened:
        yield Books(opened)


def debtors(company: LiveCompany) -> list[str]:
    """A party that has a credit period of its own, and one that has none."""
    rows = [row for row in company.masters.of_kind("LEDGER") if row.tree.value("ISBILLWISEON") == "Yes"]
    with_terms = next(row.name for row in rows if row.tree.value("BILLCREDITPERIOD"))
    return [with_terms, next(row.name for row in rows if not row.tree.value("BILLCREDITPERIOD"))]


def enter(company: LiveCompany, party: str, step: Step) -> int:
    paise = step.rupees * 100
    bill = BillDraft(kind=step.kind, paise=paise, ref=step.ref, terms=step.terms)
    entries = (
        EntryDraft(ledger=party, paise=paise, bills=(bill,), is_party=True),
        EntryDraft(ledger="Cash", paise=-paise),
    )
    day = FIRST + timedelta(days=step.day)
    return company.edit_vouchers.create(VoucherDraft(type_name="Journal", day=day, entries=entries)).master_id


def play(company: LiveCompany, party: str, steps: list[Step]) -> None:
    entered: list[int] = []
    for step in steps:
        if step.kind != "move":
            entered.append(enter(company, party, step))
        elif entered:
            company.edit_vouchers.redate(entered[step.day % len(entered)], FIRST + timedelta(days=step.day))


def off(live: LiveHub) -> list[str]:
    """Figures of bills that differ, and that bills were compared at all."""
    stored = live.books.proofs.latest(live.company)
    assert stored is not None
    totals = [total for total in stored.proof.totals if total.kind in (ControlKind.BILL, ControlKind.BILL_DATE)]
    assert totals
    return [
        f"{total.name}: {total.reason or total.difference}" for total in totals if total.status is ProofStatus.DIFFERS
    ]


OPENED = Step("New Ref", 3, "B/1", "10 Days", 250)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=st.lists(STEPS, min_size=2, max_size=8), party=st.integers(0, 1))
@example(steps=[OPENED, Step("move", 9)], party=0).via("the credit period counts from the day it was moved to")
@example(steps=[OPENED, Step("New Ref", 3, "b/1", "", 100)], party=0).via("two openings on one day")
@example(steps=[Step("Advance", 0, "B/1", "", -100), Step("New Ref", 0, "B/1", "", 250)], party=0).via(
    "paid in advance"
)
@example(steps=[Step("Agst Ref", 1, "B/1", "", -100), OPENED], party=0).via("paid before it was opened")
def test_every_open_bill_is_what_tally_says(books: Books, steps: list[Step], party: int) -> None:
    company = books.served.company
    company.restore(books.start)
    play(company, debtors(company)[party], steps)
    with hub(books.served) as live:
        live.sync()
        assert off(live) == []
