"""Rows of a grouping: BY says what belongs together, AGGRCOMPUTE what is added up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from sandbox.tally.books.values import Amount, Scalar, Text
from sandbox.tally.gateway.definitions import Definition, split_pair
from sandbox.tally.gateway.rows import Row
from sandbox.tally.gateway.tdl.lexer import TdlError
from sandbox.tally.gateway.tdl.scope import Evaluate, Scope
from sandbox.tally.gateway.tdl.values import Value, compare, day_text, number, scalar_of, text

if TYPE_CHECKING:
    from sandbox.tally.gateway.world import RequestWorld

Fold = Callable[[Value, Value], Value]
_ONE = Decimal(1)
_AS_IT_IS = (date, Decimal, bool)


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregate:
    """One AGGRCOMPUTE."""

    name: str
    fold: Fold
    evaluate: Evaluate


def group(world: RequestWorld, definition: Definition, scopes: Iterable[Scope]) -> Iterator[Scope]:
    """One row for every combination of the BY values, in the order they first appear."""
    keys = [(name.casefold(), world.compile(source)) for name, source in map(split_pair, definition.all("BY"))]
    aggregates = [_aggregate(world, one) for one in definition.all("AGGRCOMPUTE")]
    buckets: dict[tuple[object, ...], list[Value]] = {}
    names: dict[tuple[object, ...], list[Value]] = {}
    evaluates = [key.evaluate for _, key in keys]
    folds = [(position, one.fold, one.evaluate) for position, one in enumerate(aggregates)]
    for scope in scopes:
        values = [evaluate(scope) for evaluate in evaluates]
        bucket_key = tuple([value if type(value) in _AS_IT_IS else _hashable(value) for value in values])
        bucket = buckets.get(bucket_key)
        if bucket is None:
            names[bucket_key] = values
            bucket = buckets[bucket_key] = [None] * len(folds)
        for position, fold, evaluate in folds:
            bucket[position] = fold(bucket[position], evaluate(scope))
    for bucket_key, bucket in buckets.items():
        row = {name: key_scalar(value) for (name, _), value in zip(keys, names[bucket_key], strict=True)}
        row |= {one.name: scalar_of(value) for one, value in zip(aggregates, bucket, strict=True)}
        yield Scope(world, Row(row))


def key_scalar(value: Value) -> Scalar:
    """A BY value as its row shows it: dates are printed as reports print them."""
    return Text(day_text(value)) if isinstance(value, date) else scalar_of(value)


def _hashable(value: Value) -> object:
    if isinstance(value, str):
        return value.casefold()
    return value if value is None or isinstance(value, _AS_IT_IS) else text(value)


def _aggregate(world: RequestWorld, written: str) -> Aggregate:
    """``Total : SUM : $Amount``."""
    name, rest = split_pair(written)
    operation, source = split_pair(rest)
    fold = _FOLDS.get(operation.casefold())
    if fold is None:
        raise TdlError(f"AGGRCOMPUTE {written}: no such operation")
    return Aggregate(name=name.casefold(), fold=fold, evaluate=world.compile(source or "1").evaluate)


def _sum(total: Value, value: Value) -> Value:
    if type(total) is Decimal and type(value) is Decimal:
        return total + value
    added = number(total) + number(value)
    return Amount(added) if isinstance(value, Amount) or isinstance(total, Amount) else added


def _count(total: Value, _: Value) -> Value:
    return number(total) + _ONE


def _least(total: Value, value: Value) -> Value:
    return value if total is None or compare(value, total) == -1 else total


def _greatest(total: Value, value: Value) -> Value:
    return value if total is None or compare(value, total) == 1 else total


def _first(total: Value, value: Value) -> Value:
    return value if total is None else total


def _last(_: Value, value: Value) -> Value:
    return value


_FOLDS: dict[str, Fold] = {
    "sum": _sum, "count": _count, "min": _least, "max": _greatest, "first": _first, "last": _last,
}  # fmt: skip
