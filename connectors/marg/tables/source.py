"""Tables as the source of the tap: all rows of every branch each time; what is unchanged is known by its digest.

Nothing tells which rows changed, so everything is read in one transaction. What exists is counted before and after:
only if both counts are those of the rows read is the census sure, and what is missing from it deleted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from canonical.errors import ConfigurationError, SourceRejected
from canonical.issue import Issue, IssueLevel
from canonical.record import JsonValue
from connectors.marg.assembly import Rows
from connectors.marg.branches import BranchBooks, books_of
from connectors.marg.settings import reading_of, wanted_branches
from connectors.marg.source import Emission, Row
from connectors.marg.streams import COLLECTIONS, HEADERS, LEGS, LINES
from connectors.marg.tables.session import Session, address_of
from connectors.marg.translate.values import text_of
from connectors.sdk.base import ProgressEvent
from connectors.sdk.census import Settlement

BRANCHES = "Masters"
COUNTED = (HEADERS, LINES, LEGS)
OPTIONAL = frozenset(COLLECTIONS) - {HEADERS, LINES, "Party"}
"""Tables that may be absent: then there are no accounts, no stock, no outstanding."""


class TableSource:
    """Reads the branches of one database.

    Args:
        config: of the tap.
        emission: the tap.
    """

    def __init__(self, config: Mapping[str, JsonValue], emission: Emission) -> None:
        self._config, self._emission = config, emission
        self._tables: Mapping[str, JsonValue] = config.get("tables") or {}
        self._books: list[BranchBooks] = []
        self._sure: set[str] = set()
        self._absent: set[str] = set()
        self._is_read = False

    @property
    def issues(self) -> tuple[Issue, ...]:
        """What was noticed about the tables."""
        absent = (
            Issue(
                code="marg.tables.left_out",
                level=IssueLevel.INFO,
                message=f"The database has no table for {name}; what it would say is not known.",
                where="Marg tables",
                hint="Name it in the setting 'tables' if it is called otherwise.",
            )
            for name in sorted(self._absent)
        )
        return (*absent, *(issue for books in self._books for issue in books.issues))

    @property
    def settlement(self) -> Settlement:
        """Whether the tables stood still while they were read."""
        return Settlement.SETTLED if len(self._sure) == len(self._books) else Settlement.MOVED

    def facts(self) -> list[dict[str, JsonValue]]:
        """Per branch: rows."""
        return [{"branch": one.rows.branch, "rows": one.rows.count} for one in self._books]

    def prepare(self) -> None:
        """Read all branches.

        Raises:
            KhataError: the database refuses, or does not answer; nothing is emitted.
        """
        if self._is_read:
            return
        told = self._config.get("database") or {}
        with Session(address_of(told)) as session:
            for row in self._branches(session):
                self._read(session, row)
        self._is_read = True

    def records(self, stream: str) -> Iterator[Row]:
        """Yield a stream's records of all branches."""
        self.prepare()
        for books in self._books:
            yield from books.records(stream, self._emission, retires=books.company in self._sure)

    def _branches(self, session: Session) -> list[Row]:
        wanted = wanted_branches(self._config)
        rows = [row for row in session.rows(self._table(BRANCHES)) if not wanted or _number(row) in wanted]
        if not rows:
            raise ConfigurationError(
                "The table of branches has none of those wanted.", code="marg.tables.no_branches", wanted=len(wanted)
            )
        return rows

    def _read(self, session: Session, row: Row) -> None:
        branch = _number(row)
        before = self._counts(session, branch)
        rows = Rows(branch=branch, is_whole=True, masters=row)
        for name in COLLECTIONS:
            rows.add(name, self._rows(session, name, branch))
            if self._emission.progress is not None:
                self._emission.progress(ProgressEvent("read", rows.count, 0, "rows"))
        session.end_snapshot()
        company = f"tables/{branch}"
        read = {name: len(rows.of(name)) for name in COUNTED}
        if before == self._counts(session, branch) == read:
            self._sure.add(company)
        session.end_snapshot()
        self._books.append(books_of(rows, company, f"Marg tables, branch {branch}", reading_of(self._config, branch)))

    def _rows(self, session: Session, name: str, branch: str) -> list[Row]:
        if name in self._absent:
            return []
        try:
            return list(session.rows(self._table(name), branch))
        except SourceRejected:
            if name not in OPTIONAL:
                raise
            self._absent.add(name)
            return []

    def _counts(self, session: Session, branch: str) -> dict[str, int]:
        return {
            name: session.count(self._table(name), branch) if self._has(session, name, branch) else 0
            for name in COUNTED
        }

    def _has(self, session: Session, name: str, branch: str) -> bool:
        """Whether a table that may be absent is there."""
        if name not in OPTIONAL:
            return True
        if name not in self._absent:
            try:
                session.count(self._table(name), branch)
            except SourceRejected:
                self._absent.add(name)
        return name not in self._absent

    def _table(self, name: str) -> str:
        return str(self._tables.get(name) or name)


def _number(row: Row) -> str:
    return text_of(row, "CompanyID") or text_of(row, "ID")
