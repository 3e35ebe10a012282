"""One XML element as a JSON tree: the shape every raw record of Tally has.

A node is ``{"@ATTR": "v", "TAG": value, "#text": "v"}``; a leaf without attributes is a plain string; a repeated tag
is a list, a single one is not; ``X.LIST`` keeps its name; ``UDF:X`` is ``UDF_X``. Outer blanks of values go (re-saved
files put values on lines of their own). Empty scaffolding goes: Tally writes some 200 elements without content, or
with nothing but a TYPE, into every voucher. Everything else stays, known or not.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lxml import etree

from canonical.record import JsonValue

_BLANKS = " \t\r\n"
Node = dict[str, JsonValue]

_NAMES: dict[str, str] = {}
_ATTRIBUTES = {
    name: f"@{name}" for name in ("TYPE", "NAME", "REMOTEID", "VCHKEY", "VCHTYPE", "ACTION", "OBJVIEW", "JD")
}
_NAMES_MAX = 20_000


class TooDeepError(Exception):
    """The element nests deeper than allowed; the reader turns this into a refusal that names the file."""


def tree(element: etree._Element, depth_max: int, *, is_bare: bool = False) -> Node:
    """Convert an element and everything below it.

    Args:
        element: with its children.
        depth_max: levels below it, at most.
        is_bare: leave out the TYPE that the gateway writes on every value and files do not; the translation knows the
            type of a field by its name.

    Raises:
        TooDeepError: nested deeper than ``depth_max``.
    """
    return _tree(element, element.items(), depth_max, is_bare)


def _tree(element: etree._Element, attributes: Sequence[tuple[Any, Any]], depth_max: int, is_bare: bool) -> Node:
    if depth_max <= 0:
        raise TooDeepError
    node: Node = {}
    for key, value in attributes:
        node[_ATTRIBUTES.get(key) or _attribute(key)] = value
    text = element.text
    if text and (text := text.strip(_BLANKS)):
        node["#text"] = text
    for child in element:
        attributes = child.items()
        if (attributes and not (is_bare and _only_type(attributes))) or len(child):
            said: JsonValue = _tree(child, attributes, depth_max - 1, is_bare)
            if len(said) == 1 and "@TYPE" in said:
                said = None
        else:  # a leaf, nine of ten elements: kept in line, a call would cost a tenth of the parse
            text = child.text
            said = text.strip(_BLANKS) if text else None
        if said:
            tag = child.tag
            name = _NAMES.get(tag) or name_of(tag)
            if name in node:
                _repeat(node, name, said)
            else:
                node[name] = said
        tail = child.tail
        if tail and (tail := tail.strip(_BLANKS)):
            node["#text"] = f"{node['#text']} {tail}" if "#text" in node else tail
    return node


def _only_type(attributes: Sequence[tuple[Any, Any]]) -> bool:
    return len(attributes) == 1 and attributes[0][0] == "TYPE"


def _repeat(node: Node, name: str, value: JsonValue) -> None:
    present = node[name]
    if type(present) is list:
        present.append(value)
    else:
        node[name] = [present, value]


def _attribute(key: str) -> str:
    return f"@{name_of(key)}"


def name_of(tag: str) -> str:
    """Return a tag or attribute name as we keep it: without namespace, ``UDF_`` before user-defined ones, upper case.

    >>> name_of("{TallyUDF}VCHREF.LIST"), name_of("ALLLEDGERENTRIES.LIST"), name_of("voucher")
    ('UDF_VCHREF.LIST', 'ALLLEDGERENTRIES.LIST', 'VOUCHER')
    """
    known = _NAMES.get(tag)
    if known is not None:
        return known
    namespace, _, local = tag.rpartition("}")
    name = local.upper() if local.islower() else local  # some HTML tools write every tag in lower case
    if namespace.endswith("UDF"):
        name = f"UDF_{name}"
    if len(_NAMES) < _NAMES_MAX:  # a file with endless different tags must not fill the memory
        _NAMES[tag] = name
    return name


def text_of(value: JsonValue) -> str:
    """Return the text of a leaf, with or without attributes; of a list, its first; trimmed.

    >>> text_of("Cash"), text_of({"@TYPE": "Number", "#text": "80"}), text_of(["a", "b"]), text_of(None)
    ('Cash', '80', 'a', '')
    """
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, dict):
        text = value.get("#text")
        return text.strip() if isinstance(text, str) else ""
    return text_of(value[0]) if isinstance(value, list) and value else ""


def nodes_of(value: JsonValue) -> list[Node]:
    """Return the elements under a tag as dicts, however many there are; leaves without structure are passed over."""
    if isinstance(value, dict):
        return [value]
    if isinstance(value, list):
        return [item for item in value if isinstance(item, dict)]
    return []


def texts_of(value: JsonValue) -> list[str]:
    """Return the texts under a tag, however many there are."""
    if isinstance(value, list):
        return [text for item in value if (text := text_of(item))]
    text = text_of(value)
    return [text] if text else []
