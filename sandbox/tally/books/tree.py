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
from xml.etree import ElementTree as ET

from sandbox.tally.text import escape

_NONE: Mapping[str, str] = MappingProxyType({})
_STAND_INS = {"\ue003": "\x03", "\ue004": "\x04", "\ue005": "\x05"}
_ILLEGAL = {"&#4;": "\ue004", "\x03": "\ue003", "\x04": "\ue004", "\x05": "\ue005"}
_UDF = "UDF_COLON_"
"""Stands for the prefix while parsing: whether it was declared does not matter then."""
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
    if len(node):
        children = tuple([child for child in map(_converted, node) if not is_placeholder(child)])
        return Element(tag, "", node.attrib or _NONE, children)
    text = node.text or ""
    return Element(tag, text if text.isascii() else _restore(text), node.attrib or _NONE)


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
