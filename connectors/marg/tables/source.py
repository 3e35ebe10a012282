"""Tables as the source of the tap: all rows of every branch each time; what is unchanged is known by its digest.

Nothing tells which rows changed, so everything is read. What exists is counted before and after: only if both counts
are those of the rows read is the census sure, and what is missing from it deleted. Where the server can (MySQL,
MariaDB), a branch is read as of one moment; counting afterwards signs in anew and sees the next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from canonical.errors import ConfigurationError, SourceRejected
from canonical.issue import Issue, IssueLevel
from canonical.record import JsonValue
from connectors.marg.assembly import Rows
from connectors.marg.branches import BranchBooks, books_of
from connectors.marg.settings import reading_of, wanted_branches
from connectors.marg.source import Emission, Row
from connectors.marg.streams import COLLECTIONS, HEADERS, LEGS, LINES
from connectors.marg.tables.address import limits_of, target_of
from connectors.marg.tables.failure import ABSENT, TableFailures
from connectors.marg.tables.session import Tables
from connectors.marg.translate.values import text_of
from connectors.sdk.base import ProgressEvent
from connectors.sdk.census import Settlement
from connectors.sdk.odbc.process import CHILD
from connectors.sdk.odbc.session import DatabaseSession

BRANCHES = "Masters"
COUNTED = (HEADERS, LINES, LEGS)
OPTIONAL = frozenset(COLLECTIONS) - {HEADERS, LINES, "Party"}
"""Tables that may be absent: then there are no accounts, no stock, no outstanding."""


class TableSource:
    """Reads the branches of one database.

    Args:
        config: of the tap.
        emission: the tap.
        clock: monotonic seconds.
        command: the process that holds the driver; tests give one with a driver of their own.
    """

    def __init__(
        self,
        config: Mapping[str, JsonValue],
        emission: Emission,
        clock: Callable[[], float],
        command: tuple[str, ...] = CHILD,
    ) -> None:
        self._config, self._emission = config, emission
        self._clock, self._command = clock, command
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

    def file_facts(self) -> list[dict[str, JsonValue]]:
        """Per branch: rows."""
        return [{"branch": one.rows.branch, "rows": one.rows.count} for one in self._books]

    def close(self) -> None:
        """Nothing is held between readings."""

    def prepare(self) -> None:
        """Read all branches.

        Raises:
            KhataError: the database refuses, or does not answer; nothing is emitted.
        """
        if self._is_read:
            return
        told = self._config.get("database") or {}
        failures = TableFailures()
        session = DatabaseSession(target_of(told), limits_of(told), failures, clock=self._clock, command=self._command)
        tables = Tables(session, failures)
        try:
            self._read_branches(tables)
        finally:
            session.close()
        self._is_read = True

    def records(self, stream: str) -> Iterator[Row]:
        """Yield a stream's records of all branches."""
        self.prepare()
        for books in self._books:
            yield from books.records(stream, self._emission, retires=books.company in self._sure)

    def _read_branches(self, tables: Tables) -> None:
        self._books, self._sure = [], set()  # a reading that broke off is begun anew
        branches = self._branches(tables)
        self._absent = {name for name in sorted(OPTIONAL) if not self._has(tables, name, _number(branches[0]))}
        tables.renew()
        for row in branches:
            self._read(tables, row)

    def _branches(self, tables: Tables) -> list[Row]:
        wanted = wanted_branches(self._config)
        rows = [row for row in tables.rows(self._table(BRANCHES)) if not wanted or _number(row) in wanted]
        if not rows:
            raise ConfigurationError(
                "The table of branches has none of those wanted.", code="marg.tables.no_branches", wanted=len(wanted)
            )
        return rows

    def _has(self, tables: Tables, name: str, branch: str) -> bool:
        """Whether a table that may be absent is there; asked before anything is read, for a refusal ends the moment."""
        try:
            tables.count(self._table(name), branch)
        except SourceRejected as error:
            if error.code != ABSENT:
                raise
            return False
        return True

    def _read(self, tables: Tables, row: Row) -> None:
        branch = _number(row)
        before = self._counts(tables, branch)
        rows = Rows(branch=branch, is_whole=True, masters=row)
        for name in COLLECTIONS:
            rows.add(name, [] if name in self._absent else list(tables.rows(self._table(name), branch)))
            if self._emission.progress is not None:
                self._emission.progress(ProgressEvent("read", rows.count, 0, "rows"))
        tables.renew()
        company = f"tables/{branch}"
        read = {name: len(rows.of(name)) for name in COUNTED}
        if before == self._counts(tables, branch) == read:
            self._sure.add(company)
        tables.renew()
        self._books.append(books_of(rows, company, f"Marg tables, branch {branch}", reading_of(self._config, branch)))

    def _counts(self, tables: Tables, branch: str) -> dict[str, int]:
        return {name: 0 if name in self._absent else tables.count(self._table(name), branch) for name in COUNTED}

    def _table(self, name: str) -> str:
        return str(self._tables.get(name) or name)


def _number(row: Row) -> str:
    return text_of(row, "CompanyID") or text_of(row, "ID")
