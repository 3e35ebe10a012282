"""The census: what a source says exists, held against what is stored, in two statements whatever its size.

The members go to the database as one parameter (arrays on PostgreSQL, a temporary table on SQLite); what comes back is
only what differs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from canonical.dates import Period
from storage.engine import Row, Transaction
from storage.raw_append import by_source_key
from storage.repositories.base import Repository
from storage.tables.raw import RAW_ADDRESS
from storage.types import wire_day

Member = tuple[str, int | None, date | None, str | None]
"""Source key, version, day, label; None where the census did not ask."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What differs, as source keys in their order.

    Attributes:
        missing: members that are not held, or were retired.
        outdated: members held with another version, day or label, or that name what was renamed since.
        gone: held in the scope, and no members.
    """

    missing: tuple[str, ...]
    outdated: tuple[str, ...]
    gone: tuple[str, ...]


class Census(Repository):
    """Compares a source's list of what exists with the current raw records."""

    def compare(
        self,
        company_id: int,
        stream: str,
        period: Period | None,
        members: Iterable[Member],
        keys: tuple[str, str | None] | None = None,
    ) -> Comparison:
        """Hold a census against the store; nothing is changed.

        Args:
            company_id: whose books.
            stream: which records were counted.
            period: the days that were counted; None for all of the stream.
            members: everything there is in the scope.
            keys: source keys above the one and up to the other (None: all above) are the scope.
        """
        scope = (self._tenant_id, company_id, stream)
        with self._read() as transaction:
            wanted, bound = _stage(transaction, members)
            differing = transaction.rows(
                f"{wanted}SELECT m.key, r.id FROM census_member m LEFT JOIN {_held(transaction)} "
                f"WHERE r.id IS NULL OR {_differs('version')} OR {_differs('day')} OR {_differs('label')} OR EXISTS "
                "(SELECT 1 FROM raw_outdated o WHERE o.tenant_id = r.tenant_id AND o.raw_id = r.id) ORDER BY m.key",
                (*bound, *scope),
            )
            within, days, index = _within(transaction, period)
            ranged, ends = _ranged(transaction, keys)
            gone = transaction.rows(
                f"{wanted}SELECT r.source_key FROM raw_record r{index} WHERE r.tenant_id = ? AND r.company_id = ? "
                f"AND r.stream = ? AND r.is_current {within}{ranged}EXCEPT SELECT key FROM census_member ORDER BY 1",
                (*bound, *scope, *days, *ends),
            )
        return Comparison(
            missing=tuple(key for key, raw_id in differing if raw_id is None),
            outdated=tuple(key for key, raw_id in differing if raw_id is not None),
            gone=tuple(key for (key,) in gone),
        )

    def held(self, company_id: int, stream: str, keys: Sequence[str]) -> tuple[str, ...]:
        """Which of these source keys have a current raw record, in their order."""
        lookup = by_source_key("source_key", is_current=True)
        with self._read() as transaction:
            found = transaction.find(lookup, (self._tenant_id, company_id, stream), sorted(set(keys)))
            return tuple(sorted(key for (key,) in found))

    def held_by_day(self, company_id: int, stream: str) -> dict[date, tuple[int, int]]:
        """Number of current raw records and sum of their versions, by their day; what has no day is left out."""
        with self._read() as transaction:
            read_day = transaction.dialect.values.read_day
            rows = transaction.rows(
                f"SELECT day, count(*), {_HIGH}, {_LOW} FROM raw_record "
                "WHERE tenant_id = ? AND company_id = ? AND stream = ? AND is_current AND day IS NOT NULL "
                "GROUP BY day ORDER BY day",
                (self._tenant_id, company_id, stream),
            )
            days = ((read_day(row[0]), int(row[1]), (int(row[2]) << _HALF) + int(row[3])) for row in rows)
            return {day: (count, versions) for day, count, versions in days if day is not None}

    def outdated(self, company_id: int, stream: str) -> tuple[Member, ...]:
        """Current raw records that name what was renamed since they were read, with what is held of them."""
        with self._read() as transaction:
            read_day = transaction.dialect.values.read_day
            rows = transaction.rows(
                "SELECT r.source_key, r.version, r.day, r.label FROM raw_outdated o JOIN raw_record r "
                "ON r.tenant_id = o.tenant_id AND r.id = o.raw_id "
                "WHERE o.tenant_id = ? AND o.company_id = ? AND o.stream = ? ORDER BY r.day, r.source_key",
                (self._tenant_id, company_id, stream),
            )
            return tuple((key, version, read_day(day), label) for key, version, day, label in rows)


