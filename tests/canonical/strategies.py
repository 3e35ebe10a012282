"""Any canonical record, built from its own field types: a new field is tried by the laws the day it is added."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any, Union

from hypothesis import strategies as st

from canonical.money import AMOUNT_MAX_SQLITE, Side, split_signed
from canonical.voucher import Posting, Voucher

LIMIT = int(AMOUNT_MAX_SQLITE * 10_000)
amounts = st.integers(-LIMIT, LIMIT).map(lambda n: Decimal(n).scaleb(-4))
"""Every amount we can hold, to the hundredth of a paisa."""
texts = st.text(max_size=8)
json_scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts
json_values = st.recursive(
    json_scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)
SCALARS: dict[Any, st.SearchStrategy[Any]] = {
    str: texts,
    int: st.integers(-(2**53), 2**53),
    bool: st.booleans(),
    float: st.floats(allow_nan=False, allow_infinity=False),
    Decimal: amounts,
    date: st.dates(),
    datetime: st.datetimes(timezones=st.just(UTC)),
    type(None): st.none(),
    Any: json_values,
}


@cache
def values_of(hint: Any) -> st.SearchStrategy[Any]:  # noqa: PLR0911 - one line per shape of type
    """Values of a field type."""
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, Union):
        return st.one_of([values_of(arg) for arg in args])
    if origin is tuple:
        return st.lists(values_of(args[0]), max_size=2).map(tuple)
    if origin is frozenset:
        return st.frozensets(values_of(args[0]), max_size=3)
    if origin in (Mapping, typing.Mapping):
        return st.dictionaries(texts, values_of(args[1]), max_size=2)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return st.sampled_from(hint)
    if dataclasses.is_dataclass(hint):
        return records(typing.cast("type[Any]", hint))
    return SCALARS[hint]


def records(cls: type[Any]) -> st.SearchStrategy[Any]:
    """Records of a type; a voucher's postings are made to balance, whatever its kind."""
    hints = typing.get_type_hints(cls)
    fields = {field.name: values_of(hints[field.name]) for field in dataclasses.fields(cls)}
    if cls is Voucher:
        fields["postings"] = balanced_postings()
    return st.deferred(lambda: st.builds(cls, **fields))


def postings(amount: st.SearchStrategy[Decimal] = amounts) -> st.SearchStrategy[Posting]:
    """Bare ledger lines."""
    return st.builds(
        Posting,
        ledger_key=texts,
        ledger_name=texts,
        side=st.sampled_from(Side),
        amount=amount.map(abs),
    )


def balanced_postings() -> st.SearchStrategy[tuple[Posting, ...]]:
    """Ledger lines with all they can carry, and a last one that balances them."""
    return st.lists(values_of(Posting), max_size=2).map(lambda lines: (*lines, closing(lines)) if lines else ())


def closing(lines: list[Posting]) -> Posting:
    """The line that balances others."""
    side, amount = split_signed(-sum((line.net for line in lines), Decimal(0)))
    return Posting(ledger_key="balance", ledger_name="Balance", side=side, amount=amount)
