"""Asks QuickBooks: queries by pages, changes, reports; one company, one thread.

Where an answer ends is said by the rows, not by a page being short: QuickBooks has been seen to give one row more than
asked for. Its clock, in every answer, is the one that bookmarks are taken from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote

from canonical.errors import InvariantError, SourceMalformed, SourceRejected
from connectors.quickbooks import queries
from connectors.quickbooks.entities import Entity
from connectors.quickbooks.faults import NOT_FOUND
from connectors.quickbooks.translate.values import moment_of
from connectors.sdk.rest import RestClient

Row = dict[str, Any]
MINOR_VERSION: Final = 75
"""Older ones are answered as this one since August 2025."""
CHANGES_MAX: Final = 1000
"""Objects in one answer of change data capture, all entities together; with so many there may be more."""
IDS_AT_ONCE: Final = 100


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of one answer.

    Attributes:
        position: of the first row, from 1.
        at: QuickBooks' time of the answer, UTC.
    """

    rows: list[Row]
    position: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed since a moment.

    Attributes:
        rows: by entity, as they are now.
        deleted: ids that are gone, by entity, as change data capture says; not to be believed unasked.
        at: QuickBooks' time of the answer, UTC.
        is_full: nothing was cut off.
    """

    rows: Mapping[str, list[Row]]
    deleted: Mapping[str, list[str]]
    at: datetime
    is_full: bool


class QuickBooks:
    """One company's API.

    Args:
        rest: signed in, paced; decodes numbers as ``Decimal``.
        realm_id: the company.
        minor_version: of the API.
        page_rows: rows asked for at once, up to 1000.
    """

    def __init__(
        self, rest: RestClient, realm_id: str, *, minor_version: int = MINOR_VERSION, page_rows: int = 1000
    ) -> None:
        self.realm_id = realm_id
        self._rest, self._minor, self._page = rest, minor_version, page_rows
        self._base = f"v3/company/{realm_id}"

    @property
    def calls(self) -> int:
        """Requests sent so far."""
        return self._rest.calls

    def watch(self, on_call: Callable[[int], None]) -> None:
        """Have somebody told of every request, by its number."""
        self._rest.on_call = on_call

    @property
    def left(self) -> int | None:
        """Calls left of the quota; None where there is none."""
        return self._rest.left_today()

    @property
    def page_rows(self) -> int:
        """Rows asked for at once."""
        return self._page

    def _get(self, path: str, **params: object) -> Row:
        return self._rest.call("GET", f"{self._base}/{path}", params={"minorversion": self._minor, **params})

    def _query(self, statement: str) -> tuple[Row, datetime]:
        answer = self._get("query", query=statement)
        found = answer.get("QueryResponse")
        if not isinstance(found, dict):
            raise SourceMalformed("QuickBooks answered a query without a QueryResponse.", code="quickbooks.answer")
        return found, server_time(answer)

    def pages(self, entity: Entity, *, since: datetime | None = None, position: int = 1) -> Iterator[Page]:
        """Yield an entity page by page, from a position on, until a page is empty."""
        while True:
            statement = queries.select(entity, position=position, rows=self._page, since=since)
            found, at = self._query(statement)
            rows = rows_of(found, entity)
            yield Page(rows, position, at)
            if not rows:
                return
            position += len(rows)

    def ids(self, entity: Entity) -> Iterator[str]:
        """Yield every id there is; while people work one may come twice."""
        position = 1
        while True:
            answer, _ = self._query(queries.select_ids(entity, position=position))
            rows = rows_of(answer, entity)
            yield from (str(row["Id"]) for row in rows)
            if not rows:
                return
            position += len(rows)

    def count(self, entity: Entity) -> int:
        """How many there are.

        Raises:
            SourceMalformed: QuickBooks did not say.
        """
        answer, _ = self._query(queries.count(entity))
        total = answer.get("totalCount")
        if not isinstance(total, int):
            raise SourceMalformed(f"QuickBooks did not count {entity.name}.", code="quickbooks.answer")
        return total

    def some(self, entity: Entity, ids: Iterable[str]) -> Iterator[list[Row]]:
        """Yield whole objects by id; what is gone is left out."""
        wanted = list(ids)
        for start in range(0, len(wanted), IDS_AT_ONCE):
            answer, _ = self._query(queries.select_some(entity, wanted[start : start + IDS_AT_ONCE]))
            yield rows_of(answer, entity)

    def where(self, entity: Entity, **conditions: str) -> list[Row]:
        """Whole objects whose properties are exactly these; inactive ones too."""
        found: list[Row] = []
        while True:
            answer, _ = self._query(queries.select_where(entity, conditions, position=len(found) + 1))
            rows = rows_of(answer, entity)
            found += rows
            if not rows:
                return found

    def read(self, entity: Entity, identity: str) -> Row:
        """One object; empty if there is none (any more)."""
        try:
            return _single(self._get(f"{entity.name.lower()}/{quote(identity, safe='')}"), entity.name)
        except SourceRejected as error:
            if error.code == NOT_FOUND:
                return {}
            raise

    def write(self, path: str, body: Row, params: Mapping[str, str]) -> Row:
        """Make or change one object. QuickBooks answers a ``requestid`` it has seen as the first time and does nothing.

        Raises:
            InvariantError: there is no ``requestid``: repeating would make a second object.
            KhataError: as ``RestClient.call``.
        """
        if not params.get("requestid"):
            raise InvariantError("A write to QuickBooks has no request id.", code="quickbooks.write.guard")
        named = {"minorversion": self._minor, **params}
        return self._rest.call("POST", f"{self._base}/{path}", params=named, json=body, repeatable=True)

    @property
    def address(self) -> str:
        """Base address of the API."""
        return self._rest.base_url

    def changes(self, entities: Iterable[Entity], since: datetime) -> Changes:
        """Everything that changed, in one call.

        Raises:
            SourceRejected: the moment lies too far back.
        """
        names = ",".join(entity.name for entity in entities)
        answer = self._get("cdc", entities=names, changedSince=queries.render_moment(since))
        rows: dict[str, list[Row]] = {}
        deleted: dict[str, list[str]] = {}
        seen = 0
        for name, found in _changed(answer):
            for row in found:
                seen += 1
                if row.get("status") == "Deleted":
                    deleted.setdefault(name, []).append(str(row.get("Id", "")))
                else:
                    rows.setdefault(name, []).append(row)
        return Changes(rows, deleted, server_time(answer), seen < CHANGES_MAX)

    def company_info(self) -> tuple[Row, datetime]:
        """What the company says of itself."""
        answer = self._get(f"companyinfo/{self.realm_id}")
        return _single(answer, "CompanyInfo"), server_time(answer)

    def preferences(self) -> Row:
        """The company's settings."""
        return _single(self._get("preferences"), "Preferences")

    def report(self, name: str, params: Mapping[str, object]) -> Row:
        """One of QuickBooks' own reports.

        Raises:
            SourceMalformed: it is too large to be given, or no report.
        """
        answer = self._get(f"reports/{name}", **params)
        if not isinstance(answer.get("Header"), dict):
            raise SourceMalformed(f"QuickBooks' answer is not the report {name}.", code="quickbooks.report.unreadable")
        return answer


