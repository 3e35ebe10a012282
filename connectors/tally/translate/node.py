"""Reading tags out of an element tree.

A node is the JSON form of an XML element: ``{"@ATTR": "v", "TAG": value, "#text": "v"}``; a leaf without attributes
is plain text; a repeated tag is a list, a single one is not. U+E004 in front of a value marks one of Tally's own
words (``Not Applicable``, ``Primary``), which a user's object of the same name does not carry.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from canonical.ledger import name_key

Node = dict[str, Any]
"""An element with attributes or children, decoded."""

SYSTEM_MARK = "\ue004"
DAMAGED_MARK = "4; "
"""What remains of ``&#4; `` after a tool has eaten ampersand and hash."""
NOT_APPLICABLE = "Not Applicable"
MARKS = (SYSTEM_MARK, DAMAGED_MARK)
SYSTEM_WORDS = frozenset(
    {
        "Any",
        "All Items",
        "Applicable",
        "Auto Stat Number",
        "End of List",
        "Invalid Stat Number",
        "Not Applicable",
        "Primary",
        "Resave",
        "System Inferred",
        "Undefined",
        "Unknown",
    }
)


def text_of(value: Any) -> str:
    """Return the trimmed text of a leaf, with or without attributes; the first of several; empty if absent."""
    if value.__class__ is str:
        return value.strip()
    if value is None:
        return ""
    if value.__class__ is dict:
        return text_of(value.get("#text"))
    if value.__class__ is list:
        return text_of(value[0]) if value else ""
    return str(value)


def system_word(text: str) -> str:
    r"""Return Tally's own word behind the mark, empty for text of the user.

    >>> system_word("\ue004 Primary"), system_word("Primary")
    ('Primary', '')
    """
    if text.startswith(SYSTEM_MARK):
        return text[1:].strip()
    if text.startswith(DAMAGED_MARK) and text[3:] in SYSTEM_WORDS:
        return text[3:]
    return ""


def plain_of(value: Any) -> str:
    """Return the text a user wrote: a system value (``Not Applicable``, ``Any``) counts as nothing."""
    if value is None:
        return ""
    text = value.strip() if value.__class__ is str else text_of(value)
    return "" if text.startswith(MARKS) and system_word(text) else text


def lines_of(value: Any) -> str:
    """Return plain text with the line ends of this side of the wire: Tally writes CR LF as character references."""
    text = plain_of(value)
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def many(value: Any) -> Sequence[Any]:
    """Return a repeated tag's values: nothing, one or all."""
    if value is None:
        return ()
    return value if value.__class__ is list else (value,)


def nodes(value: Any) -> list[Node]:
    """Return the element values of a repeated tag; bare text between them is scaffolding."""
    if value.__class__ is list:
        return [item for item in value if item.__class__ is dict]
    return [value] if value.__class__ is dict else []


def texts_of(node: Node, list_tag: str, tag: str = "") -> tuple[str, ...]:
    """Return the values of a simple list: ``<ADDRESS.LIST><ADDRESS>..</ADDRESS>...``."""
    tag = tag or list_tag.removesuffix(".LIST")
    found = [text_of(value) for inner in nodes(node.get(list_tag)) for value in many(inner.get(tag))]
    return tuple(text for text in found if text)


def term_text(value: Any) -> str:
    """Return a period or date written as text, else as attribute P: ``<X JD="45747" P="30 Days">30 Days</X>``."""
    return plain_of(value) or (plain_of(value.get("@P")) if value.__class__ is dict else "")


def serial_text(value: Any) -> str:
    """Return the JD attribute: the day serial a period counts from."""
    return str(value.get("@JD", "")) if value.__class__ is dict else ""


def first_of(node: Node, *tags: str) -> str:
    """Return the first non-empty plain text among the tags: releases move the same fact from tag to tag."""
    for tag in tags:
        text = plain_of(node.get(tag))
        if text:
            return text
    return ""


@lru_cache(maxsize=1 << 16)
def key_of(name: str) -> str:
    """Fold a name to its key; Tally's own word for none gives an empty key, with or without its mark.

    Tools that drop characters illegal in XML drop the mark; no master is called ``Not Applicable``.
    """
    return "" if system_word(name) or name.strip() == NOT_APPLICABLE else name_key(name)
