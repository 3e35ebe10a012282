"""What a method means at one place: the object itself, what was computed for it, and the objects around it.

A method that an object does not have is looked for in the object that holds it, so ``$LedgerName`` means the same in a
ledger entry and in its bill allocations, and ``$Guid`` of an entry is its voucher's. ``$..Name`` begins one higher.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Protocol

from sandbox.tally.books.voucher_objects import PLAIN, VoucherObject
from sandbox.tally.gateway.tdl.methods import read_children, read_method
from sandbox.tally.gateway.tdl.values import Methods, Value, plain

Evaluate = Callable[["Scope"], Value]


class World(Protocol):
    """What expressions can reach beyond their object; one per request."""

    def variable(self, name: str) -> Value:
        """``##Name``."""
        ...

    def formula(self, name: str) -> Evaluate:
        """``@@Name``, compiled; raises ``TdlError`` if nothing is called so."""
        ...

    def field(self, name: str) -> Evaluate:
        """``#Name``: the expression of a field of the report."""
        ...

    def find(self, type_name: str, name: str) -> Methods | None:
        """An object of the company by type and name."""
        ...

    def collection(self, name: str) -> list[Scope]:
        """The objects of a collection the request defines, or of a type."""
        ...

    @property
    def period(self) -> tuple[date, date]:
        """The period the request works with."""
        ...

    @property
    def screen_period(self) -> tuple[date, date]:
        """The period open on Tally's screen."""
        ...

    @property
    def today(self) -> date:
        """The books' current date."""
        ...

    @property
    def company_name(self) -> str:
        """The company the request works with."""
        ...

    def licence(self, name: str) -> Value:
        """A property of the licence."""
        ...


class Scope:
    """One object in its surroundings."""

    __slots__ = ("computed", "obj", "outer", "world")

    def __init__(
        self, world: World, obj: Methods, outer: Scope | None = None, computed: Mapping[str, Evaluate] | None = None
    ) -> None:
        self.world = world
        self.obj = obj
        self.outer = outer
        self.computed = computed

    def value(self, name: str) -> Value:
        """``$Name``; a list if the name is one of the object's sub-collections, the first of a list of plain values.

        Args:
            name: Lower case.
        """
        scope: Scope | None = self
        while scope is not None:
            if scope.computed is not None and (evaluate := scope.computed.get(name)) is not None:
                return evaluate(scope)
            if type(scope.obj) is VoucherObject and (told := PLAIN.get(name)) is not None:
                return told(scope.obj.record)
            found = read_method(scope.obj, name)
            if found is not None:
                return plain(found)
            listed = read_children(scope.obj, name)
            if listed:
                own = listed[0].method(name)
                return listed if own is None else plain(own)
            scope = scope.outer
        return None

    def items(self, name: str) -> list[Scope]:
        """The objects of a sub-collection of this object, or of the nearest around it that has one."""
        scope: Scope | None = self
        while scope is not None:
            listed = read_children(scope.obj, name)
            if listed:
                return [Scope(self.world, child, scope) for child in listed]
            scope = scope.outer
        return []

    def climb(self, levels: int) -> Scope | None:
        """The object that many levels around this one."""
        scope: Scope | None = self
        for _ in range(levels):
            if scope is None:
                return None
            scope = scope.outer
        return scope


def read_value(name: str) -> Evaluate:
    """``$Name`` of whatever object an expression is evaluated for; a walk asks each voucher of the book.

    Args:
        name: Lower case.
    """
    told = PLAIN.get(name)
    if told is None:
        return lambda scope: scope.value(name)

    def read(scope: Scope) -> Value:
        if type(scope.obj) is VoucherObject and scope.computed is None:
            return told(scope.obj.record)
        return scope.value(name)

    return read


def pick(scopes: list[Scope], index: Value) -> Scope | None:
    """One of a list by ``First``, ``Last`` or its number from 1."""
    if not scopes:
        return None
    match index:
        case str() if index.casefold() == "last":
            return scopes[-1]
        case str():
            return scopes[0]
        case Decimal() if 1 <= index <= len(scopes):
            return scopes[int(index) - 1]
        case _:
            return None
