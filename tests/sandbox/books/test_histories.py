"""Random histories: repeatable, of every kind of edit, and the books hold whatever was done to them."""

from __future__ import annotations

from collections import Counter

import pytest

from sandbox.tally.books import EDIT_NAMES, History
from tests.sandbox.books.support import small_company, voucher_objects
from tests.sandbox.books.test_laws import check_books


@pytest.mark.parametrize("seed", ["a", "b", "c"])
def test_books_hold_after_a_long_history(seed: str) -> None:
    company = small_company(120)
    before = company.alter_voucher_id, company.alter_master_id
    steps = History(company, seed).run(120)
    assert company.alter_voucher_id > before[0]
    assert company.alter_master_id > before[1]
    assert len(steps) == 120
    check_books(company)


def test_a_history_is_repeatable_and_makes_every_kind_of_edit() -> None:
    first, second = small_company(80), small_company(80)
    done = History(first, "same").run(250)
    assert History(second, "same").run(250) == done
    assert [one.to_xml() for one in voucher_objects(first)] == [one.to_xml() for one in voucher_objects(second)]
    assert set(Counter(step.name for step in done)) == set(EDIT_NAMES)
