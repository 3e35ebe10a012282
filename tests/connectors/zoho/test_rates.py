"""Rates by id: what a dictionary would say, in a tenth of its room."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from connectors.zoho.rates import Rates

IDS = st.one_of(
    st.integers(1, 10**19 - 1).map(str),
    st.integers(1, 5).map(str),
    st.sampled_from(["", "0", "007", "7", "90000000000000000000", "opening", "٣"]),
)
RATES = st.sampled_from([Decimal(text) for text in ("83.2", "83.20", "0", "91.4075")])
NOTES = st.lists(st.tuples(IDS, RATES), max_size=30)


@given(first=NOTES, later=NOTES, asked=st.lists(IDS))
def test_it_says_what_a_dictionary_says(
    first: list[tuple[str, Decimal]], later: list[tuple[str, Decimal]], asked: list[str]
) -> None:
    rates, known = Rates(), dict[str, Decimal]()
    for notes in (first, later):
        for key, rate in notes:
            rates.note(key, rate)
            known[key] = rate
        for key in (*known, *asked):
            assert rates.find(key) == known.get(key)
