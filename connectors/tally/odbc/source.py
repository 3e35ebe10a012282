"""Masters and balances of the company that is active in Tally, over ODBC.

What it is for: a second opinion on what the XML gateway said (``crosscheck.py``), and masters where the gateway's
answers cannot be used. What it cannot give is said in an issue: no vouchers, no opening bills, no dated tax details,
no reports, no choice of company or period.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from canonical.errors import SourceRejected
from canonical.issue import Issue, IssueLevel
from canonical.ledger import name_key
from canonical.record import JsonValue
from connectors.tally.export.document import Found
from connectors.tally.export.record import describe
from connectors.tally.odbc import failure
from connectors.tally.odbc.decoding import UndecodableError, decode
from connectors.tally.odbc.masters import Objects, plain_name, read_objects
from connectors.tally.odbc.session import OdbcSession
from connectors.tally.odbc.tables import CATALOGUE_TABLE, COMPANY, TABLES, Table, ValueKind, find_table
from connectors.tally.tree import Node, text_of

Record = dict[str, JsonValue]

_OBJECT_GUID = re.compile(r"([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})-[0-9a-fA-F]{8}")
NOT_GIVEN = (
    "vouchers",
    "opening bills",
    "dated GST registrations and addresses",
    "GST and HSN details",
    "price lists and batches",
    "reports",
)
"""What Tally's ODBC server does not expose, for people."""
MASTER_STREAMS = tuple(table.stream for table in TABLES if table is not COMPANY)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCompany:
    """The books that ODBC serves.

    Attributes:
        guid: from the front of the masters' GUIDs; empty if this Tally does not give them.
        name: as Tally spells it; empty if several are open and none could be told by GUID.
        node: what the Company table says of it.
    """

    guid: str
    name: str
    node: Node


@dataclass(slots=True)
class _Read:
    """A table that was read: the objects, and whether this Tally has it at all."""

    objects: Objects = field(default_factory=Objects)
    is_there: bool = True


