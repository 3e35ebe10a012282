"""The objects of a type: every loaded company, the vouchers of the served period, the masters of the company.

A filter that compares ``$Date`` with something fixed narrows the vouchers before they are looked at one by one; Tally
is quick with dates and slow with everything else, and so is this.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from canonical.dates import Period
from sandbox.tally.books.catalogue import class_of
from sandbox.tally.books.values import Empty, Number
from sandbox.tally.gateway.faults import BalanceRule
from sandbox.tally.gateway.rows import Overridden
from sandbox.tally.gateway.tdl.compiler import Compiled, compile_node, walk
from sandbox.tally.gateway.tdl.scope import Scope
from sandbox.tally.gateway.tdl.syntax import Binary, Method, Node
from sandbox.tally.gateway.tdl.values import Methods, Value, as_day

if TYPE_CHECKING:
    from sandbox.tally.books import LiveCompany
    from sandbox.tally.gateway.world import RequestWorld

_COUNTERS = ("altmstid", "altvchid")
_MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "="}


def objects_of_type(world: RequestWorld, type_name: str, filters: Sequence[Compiled]) -> Iterable[Methods]:
    """The objects of a type, before the request's own filters.

    Raises:
        UnknownKind: Tally has no such type.
    """
    kind = class_of(type_name)
    if kind == "COMPANY":
        return _companies(world)
    company = world.company
    if company is None or world.served is None:
        return ()
    if kind == "VOUCHER":
        bounds = narrow(world, world.served.vouchers, filters)
        return company.voucher_objects(bounds) if bounds is not None else ()
    masters = company.objects(kind, _balance_period(world, company))
    if kind == "LEDGER" and world.faults.closing_balance is BalanceRule.EMPTY:
        return (Overridden(one, {"closingbalance": Empty("Amount")}) for one in masters)
    return masters


def _balance_period(world: RequestWorld, company: LiveCompany) -> Period:
    if world.faults.closing_balance is BalanceRule.CONSTANT or world.served is None:
        return company.whole_period
    return world.served.balances


def _companies(world: RequestWorld) -> Iterator[Methods]:
    for company in world.books.companies:
        period = world.served.balances if world.served is not None else company.whole_period
        for one in company.objects("Company", period):
            yield _regressed(one, world.faults.counters_back)


def _regressed(company: Methods, back: int) -> Methods:
    if not back:
        return company
    found = {name: company.method(name) for name in _COUNTERS}
    return Overridden(
        company,
        {
            name: Number(max(value.value - back, Decimal(0)))
            for name, value in found.items()
            if isinstance(value, Number)
        },
    )


def narrow(world: RequestWorld, period: Period, filters: Sequence[Compiled]) -> Period | None:
    """Narrow a period by what filters say of ``$Date``; None if nothing is left."""
    start, end = period.start, period.end
    for operator, day in _date_bounds(world, filters):
        if operator in {">", ">=", "="}:
            start = max(start, day)
        if operator in {"<", "<=", "="}:
            end = min(end, day)
    return Period(start, end) if start <= end else None


def is_narrowed(world: RequestWorld, one: Compiled) -> bool:
    """Say whether a filter of vouchers says nothing but what ``narrow`` has seen to: bounds of ``$Date``."""
    return all(any(_bounds_of(world, part)) for part in _conjuncts(one.node))


def _date_bounds(world: RequestWorld, filters: Sequence[Compiled]) -> Iterator[tuple[str, date]]:
    for node in (part for one in filters for part in _conjuncts(one.node)):
        yield from _bounds_of(world, node)


def _bounds_of(world: RequestWorld, node: Node) -> Iterator[tuple[str, date]]:
    if not isinstance(node, Binary) or node.operator not in _MIRRORED:
        return
    for operator, method, other in (
        (node.operator, node.left, node.right),
        (_MIRRORED[node.operator], node.right, node.left),
    ):
        if _is_date(method) and (day := _fixed_day(world, other)) is not None:
            yield operator, day


def _conjuncts(node: Node) -> Iterator[Node]:
    if isinstance(node, Binary) and node.operator == "and":
        yield from _conjuncts(node.left)
        yield from _conjuncts(node.right)
    else:
        yield node


def _is_date(node: Node) -> bool:
    return (
        isinstance(node, Method)
        and node.up == 0
        and len(node.steps) == 1
        and node.steps[0].index is None
        and node.steps[0].name.casefold() == "date"
    )


def _fixed_day(world: RequestWorld, node: Node) -> date | None:
    if any(isinstance(one, Method) for one in walk(node)):
        return None
    value: Value = compile_node(node)(Scope(world, _Nothing()))
    return as_day(value)


class _Nothing:
    """An object without methods, for expressions that ask none."""

    tag = ""

    def method(self, name: str) -> None:
        """None."""

    def children(self, name: str) -> Sequence[Methods]:  # noqa: ARG002 - nothing has no lists
        """No objects."""
        return ()
