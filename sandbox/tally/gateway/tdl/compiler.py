"""Expressions as Python closures: an expression is compiled once and then evaluated for every object.

Parts that depend on no object, such as ``$$Date:"20250401"``, are computed once.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sandbox.tally.gateway.tdl.functions import find_function
from sandbox.tally.gateway.tdl.lexer import TdlError
from sandbox.tally.gateway.tdl.scope import Evaluate, Scope, pick, read_value
from sandbox.tally.gateway.tdl.syntax import (
    Binary,
    Call,
    Choice,
    Formula,
    Literal,
    Lookup,
    Method,
    Node,
    Step,
    Unary,
    Variable,
    parse_expression,
)
from sandbox.tally.gateway.tdl.types import is_type
from sandbox.tally.gateway.tdl.values import Value, arithmetic, compare, negative, same, text, truth


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """An expression ready to be evaluated, with what it mentions."""

    source: str
    node: Node
    evaluate: Evaluate

    def variables(self) -> set[str]:
        """Lower-case names of the variables it reads."""
        return {one.name.casefold() for one in walk(self.node) if isinstance(one, Variable)}


def compile_expression(source: str) -> Compiled:
    """Compile an expression.

    Raises:
        TdlError: It is not one, or it calls an unknown function.
    """
    node = parse_expression(source, _most_arguments, is_type)
    return Compiled(source=source, node=node, evaluate=compile_node(node))


def _most_arguments(name: str) -> int:
    return find_function(name).most


def walk(node: Node) -> list[Node]:
    """Every node of a tree."""
    found = [node]
    for child in _children(node):
        found.extend(walk(child))
    return found


def _children(node: Node) -> tuple[Node, ...]:  # noqa: PLR0911 - one line per kind of node
    match node:
        case Call():
            return node.arguments
        case Unary():
            return (node.operand,)
        case Binary():
            return (node.left, node.right)
        case Choice():
            return (node.condition, node.yes, node.no)
        case Lookup():
            return (node.method, node.key)
        case Method():
            return tuple(step.index for step in node.steps if step.index is not None)
        case _:
            return ()


def _is_constant(node: Node) -> bool:
    return all(isinstance(one, Literal | Unary | Binary | Choice | Call) for one in walk(node)) and all(
        find_function(one.name).pure for one in walk(node) if isinstance(one, Call)
    )


def compile_node(node: Node) -> Evaluate:
    """Compile a tree; what depends on no object is computed once."""
    evaluate = _compile_node(node)
    if isinstance(node, Literal) or not _is_constant(node):
        return evaluate
    held: list[Value] = []

    def once(scope: Scope) -> Value:
        if not held:
            held.append(evaluate(scope))
        return held[0]

    return once


def _compile_node(node: Node) -> Evaluate:  # noqa: PLR0911 - one line per kind of node
    match node:
        case Literal():
            value = node.value
            return lambda _: value
        case Method():
            return _compile_method(node)
        case Lookup():
            return _compile_lookup(node)
        case Call():
            return _compile_call(node)
        case Variable():
            name = node.name.casefold()
            return lambda scope: scope.world.variable(name)
        case Formula():
            return _compile_formula(node)
        case Unary():
            return _compile_unary(node)
        case Binary():
            return _compile_binary(node)
        case Choice():
            return _compile_choice(node)


def _compile_method(node: Method) -> Evaluate:
    up, steps = node.up, node.steps
    if len(steps) == 1 and steps[0].index is None:
        name = steps[0].name.casefold()
        if up == 0:
            return read_value(name)
        return lambda scope: outer.value(name) if (outer := scope.climb(up)) is not None else None
    compiled = [(step.name.casefold(), _index(step)) for step in steps[:-1]]
    last = steps[-1]
    last_name, last_index = last.name.casefold(), _index(last) if last.index is not None else None

    def follow(scope: Scope) -> Value:
        here = scope.climb(up)
        for name, index in compiled:
            if here is None:
                return None
            here = pick(here.items(name), index(scope))
        return _last(here, last_name, last_index, scope)

    return follow


def _last(here: Scope | None, name: str, index: Evaluate | None, scope: Scope) -> Value:
    if here is None:
        return None
    if index is None:
        return here.value(name)
    item = pick(here.items(name), index(scope))
    return item.value(name) if item is not None else None


def _index(step: Step) -> Evaluate:
    return compile_node(step.index) if step.index is not None else _first


def _first(_: Scope) -> Value:
    return "First"


def _compile_lookup(node: Lookup) -> Evaluate:
    method, key, type_name = _compile_method(node.method), compile_node(node.key), node.type_name

    def look_up(scope: Scope) -> Value:
        found = scope.world.find(type_name, text(key(scope)))
        return method(Scope(scope.world, found)) if found is not None else None

    return look_up


def _compile_call(node: Call) -> Evaluate:
    function = find_function(node.name)
    if len(node.arguments) < function.least:
        raise TdlError(f"$${node.name} needs {function.least} values.")
    arguments = tuple(compile_node(argument) for argument in node.arguments)
    if function.lazy is not None:
        lazy = function.lazy
        return lambda scope: lazy(scope, arguments)
    eager = function.eager
    if len(arguments) == 1:
        (only,) = arguments
        return lambda scope: eager(scope, only(scope))
    return lambda scope: eager(scope, *[argument(scope) for argument in arguments])


def _compile_formula(node: Formula) -> Evaluate:
    name = node.name
    if node.is_field:
        return lambda scope: scope.world.field(name)(scope)
    return lambda scope: scope.world.formula(name)(scope)


def _compile_unary(node: Unary) -> Evaluate:
    operand = compile_node(node.operand)
    if node.operator == "not":
        return lambda scope: not truth(operand(scope))
    return lambda scope: negative(operand(scope))


def _compile_binary(node: Binary) -> Evaluate:  # noqa: PLR0911 - one line per operator
    left, right = compile_node(node.left), compile_node(node.right)
    match node.operator:
        case "and":
            return lambda scope: truth(left(scope)) and truth(right(scope))
        case "or":
            return lambda scope: truth(left(scope)) or truth(right(scope))
        case "+" | "-" | "*" | "/":
            sign = node.operator
            return lambda scope: arithmetic(sign, left(scope), right(scope))
        case "=":
            return lambda scope: same(left(scope), right(scope))
        case "<>":
            return lambda scope: not same(left(scope), right(scope))
        case "<" | ">" | "<=" | ">=":
            return _compile_order(node.operator, left, right)
        case _:
            return _compile_text_test(node.operator, left, right)


_ORDERS: dict[str, tuple[tuple[int, ...], Callable[[Any, Any], bool]]] = {
    "<": ((-1,), operator.lt),
    ">": ((1,), operator.gt),
    "<=": ((-1, 0), operator.le),
    ">=": ((0, 1), operator.ge),
}


def _compile_order(written: str, left: Evaluate, right: Evaluate) -> Evaluate:
    wanted, holds = _ORDERS[written]

    def test(scope: Scope) -> Value:
        one, other = left(scope), right(scope)
        if type(one) is Decimal and type(other) is Decimal:  # a change number asked of each voucher of the book
            return holds(one, other)
        return compare(one, other) in wanted

    return test


def _compile_text_test(operator: str, left: Evaluate, right: Evaluate) -> Evaluate:
    def test(scope: Scope) -> Value:
        whole, part = text(left(scope)).casefold(), text(right(scope)).casefold()
        match operator:
            case "contains":
                return part in whole
            case "in":
                return whole in part
            case "starts":
                return whole.startswith(part)
            case _:
                return whole.endswith(part)

    return test


def _compile_choice(node: Choice) -> Evaluate:
    condition, yes, no = compile_node(node.condition), compile_node(node.yes), compile_node(node.no)
    return lambda scope: yes(scope) if truth(condition(scope)) else no(scope)
