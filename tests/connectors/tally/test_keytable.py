"""The table of keys behaves like a dict of the same keys."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from connectors.tally.export.keytable import Entry, KeyTable

numbers = st.integers(0, 2**64 - 1)


@given(st.lists(st.tuples(st.text(max_size=2), numbers, numbers)))
def test_it_remembers_what_a_dict_remembers(puts: list[tuple[str, int, int]]) -> None:
    table, plain = KeyTable(), dict[str, Entry]()
    for key, first, second in puts:
        assert table.put(key, first, second) == plain.get(key)
        plain[key] = Entry(first, second)
    assert len(table) == len(plain)


def test_it_grows_and_forgets_nothing() -> None:
    table = KeyTable()
    for number in range(20_000):
        assert table.put(("vouchers", str(number)), number, number + 1) is None
    assert all(table.put(("vouchers", str(n)), n, n + 1) == Entry(n, n + 1) for n in range(20_000))


def test_occurrences_are_counted_per_key() -> None:
    table = KeyTable()
    assert [table.count(key) for key in "abaab"] == [1, 1, 2, 3, 2]
