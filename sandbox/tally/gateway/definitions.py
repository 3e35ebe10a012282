"""TDL definitions as requests carry them: collections, reports with their parts, formulae; read from XML elements.

Attribute names come in several spellings (FETCH and NATIVEMETHOD, FILTER and FILTERS, FIELD and FIELDS); a definition
keeps them under one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sandbox.tally.books.tree import Element

_SPELLINGS = {
    "FILTERS": "FILTER", "NATIVEMETHODS": "NATIVEMETHOD", "COMPUTEVAR": "COMPUTE", "FORMS": "FORM",
    "PARTS": "PART", "TOPPARTS": "PART", "TOPPART": "PART", "BOTTOMPARTS": "PART", "BOTTOMPART": "PART",
    "LINES": "LINE", "TOPLINES": "LINE", "TOPLINE": "LINE", "BOTTOMLINES": "LINE", "BOTTOMLINE": "LINE",
    "FIELDS": "FIELD", "LEFTFIELDS": "FIELD", "LEFTFIELD": "FIELD", "RIGHTFIELDS": "FIELD", "RIGHTFIELD": "FIELD",
    "COLLECTIONS": "COLLECTION", "OBJECTS": "OBJECT", "SOURCECOLLECTIONS": "SOURCECOLLECTION",
}  # fmt: skip
KINDS = frozenset({"COLLECTION", "REPORT", "FORM", "PART", "LINE", "FIELD", "OBJECT", "VARIABLE", "FUNCTION"})


def fold_name(name: str) -> str:
    """A definition's name as Tally matches it: case, blanks and underscores do not count."""
    return name.replace(" ", "").replace("_", "").casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """One definition: its kind, name and the values of its attributes in order."""

    kind: str
    name: str
    attributes: Mapping[str, Sequence[str]]

    def all(self, attribute: str) -> Sequence[str]:
        """Every value of an attribute, as written."""
        return self.attributes.get(attribute, ())

    def one(self, attribute: str, default: str = "") -> str:
        """The last value of an attribute."""
        values = self.all(attribute)
        return values[-1] if values else default

    def names(self, attribute: str) -> list[str]:
        """The names in comma lists of an attribute."""
        return [name for value in self.all(attribute) for part in value.split(",") if (name := part.strip())]

    def has(self, attribute: str) -> bool:
        """Whether a logical attribute says Yes."""
        return self.one(attribute).strip().casefold() in {"yes", "true", "1"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Definitions:
    """Everything a request defines."""

    by_name: Mapping[tuple[str, str], Definition] = field(default_factory=dict)
    formulae: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)

    def find(self, kind: str, name: str) -> Definition | None:
        """A definition by kind and name, None if the request has none."""
        return self.by_name.get((kind, fold_name(name)))


def read_definitions(messages: Sequence[Element]) -> Definitions:
    """Read every TDLMESSAGE of a request."""
    by_name: dict[tuple[str, str], Definition] = {}
    formulae: dict[str, str] = {}
    variables: dict[str, str] = {}
    for element in (child for message in messages for child in message.children):
        tag = element.tag.upper()
        name = named(element)
        if tag == "SYSTEM":
            _read_system(element, name, formulae, variables)
        elif tag in KINDS:
            by_name[tag, fold_name(name)] = _read_definition(tag, name, element)
            for inner in element.children:
                if inner.tag.upper() == "SYSTEM":
                    _read_system(inner, named(inner), formulae, variables)
    return Definitions(by_name=by_name, formulae=formulae, variables=variables)


def _read_system(element: Element, name: str, formulae: dict[str, str], variables: dict[str, str]) -> None:
    text = element.text.strip()
    kind = _attribute(element, "TYPE").casefold()
    (variables if kind.startswith("variable") else formulae)[fold_name(name)] = text


def _read_definition(kind: str, name: str, element: Element) -> Definition:
    attributes: dict[str, list[str]] = defaultdict(list)
    for child in element.children:
        tag = child.tag.upper().removesuffix(".LIST")
        texts = [leaf.text for leaf in child.children] or [child.text]
        attributes[_SPELLINGS.get(tag, tag)].extend(text.strip() for text in texts)
    return Definition(kind=kind, name=name, attributes=dict(attributes))


def named(element: Element) -> str:
    """An element's NAME attribute."""
    return _attribute(element, "NAME")


def _attribute(element: Element, name: str) -> str:
    return next((value.strip() for key, value in element.attributes.items() if key.upper() == name), "")


def split_pair(text: str) -> tuple[str, str]:
    """Split ``Name : expression`` at its first colon."""
    name, _, rest = text.partition(":")
    return name.strip(), rest.strip()
