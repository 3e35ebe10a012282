"""Trees made small: one text of tokens, compressed; a tenth of the XML, and quick to read back.

A token is a tag's stand-in (one private character, handed out on first sight) and the text. Lists open with ``<`` and
close with ``>``; ``=`` begins a value with attributes. Nothing packed outlives the process, so the stand-ins need not.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from sandbox.tally.books.tree import NO_ATTRIBUTES, Element

_BETWEEN, _AFTER_ATTRIBUTES = "\x1e", "\x1f"
_FORBIDDEN = str.maketrans("", "", _BETWEEN + _AFTER_ATTRIBUTES)
_FIRST = 0xE100
_LEVEL = 1


class _Tags:
    """Stand-ins of tags, both ways."""

    def __init__(self) -> None:
        self.stand_ins: dict[str, str] = {}
        self.tags: dict[str, str] = {}

    def stand_in(self, tag: str) -> str:
        """Return a tag's character."""
        found = self.stand_ins.get(tag)
        if found is None:
            found = self.stand_ins[tag] = chr(_FIRST + len(self.stand_ins))
            self.tags[found] = tag
        return found


_TAGS = _Tags()


def pack(element: Element) -> bytes:
    """Make an element small. U+001E and U+001F, which XML forbids and Tally never writes, are dropped from texts."""
    tokens: list[str] = []
    _write(tokens, element)
    return zlib.compress(_BETWEEN.join(tokens).encode("utf-8", "surrogatepass"), _LEVEL)


def _write(tokens: list[str], element: Element) -> None:
    tag, text, attributes, children = element
    mark = _TAGS.stand_ins.get(tag) or _TAGS.stand_in(tag)
    if children:
        tokens.append(f"<{mark}{_spell(attributes)}" if attributes else f"<{mark}")
        for child in children:
            _write(tokens, child)
        tokens.append(">")
        return
    if _BETWEEN in text or _AFTER_ATTRIBUTES in text:
        text = text.translate(_FORBIDDEN)
    tokens.append(f"={mark}{_spell(attributes)}{_AFTER_ATTRIBUTES}{text}" if attributes else mark + text)


def _spell(attributes: Mapping[str, str]) -> str:
    return json.dumps(dict(attributes), separators=(",", ":"))


@lru_cache(maxsize=1 << 12)
def _read(spelt: str) -> Mapping[str, str]:
    """Read attributes; equal ones are one object."""
    return MappingProxyType(json.loads(spelt))


def unpack(data: bytes) -> Element:
    """Undo ``pack``."""
    tags, make = _TAGS.tags, tuple.__new__
    stack: list[tuple[str, Mapping[str, str], list[Element]]] = []
    rows: list[Element] = []
    for token in zlib.decompress(data).decode("utf-8", "surrogatepass").split(_BETWEEN):
        first = token[0]
        if first == "<":
            stack.append((tags[token[1]], _read(token[2:]) if len(token) > 2 else NO_ATTRIBUTES, rows))  # noqa: PLR2004
            rows = []
        elif first == ">":
            tag, attributes, outer = stack.pop()
            outer.append(make(Element, (tag, "", attributes, tuple(rows))))
            rows = outer
        elif first == "=":
            spelt, _, text = token[2:].partition(_AFTER_ATTRIBUTES)
            rows.append(make(Element, (tags[token[1]], text, _read(spelt), ())))
        else:
            rows.append(make(Element, (tags[first], token[1:], NO_ATTRIBUTES, ())))
    return rows[0]
