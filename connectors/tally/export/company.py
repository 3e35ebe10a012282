"""Whose books a file holds: identity from GUIDs, names from envelopes, and what to assume when neither is there.

Tally's GUIDs begin with the company's own (36 characters), so every object with a GUID says whose it is. Objects
without one (hand-made imports, some masters) belong to the company of the envelope around them. All this is known only
when every file was read, so records first get a *slot* (document, envelope's company name, GUID), and slots are
resolved to companies at the end. ``BASICBUYERNAME`` looks like the company's name on purchases and is not used.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from canonical.issue import Issue, IssueLevel
from canonical.ledger import name_key
from connectors.sdk.base import placeholder_name
from connectors.tally.export import refusal
from connectors.tally.export.record import name_of_master
from connectors.tally.tree import Node, text_of

_FOREIGN_RATIO = 10
_SLOTS_MAX = 1000
_COMPANIES_PER_ENVELOPE = 25
_RECORDS_PER_COMPANY = 3


@dataclass(frozen=True, slots=True)
class Slot:
    """What is known about an object's company when it is read."""

    document: int
    envelope_name: str
    guid: str


@dataclass(slots=True)
class Books:
    """One company found in the files.

    Attributes:
        identity: Tally's company GUID, else ``name:`` and the folded name.
        name: as the person who configured it, or the source, spells it; else made of the GUID.
        node: everything its COMPANY elements said.
        file: number of the document that mentions it first.
    """

    identity: str
    name: str = ""
    node: Node = field(default_factory=dict)
    file: int = 0


@dataclass(frozen=True, slots=True)
class Resolution:
    """The companies, and for each slot the index of its company (None: left out, it is another company's)."""

    companies: tuple[Books, ...]
    by_slot: tuple[int | None, ...]
    issues: tuple[Issue, ...]


class Companies:
    """Collects what the documents say; ``resolve`` once all are read.

    Attributes:
        slots: number of each slot.
        records, vouchers: objects counted by slot number.
        declared: what COMPANY elements said, by GUID or folded name.
        named: names by GUID.
    """

    def __init__(self) -> None:
        self.slots: dict[Slot, int] = {}
        self.records: Counter[int] = Counter()
        self.vouchers: Counter[int] = Counter()
        self.declared: dict[str, Node] = {}
        self.named: dict[str, str] = {}

    def slot(self, document: int, envelope_name: str, guid: str, *, is_voucher: bool) -> int:
        """Return the slot of an object and count it."""
        key = Slot(document, envelope_name, guid)
        if len(self.slots) >= _SLOTS_MAX and key not in self.slots:
            key = Slot(document, "", "")  # nobody has that many companies; memory stays bounded whatever the file says
        number = self.slots.setdefault(key, len(self.slots))
        self.records[number] += 1
        self.vouchers[number] += is_voucher
        return number

    def declare(self, node: Node) -> None:
        """Take a COMPANY element: what it says of itself, and the companies it names by GUID (REMOTECMPINFO)."""
        guid, name = text_of(node.get("GUID")).lower(), name_of_master(node)
        if guid or name:
            self._know(guid, name, node)
        remote = node.get("REMOTECMPINFO.LIST", [])
        for entry in remote if isinstance(remote, list) else [remote]:
            if isinstance(entry, dict):
                self._know(
                    text_of(entry.get("NAME")).lower(),
                    text_of(entry.get("REMOTECMPNAME")),
                    {"REMOTECMPINFO.LIST": entry},
                )

    def names_in(self, document: int, resolution: Resolution) -> list[str]:
        """Return the names of the companies a document holds objects of."""
        indexes = {resolution.by_slot[number] for slot, number in self.slots.items() if slot.document == document}
        return [book.name for index, book in enumerate(resolution.companies) if index in indexes]

    def _know(self, guid: str, name: str, node: Node) -> None:
        key = guid or name_key(name)
        if len(self.declared) >= _SLOTS_MAX and key not in self.declared:
            return
        if guid and name:
            self.named[guid] = name
        self.declared[key] = {**self.declared.get(key, {}), **node}

    def resolve(self, stems: list[str], wanted_name: str = "", wanted_guid: str = "") -> Resolution:
        """Decide the company of every slot.

        Args:
            stems: name of each document without its ending, the last resort for a name.
            wanted_name: the configured company: its name if the files hold one, a choice if they hold several.
            wanted_guid: the configured identity: for objects without GUIDs, and a choice among those with one. It never
                moves objects from one company's books to another's.

        Raises:
            ConfigurationError: the files hold only other companies.
        """
        wanted = _Wanted(wanted_name, wanted_guid.lower())
        return _Resolver(self, stems, wanted).resolve()


