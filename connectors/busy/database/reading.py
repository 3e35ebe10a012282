"""Tables through a driver: one database, sessions of a pool, and no row lost without a word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from canonical.issue import Issue, IssueLevel
from connectors.busy.database import dialects, failure
from connectors.busy.database.settings import Kind
from connectors.busy.database.tables import Row, whole
from connectors.sdk.odbc.pool import SessionPool
from connectors.sdk.odbc.session import Answered, DatabaseSession, Target


class DatabaseReader:
    """Reads one year's database; a ``TableReader``.

    Args:
        pool: lends sessions.
        target: the database.
        kind: what speaks to it.
    """

    def __init__(self, pool: SessionPool, target: Target, kind: Kind) -> None:
        self.label, self.can_filter = target.label, dialects.can_filter(kind)
        self.issues: list[Issue] = []
        self._pool, self._target, self._kind = pool, target, kind
        self._names: dict[str, str] | None = None

    def has(self, table: str) -> bool:
        """Whether the database has such a table.

        Raises:
            KhataError: it cannot be reached.
        """
        if self._names is None:
            with self._pool.lend(self._target) as session:
                self._names = {name.casefold(): name for name in self._list(session)}
        return table.casefold() in self._names

    def rows(self, table: str) -> Iterator[Row]:
        """Yield a whole table; its own count is compared with what came.

        Raises:
            SourceMalformed: the driver gave fewer rows than the table has.
            KhataError: as the driver fails.
        """
        before = self.count(table)
        found = 0
        with self._pool.lend(self._target) as session:
            answered = session.read(dialects.select_all(self._kind, table))
            for row in answered.rows():
                found += 1
                yield row
        self._note_bad(table, answered)
        if found + len(answered.bad) < before and self.count(table) >= before:
            raise failure.rows_lost(self.label, table, before, found)

    def rows_by(self, table: str, column: str, codes: Sequence[int]) -> Iterator[Row]:
        """Yield rows by code; where WHERE cannot be relied on, by reading everything."""
        if not self.can_filter:
            wanted = frozenset(codes)
            yield from (row for row in self.rows(table) if whole(row.get(column)) in wanted)
            return
        for start in range(0, len(codes), dialects.PARAMETERS_MAX):
            part = codes[start : start + dialects.PARAMETERS_MAX]
            with self._pool.lend(self._target) as session:
                answered = session.read(dialects.select_by(self._kind, table, column, part), list(part))
                yield from answered.rows()
            self._note_bad(table, answered)

    def count(self, table: str) -> int:
        """The table's own count; MDBTools hands it over as text."""
        with self._pool.lend(self._target) as session:
            batches = list(session.read(dialects.count_rows(self._kind, table)).batches)
        return whole(batches[0][0][0]) if batches else 0

    def newest_change(self, table: str) -> str:
        """The newest stamp and time of change in a table, as text; for servers."""
        with self._pool.lend(self._target) as session:
            batches = list(session.read(dialects.newest_change(self._kind, table)).batches)
        return " ".join(str(value) for value in batches[0][0]) if batches else ""

    def _list(self, session: DatabaseSession) -> list[str]:
        question = dialects.list_tables(self._kind)
        if not question:
            return [name for name, kind in session.tables() if kind == "TABLE"]
        return [str(row[0]) for batch in session.read(question).batches for row in batch]

    def _note_bad(self, table: str, answered: Answered) -> None:
        for number, reason in answered.bad:
            self.issues.append(
                Issue(
                    code="busy.database.row_unreadable",
                    level=IssueLevel.REJECTED,
                    message=f"Row {number} of {table} cannot be handed over by the driver: {reason}.",
                    where=f"{self.label}#{table} {number}",
                    hint="Open the voucher or master in BUSY, correct the field and save it.",
                )
            )
