"""Issues: facts about data, kept until the record that caused them is read anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from canonical.errors import NotFound
from canonical.issue import Issue, IssueLevel
from canonical.record import SourceRef
from storage.engine import Transaction
from storage.repositories.base import Page, Repository, parse_cursor, render_cursor
from storage.tables.run import issue, run_record


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredIssue:
    """An issue with the record and run it belongs to."""

    id: int
    issue: Issue
    company_id: int | None
    run_id: int | None
    raw_id: int | None


class Issues(Repository):
    """The tenant's issues."""

    def replace(self, run_id: int | None, raw_id: int | None, company_id: int | None, issues: Sequence[Issue]) -> None:
        """Put a raw record's issues in the place of its earlier ones.

        Without a raw record the issues are about the file or the books: those of earlier runs go, those this run
        noted before stay.
        """
        if raw_id is not None:
            self.replace_many(run_id, company_id, {raw_id: issues})
            return
        others = [issue.c.raw_id.is_(None), issue.c.company_id == company_id, issue.c.run_id.is_distinct_from(run_id)]
        with self._write() as transaction:
            transaction.connection.execute(sa.delete(issue).where(self._mine(issue), *others))
            self._insert(transaction, [self._row(run_id, None, company_id, item) for item in issues])

    def replace_many(
        self, run_id: int | None, company_id: int | None, by_raw_id: Mapping[int, Sequence[Issue]]
    ) -> None:
        """``replace`` for many raw records at once; one without issues only loses its earlier ones."""
        rows = [self._row(run_id, key, company_id, item) for key, items in by_raw_id.items() for item in items]
        with self._write() as transaction:
            sql = "DELETE FROM issue WHERE tenant_id = ?"
            transaction.change_members(sql, (self._tenant_id,), "raw_id", list(by_raw_id))
            self._insert(transaction, rows)

    def settle(
        self, run_id: int | None, company_id: int, codes: Sequence[str], found: Sequence[tuple[int, Issue]]
    ) -> int:
        """Make the company's issues of some codes exactly these; one that stands already keeps its number.

        Args:
            run_id: the run that found them.
            company_id: whose books.
            codes: all codes this finder gives; issues of other codes are left alone.
            found: raw record and issue.

        Returns:
            Number of issues added and removed.
        """
        wanted = [self._row(run_id, raw_id, company_id, item) for raw_id, item in found]
        with self._write() as transaction:
            query = sa.select(issue).where(
                self._mine(issue), issue.c.company_id == company_id, issue.c.code.in_(list(codes))
            )
            standing = {_identity(row._mapping): row.id for row in transaction.connection.execute(query)}  # noqa: SLF001 - SQLAlchemy's public name for it
            fresh = {_identity(row): row for row in wanted}
            gone = [row_id for identity, row_id in standing.items() if identity not in fresh]
            added = [row for identity, row in fresh.items() if identity not in standing]
            if gone:
                transaction.change_members("DELETE FROM issue WHERE tenant_id = ?", (self._tenant_id,), "id", gone)
            self._insert(transaction, added)
        return len(gone) + len(added)

    def page(
        self,
        *,
        company_id: int | None = None,
        run_id: int | None = None,
        level: IssueLevel | None = None,
        code: str | None = None,
        seen_in_run: int | None = None,
        raw_id: int | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[StoredIssue]:
        """Return issues in the order they were noted.

        Args:
            company_id: of this company only.
            run_id: noted by this run.
            level: of this level.
            code: with this code.
            seen_in_run: about what this run read, whichever run noted them.
            raw_id: about this raw record.
            cursor: from the page before.
            limit: at most so many.
        """
        wanted = [*self._conditions(company_id, run_id, level, code), *self._seen(seen_in_run)]
        if raw_id is not None:
            wanted.append(issue.c.raw_id == raw_id)
        if cursor is not None:
            wanted.append(issue.c.id > parse_cursor(cursor, 1)[0])
        query = sa.select(issue).where(*wanted).order_by(issue.c.id).limit(limit + 1)
        with self._read() as transaction:
            rows = transaction.connection.execute(query).all()
        items = tuple(_stored(row) for row in rows[:limit])
        return Page(items, render_cursor([items[-1].id]) if len(rows) > limit else None)

    def get(self, issue_id: int) -> StoredIssue:
        """Return one issue.

        Raises:
            NotFound: this tenant has no such issue (any more: reading a record anew replaces its issues).
        """
        with self._read() as transaction:
            row = transaction.connection.execute(
                sa.select(issue).where(self._mine(issue), issue.c.id == issue_id)
            ).one_or_none()
        if row is None:
            raise NotFound(f"There is no issue {issue_id} in this store.", issue_id=issue_id)
        return _stored(row)

    def counts(
        self, *, run_id: int | None = None, company_id: int | None = None, seen_in_run: int | None = None
    ) -> dict[str, int]:
        """Number of issues by code; see ``page`` for the arguments."""
        wanted = [*self._conditions(company_id, run_id), *self._seen(seen_in_run)]
        query = sa.select(issue.c.code, sa.func.count()).where(*wanted).group_by(issue.c.code)
        with self._read() as transaction:
            rows = transaction.connection.execute(query.order_by(issue.c.code)).all()
        return {row.code: row[1] for row in rows}

    def counts_by_level(self, *, run_id: int | None = None, company_id: int | None = None) -> dict[IssueLevel, int]:
        """Number of issues by level."""
        query = sa.select(issue.c.level, sa.func.count()).where(*self._conditions(company_id, run_id))
        with self._read() as transaction:
            rows = transaction.connection.execute(query.group_by(issue.c.level)).all()
        return {IssueLevel(level): count for level, count in rows}

    def _conditions(
        self,
        company_id: int | None,
        run_id: int | None,
        level: IssueLevel | None = None,
        code: str | None = None,
    ) -> list[sa.ColumnElement[bool]]:
        asked = (
            (issue.c.company_id, company_id),
            (issue.c.run_id, run_id),
            (issue.c.level, level),
            (issue.c.code, code),
        )
        return [self._mine(issue), *(column == value for column, value in asked if value is not None)]

    def _seen(self, run_id: int | None) -> list[sa.ColumnElement[bool]]:
        if run_id is None:
            return []
        seen = sa.select(run_record.c.raw_id).where(self._mine(run_record), run_record.c.run_id == run_id)
        return [sa.or_(issue.c.raw_id.in_(seen), sa.and_(issue.c.raw_id.is_(None), issue.c.run_id == run_id))]

    def _row(self, run_id: int | None, raw_id: int | None, company_id: int | None, item: Issue) -> dict[str, Any]:
        source = item.source
        address = None if source is None else [source.connector, source.company, source.stream, source.key]
        return {
            "tenant_id": self._tenant_id,
            "company_id": company_id,
            "run_id": run_id,
            "raw_id": raw_id,
            "code": item.code,
            "level": item.level.value,
            "message": _plain(item.message),
            "location": _plain(item.where),
            "hint": _plain(item.hint),
            "source": address,
            "facts": {name: _plain(value) for name, value in item.facts.items()},
        }

    def _insert(self, transaction: Transaction, rows: list[dict[str, Any]]) -> None:
        if rows:
            for row, new_id in zip(rows, self._ids.take(len(rows)), strict=True):
                row["id"] = new_id
            transaction.connection.execute(sa.insert(issue), rows)


def _plain(value: Any) -> Any:
    """PostgreSQL text and JSON cannot hold U+0000, which broken files contain."""
    return value.replace("\0", "\ufffd") if isinstance(value, str) else value


def _identity(row: Any) -> tuple[Any, ...]:
    """What makes two issues the same one."""
    return (row["raw_id"], row["code"], row["level"], row["message"], row["hint"])


def _stored(row: Any) -> StoredIssue:
    return StoredIssue(
        id=row.id,
        company_id=row.company_id,
        run_id=row.run_id,
        raw_id=row.raw_id,
        issue=Issue(
            code=row.code,
            level=IssueLevel(row.level),
            message=row.message,
            where=row.location,
            hint=row.hint,
            source=SourceRef(*row.source) if row.source else None,
            facts=row.facts,
        ),
    )
