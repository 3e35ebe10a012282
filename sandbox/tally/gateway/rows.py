"""Objects that a request makes itself: rows of a grouping, objects whose values it defines, and overridden ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sandbox.tally.books.values import Scalar
from sandbox.tally.gateway.tdl.values import Methods


class Row:
    """A row with named values; Tally tags it OBJECT."""

    __slots__ = ("attributes", "values")

    tag = "OBJECT"

    def __init__(self, values: Mapping[str, Scalar], attributes: Mapping[str, str] | None = None) -> None:
        self.values = values
        self.attributes: Mapping[str, str] = attributes or {}

    def method(self, name: str) -> Scalar | None:
        """A value by name."""
        return self.values.get(name.casefold())

    def children(self, name: str) -> Sequence[Methods]:  # noqa: ARG002 - a row has no lists
        """None: a row has no lists."""
        return ()


class Overridden:
    """An object of which some methods answer something else than the books say."""

    __slots__ = ("_over", "inner")

    def __init__(self, inner: Methods, over: Mapping[str, Scalar]) -> None:
        self.inner = inner
        self._over = over

    @property
    def tag(self) -> str:
        """The object's own tag."""
        return self.inner.tag

    def method(self, name: str) -> Scalar | None:
        """The other value, else the object's own."""
        return self._over.get(name.casefold()) or self.inner.method(name)

    def children(self, name: str) -> Sequence[Methods]:
        """The object's own lists."""
        return self.inner.children(name)
