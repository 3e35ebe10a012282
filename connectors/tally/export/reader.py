"""Reads export files onto a spool: all of them to the very end before any record is handed over.

Start here to follow a file; each stage is a module of this package. What the reader notices about the files as a whole
(a guessed encoding, repaired characters, duplicates) becomes issues beside the records.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath

import msgspec

from canonical.errors import SourceMalformed
from canonical.issue import Issue, IssueLevel
from canonical.record import JsonValue
from connectors.sdk.base import ProgressEvent
from connectors.tally.export import container, refusal, sniff
from connectors.tally.export.company import Books, Companies, Resolution
from connectors.tally.export.container import Member
from connectors.tally.export.document import Document, Found, Seen
from connectors.tally.export.encoding import Encoding, utf8_chunks
from connectors.tally.export.keytable import KeyTable
from connectors.tally.export.limits import Limits
from connectors.tally.export.notes import DERIVED_KEYS, note, notes
from connectors.tally.export.record import Columns, Described, describe
from connectors.tally.export.refusal import Place
from connectors.tally.export.sanitiser import Sanitiser
from connectors.tally.export.spool import Line, Spool
from connectors.tally.export.streams import REPORTS, STREAM_BY_TAG
from connectors.tally.export.version import Verdict, Versions, twin_key

_BLANKS_AND_MARKS = b" \t\r\n\xef\xbb\xbf"
_TALLY_ROOTS = frozenset({"ENVELOPE", "RESPONSE", "TALLYMESSAGE", "BODY", "DATA", "COLLECTION", *STREAM_BY_TAG})
_DROPPED = frozenset({Verdict.SAME, Verdict.OLDER})
_NOT_FOR_US = frozenset({"tally.file.not_tally", "tally.file.no_objects", "tally.file.empty"})
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Export:
    """What the files held: records by stream, companies, and issues.

    Attributes:
        documents: name of each document read (a file, or a member of a zip).
        files: facts per document for summaries: path, bytes, encoding, report, companies, counts.
    """

    spool: Spool
    documents: tuple[str, ...]
    resolution: Resolution
    issues: tuple[Issue, ...]
    files: tuple[dict[str, JsonValue], ...] = ()

    def records(self, stream: str, *, is_encoded: bool = False) -> Iterator[dict[str, JsonValue]]:
        """Yield a stream's records.

        Args:
            stream: its name; ``companies`` gives one record per company found.
            is_encoded: give the whole record as bytes under ``encoded``, with only its address decoded, for a consumer
                that stores it as it is.
        """
        if stream == "companies":
            yield from (self._company_record(book) for book in self.resolution.companies)
            return
        for line in self.spool.lines(stream):
            index = self.resolution.by_slot[line.slot]
            if index is not None:
                book = self.resolution.companies[index]
                said = _encoded(book, line) if is_encoded else _decoded(book, line)
                yield {**said, "file": self.documents[line.file], "position": line.position}

    def _company_record(self, book: Books) -> dict[str, JsonValue]:
        return {
            "company_guid": book.identity,
            "company_name": book.name,
            "key": book.identity,
            "guid": "" if book.identity.startswith("name:") else book.identity,
            "name": book.name,
            "element": "COMPANY",
            "object": book.node,
            "file": self.documents[book.file],
            "position": 1,
        }


def _decoded(book: Books, line: Line) -> dict[str, JsonValue]:
    return {"company_guid": book.identity, "company_name": book.name, **msgspec.json.decode(line.said)}


def _encoded(book: Books, line: Line) -> dict[str, JsonValue]:
    """The same bytes as encoding the decoded record without its company's name."""
    encoded = b'{"company_guid":%b,%b' % (_encode(book.identity), bytes(line.said)[1:])
    address = {"company_guid": book.identity, "key": line.key, "element": line.element}
    told = {"name": line.label, "voucher_number": line.label, "alter_id": line.version, "date": line.day}
    return {**address, **told, "encoded": msgspec.Raw(encoded)}


@dataclass(slots=True)
class _Reading:
    """One document while it is read."""

    number: int
    place: Place
    sanitiser: Sanitiser
    encoding: Encoding = field(default_factory=Encoding)
    seen: Seen = field(default_factory=Seen)
    counts: Counter[str] = field(default_factory=Counter)
    positions: Counter[str] = field(default_factory=Counter)
    occurrences: KeyTable = field(default_factory=KeyTable)


