"""Functions of dates and of the period."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from sandbox.tally.gateway.tdl.functions.definition import Function, of_scope, of_values
from sandbox.tally.gateway.tdl.scope import Scope
from sandbox.tally.gateway.tdl.values import MONTHS, Value, as_day, number, text


def _part(take: Callable[[date], int]) -> Function:
    def compute(_: Scope, value: Value) -> Value:
        day = as_day(value)
        return Decimal(take(day)) if day is not None else Decimal(0)

    return of_values(1, 1, compute)


def _year_month_day(_: Scope, value: Value, separator: Value = None) -> Value:
    day = as_day(value)
    between = text(separator) if separator is not None else ""
    return f"{day:%Y}{between}{day:%m}{between}{day:%d}" if day is not None else ""


def _month_edge(*, last: bool) -> Function:
    def compute(_: Scope, value: Value) -> Value:
        day = as_day(value)
        if day is None:
            return None
        first = day.replace(day=1)
        return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1) if last else first

    return of_values(1, 1, compute)


def _days_between(_: Scope, start: Value, end: Value) -> Value:
    one, other = as_day(start), as_day(end)
    return Decimal((other - one).days) if one is not None and other is not None else None


def _days_later(_: Scope, start: Value, days: Value) -> Value:
    day = as_day(start)
    return day + timedelta(days=int(number(days))) if day is not None else None


def _short_month(_: Scope, value: Value) -> Value:
    day = as_day(value)
    return MONTHS[day.month - 1] if day is not None else ""


DATES: dict[str, Function] = {
    "date": of_values(1, 1, lambda _, value: as_day(value)),
    "fromdatevalue": of_values(1, 1, lambda _, value: as_day(value)),
    "todatevalue": of_values(1, 1, lambda _, value: as_day(value)),
    "yearofdate": _part(lambda day: day.year),
    "monthofdate": _part(lambda day: day.month),
    "dayofdate": _part(lambda day: day.day),
    "shortmonthname": of_values(1, 1, _short_month),
    "pyrlyyyymmddformat": of_values(1, 2, _year_month_day),
    "monthstart": _month_edge(last=False),
    "monthend": _month_edge(last=True),
    "daysbetween": of_values(2, 2, _days_between),
    "adddays": of_values(2, 2, _days_later),
    "machinedate": of_scope(0, 0, lambda scope: scope.world.today),
    "systemperiodfrom": of_scope(0, 0, lambda scope: scope.world.screen_period[0]),
    "systemperiodto": of_scope(0, 0, lambda scope: scope.world.screen_period[1]),
}
