"""One XML export, streamed: lxml's incremental parser, records taken out of the tree as soon as they are whole.

BUSY writes one line of any length: a root ``BusyData``, containers below it, records in them. What a record is, is
told by the record itself: a voucher has both ``VchType`` and ``tmpVchCode``, a master a ``Name``; containers' names
play no part, because most of them were never seen. Memory holds one chunk and the records in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import cast

from lxml import etree

from canonical.record import JsonValue
from connectors.busy.files import refusal

Node = dict[str, JsonValue]
"""An element: its children by tag; a leaf is text, or None if it is empty; a repeated tag is a list."""
ROOT, SUMMARY = "BusyData", "MastersSummary"
_FORBIDDEN = bytes(code for code in range(32) if code not in (9, 10, 13))
"""Control characters that XML cannot hold; people paste them into narrations."""
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Found:
    """One record: the tag of its element, and the element."""

    tag: str
    node: Node

    @property
    def is_voucher(self) -> bool:
        """Whether it is a voucher, whatever it is called."""
        return "VchType" in self.node and "tmpVchCode" in self.node


@dataclass(slots=True)
class Seen:
    """What a document says beside its records; complete once the last one was taken.

    Attributes:
        year: the root's ``FinYear``, as written.
        settings: ``Config``, ``Version`` and the like: containers whose children are leaves.
        marks: leaves directly below the root: ``ClosingBalDate``.
        counts: records by tag.
        dropped: control characters that were left out.
    """

    root: str = ""
    year: str = ""
    settings: dict[str, Node] = field(default_factory=dict)
    marks: dict[str, str] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    dropped: int = 0


class Document:
    """Parses one export; iterate ``records`` to its end, then read ``seen``."""

    def __init__(self, chunks: Iterable[bytes], file: str) -> None:
        self.seen = Seen()
        self._chunks = chunks
        self._file = file
        self._parser = etree.XMLPullParser(
            events=("start",),
            tag=(ROOT,),
            resolve_entities=False,
            no_network=True,
            remove_comments=True,
            remove_pis=True,
        )
        self._root: etree._Element | None = None

    def records(self) -> Iterator[Found]:
        """Yield every record.

        Raises:
            SourceMalformed: not well-formed, cut off, or no export of BUSY. What was yielded before must not be used.
        """
        is_first, is_wide = True, False
        for chunk in self._chunks:
            if is_first:
                is_first, is_wide = False, chunk.startswith(_WIDE_MARKS)
                self._begin(chunk)
            self._feed(chunk if is_wide else self._clean(chunk))
            if self._find_root() is not None:
                yield from self._harvest(is_closed=False)
        if is_first:
            raise refusal.empty(self._file)
        yield from self._finish()

    def _begin(self, chunk: bytes) -> None:
        if not chunk.strip():
            raise refusal.empty(self._file)

    def _clean(self, chunk: bytes) -> bytes:
        cleaned = chunk.translate(None, _FORBIDDEN)
        self.seen.dropped += len(chunk) - len(cleaned)
        return cleaned

    def _feed(self, chunk: bytes) -> None:
        try:
            self._parser.feed(chunk)
        except etree.XMLSyntaxError as error:
            raise self._malformed(error) from error

    def _malformed(self, error: etree.XMLSyntaxError) -> Exception:
        line, column = error.position
        reason = (error.msg or "not well-formed").split(", line ")[0]
        return refusal.malformed(self._file, line, column, reason)

    def _find_root(self) -> etree._Element | None:
        if self._root is None:
            for _, element in self._parser.read_events():
                self._root = cast("etree._Element", element)  # noqa: SLF001 - its only name
                self._refuse_definitions(self._root)
                self.seen.root = ROOT
                self.seen.year = self._root.get("FinYear", "")
                break
        return self._root

    def _refuse_definitions(self, root: etree._Element) -> None:
        """BUSY writes no document type; one that defines entities would have them read as text."""
        if root.getroottree().docinfo.internalDTD is not None:
            raise refusal.not_busy(self._file, "XML with definitions of its own (DOCTYPE)")

    def _finish(self) -> Iterator[Found]:
        try:
            root = self._parser.close()
        except etree.XMLSyntaxError as error:
            raise self._malformed(error) from error
        if self._find_root() is not None:
            yield from self._harvest(is_closed=True)
            return
        self._refuse_definitions(root)
        found = Found(str(root.tag), tree(root))
        if "VchType" not in found.node:
            raise refusal.not_busy(self._file, f"XML of another kind (the first element is {found.tag})")
        self.seen.root = found.tag
        self.seen.counts[found.tag] += 1
        yield found

    def _harvest(self, *, is_closed: bool) -> Iterator[Found]:
        """Take what is whole out of the tree; the last child of what is still open may not be."""
        root = self._root
        if root is None:
            return
        containers = list(root)
        for container in containers if is_closed else containers[:-1]:
            yield from self._empty(container, is_closed=True)
            root.remove(container)
        if containers and not is_closed:
            yield from self._empty(containers[-1], is_closed=False)

    def _empty(self, container: etree._Element, *, is_closed: bool) -> Iterator[Found]:
        tag = str(container.tag)
        children = list(container)
        for child in children if is_closed else children[:-1]:
            if len(child):
                name = str(child.tag)
                self.seen.counts[name] += 1
                yield Found(name, tree(child))
            else:
                self.seen.settings.setdefault(tag, {})[str(child.tag)] = child.text
            container.remove(child)
        if is_closed and not children and container.text and container.text.strip():
            self.seen.marks[tag] = container.text.strip()


def tree(element: etree._Element) -> Node:
    """One element with everything below it, verbatim: blanks are part of names here."""
    node: Node = {}
    for child in element:
        value: JsonValue = tree(child) if len(child) else child.text
        tag = child.tag
        if tag in node:
            held = node[tag]
            if isinstance(held, list):
                held.append(value)
            else:
                node[tag] = [held, value]
        else:
            node[tag] = value
    return node