class Reader:
    """Reads files one after the other; ``finish`` gives the export."""

    def __init__(self, limits: Limits, spool: Spool, progress: Callable[[ProgressEvent], None] | None = None) -> None:
        self._limits = limits
        self._spool = spool
        self._progress = progress
        self._companies = Companies()
        self._versions = Versions(spool)
        self._documents: list[str] = []
        self._issues: list[Issue] = []
        self._facts: list[dict[str, JsonValue]] = []
        self._bytes_before = 0
        self._bytes_total = 0

    def read(self, paths: Sequence[Path]) -> None:
        """Read files to their end.

        Raises:
            SourceMalformed: one of them cannot be used; then none of them is.
            ConfigurationError: one of them is not there.
        """
        sizes = {path: path.stat().st_size if path.is_file() else 0 for path in paths}
        self._bytes_total = sum(sizes[path] for path in paths)
        for path in paths:
            with container.opened(path, self._limits) as found:
                self._bytes_total += sum(member.size for member in found.members) - sizes[path]
                self._issues.extend(_left_aside(path.name, name) for name in found.skipped)
                self._read_members(found.members)

    def finish(self, wanted_name: str = "", wanted_guid: str = "") -> Export:
        """Resolve companies and give everything read.

        Raises:
            ConfigurationError: the files hold several companies, none of them the wanted one.
        """
        self._spool.finish()
        stems = [PurePath(name).stem for name in self._documents]
        resolution = self._companies.resolve(stems, wanted_name, wanted_guid)
        for number, facts in enumerate(self._facts):
            facts["companies"] = self._companies.names_in(number, resolution)
        issues = (*self._issues, *resolution.issues)
        return Export(self._spool, tuple(self._documents), resolution, issues, tuple(self._facts))

    def _read_members(self, members: Sequence[Member]) -> None:
        refusals: list[SourceMalformed] = []
        for member in members:
            try:
                self._read_document(member)
            except SourceMalformed as error:
                # An archive may hold other XML beside the export; alone, or if nothing else is usable, it is refused.
                if not member.is_packed or error.code not in _NOT_FOR_US:
                    raise
                refusals.append(error)
            self._bytes_before += member.size
        if refusals and len(refusals) == len(members):
            raise refusals[0]
        self._issues.extend(
            note("member_skipped", IssueLevel.INFO, str(error.facts["file"]), error.message) for error in refusals
        )

    def _read_document(self, member: Member) -> None:
        place = Place(member.name)
        reading = _Reading(len(self._documents), place, Sanitiser(place))
        self._documents.append(member.name)
        self._versions.start_document()
        document = Document(self._chunks(member, reading), place, reading.sanitiser, self._limits)
        reading.seen = document.seen
        for found in document.objects():
            self._take(found, reading)
        self._refuse_without_objects(reading)
        self._spool_report(reading)
        self._issues.extend(notes(member.name, reading.counts, reading.encoding, reading.sanitiser, reading.seen))
        self._facts.append(
            {
                "path": member.name,
                "bytes": member.size,
                "encoding": reading.encoding.name,
                "objects": reading.seen.objects,
                "report": reading.seen.report_name,
                "counts": dict(reading.positions),
            }
        )

    def _chunks(self, member: Member, reading: _Reading) -> Iterator[bytes]:
        has_begun = False
        for chunk in utf8_chunks(member.open, reading.place, reading.encoding):
            self._report(reading.place)
            if not has_begun:
                chunk = chunk.lstrip(_BLANKS_AND_MARKS)
                if not chunk:
                    continue
                sniff.refuse_other_texts(chunk, reading.place)
                has_begun = True
            yield chunk
        if not has_begun:
            raise refusal.empty(reading.place)

    def _take(self, found: Found, reading: _Reading) -> None:
        item = describe(found)
        is_voucher = item.stream == "vouchers"
        reading.positions[item.stream] += 1
        slot = self._companies.slot(reading.number, found.company_name, item.company_guid, is_voucher=is_voucher)
        if item.stream == "companies":
            self._companies.declare(found.node)
            return
        if not item.has_identity:
            reading.counts[DERIVED_KEYS] += 1
            item = _with_key(item, f"{item.key}:{reading.occurrences.count(item.key)}")
        tree = _encode(found.node)
        verdict = self._versions.judge(item, slot, tree)
        if verdict is Verdict.TWIN:
            item = _with_key(item, twin_key(item.key, tree))
            verdict = Verdict.SAME if self._versions.judge(item, slot, tree) is Verdict.SAME else verdict
        reading.counts[verdict] += 1
        if verdict not in _DROPPED:
            position = reading.positions[item.stream]
            self._spool.append(item.stream, _line(slot, reading.number, position, item.columns, tree))

    def _refuse_without_objects(self, reading: _Reading) -> None:
        seen = reading.seen
        if seen.objects or seen.report_rows:
            return
        if seen.error:
            raise refusal.tally_answered(reading.place, seen.error)
        if seen.root not in _TALLY_ROOTS:
            raise refusal.not_tally(reading.place, f"XML of another kind (root element {seen.root!r})")
        if not seen.is_answer:
            raise refusal.no_objects(reading.place, seen.root)

    def _spool_report(self, reading: _Reading) -> None:
        rows = reading.seen.report_rows
        if not rows:
            return
        name = reading.place.file
        slot = self._companies.slot(reading.number, "", "", is_voucher=False)
        columns: Columns = {"key": name, "guid": name, "name": reading.seen.report_name or name, "element": "REPORT"}
        self._spool.append(REPORTS, _line(slot, reading.number, 1, columns, _encode({"rows": rows})))

    def _report(self, place: Place) -> None:
        if self._progress:
            done = min(self._bytes_before + place.byte, self._bytes_total)
            self._progress(ProgressEvent("read", done, self._bytes_total))


def _line(slot: int, file: int, position: int, columns: Columns, tree: bytes) -> Line:
    said = _encode({**columns, "object": msgspec.Raw(tree)})
    label = columns.get("voucher_number") if columns["element"] == "VOUCHER" else columns["name"]
    told = (columns["key"], columns["element"], str(label or ""), columns.get("alter_id"), columns.get("date"))
    return Line(slot, file, position, *told, msgspec.Raw(said))


def _with_key(item: Described, key: str) -> Described:
    return replace(item, key=key, columns={**item.columns, "key": key})


def _left_aside(file: str, name: str) -> Issue:
    return note("member_skipped", IssueLevel.INFO, file, f"{name} in {file} is not an XML file and was left aside.")
