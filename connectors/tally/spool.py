"""A file is read to its end before anything of it is emitted: the spool between.

Objects are written to temporary files, one per stream, as JSON lines. When the file turns out truncated or hostile
the spool is thrown
away and nothing was emitted; when it is whole, the streams read from here, in any order, as often as they like.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import msgspec

from canonical.issue import Issue, IssueLevel
from canonical.ledger import name_key
from canonical.record import JsonValue
from connectors.tally.container import ExportFile
from connectors.tally.reader import OTHER_STREAM, REPORT_STREAM, STREAM_OF, ExportObject, FileFacts, read_objects
from connectors.tally.tree import Node, text_of

Record = dict[str, JsonValue]
_GUID = re.compile(r"([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})-[0-9a-fA-F]{8}")
"""Company GUID, then eight hex digits of the MASTERID (true of every object of every capture examined)."""
_BUFFER = 1 << 20


@dataclass(slots=True)
class Section:
    """The objects of one company in one file; a concatenation of two exports has two."""

    name: str
    guids: Counter[str] = field(default_factory=Counter)

    @property
    def guid(self) -> str:
        """Identity of the books: the company GUID most objects carry, else derived from the name."""
        if self.guids:
            return self.guids.most_common(1)[0][0]
        return f"name:{name_key(self.name)}"


@dataclass(frozen=True, slots=True)
class SpooledFile:
    """What one file held.

    Attributes:
        sections: companies in the file, in order.
        counts: objects by stream.
    """

    export: ExportFile
    facts: FileFacts
    sections: tuple[Section, ...]
    counts: dict[str, int]


class Spool:
    """Temporary files of one tap run; close it (or leave the ``with`` block) and they are gone."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="khata-spool-")
        self._files: dict[str, IO[bytes]] = {}
        self._encoder = msgspec.json.Encoder()
        self.spooled: list[SpooledFile] = []
        self.issues: list[Issue] = []

    def add(
        self, export: ExportFile, facts: FileFacts, company: str, progress: Callable[[int], None] | None = None
    ) -> SpooledFile:
        """Read one file to its end.

        Args:
            export: the file.
            facts: opened facts of it (``reader.open_facts``).
            company: name given by the user; overrides what the file says. Empty for none.
            progress: called with source bytes read so far.

        Raises:
            SourceMalformed: see ``reader.read_objects``; the caller drops the whole spool.
        """
        sections: list[Section] = []
        counts: Counter[str] = Counter()
        anonymous: Counter[str] = Counter()
        index = len(self.spooled)
        for found in read_objects(export, facts, progress):
            section = _section(sections, company or found.company_name)
            stream = STREAM_OF.get(found.element, OTHER_STREAM)
            record = _record(found, section, anonymous)
            record["@place"] = [index, sections.index(section)]
            self._write(stream, record)
            counts[stream] += 1
        sections = sections or [Section(company)]
        if facts.report_rows:
            self._write(
                REPORT_STREAM, {"guid": export.label, "@place": [index, 0], "object": {"rows": facts.report_rows}}
            )
            counts[REPORT_STREAM] += 1
        _name_sections(sections, export)
        spooled = SpooledFile(export, facts, tuple(sections), dict(counts))
        self.spooled.append(spooled)
        self.issues.extend(_file_issues(export, facts))
        return spooled

    def iter_records(self, stream: str) -> Iterator[Record]:
        """Yield the records of a stream, in file order, with the company they belong to."""
        file = self._files.get(stream)
        if file is None:
            return
        file.flush()
        decoder = msgspec.json.Decoder()
        with Path(file.name).open("rb") as lines:
            for line in lines:
                record = decoder.decode(line)
                place, section = record.pop("@place")
                spooled = self.spooled[place]
                company = spooled.sections[section]
                yield {
                    "company_guid": company.guid,
                    "company_name": company.name,
                    **record,
                    "file": spooled.export.label,
                }

    def _write(self, stream: str, record: Record) -> None:
        file = self._files.get(stream)
        if file is None:
            path = Path(self._folder.name) / f"{stream}.jsonl"
            file = self._files[stream] = path.open("wb", buffering=_BUFFER)
        file.write(self._encoder.encode(record))
        file.write(b"\n")

    def close(self) -> None:
        """Remove the temporary files."""
        for file in self._files.values():
            file.close()
        self._files.clear()
        self._folder.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _section(sections: list[Section], name: str) -> Section:
    if not sections or (name and sections[-1].name and sections[-1].name != name):
        sections.append(Section(name))
    elif name and not sections[-1].name:
        sections[-1].name = name
    return sections[-1]


def _record(found: ExportObject, section: Section, anonymous: Counter[str]) -> Record:
    tree = found.tree
    guid = text_of(tree.get("GUID"))
    match = _GUID.fullmatch(guid)
    if match and found.element != "COMPANY":
        section.guids[match.group(1)] += 1
    record: Record = {
        "guid": guid or _fallback_key(found, anonymous),
        "name": text_of(tree.get("@NAME")) or text_of(tree.get("NAME")),
        "alter_id": _number(tree.get("ALTERID")),
        "master_id": _number(tree.get("MASTERID")),
        "element": found.element,
    }
    if found.element == "VOUCHER":
        record |= _voucher_columns(tree)
    record["object"] = tree
    record["position"] = found.position
    return record


def _voucher_columns(tree: Node) -> Record:
    return {
        "date": text_of(tree.get("DATE")),
        "voucher_type": text_of(tree.get("VOUCHERTYPENAME")) or text_of(tree.get("@VCHTYPE")),
        "voucher_number": text_of(tree.get("VOUCHERNUMBER")),
        "party_ledger_name": text_of(tree.get("PARTYLEDGERNAME")),
        "is_cancelled": text_of(tree.get("ISCANCELLED")) == "Yes" or tree.get("@ACTION") == "Cancel",
        "is_optional": text_of(tree.get("ISOPTIONAL")) == "Yes",
    }


def _fallback_key(found: ExportObject, anonymous: Counter[str]) -> str:
    """Key of an object without GUID: REMOTEID, else its name, else a hash of its content and how often it occurred.

    Old day books carry only REMOTEID; hand-made files carry nothing. Two vouchers alike to the last figure are two
    vouchers.
    """
    remote = found.tree.get("@REMOTEID")
    if isinstance(remote, str) and remote:
        return remote
    name = text_of(found.tree.get("@NAME")) or text_of(found.tree.get("NAME"))
    if found.element != "VOUCHER" and name:
        return f"name:{name_key(name)}"
    digest = hashlib.sha256(msgspec.json.encode(found.tree, order="deterministic")).hexdigest()[:24]
    anonymous[digest] += 1
    return f"content:{digest}:{anonymous[digest]}"


def _number(value: JsonValue) -> int | None:
    text = text_of(value)
    return int(text) if text.isdecimal() else None


def _name_sections(sections: list[Section], export: ExportFile) -> None:
    for section in sections:
        if not section.name:
            section.name = f"Company {section.guids.most_common(1)[0][0][:8]}" if section.guids else export.path.stem


def _file_issues(export: ExportFile, facts: FileFacts) -> Iterator[Issue]:
    if facts.bare_ampersands:
        yield Issue(
            code="tally.file.bare_ampersand",
            level=IssueLevel.INFO,
            message=f"{facts.bare_ampersands} '&' in {export.label} were not written as '&amp;'; read as plain '&'.",
            where=export.label,
            hint="Tally escapes them itself; the file was written or edited by another program.",
            facts={"count": facts.bare_ampersands},
        )
