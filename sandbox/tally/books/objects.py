"""Objects as a request sees them: tag, attributes, methods, sub-collections, native XML.

A live object is a thin view made for one reading: it holds the record and the period asked about, and computes what
is asked of it. Methods are matched as Tally matches them: without case, blanks and leading ``$``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from canonical.dates import Period
from sandbox.tally.books.catalogue import type_of
from sandbox.tally.books.company import Ledgerbook
from sandbox.tally.books.empties import empties_of
from sandbox.tally.books.tree import Element, attribute_text, render
from sandbox.tally.books.values import Scalar, Text, parse_scalar
from sandbox.tally.options import Scaffolding


@dataclass(frozen=True, slots=True)
class Scope:
    """What a reading is about: one company, one period."""

    company: Ledgerbook
    period: Period


class LiveObject:
    """An element of an object; the classes below add what whole objects compute.

    Args:
        scope: company and period.
        element: stored tree.
        root: class of the whole object it belongs to (decides types of fields).
    """

    def __init__(self, scope: Scope, element: Element, root: str) -> None:
        self.scope = scope
        self.element = element
        self.root = root

    @property
    def tag(self) -> str:
        """Tag in XML: ``LEDGER``, ``ALLLEDGERENTRIES.LIST``."""
        return self.element.tag

    @property
    def attributes(self) -> Mapping[str, str]:
        """Attributes of the tag."""
        return self.element.attributes

    def method(self, name: str) -> Scalar | None:
        """Return a stored or computed value; None where the object has no such method (or it is a list)."""
        field = fold_method(name)
        for child in self.element.children:
            if child.tag == field and not child.children:
                return parse_scalar(type_of(field, self.root), self.spell(child.text))
        if field == self.tag and not self.element.children:
            return Text(self.spell(self.element.text))
        return None

    def fields(self) -> Iterator[Element]:
        """Yield the plain values of the object in Tally's order, with their present text."""
        for child in self.elements():
            if not child.children:
                yield child

    def elements(self) -> Iterator[Element]:
        """Yield the children with their present text, lists included."""
        for child in self.stored():
            yield child if child.children else child._replace(text=self.spell(child.text))

    def stored(self) -> Iterable[Element]:
        """Yield the children in order, references unresolved; subclasses fill in what their record holds."""
        return self.element.children

    def spell(self, text: str) -> str:
        """Return a stored text, a reference resolved."""
        return self.scope.company.masters.spell(text)

    def children(self, name: str) -> Sequence[LiveObject]:
        """Return a sub-collection; empty where there is none.

        Args:
            name: ``BillAllocations``, ``ALLLEDGERENTRIES.LIST`` or a list of plain values such as ``Address``.
        """
        field = fold_method(name).removesuffix(".LIST")
        found: list[LiveObject] = []
        for child in self.list_elements(f"{field}.LIST"):
            rows = child.children
            if rows and all(row.tag == field and not row.children for row in rows):
                found += [LiveObject(self.scope, row, self.root) for row in rows]
            else:
                found.append(LiveObject(self.scope, child, self.root))
        return found

    def list_elements(self, tag: str) -> Iterator[Element]:
        """Yield the stored entries of one list."""
        for child in self.element.children:
            if child.tag == tag:
                yield child

    def child_lists(self) -> tuple[str, ...]:
        """Return the tags of the lists that have entries, in order."""
        return tuple(dict.fromkeys(child.tag for child in self.element.children if child.children))

    def to_xml(self, indent: int = 5) -> str:
        """Write the whole object as an export does, without TYPE attributes; lines end in LF."""
        pad = " " * indent
        company = self.scope.company
        fill = empties_of if company.facts.scaffolding is Scaffolding.FULL else None
        body = render(self.stored(), indent + 1, company.masters.name_behind, fill)
        tail = fill(self.tag, self.stored(), f"{pad} ") if fill is not None else ""
        return f"{pad}<{self.tag}{attribute_text(self.attributes)}>\n{body}{tail}{pad}</{self.tag}>\n"


@lru_cache(maxsize=4096)
def fold_method(name: str) -> str:
    """Fold a method's name: without ``$``, blanks and case."""
    return "".join(name.split()).lstrip("$").upper()