class OdbcSource:
    """Reads one company.

    Args:
        session: signed in when the first query needs it.
        company_guid: the wanted books; empty for whatever is active.
        company_name: same, where there is no GUID.

    Attributes:
        label: for people.
    """

    def __init__(self, session: OdbcSession, *, company_guid: str = "", company_name: str = "") -> None:
        self.label = session.address.label
        self._session = session
        self._wanted_guid = "" if company_guid.startswith("name:") else company_guid.lower()
        self._wanted_name = company_name
        self._tables: frozenset[str] | None = None
        self._read: dict[str, _Read] = {}
        self._company: OpenCompany | None = None

    @property
    def streams(self) -> tuple[str, ...]:
        """Streams this source has something for, in the tap's order."""
        return ("companies", *(table.stream for table in TABLES if table is not COMPANY and self._name_of(table)))

    def company(self) -> OpenCompany:
        """Return whose books these are, and refuse those of another company.

        Raises:
            SourceRejected: ``tally.odbc.no_company_open``, ``company_mismatch`` or ``company_unclear``.
        """
        if self._company is None:
            companies = self._table(COMPANY).objects.nodes
            guid = self._guid_of_masters()
            self._company = self._identify(companies, guid)
        return self._company

    def objects(self, stream: str) -> Objects:
        """Return a stream's objects as Tally's XML has them; none if this Tally does not expose them.

        Raises:
            SourceError: see ``session.py``; also if another company is active.
        """
        table = find_table(stream)
        if table is None:
            return Objects()
        if table is not COMPANY:
            self.company()
        return self._table(table).objects

    def records(self, stream: str) -> Iterator[Record]:
        """Yield a stream as the tap's records, keyed as on every other route.

        Raises:
            SourceRejected: ``tally.odbc.no_identity``: the books are known by GUID, and these rows have none.
        """
        company = self.company()
        if stream == "companies":
            yield self._company_record(company)
            return
        table = find_table(stream)
        nodes = self.objects(stream).nodes
        if table is None or not nodes:
            return
        identity = company.guid or f"name:{name_key(company.name)}"
        for position, node in enumerate(nodes, start=1):
            described = describe(Found(table.element, node, company.name))
            if company.guid and not described.columns["guid"]:
                raise failure.no_identity(self.label, table.names[0])
            yield {
                "company_guid": identity,
                "company_name": company.name,
                **described.columns,
                "object": node,
                "file": self.label,
                "position": position,
            }

    @property
    def issues(self) -> tuple[Issue, ...]:
        """What was found wrong so far, and what ODBC does not give."""
        found = [issue for read in self._read.values() for issue in read.objects.issues]
        return (*found, *self._absent(), self._limits()) if self._read else ()

    def close(self) -> None:
        """End the session."""
        self._session.close()

    def _company_record(self, company: OpenCompany) -> Record:
        identity = company.guid or f"name:{name_key(company.name)}"
        return {
            "company_guid": identity,
            "company_name": company.name,
            "key": identity,
            "guid": company.guid,
            "name": company.name,
            "element": "COMPANY",
            "object": {"@NAME": company.name, **company.node},
            "file": self.label,
            "position": 1,
        }

    def _identify(self, companies: list[Node], guid: str) -> OpenCompany:
        if not companies:
            raise failure.no_company(self.label)
        node = _find(companies, guid) or (companies[0] if len(companies) == 1 else {})
        name = text_of(node.get("@NAME"))
        if self._wanted_guid and guid and guid != self._wanted_guid:
            raise failure.other_company(self.label, self._wanted_name or self._wanted_guid, name or guid)
        if not guid and len(companies) > 1:
            raise failure.company_unclear(self.label, len(companies))
        is_other_name = self._wanted_name and name and name_key(name) != name_key(self._wanted_name)
        if is_other_name and not (self._wanted_guid and guid):
            raise failure.other_company(self.label, self._wanted_name, name)
        return OpenCompany(guid=guid, name=name or self._wanted_name, node=node)

    def _guid_of_masters(self) -> str:
        """Return the company GUID that most groups carry; a few masters may have come from another company."""
        counts: dict[str, int] = {}
        for stream in ("groups", "ledgers"):
            table = find_table(stream)
            for node in self._table(table).objects.nodes if table else ():
                match = _OBJECT_GUID.fullmatch(text_of(node.get("GUID")))
                if match:
                    counts[match.group(1).lower()] = counts.get(match.group(1).lower(), 0) + 1
            if counts:
                break
        return max(counts, key=lambda guid: (counts[guid], guid)) if counts else ""

    def _table(self, table: Table) -> _Read:
        if table.stream not in self._read:
            name = self._name_of(table)
            self._read[table.stream] = self._query(table, name) if name else _Read(is_there=False)
        return self._read[table.stream]

    def _query(self, table: Table, name: str) -> _Read:
        refusal: SourceRejected | None = None
        for asked in self._wordings(table, name):
            try:
                rows = self._session.query(name, asked)
            except SourceRejected as error:
                if error.code != "tally.odbc.refused":
                    raise
                refusal = error
            else:
                return _Read(read_objects(table, asked, rows, f"{self.label}, {name}"))
        if refusal is not None and table.is_expected:
            raise refusal
        return _Read(is_there=False)  # listed, but not to be read: nothing rests on it

    def _wordings(self, table: Table, name: str) -> tuple[tuple[str, ...], ...]:
        """Return what to ask for, most first: what the catalogue lists with the core, the core, the least."""
        listed = self._listed_methods(name)
        core = tuple(method.names[0] for method in table.methods if method.is_core)
        chosen = tuple(name for method in table.methods for name in method.names if name.casefold() in listed)
        least = tuple(name for name in core if name in ("Name", "Parent"))
        everything = (*chosen, *(name for name in core if name not in chosen))
        return tuple(wording for wording in dict.fromkeys((everything, chosen, core, least)) if wording)

    def _listed_methods(self, name: str) -> frozenset[str]:
        try:
            return frozenset(plain_name(column).casefold() for column in self._session.columns(name))
        except SourceRejected:
            return frozenset()  # the driver keeps no catalogue

    def _name_of(self, table: Table) -> str:
        """Return the table's name on this Tally, empty if it is not exposed."""
        listed = self._listed_tables()
        found = next((name for name in table.names if name.casefold() in listed), "")
        return found or (table.names[0] if table.is_expected else "")

    def _listed_tables(self) -> frozenset[str]:
        if self._tables is None:
            try:
                rows = self._session.query(CATALOGUE_TABLE, ("Name",)).rows
            except SourceRejected:
                rows = []  # a Tally that does not list its tables still has the expected ones
            self._tables = frozenset(name.casefold() for row in rows if (name := _name(row)))
        return self._tables

    def _absent(self) -> Iterator[Issue]:
        absent = [stream for stream, read in self._read.items() if not read.is_there]
        if absent:
            yield Issue(
                code="tally.odbc.table_absent",
                level=IssueLevel.INFO,
                message=f"This Tally does not expose {', '.join(absent).replace('_', ' ')} over ODBC.",
                where=self.label,
                hint="The XML gateway and exports have them.",
            )

    def _limits(self) -> Issue:
        return Issue(
            code="tally.odbc.not_given",
            level=IssueLevel.INFO,
            message=f"ODBC gives masters and balances only; it has no {', '.join(NOT_GIVEN)}.",
            where=self.label,
            hint="Read these over the XML gateway or from exports.",
        )


def _find(companies: list[Node], guid: str) -> Node | None:
    return next((node for node in companies if guid and text_of(node.get("GUID")).lower() == guid), None)


def _name(row: list[object]) -> str:
    try:
        return decode(row[0], ValueKind.TEXT).text if row else ""
    except UndecodableError:
        return ""