@dataclass(frozen=True, slots=True)
class _Wanted:
    name: str
    guid: str


class _Resolver:
    def __init__(self, seen: Companies, stems: list[str], wanted: _Wanted) -> None:
        self._slots, self._records, self._vouchers = seen.slots, seen.records, seen.vouchers
        self._declared = seen.declared
        self._names = dict(seen.named)
        self._stems = stems
        self._wanted = wanted
        self._issues: list[Issue] = []
        self._books: dict[str, Books] = {}

    def resolve(self) -> Resolution:
        scopes: dict[tuple[int, str], list[Slot]] = {}
        for slot in self._slots:
            scopes.setdefault((slot.document, slot.envelope_name), []).append(slot)
        identity = dict.fromkeys(self._slots, "")
        for (_, envelope_name), members in scopes.items():
            main = self._settle_scope(members, identity)
            if main and envelope_name:
                self._names.setdefault(main, envelope_name)
        self._settle_nameless(identity)
        for slot, found in identity.items():
            self._book(found, slot)
        return self._choose(identity)

    def _settle_scope(self, members: list[Slot], identity: dict[Slot, str]) -> str:
        """Inside one envelope: GUIDs speak for themselves, stray ones and none follow the main company."""
        with_guid = [slot for slot in members if slot.guid]
        if not with_guid or self._are_made_up(with_guid):
            return ""
        main = max(with_guid, key=lambda slot: (self._weight(slot), slot.guid))
        for slot in members:
            identity[slot] = slot.guid if slot.guid and not self._is_stray(slot, main) else main.guid
        strays = [slot for slot in with_guid if identity[slot] != slot.guid]
        if strays:
            self._note_strays(main, strays)
        return main.guid

    def _are_made_up(self, slots: list[Slot]) -> bool:
        """A program that gives every object a random GUID seems to write of a company each."""
        records = sum(self._weight(slot)[1] for slot in slots)
        if len(slots) <= _COMPANIES_PER_ENVELOPE or records > _RECORDS_PER_COMPANY * len(slots):
            return False
        self._issues.append(
            Issue(
                code="tally.company.guids_made_up",
                level=IssueLevel.WARNING,
                message=f"{records} objects carry GUIDs of {len(slots)} companies; they say nothing about the books.",
                hint="The file was made by a program that invents GUIDs. Export from Tally itself if you can.",
                facts={"objects": records, "companies": len(slots)},
            )
        )
        return True

    def _weight(self, slot: Slot) -> tuple[int, int]:
        number = self._slots[slot]
        return self._vouchers[number], self._records[number]

    def _is_stray(self, slot: Slot, main: Slot) -> bool:
        """A few masters that came from another company by import or synchronisation keep its GUID."""
        vouchers, records = self._weight(slot)
        return slot is not main and not vouchers and records * _FOREIGN_RATIO <= self._weight(main)[1]

    def _note_strays(self, main: Slot, strays: list[Slot]) -> None:
        count = sum(self._weight(slot)[1] for slot in strays)
        self._issues.append(
            Issue(
                code="tally.company.foreign_guid",
                level=IssueLevel.INFO,
                message=f"{count} masters carry the GUID of another company; they are taken as part of this one.",
                hint="Nothing to do if masters were once imported or synchronised from that company.",
                facts={"company": main.guid, "masters": count},
            )
        )

    def _settle_nameless(self, identity: dict[Slot, str]) -> None:
        """Objects in documents that hold no GUID at all: by name, else the only company there is, else a new one."""
        known = {found for found in identity.values() if found}
        by_name = {name_key(self._names[guid]): guid for guid in known if guid in self._names}
        for slot, found in identity.items():
            if found:
                continue
            name = slot.envelope_name or self._wanted.name
            if name and name_key(name) in by_name:
                identity[slot] = by_name[name_key(name)]
            elif len(known) == 1 and not slot.envelope_name:
                identity[slot] = next(iter(known))
            else:
                name = name or self._stems[slot.document]
                is_wanted = not slot.envelope_name or name_key(slot.envelope_name) == name_key(self._wanted.name)
                identity[slot] = (is_wanted and self._wanted.guid) or f"name:{name_key(name)}"
                self._names.setdefault(identity[slot], name)
            self._assumed(self._stems[slot.document], self._name_of(identity[slot]))

    def _assumed(self, stem: str, name: str) -> None:
        issue = Issue(
            code="tally.company.assumed",
            level=IssueLevel.INFO,
            message=f"{stem} does not say whose books it holds (no GUIDs); taken as those of {name}.",
            where=stem,
            hint="Name the company when importing if this is wrong.",
            facts={"company": name},
        )
        if issue not in self._issues:
            self._issues.append(issue)

    def _book(self, identity: str, slot: Slot) -> None:
        if identity in self._books:
            return
        name = self._names.get(identity, "")
        node = self._declared.get(identity) or self._declared.get(name_key(name)) or {}
        if name:
            node = {"@NAME": name, **node}
        self._books[identity] = Books(identity, self._name_of(identity), node, slot.document)

    def _name_of(self, identity: str) -> str:
        # The same whatever the file is called, so that importing another file later does not rename the company.
        return self._names.get(identity) or placeholder_name(identity)

    def _choose(self, identity: dict[Slot, str]) -> Resolution:
        books = [book for book in self._books.values() if self._is_wanted(book)]
        if self._books and not books:
            names = sorted(book.name for book in self._books.values())
            raise refusal.other_companies(names, self._wanted.name or self._wanted.guid)
        self._note_left_out([book for book in self._books.values() if book not in books])
        if len(books) == 1 and self._wanted.name and name_key(books[0].name) != name_key(self._wanted.name):
            books[0].name = self._wanted.name
            books[0].node = {**books[0].node, "@NAME": self._wanted.name}
        self._note_unnamed(books)
        place = {book.identity: index for index, book in enumerate(books)}
        return Resolution(tuple(books), tuple(place.get(found) for found in identity.values()), tuple(self._issues))

    def _is_wanted(self, book: Books) -> bool:
        """The GUID decides if it is one; a name chooses among several and otherwise only names."""
        if self._wanted.guid and not self._wanted.guid.startswith("name:"):
            return book.identity == self._wanted.guid
        is_choice = bool(self._wanted.name) and len(self._books) > 1
        return not is_choice or name_key(book.name) == name_key(self._wanted.name)

    def _note_unnamed(self, books: list[Books]) -> None:
        self._issues.extend(
            Issue(
                code="tally.company.unnamed",
                level=IssueLevel.INFO,
                message=f"The files do not name the company with GUID {book.identity}.",
                hint="Name the company when importing.",
                facts={"company": book.identity},
            )
            for book in books
            if "@NAME" not in book.node
        )

    def _note_left_out(self, left_out: list[Books]) -> None:
        self._issues.extend(
            Issue(
                code="tally.company.left_out",
                level=IssueLevel.WARNING,
                message=f"The files also hold books of {book.name}; they were left out: another was named.",
                hint="Import the files again naming that company, or none.",
                facts={"company": book.identity},
            )
            for book in left_out
        )