def server_time(answer: Row) -> datetime:
    """QuickBooks' time of an answer, UTC.

    Raises:
        SourceMalformed: it does not say.
    """
    at = moment_of(str(answer.get("time") or ""))
    if at is None:
        raise SourceMalformed("QuickBooks' answer does not say its time.", code="quickbooks.answer")
    return at.astimezone(UTC)


def rows_of(found: Row, entity: Entity) -> list[Row]:
    """The rows of an answer; no member of the entity's name means none."""
    rows = found.get(entity.name, [])
    if not isinstance(rows, list) or any(not isinstance(row, dict) for row in rows):
        raise SourceMalformed(f"QuickBooks' list of {entity.name} is none.", code="quickbooks.answer")
    return rows


def _changed(answer: Row) -> Iterator[tuple[str, list[Row]]]:
    for response in _list(answer.get("CDCResponse")):
        if "Fault" in response:
            raise SourceRejected("QuickBooks refused to tell the changes.", code="quickbooks.changes_refused")
        for found in _list(response.get("QueryResponse")):
            for name, rows in found.items():
                if isinstance(rows, list):
                    yield name, [row for row in rows if isinstance(row, dict)]


def _list(value: Any) -> list[Row]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _single(answer: Row, name: str) -> Row:
    found = answer.get(name)
    if not isinstance(found, dict):
        raise SourceMalformed(f"QuickBooks' answer has no {name}.", code="quickbooks.answer")
    return found
