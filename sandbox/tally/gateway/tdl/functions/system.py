"""Functions of the program, the company and of collections."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sandbox.tally.gateway.tdl.functions.definition import Function, of_scope, of_values, unevaluated
from sandbox.tally.gateway.tdl.scope import Evaluate, Scope, pick
from sandbox.tally.gateway.tdl.types import LISTS
from sandbox.tally.gateway.tdl.values import Value, number, text


def _count(scope: Scope, arguments: Sequence[Evaluate]) -> Value:
    """``$$NumItems:Collection``: of a list of the object, else of a collection."""
    name = text(arguments[0](scope))
    listed = scope.obj.children(name.casefold())
    if listed or name.casefold() in LISTS:
        return Decimal(len(listed))
    return Decimal(len(scope.world.collection(name)))


def _field_of_collection(scope: Scope, arguments: Sequence[Evaluate]) -> Value:
    """``$$CollectionField:$Method:Index:Collection``."""
    place = arguments[1](scope)
    index: Value = place if isinstance(place, str) and not place.isdigit() else number(place)
    item = pick(scope.world.collection(text(arguments[2](scope))), index)
    return arguments[0](item) if item is not None else None


def _licence(scope: Scope, name: Value) -> Value:
    return scope.world.licence(text(name).casefold())


SYSTEM: dict[str, Function] = {
    "currentsimplecompany": of_scope(0, 0, lambda scope: scope.world.company_name),
    "currentcompany": of_scope(0, 0, lambda scope: scope.world.company_name),
    "licenseinfo": of_scope(1, 1, _licence),
    "isprodtallyprime": of_values(0, 0, lambda _: True),
    "isprodtallyprimeel": of_scope(0, 0, lambda scope: scope.world.licence("iseditlog")),
    "isprodtallyprimeserver": of_values(0, 0, lambda _: False),
    "numitems": unevaluated(1, 1, _count),
    "collectionfield": unevaluated(3, 3, _field_of_collection),
}
