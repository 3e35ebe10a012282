"""Reads one Tally export file in a single streaming pass and hands out its objects.

Accepts every wrapper seen: ``ENVELOPE/BODY/IMPORTDATA/REQUESTDATA/TALLYMESSAGE`` of Alt+E, gateway answers
(``DATA/COLLECTION``, ``DATA/TALLYMESSAGE``), and files whose wrappers a tool dropped (bare ``TALLYMESSAGE`` or
``VOUCHER``, several
roots): everything is fed under a synthetic root. An object is a child of a wrapper; elements of the same name elsewhere
(``VOUCHER`` in ``CMPINFO`` is a counter) are not. Elements are dropped as soon as they are handed out: memory does
not grow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from canonical.errors import SourceMalformed
from canonical.record import JsonValue
from connectors.tally.container import ExportFile
from connectors.tally.encoding import Encoding, find_encoding, iter_utf8
from connectors.tally.sanitise import Sanitiser
from connectors.tally.tree import Node, to_tree

OBJECT_MAX = 64 << 20
"""Bytes that may pass without one object ending; the largest real voucher seen is under 1 MB."""

STREAM_OF: dict[str, str] = {
    "COMPANY": "companies",
    "CURRENCY": "currencies",
    "UNIT": "units",
    "GROUP": "groups",
    "LEDGER": "ledgers",
    "VOUCHERTYPE": "voucher_types",
    "COSTCATEGORY": "cost_categories",
    "COSTCENTRE": "cost_centres",
    "STOCKGROUP": "stock_groups",
    "STOCKCATEGORY": "stock_categories",
    "GODOWN": "godowns",
    "STOCKITEM": "stock_items",
    "TAXUNIT": "tax_units",
    "VOUCHER": "vouchers",
}
"""Element of the export to stream of the tap; every other object goes to ``other_masters``."""
OTHER_STREAM = "other_masters"
REPORT_STREAM = "reports"
_WRAPPERS = frozenset({"TALLYMESSAGE", "COLLECTION", "REQUESTDATA", "DATA", "ENVELOPE", "BODY", "KHATA"})
_HEADER_TAGS = ("SVCURRENTCOMPANY", "REPORTNAME", "LINEERROR")
_REPORT_TAGS = ("BILLFIXED", "BILLCL", "BILLDUE", "BILLOVERDUE", "DSPACCNAME", "DSPACCINFO")
_EVENTS_FOR = (*STREAM_OF, "TALLYMESSAGE", *_HEADER_TAGS, *_REPORT_TAGS)
_ROOT = "KHATA"


@dataclass(slots=True)
class FileFacts:
    """What is learned about a file while it is read.

    Attributes:
        company_name: the last company named by a header.
        report_name: ``All Masters``, ``Day Book``, ...
        objects: objects handed out.
        bare_ampersands: ``&`` that had to be escaped.
        illegal_characters: characters kept in the private-use range.
        report_rows: rows of a bills or trial balance report, in document order: (tag, tree or text).
    """

    encoding: Encoding
    company_name: str = ""
    report_name: str = ""
    refusal: str = ""
    objects: int = 0
    bare_ampersands: int = 0
    illegal_characters: int = 0
    report_rows: list[tuple[str, JsonValue]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ExportObject:
    """One object of the file: its element name, its tree, the company its header named, its position (from 1)."""

    element: str
    tree: Node
    company_name: str
    position: int


def read_objects(
    export: ExportFile, facts: FileFacts, progress: Callable[[int], None] | None = None
) -> Iterator[ExportObject]:
    """Yield the objects of a file in document order; ``facts`` fills as it goes.

    Raises:
        SourceMalformed: cut off, not XML, not Tally's, or hostile; the message says where and what to do.
    """
    sanitiser = Sanitiser(export.label)
    parser = etree.XMLPullParser(
        events=("end",),
        tag=_EVENTS_FOR,
        huge_tree=True,
        resolve_entities=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
    )
    done = silent = 0
    with export.open() as file:
        _check_start(file.read(512), export.label)
    with export.open() as file:
        parser.feed(f"<{_ROOT}>".encode())
        sizes: list[int] = []
        for chunk in sanitiser.clean(_counted(iter_utf8(file, facts.encoding, export.label), sizes)):
            _feed(parser, chunk, export.label, done)
            before = facts.objects
            yield from _drain(parser, facts)
            silent = 0 if facts.objects > before else silent + len(chunk)
            _bound(silent, export.label, done)
            done = sum(sizes)
            if progress:
                progress(done)
        _finish(parser, export.label, facts)
        yield from _drain(parser, facts)
    facts.bare_ampersands, facts.illegal_characters = sanitiser.bare_ampersands, sanitiser.illegal_characters
    _check_content(export.label, facts)


def open_facts(export: ExportFile) -> FileFacts:
    """Decide the encoding; the first pass over the file."""
    return FileFacts(find_encoding(export.open, export.label))


def _counted(chunks: Iterator[tuple[bytes, int]], sizes: list[int]) -> Iterator[bytes]:
    for chunk, size in chunks:
        sizes[:] = [sum(sizes) + size]
        yield chunk


def _check_start(head: bytes, label: str) -> None:
    start = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    lowered = start[:15].lower()
    if start.startswith(b"<") and not lowered.startswith((b"<!doctype html", b"<html")):
        return
    kind = "a web page" if lowered.startswith(b"<") else "JSON" if start[:1] in (b"{", b"[") else "not XML"
    raise SourceMalformed(
        f"{label} is {kind}, not a Tally export; in Tally open the day book, press Alt+E and choose XML.",
        code="tally.file.not_tally",
        file=label,
    )


def _feed(parser: Any, chunk: bytes, label: str, position: int) -> None:
    try:
        parser.feed(chunk)
    except etree.XMLSyntaxError as error:
        raise SourceMalformed(
            f"{label} is not well-formed XML near byte {position}, line {error.lineno}: {error.msg}. "
            "Export it again from Tally, or undo the edit that broke it.",
            code="tally.file.malformed",
            file=label,
            position=position,
        ) from error


def _finish(parser: Any, label: str, facts: FileFacts) -> None:
    try:
        parser.feed(f"</{_ROOT}>".encode())
        parser.close()
    except etree.XMLSyntaxError as error:
        raise SourceMalformed(
            f"{label} is cut off after {facts.objects} objects: it ends in the middle of an element. Nothing of it was "
            "taken over; export it again from Tally and check that the disk is not full.",
            code="tally.file.truncated",
            file=label,
            objects=facts.objects,
        ) from error


def _bound(silent: int, label: str, position: int) -> None:
    if silent > OBJECT_MAX:
        raise SourceMalformed(
            f"{label} has no Tally object in {OBJECT_MAX >> 20} MB before byte {position}; it is not a day book "
            "or masters export, or it is damaged.",
            code="tally.file.object_too_long",
            file=label,
            position=position,
        )


def _check_content(label: str, facts: FileFacts) -> None:
    if facts.refusal and not facts.objects:
        raise SourceMalformed(
            f"{label} holds Tally's refusal instead of data: {facts.refusal}", code="tally.file.refusal", file=label
        )
    if not facts.objects and not facts.report_rows:
        raise SourceMalformed(
            f"{label} is XML but holds no Tally masters, vouchers or reports; in Tally open the day book, "
            "press Alt+E and choose XML.",
            code="tally.file.not_tally",
            file=label,
        )


def _drain(parser: Any, facts: FileFacts) -> Iterator[ExportObject]:
    for _, element in parser.read_events():
        tag, parent = element.tag, element.getparent()
        above = parent.tag if parent is not None else ""
        if tag in STREAM_OF:
            if above in _WRAPPERS and (len(element) or element.get("NAME")):
                facts.objects += 1
                yield ExportObject(tag, to_tree(element), facts.company_name, facts.objects)
                _drop(element)
        elif tag == "TALLYMESSAGE":
            yield from _others(element, facts)
            _drop(element)
        elif tag in _HEADER_TAGS:
            _note(tag, (element.text or "").strip(), facts)
        elif above in _WRAPPERS:
            facts.report_rows.append((tag, to_tree(element) if len(element) else (element.text or "").strip()))
            _drop(element)


def _others(message: Any, facts: FileFacts) -> Iterator[ExportObject]:
    for child in message:
        if child.tag not in STREAM_OF and len(child):
            facts.objects += 1
            yield ExportObject(child.tag, to_tree(child), facts.company_name, facts.objects)


def _note(tag: str, text: str, facts: FileFacts) -> None:
    match tag:
        case "SVCURRENTCOMPANY":
            facts.company_name = text or facts.company_name
        case "REPORTNAME":
            facts.report_name = text
        case _:
            facts.refusal = text


def _drop(element: Any) -> None:
    """Free an element and everything before it."""
    element.clear()
    parent = element.getparent()
    while element.getprevious() is not None:
        del parent[0]
