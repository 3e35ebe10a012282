"""What a ``$$`` function is: how many values it takes, and how it computes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sandbox.tally.gateway.tdl.scope import Evaluate, Scope
from sandbox.tally.gateway.tdl.values import Value

Eager = Callable[..., Value]
"""Gets the scope and the values of the arguments."""
Lazy = Callable[[Scope, Sequence[Evaluate]], Value]
"""Gets the scope and the arguments unevaluated."""


def _no_values(_: Scope, *__: Value) -> Value:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """One function."""

    least: int
    most: int
    eager: Eager = _no_values
    lazy: Lazy | None = None
    pure: bool = False
    """Whether the result depends on nothing but the values."""


def of_values(least: int, most: int, eager: Eager) -> Function:
    """A function of its values alone."""
    return Function(least=least, most=most, eager=eager, pure=True)


def of_scope(least: int, most: int, eager: Eager) -> Function:
    """A function that also looks at where it stands."""
    return Function(least=least, most=most, eager=eager)


def unevaluated(least: int, most: int, lazy: Lazy) -> Function:
    """A function that evaluates its arguments itself."""
    return Function(least=least, most=most, lazy=lazy)
