"""Objects out of sanitised XML, in document order, in constant memory.

The document is parsed inside a root of our own, so that several roots, or none but bare vouchers, are one document,
and a cut shows when that root closes. After each chunk the tree is harvested: what is complete is taken out, turned
into JSON and forgotten; only the path to the open element stays.

An object is a direct child of TALLYMESSAGE, COLLECTION, REQUESTDATA, DATA, ENVELOPE or of the root. Elsewhere the
same names mean other things: ``CMPINFO/VOUCHER`` is a counter, ``LEDGER`` inside a voucher a field.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import cast

from lxml import etree

from connectors.tally.export import refusal
from connectors.tally.export.limits import Limits
from connectors.tally.export.refusal import Place
from connectors.tally.export.sanitiser import Sanitiser
from connectors.tally.export.streams import REPORT_ROWS, STREAM_BY_TAG
from connectors.tally.tree import Node, TooDeepError, name_of, tree

_ROOT = "khata-document"
_OPENING = f'<{_ROOT} xmlns:UDF="TallyUDF">\n'.encode()
_ROOT_LINES = 1
_CLOSING = f"</{_ROOT}>".encode()
_ANYTHING_IS_AN_OBJECT_IN = frozenset({"TALLYMESSAGE", "COLLECTION"})
_OBJECT_PARENTS = _ANYTHING_IS_AN_OBJECT_IN | {"REQUESTDATA", "DATA", "ENVELOPE", "BODY", "IMPORTDATA", _ROOT}
_COUNT_ELEMENTS_FROM = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Found:
    """One object: its tag, its tree, and the company that the envelope around it names (empty if none)."""

    tag: str
    node: Node
    company_name: str


@dataclass(slots=True)
class Seen:
    """What a document says besides its objects.

    Attributes:
        root: tag of the first element.
        objects: number of objects found.
        error: Tally's own error text (the last LINEERROR or ERRORMSG, or a bare RESPONSE), empty if none.
        elements: number of other elements.
        is_answer: the document has the envelope of an answer or export, so no objects means an empty one.
        report_name: as the header of an export names it.
        report_rows: rows of a bills report or trial balance, in document order: (tag, tree or text).
    """

    root: str = ""
    objects: int = 0
    elements: int = 0
    error: str = ""
    is_answer: bool = False
    report_name: str = ""
    report_rows: list[tuple[str, Node | str]] = field(default_factory=list)


class Document:
    """Parses one document; iterate ``objects`` to its end, then read ``seen``."""

    def __init__(
        self,
        chunks: Iterable[bytes],
        place: Place,
        sanitiser: Sanitiser,
        limits: Limits,
        *,
        is_bare: bool = False,
    ) -> None:
        self.seen = Seen()
        self._is_bare = is_bare
        self._chunks = chunks
        self._place = place
        self._sanitiser = sanitiser
        self._limits = limits
        self._company_name = ""
        self._parser = etree.XMLPullParser(
            events=("start",),
            tag=_ROOT,
            encoding="utf-8",
            huge_tree=True,
            resolve_entities=False,
            no_network=True,
            remove_comments=True,
            remove_pis=True,
            remove_blank_text=True,  # indentation: a third of the text nodes, and none of the content
        )
        self._guard = _Guard(place, limits)

    def objects(self) -> Iterator[Found]:
        """Yield every object.

        Raises:
            SourceMalformed: not well-formed, cut off, or over a limit. Whatever was yielded before must not be used.
        """
        self._feed(_OPENING)
        root = self._root()
        for chunk in self._chunks:
            text = self._sanitiser.feed(chunk)
            self._guard.take(text)
            self._feed(text)
            yield from self._harvest(root, _ROOT, is_closed=False, depth=self._limits.depth_max)
        self._finish()
        yield from self._harvest(root, _ROOT, is_closed=True, depth=self._limits.depth_max)

    def _root(self) -> etree._Element:
        for _, element in self._parser.read_events():
            return cast("etree._Element", element)  # noqa: SLF001 - its only name
        raise refusal.malformed(self._place, 0, 0, "the parser did not start")

    def _feed(self, text: bytes) -> None:
        try:
            self._parser.feed(text)
        except etree.XMLSyntaxError as error:
            line, column = error.position
            reason = (error.msg or "not well-formed").split(", line ")[0]
            if "depth" in reason:  # libxml2 gives up at 2048 levels
                raise refusal.nested_too_deep(self._place, self._limits.depth_max) from error
            raise refusal.malformed(self._place, line - _ROOT_LINES, column, reason) from error

    def _finish(self) -> None:
        rest = self._sanitiser.finish()
        if self._sanitiser.is_open:
            raise refusal.truncated(self._place, self.seen.objects)
        self._feed(rest)
        try:
            self._parser.feed(_CLOSING)
            self._parser.close()
        except etree.XMLSyntaxError as error:
            raise refusal.truncated(self._place, self.seen.objects) from error

    def _harvest(self, parent: etree._Element, parent_tag: str, *, is_closed: bool, depth: int) -> Iterator[Found]:
        """Take the complete children out of an element; descend into what holds objects rather than being one."""
        if depth <= 0:
            raise refusal.nested_too_deep(self._place, self._limits.depth_max)
        children = list(parent)
        last_is_open = bool(children) and not is_closed
        for child in children[:-1] if last_is_open else children:
            tag = name_of(child.tag)
            if _is_object(child, tag, parent_tag):
                yield self._found(child, tag)
            elif tag in REPORT_ROWS and parent_tag in _OBJECT_PARENTS:
                self._row(child, tag)
            else:
                yield from self._harvest(child, tag, is_closed=True, depth=depth - 1)
                self._note(child, tag)
            parent.remove(child)
            self._guard.progressed()
        if last_is_open:
            self.seen.root = self.seen.root or name_of(children[0].tag)
            yield from self._harvest_open(children[-1], parent_tag, depth - 1)

    def _harvest_open(self, element: etree._Element, parent_tag: str, depth: int) -> Iterator[Found]:
        tag = name_of(element.tag)
        may_be_object = parent_tag in _ANYTHING_IS_AN_OBJECT_IN or tag in STREAM_BY_TAG
        if parent_tag not in _OBJECT_PARENTS or not may_be_object or tag in _OBJECT_PARENTS:
            yield from self._harvest(element, tag, is_closed=False, depth=depth)

    def _found(self, element: etree._Element, tag: str) -> Found:
        self.seen.objects += 1
        self.seen.root = self.seen.root or tag
        return Found(tag, self._tree(element), self._company_name)

    def _tree(self, element: etree._Element) -> Node:
        try:
            return tree(element, self._limits.depth_max, is_bare=self._is_bare)
        except TooDeepError:
            raise refusal.nested_too_deep(self._place, self._limits.depth_max) from None

    def _row(self, element: etree._Element, tag: str) -> None:
        self.seen.root = self.seen.root or tag
        rows = self.seen.report_rows
        if len(rows) >= self._limits.report_rows_max:
            raise refusal.object_too_large(self._place, self._limits.object_bytes_max)
        rows.append((tag, self._tree(element) if len(element) else (element.text or "").strip()))

    def _note(self, element: etree._Element, tag: str) -> None:
        """Remember what a complete element that is not an object says about the document."""
        self.seen.root = self.seen.root or tag
        self.seen.elements += 1
        text = (element.text or "").strip()
        match tag:
            case "SVCURRENTCOMPANY":
                self._company_name = "" if text.startswith(("#", "$")) else text
            case "ENVELOPE":
                self._company_name = ""
                self.seen.is_answer |= self.seen.elements == 1  # Tally's answer to a report without rows
            case "LINEERROR" | "ERRORMSG":
                self.seen.error = text
            case "RESPONSE" if text:
                self.seen.error = text
            case "REPORTNAME":
                self.seen.report_name = text
            case "STATUS" if text == "0":
                self.seen.error = self.seen.error or "STATUS 0"
            case "COLLECTION" | "TALLYMESSAGE" | "REQUESTDATA" | "STATUS":
                self.seen.is_answer = True


def _is_object(element: etree._Element, tag: str, parent_tag: str) -> bool:
    if parent_tag not in _OBJECT_PARENTS or tag in _OBJECT_PARENTS:
        return False
    has_children = len(element) > 0
    if tag in STREAM_BY_TAG:
        return has_children or (tag != "VOUCHER" and bool(element.get("NAME")))
    return parent_tag in _ANYTHING_IS_AN_OBJECT_IN and (has_children or bool(element.get("NAME")))


class _Guard:
    """Refuses what would exhaust memory: one endless value, one endless object."""

    def __init__(self, place: Place, limits: Limits) -> None:
        self._place = place
        self._limits = limits
        self._value_bytes = 0
        self._object_bytes = 0
        self._object_elements = 0

    def take(self, text: bytes) -> None:
        """Look at the next chunk before the parser does."""
        first = text.find(b"<")
        if self._value_bytes + (first if first >= 0 else len(text)) > self._limits.text_bytes_max:
            raise refusal.text_too_long(self._place, self._limits.text_bytes_max)
        self._value_bytes = self._value_bytes + len(text) if first < 0 else len(text) - text.rfind(b"<")
        self._object_bytes += len(text)
        if self._object_bytes > _COUNT_ELEMENTS_FROM:
            self._object_elements += text.count(b"<")
        if self._object_bytes > self._limits.object_bytes_max or self._object_elements > self._limits.object_tags_max:
            raise refusal.object_too_large(self._place, self._limits.object_bytes_max)

    def progressed(self) -> None:
        """Something was completed and forgotten."""
        self._object_bytes = self._object_elements = 0
