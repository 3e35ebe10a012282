"""Objects as Tally's own nested elements: read from its XML, kept small, written back.

``Element`` is a named tuple and not a dataclass because a voucher has some hundred of them and they are made anew on
every reading. Texts hold the real characters (U+0004 before system values); the XML form escapes them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple
from xml.etree import ElementTree as ET

from sandbox.tally.books.references import MARK
from sandbox.tally.text import escape

NO_ATTRIBUTES: Mapping[str, str] = MappingProxyType({})
_STAND_INS = {"\ue003": "\x03", "\ue004": "\x04", "\ue005": "\x05"}
_ILLEGAL = {"&#3;": "\ue003", "&#4;": "\ue004", "&#5;": "\ue005", "\x03": "\ue003", "\x04": "\ue004", "\x05": "\ue005"}
_UDF = "UDF_COLON_"
_has_special = re.compile("[&<>\"'\r\n\x04]").search
"""Stands for the prefix while parsing: whether it was declared does not matter then."""


class Element(NamedTuple):
    """One element: a plain value (``text``) or a list entry (``children``)."""

    tag: str
    text: str = ""
    attributes: Mapping[str, str] = NO_ATTRIBUTES
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
    if "<!DOCTYPE" in text:
        raise TreeError("document type declaration")
    legal = text.replace("<UDF:", f"<{_UDF}").replace("</UDF:", f"</{_UDF}")
    for written, stand_in in _ILLEGAL.items():
        if written in legal:
            legal = legal.replace(written, stand_in)
    try:
        root = ET.fromstring(legal)  # noqa: S314 - our own text, or an import on loopback without entities
    except ET.ParseError as error:
        raise TreeError(str(error)) from error
    return _converted(root)


def _converted(node: ET.Element) -> Element:
    """Turn a parsed node into an element; text beside child elements is indentation and dropped."""
    tag = node.tag
    if tag.startswith(_UDF):
        tag = f"UDF:{tag[len(_UDF) :]}"
    attributes = node.attrib or NO_ATTRIBUTES
    if len(node):
        rows = [_converted(child) for child in node]
        kept = [row for row in rows if row[3] or not is_placeholder(row)]
        return tuple.__new__(Element, (tag, "", attributes, tuple(kept)))
    text = node.text or ""
    return tuple.__new__(Element, (tag, text if text.isascii() else _restore(text), attributes, ()))


def is_placeholder(element: Element) -> bool:
    """Say whether it is one of the empty lists Tally writes for nearly every list there could be."""
    return element.tag.endswith(".LIST") and not element.children and not element.text.strip()


def _restore(text: str) -> str:
    for stand_in, real in _STAND_INS.items():
        if stand_in in text:
            text = text.replace(stand_in, real)
    return text


Fill = Callable[[str, Iterable[Element], str], str]
"""Given a tag, what it holds and the blanks before a line: text to follow, or none."""


def render(elements: Iterable[Element], indent: int, resolve: Callable[[str], str], fill: Fill | None = None) -> str:
    """Write elements as Tally does: one a line, indented by one blank a level, LF line ends.

    Args:
        elements: siblings.
        indent: blanks before them.
        resolve: the present name behind a reference.
        fill: what follows the children of an element.
    """
    out: list[str] = []
    _render(out, elements, " " * indent, resolve, fill)
    return "".join(out)


def _render(
    out: list[str], elements: Iterable[Element], pad: str, resolve: Callable[[str], str], fill: Fill | None
) -> None:
    for tag, text, attributes, children in elements:
        start = f"{tag}{attribute_text(attributes)}" if attributes else tag
        if children:
            out.append(f"{pad}<{start}>\n")
            _render(out, children, f"{pad} ", resolve, fill)
            if fill is not None:
                out.append(fill(tag, children, f"{pad} "))
            out.append(f"{pad}</{tag}>\n")
        elif text:
            written = escape_native(resolve(text) if text[0] == MARK else text)
            out.append(f"{pad}<{start}>{written}</{tag}>\n")
        else:
            out.append(f"{pad}<{start}/>\n")


def escape_native(text: str) -> str:
    """Escape a text as Tally does: U+0004 becomes ``&#4;``, U+0003 and U+0005 stay raw."""
    return _escaped(text) if _has_special(text) else text  # most are amounts and numbers, and have nothing to escape


@lru_cache(maxsize=1 << 12)
def _escaped(text: str) -> str:
    return escape(text).replace("\x04", "&#4;")


def attribute_text(attributes: Mapping[str, str]) -> str:
    """Write attributes with a blank before each."""
    return "".join([f' {name}="{escape_native(value)}"' for name, value in attributes.items()])
