"""One element of a Tally export as plain JSON values: nothing interpreted, nothing lost but empty scaffolding.

A leaf without attributes is its text. Anything else is a dict: ``@NAME`` for attributes, the tag for children (a list
where it repeats),
``#text`` for text beside attributes. Tally writes an empty ``<X.LIST>`` placeholder for nearly every list it knows,
some two hundred per
voucher; elements without text, children or telling attributes are left out (absent and empty mean the same in Tally's
exports).
"""

from __future__ import annotations

from typing import Any

from canonical.record import JsonValue

Node = dict[str, JsonValue]


def to_tree(element: Any) -> Node:
    """Convert an lxml element; one pass over the children."""
    node: Node = {f"@{name}": value for name, value in element.items()}
    for child in element:
        value = to_tree(child) if len(child) else _leaf(child)
        if not value:
            continue
        tag = child.tag
        held = node.get(tag)
        if held is None:
            node[tag] = value
        elif type(held) is list:
            held.append(value)
        else:
            node[tag] = [held, value]
    return node


def _leaf(element: Any) -> JsonValue:
    text = element.text
    if text:
        if text[0] in "\n\r":
            text = text.strip()
        elif text.isspace():
            text = ""
    attributes = element.items()
    if not attributes:
        return text
    node: Node = {f"@{name}": value for name, value in attributes}
    if text:
        node["#text"] = text
    elif len(node) == 1 and "@TYPE" in node:
        return None
    return node


def text_of(value: JsonValue) -> str:
    """Return the text of a leaf, with or without attributes; of a list, its first; trimmed."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, dict):
        text = value.get("#text")
        return text.strip() if isinstance(text, str) else ""
    if isinstance(value, list) and value:
        return text_of(value[0])
    return ""


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
