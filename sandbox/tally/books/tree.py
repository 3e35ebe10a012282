"""Objects as Tally's own nested elements: read from its XML, kept small, written back.

``Element`` is a named tuple and not a dataclass because a voucher has some hundred of them and they are made anew on
every reading. Texts hold the real characters (U+0004 before system values); the XML form escapes them.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple
from xml.parsers import expat

from sandbox.tally.text import escape

_NONE: Mapping[str, str] = MappingProxyType({})
_STAND_INS = {"\ue003": "\x03", "\ue004": "\x04", "\ue005": "\x05"}
_LEVEL = 1


class Element(NamedTuple):
    """One element: a plain value (``text``) or a list entry (``children``)."""

    tag: str
    text: str = ""
    attributes: Mapping[str, str] = _NONE
    children: tuple[Element, ...] = ()

    def all(self, tag: str) -> tuple[Element, ...]:
        """Return the children of a tag."""
        return tuple([child for child in self.children if child.tag == tag])

    def first(self, tag: str) -> Element | None:
        """Return the first child of a tag."""
        for child in self.children:
            if child.tag == tag:
                return child
        return None

    def value(self, tag: str) -> str:
        """Return the text of the first child of a tag, trimmed; empty without one."""
        child = self.first(tag)
        return child.text.strip() if child is not None else ""


class TreeError(ValueError):
    """The text is not well-formed."""


def parse_xml(text: str) -> Element:
    """Read one document.

    Args:
        text: Tally's dialect: ``&#4;`` and raw U+0003 to U+0005 are accepted, an undeclared ``UDF:`` prefix too.

    Raises:
        TreeError: not well-formed, or with a document type.
    """
    legal = text.replace("&#4;", "\ue004").replace("\x03", "\ue003").replace("\x04", "\ue004").replace("\x05", "\ue005")
    builder = _Builder()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = builder.refuse
    try:
        parser.Parse(legal, True)
    except expat.ExpatError as error:
        raise TreeError(str(error)) from error
    if builder.root is None:
        raise TreeError("no element")
    return builder.root


class _Builder:
    """Collects elements bottom-up; text beside child elements is indentation and dropped."""

    def __init__(self) -> None:
        self.root: Element | None = None
        self._open: list[tuple[str, Mapping[str, str], list[Element], list[str]]] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._open.append((tag, attributes or _NONE, [], []))

    def data(self, text: str) -> None:
        if self._open:
            self._open[-1][3].append(text)

    def refuse(self, *_: object) -> None:
        raise TreeError("document type declaration")

    def end(self, _: str) -> None:
        tag, attributes, children, pieces = self._open.pop()
        element = Element(tag, "" if children else _restore("".join(pieces)), attributes, tuple(children))
        if not self._open:
            self.root = element
        elif not is_placeholder(element):
            self._open[-1][2].append(element)


def is_placeholder(element: Element) -> bool:
    """Say whether it is one of the empty lists Tally writes for nearly every list there could be."""
    return not element.children and element.tag.endswith(".LIST") and not element.text.strip()


def _restore(text: str) -> str:
    for stand_in, real in _STAND_INS.items():
        if stand_in in text:
            text = text.replace(stand_in, real)
    return text


def pack(element: Element) -> bytes:
    """Make an element small: about a tenth of its XML."""
    return zlib.compress(json.dumps(_plain(element), ensure_ascii=False, separators=(",", ":")).encode(), _LEVEL)


def _plain(element: Element) -> list[Any]:
    content: Any = [_plain(child) for child in element.children] if element.children else element.text
    return [element.tag, content, dict(element.attributes)] if element.attributes else [element.tag, content]


def unpack(data: bytes) -> Element:
    """Undo ``pack``."""
    return _element(json.loads(zlib.decompress(data)))


def _element(row: list[Any]) -> Element:
    content = row[1]
    attributes = row[2] if len(row) > 2 else _NONE  # noqa: PLR2004 - tag, content, attributes
    if isinstance(content, str):
        return Element(row[0], content, attributes)
    return Element(row[0], "", attributes, tuple([_element(child) for child in content]))


def render(elements: Iterable[Element], indent: int, spell: Callable[[Element], str]) -> str:
    """Write elements as Tally does: one a line, indented by one blank a level, LF line ends.

    Args:
        elements: siblings.
        indent: blanks before them.
        spell: the text of a plain element, references resolved; not escaped.
    """
    out: list[str] = []
    _render(out, elements, " " * indent, spell)
    return "".join(out)


def _render(out: list[str], elements: Iterable[Element], pad: str, spell: Callable[[Element], str]) -> None:
    for element in elements:
        tag = element.tag
        start = f"{tag}{attribute_text(element.attributes)}" if element.attributes else tag
        if element.children:
            out.append(f"{pad}<{start}>\n")
            _render(out, element.children, f"{pad} ", spell)
            out.append(f"{pad}</{tag}>\n")
            continue
        text = escape_native(spell(element))
        out.append(f"{pad}<{start}>{text}</{tag}>\n" if text else f"{pad}<{start}/>\n")


def escape_native(text: str) -> str:
    """Escape a text as Tally does: U+0004 becomes ``&#4;``, U+0003 and U+0005 stay raw."""
    escaped = escape(text)
    return escaped.replace("\x04", "&#4;") if "\x04" in escaped else escaped


def attribute_text(attributes: Mapping[str, str]) -> str:
    """Write attributes with a blank before each."""
    return "".join([f' {name}="{escape_native(value)}"' for name, value in attributes.items()])