_HALF = 31
_HIGH = f"COALESCE(sum(version >> {_HALF}), 0)"
_LOW = f"COALESCE(sum(version & {(1 << _HALF) - 1}), 0)"
"""A sum of versions in two parts: some sources' are digests of 62 bits, and SQLite adds up no more than 63."""


def _differs(column: str) -> str:
    return f"(m.{column} IS NOT NULL AND (r.{column} IS NULL OR r.{column} <> m.{column}))"


def _stage(transaction: Transaction, members: Iterable[Member]) -> tuple[str, tuple[Any, ...]]:
    """Make the members a table ``census_member``: a common table expression to begin with, and its parameters."""
    rows = ((key, version, wire_day(day), label) for key, version, day, label in members)
    if transaction.dialect.name == "sqlite":
        _fill_temporary(transaction, rows)
        return "", ()
    columns: list[list[Any]] = [list(column) for column in zip(*rows, strict=True)] or [[], [], [], []]
    return _ARRAYS, tuple(columns)


_ARRAYS = (
    "WITH census_member AS MATERIALIZED (SELECT key, version, DATE '0001-01-01' + (ordinal - 1) AS day, label "
    "FROM unnest(?::text[], ?::int8[], ?::int4[], ?::text[]) AS given(key, version, ordinal, label)) "
)


def _fill_temporary(transaction: Transaction, rows: Iterable[Row]) -> None:
    cursor = transaction.driver.cursor()
    cursor.execute(
        "CREATE TEMP TABLE IF NOT EXISTS census_member "
        "(key TEXT PRIMARY KEY, version INTEGER, day INTEGER, label TEXT) WITHOUT ROWID"
    )
    cursor.execute("DELETE FROM census_member")
    cursor.executemany("INSERT OR REPLACE INTO census_member VALUES (?, ?, ?, ?)", rows)
    cursor.close()


def _held(transaction: Transaction) -> str:
    """The current raw record of a member, through the index that has the key: no statistics lead the planner astray."""
    where = "r.tenant_id = ? AND r.company_id = ? AND r.stream = ? AND r.source_key = m.key AND r.is_current"
    if transaction.dialect.name == "sqlite":
        return f"raw_record r INDEXED BY {RAW_ADDRESS} ON {where}"
    return f"LATERAL (SELECT r.* FROM raw_record r WHERE {where} OFFSET 0) r ON TRUE"


def _within(transaction: Transaction, period: Period | None) -> tuple[str, tuple[Any, ...], str]:
    """Condition on the day, its parameters, and the index to go by."""
    is_sqlite = transaction.dialect.name == "sqlite"
    if period is None:
        return "", (), f" INDEXED BY {RAW_ADDRESS}" if is_sqlite else ""
    days = (transaction.dialect.values.day(period.start), transaction.dialect.values.day(period.end))
    by_day = " INDEXED BY ix_raw_record_day" if is_sqlite else ""
    return "AND r.day IS NOT NULL AND r.day BETWEEN ? AND ? ", days, by_day


def _ranged(transaction: Transaction, keys: tuple[str, str | None] | None) -> tuple[str, tuple[str, ...]]:
    """Condition on the source key, by code points whatever the database sorts by, and its parameters."""
    if keys is None:
        return "", ()
    after, upto = keys
    column = "r.source_key" if transaction.dialect.name == "sqlite" else 'r.source_key COLLATE "C"'
    above = f"AND {column} > ? "
    return (above, (after,)) if upto is None else (f"{above}AND {column} <= ? ", (after, upto))
