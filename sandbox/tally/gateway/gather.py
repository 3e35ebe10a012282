"""The objects of a collection: where they come from, what is walked into, computed, grouped, filtered, sorted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cmp_to_key
from itertools import islice

from sandbox.tally.books.values import Text
from sandbox.tally.gateway.child_of import keep_children
from sandbox.tally.gateway.definitions import Definition, fold_name, split_pair
from sandbox.tally.gateway.grouping import group
from sandbox.tally.gateway.rows import Row
from sandbox.tally.gateway.sources import is_narrowed, objects_of_type
from sandbox.tally.gateway.tdl.compiler import Compiled
from sandbox.tally.gateway.tdl.lexer import TdlError
from sandbox.tally.gateway.tdl.scope import Evaluate, Scope
from sandbox.tally.gateway.tdl.types import is_type
from sandbox.tally.gateway.tdl.values import compare, number_in, scalar_of, text, truth
from sandbox.tally.gateway.world import RequestWorld

_OTHER_ROWS = ("SOURCECOLLECTION", "COLLECTION", "OBJECT", "WALK", "COMPUTE", "BY", "AGGRCOMPUTE")
"""With any of these the rows that are filtered are not, or not only, vouchers as they are stored."""
_VOUCHERS = frozenset({"voucher", "vouchers"})
_PERIOD_VARIABLES = frozenset({"svfromdate", "svtodate"})


def gather_by_name(world: RequestWorld, name: str, within: tuple[str, ...] = ()) -> Iterator[Scope]:
    """The objects of a collection the request defines, else of the type called so.

    Raises:
        TdlError: Neither is known, or the collection is made from itself; a real Tally shows a modal window, and ends.
    """
    definition = world.definitions.find("COLLECTION", name)
    if fold_name(name) in within:
        raise TdlError(f"Collection {name} refers to itself.")
    if definition is not None:
        yield from gather(world, definition, (*within, fold_name(name)))
    elif is_type(name):
        yield from (Scope(world, obj) for obj in objects_of_type(world, name, ()))
    else:
        raise TdlError(f"Could not find description! Collection: {name}")


def gather(world: RequestWorld, definition: Definition, within: tuple[str, ...] = ()) -> Iterator[Scope]:
    """The objects of one collection, in order, one at a time where nothing needs them all.

    Raises:
        TdlError: A definition or expression that Tally would refuse.
    """
    filters = _filters(world, definition)
    is_plain = fold_name(definition.one("TYPE")) in _VOUCHERS and not any(definition.all(one) for one in _OTHER_ROWS)
    scopes = _walk(_source(world, definition, filters, within), definition)
    computed = computed_methods(world, definition)
    if computed:
        scopes = (Scope(world, scope.obj, scope.outer, {**(scope.computed or {}), **computed}) for scope in scopes)
    if definition.all("BY") or definition.all("AGGRCOMPUTE"):
        scopes = group(world, definition, scopes)
    tests = [one.evaluate for one in filters if not (is_plain and is_narrowed(world, one))]
    for test in tests:
        scopes = _passing(scopes, test)
    scopes = _sort(world, definition, scopes)
    most = definition.one("MAX")
    return islice(scopes, int(number_in(most))) if most else iter(scopes)


def _passing(scopes: Iterable[Scope], test: Evaluate) -> Iterator[Scope]:
    return (scope for scope in scopes if truth(test(scope)))


def computed_methods(world: RequestWorld, definition: Definition) -> dict[str, Evaluate]:
    """What COMPUTE defines, by lower-case name."""
    pairs = (split_pair(one) for one in definition.all("COMPUTE"))
    return {name.casefold(): world.compile(source).evaluate for name, source in pairs}


def _filters(world: RequestWorld, definition: Definition) -> list[Compiled]:
    """The filters that apply.

    Raises:
        TdlError: A filter names no formula.
    """
    compiled = [world.compile(world.formula_source(name)) for name in definition.names("FILTER")]
    if not world.faults.variable_filter_inert:
        return compiled
    return [one for one in compiled if not one.variables() & _PERIOD_VARIABLES]


def _source(
    world: RequestWorld, definition: Definition, filters: list[Compiled], within: tuple[str, ...]
) -> Iterator[Scope]:
    sources = [*definition.names("SOURCECOLLECTION"), *definition.names("COLLECTION")]
    if sources:
        for name in sources:
            yield from gather_by_name(world, name, within)
        return
    if definition.all("OBJECT"):
        yield from (_made_object(world, name) for name in definition.names("OBJECT"))
        return
    type_name = definition.one("TYPE")
    if not type_name:
        raise TdlError(f"Could not find description! Collection: {definition.name} has no TYPE")
    kind, _, parent_kind = (part.strip() for part in type_name.partition(":"))
    scopes = (Scope(world, obj) for obj in objects_of_type(world, kind, filters))
    yield from keep_children(world, definition, kind, parent_kind, scopes)


def _made_object(world: RequestWorld, name: str) -> Scope:
    """An object the request itself defines, its values given as formulae."""
    definition = world.definitions.find("OBJECT", name)
    if definition is None:
        raise TdlError(f"Could not find description! Object: {name}")
    pairs = (split_pair(one) for one in (*definition.all("LOCALFORMULA"), *definition.all("SET")))
    scope = Scope(world, Row({}))
    values = {key.casefold(): scalar_of(world.compile(source).evaluate(scope)) for key, source in pairs}
    return Scope(world, Row({"name": Text(name), **values}))


def _walk(scopes: Iterator[Scope], definition: Definition) -> Iterator[Scope]:
    for name in definition.names("WALK"):
        scopes = _into(scopes, name)
    return scopes


def _into(scopes: Iterable[Scope], name: str) -> Iterator[Scope]:
    for scope in scopes:
        for child in scope.obj.children(name):
            yield Scope(scope.world, child, scope)


def _sort(world: RequestWorld, definition: Definition, scopes: Iterator[Scope]) -> Iterator[Scope]:
    keys = [key for one in definition.all("SORT") for key in _sort_keys(world, one)]
    if not keys:
        return scopes

    def order(one: Scope, other: Scope) -> int:
        for evaluate, direction in keys:
            found = compare(evaluate(one), evaluate(other))
            if found is None:
                found = compare(text(evaluate(one)), text(evaluate(other)))
            if found:
                return found * direction
        return 0

    return iter(sorted(scopes, key=cmp_to_key(order)))


def _sort_keys(world: RequestWorld, written: str) -> Iterator[tuple[Evaluate, int]]:
    """``@@Default : -$Amount, $Name``: a name, then expressions; a minus sign sorts downwards."""
    name, rest = split_pair(written)
    for part in (rest or name).split(","):
        source = part.strip()
        descending = source.startswith("-")
        yield world.compile(source.removeprefix("-")).evaluate, -1 if descending else 1
