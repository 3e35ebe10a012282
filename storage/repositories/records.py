"""Canonical records: written in versions, read back without loss, now or as known at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any, Generic, TypeVar

from canonical.codec import CanonicalRecord
from canonical.errors import NotFound
from canonical.record import SourceRef
from storage.batch import commit_batch
from storage.chunk import ChunkReader, Place
from storage.document import decode
from storage.engine import MEMBERS_MAX, Lookup, Row, Transaction
from storage.repositories.base import CursorInvalid, Page, Repository, parse_cursor, render_cursor
from storage.types import to_microseconds
from storage.upsert.closing import close_current
from storage.upsert.kinds import KINDS, kind_of
from storage.upsert.plan import Batch, UpsertResult, close_versions, forget_current, prepare

T = TypeVar("T")
Filter = str | bool | date | None

FILTERS: dict[str, frozenset[str]] = {
    "voucher": frozenset({"kind", "type_key", "number", "party_key", "day_from", "day_to", "counts"}),
    "ledger": frozenset({"key", "group_key", "reserved", "is_bill_wise", "is_provisional"}),
    "party": frozenset({"key", "ledger_key", "gstin", "pan"}),
    "item": frozenset({"key", "group_key", "hsn"}),
}
"""What ``iter`` and ``page`` can filter by, beside ``key`` for every other master."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored(Generic[T]):
    """A canonical record with what the store knows about this version of it.

    Attributes:
        id: of the version; ``trace`` takes it with a letter (``v:123``).
        raw_id: the raw record it was translated from.
    """

    id: int
    record: T
    raw_id: int | None
    known_from: datetime
    known_to: datetime | None


def table_of(record: CanonicalRecord) -> str:
    """Name of the table a record is kept in."""
    return kind_of(record).table.name


_NAMED = (
    "EXISTS (SELECT 1 FROM posting p WHERE p.tenant_id = t.tenant_id AND p.company_id = t.company_id "
    "AND p.ledger_key = t.key AND p.known_to IS NULL) OR EXISTS (SELECT 1 FROM voucher v "
    "WHERE v.tenant_id = t.tenant_id AND v.company_id = t.company_id AND v.party_key = t.key AND v.known_to IS NULL)"
)
_HAS_BILLS = (
    "EXISTS (SELECT 1 FROM bill_allocation b WHERE b.tenant_id = t.tenant_id AND b.company_id = t.company_id "
    "AND b.ledger_key = t.key AND NOT b.is_implied AND b.known_to IS NULL)"
)
_IS_PLACEHOLDER = (
    "EXISTS (SELECT 1 FROM ledger l WHERE l.tenant_id = t.tenant_id AND l.company_id = t.company_id "
    "AND l.key = t.key AND l.is_provisional AND l.known_to IS NULL)"
)
"""Why something inferred (``t``) still follows from the vouchers there are."""


class Records(Repository):
    """One tenant's canonical records."""

    def __init__(self, *bound: Any) -> None:
        super().__init__(*bound)
        self._chunks = ChunkReader()
        self._bill_ledgers: dict[int, set[str]] = defaultdict(set)

    def upsert(
        self,
        company_id: int,
        run_id: int | None,
        records: Sequence[CanonicalRecord],
        known_at: datetime,
        raw_ids: Sequence[int] | None = None,
        *,
        documents: Sequence[bytes] | None = None,
        alongside: Callable[[], None] | None = None,
        is_newest: bool = False,
    ) -> UpsertResult:
        """Store what is new or changed; unchanged and stale records cost a look-up.

        Each batch of a few hundred records commits by itself, unless a transaction is open (``TenantStore``'s).

        Args:
            company_id: whose books.
            run_id: the run that translated them.
            records: any types mixed.
            known_at: the moment the new versions hold from; never before the version they replace.
            raw_ids: the raw record of each, in the same order.
            documents: each as ``storage.document`` writes it, in the same order, if somebody has done so.
            alongside: called inside the last batch's transaction, for what must be stored with the records or not at
                all (issues, the mark "translated"). Unlike an open transaction it leaves the encoding outside the
                lock, so that other writers of SQLite wait only for the writing.
            is_newest: these are how things are now; otherwise a record whose own version is below the stored one's is
                stale and left out.
        """
        result = UpsertResult()
        size = self._database.dialect.batch_rows
        starts = range(0, len(records), size) or (0,)
        if not records and alongside is None:
            return result
        for start in starts:
            some_ids = None if raw_ids is None else raw_ids[start : start + size]
            written = None if documents is None else documents[start : start + size]
            prepared, repeated = prepare(records[start : start + size], some_ids, written)
            batch = Batch(
                tenant_id=self._tenant_id,
                company_id=company_id,
                run_id=run_id,
                known_at=to_microseconds(known_at),
                prepared=prepared,
                repeated=repeated,
                known_bill_ledgers=self._bill_ledgers[company_id],
                is_newest=is_newest,
            )
            work = commit_batch(
                self._database,
                self._tenant_id,
                company_id,
                counter="record_writes",
                look=batch.look,
                build=partial(batch.build, ids=self._ids),
                alongside=alongside if start == starts[-1] else None,
            )
            result += work.result
        return result

    def kinds_by_stream(self, company_id: int) -> dict[str, frozenset[str]]:
        """Tables that hold current records, by the stream these came from."""
        found: dict[str, set[str]] = defaultdict(set)
        with self._read() as transaction:
            for stream, table in transaction.rows(
                "SELECT DISTINCT stream, kind FROM current_record WHERE tenant_id = ? AND company_id = ?",
                (self._tenant_id, company_id),
            ):
                found[stream].add(table)
        return {stream: frozenset(tables) for stream, tables in found.items()}

    def close_unsaid(
        self, company_id: int, addresses: Mapping[str, Sequence[tuple[str, str]]], known_at: datetime
    ) -> int:
        """Close what is current at addresses, (stream, source key) by table; returns how many records that were."""
        if not addresses:
            return 0
        with self._write() as transaction:
            return close_current(transaction, company_id, addresses, to_microseconds(known_at))

    def retire_unused(self, company_id: int, known_at: datetime) -> int:
        """Close what was only inferred from vouchers and follows from none of the current ones.

        A placeholder goes with the last voucher that names its ledger; a party with the last bill on it, unless its
        ledger is a placeholder too.
        """
        conditions = {"ledger": _NAMED, "party": f"{_HAS_BILLS} OR (({_NAMED}) AND {_IS_PLACEHOLDER})"}
        found = {table: self._unused(company_id, table, condition) for table, condition in conditions.items()}
        return self.close_unsaid(company_id, {table: some for table, some in found.items() if some}, known_at)

    def _unused(self, company_id: int, table: str, is_used: str) -> list[tuple[str, str]]:
        with self._read() as transaction:
            rows = transaction.rows(
                f"SELECT t.stream, t.source_key FROM {table} t WHERE t.tenant_id = ? AND t.company_id = ? "
                f"AND t.known_to IS NULL AND t.is_provisional AND NOT ({is_used})",
                (self._tenant_id, company_id),
            )
        return [(stream, key) for stream, key in rows]

    def find_inferred(self, company_id: int, since: datetime) -> dict[str, list[tuple[str, str]]]:
        """Find the parties inferred from vouchers of which one ended since a moment: others may show less of them.

        Returns:
            Stream and source key of their current vouchers, by the party's key.
        """
        of_ended = (
            "SELECT t.key FROM party t WHERE t.tenant_id = ? AND t.company_id = ? AND t.known_to IS NULL "
            "AND t.is_provisional AND (EXISTS (SELECT 1 FROM posting p WHERE p.tenant_id = t.tenant_id "
            "AND p.company_id = t.company_id AND p.ledger_key = t.key AND p.known_to >= ?) "
            "OR EXISTS (SELECT 1 FROM voucher v WHERE v.tenant_id = t.tenant_id AND v.company_id = t.company_id "
            "AND v.party_key = t.key AND v.known_to >= ?))"
        )
        of_current = (
            "SELECT DISTINCT v.stream, v.source_key FROM posting p JOIN voucher v ON v.tenant_id = p.tenant_id "
            "AND v.id = p.voucher_id WHERE p.tenant_id = ? AND p.company_id = ? AND p.ledger_key = ? "
            "AND p.known_to IS NULL"
        )
        with self._read() as transaction:
            mine = (self._tenant_id, company_id)
            moment = transaction.dialect.values.moment(since)
            keys = transaction.rows(of_ended, (*mine, moment, moment))
            return {
                key: [(stream, source_key) for stream, source_key in transaction.rows(of_current, (*mine, key))]
                for (key,) in keys
            }

    def retire(self, company_id: int, record_type: type, sources: Sequence[SourceRef], known_at: datetime) -> int:
        """Close records that the source says are gone; returns how many were current."""
        table = KINDS[record_type].table.name
        with self._write() as transaction:
            found = [
                row[0]
                for source in sources
                for row in transaction.rows(
                    "SELECT version_id FROM current_record WHERE tenant_id = ? AND company_id = ? AND kind = ? "
                    "AND stream = ? AND source_key = ?",
                    (self._tenant_id, company_id, table, source.stream, source.key),
                )
            ]
            if found:
                close_versions(transaction, table, found, to_microseconds(known_at))
                addresses = [(table, source.stream, source.key) for source in sources]
                forget_current(transaction, company_id, addresses)
                transaction.change(
                    "UPDATE company SET record_writes = record_writes + 1 WHERE tenant_id = ? AND id = ?",
                    (self._tenant_id, company_id),
                )
        return len(found)

    def find_vouchers_of(self, company_id: int, parties: Sequence[str], items: Sequence[str]) -> dict[str, list[str]]:
        """Find the current vouchers of these parties or with these items, by ledger and item key.

        Returns:
            Their source keys, by stream.
        """
        of_party = "SELECT stream, source_key FROM voucher WHERE tenant_id = ? AND company_id = ? AND known_to IS NULL"
        of_item = (
            "SELECT v.stream, v.source_key FROM voucher v "
            "JOIN item_line i ON i.tenant_id = v.tenant_id AND i.voucher_id = v.id "
            "WHERE v.tenant_id = ? AND v.company_id = ? AND v.known_to IS NULL"
        )
        bound, found = (self._tenant_id, company_id), set[tuple[str, str]]()
        with self._read() as transaction:
            for sql, column, members in ((of_party, "party_key", parties), (of_item, "i.item_key", items)):
                for start in range(0, len(members), MEMBERS_MAX):
                    some = members[start : start + MEMBERS_MAX]
                    condition = transaction.dialect.membership(column, len(some))
                    values = (*bound, *transaction.dialect.bind_members(some))
                    found.update((stream, key) for stream, key in transaction.rows(f"{sql} AND {condition}", values))
        by_stream: dict[str, list[str]] = {}
        for stream, key in sorted(found):
            by_stream.setdefault(stream, []).append(key)
        return by_stream

    def get(self, record_type: type[T], version_id: int) -> Stored[T]:
        """Return one version by its id.

        Raises:
            NotFound: this tenant has no such version.
        """
        found = self._select(record_type, "id = ?", [version_id], "")
        if not found:
            raise NotFound(f"There is no {record_type.__name__} {version_id} in this store.", id=version_id)
        return found[0]

    def find(
        self, record_type: type[T], company_id: int, source: SourceRef, known_at: datetime | None = None
    ) -> Stored[T] | None:
        """Find the record at a source address, as it is or as it was known."""
        where, bound = self._known("company_id = ? AND stream = ? AND source_key = ?", known_at)
        found = self._select(record_type, where, [company_id, source.stream, source.key, *bound], "ORDER BY id DESC")
        return found[0] if found else None

    def find_by_key(
        self, record_type: type[T], company_id: int, key: str, known_at: datetime | None = None
    ) -> Stored[T] | None:
        """Find a master by the key other records refer to it with; the latest, if several carry it."""
        where, bound = self._known("company_id = ? AND key = ?", known_at)
        found = self._select(record_type, where, [company_id, key, *bound], "ORDER BY id DESC LIMIT 1")
        return found[0] if found else None

    def find_ids(self, record_type: type, company_id: int, stream: str, source_keys: Sequence[str]) -> dict[str, int]:
        """Find the ids of current records by their keys in the source; a key that has none is left out."""
        lookup = Lookup(
            table="current_record",
            columns="source_key, version_id",
            where="tenant_id = ? AND company_id = ? AND kind = ? AND stream = ?",
            column="source_key",
        )
        bound = (self._tenant_id, company_id, KINDS[record_type].table.name, stream)
        with self._read() as transaction:
            found = transaction.find(lookup, bound, source_keys)
        return {str(key): int(record_id) for key, record_id in found}

    def versions(self, record_type: type[T], company_id: int, source: SourceRef) -> tuple[Stored[T], ...]:
        """Every version of a record, oldest first."""
        where = "company_id = ? AND stream = ? AND source_key = ?"
        return tuple(self._select(record_type, where, [company_id, source.stream, source.key], "ORDER BY id"))

    def iter(
        self, company_id: int, record_type: type[T], known_at: datetime | None = None, **filters: Filter
    ) -> Iterator[T]:
        """Yield the canonical records of a type in the order they were stored; see ``FILTERS``."""
        for stored in self.iter_stored(company_id, record_type, known_at, **filters):
            yield stored.record

    def iter_stored(
        self, company_id: int, record_type: type[T], known_at: datetime | None = None, **filters: Filter
    ) -> Iterator[Stored[T]]:
        """Like ``iter``, with ids; reads page by page, so the store may be written meanwhile."""
        last = 0
        while True:
            where, bound = self._filtered(record_type, company_id, known_at, filters)
            found = self._select(record_type, f"{where} AND id > ?", [*bound, last], "ORDER BY id LIMIT 500")
            yield from found
            if not found:
                return
            last = found[-1].id

    def page(
        self,
        company_id: int,
        record_type: type[T],
        *,
        cursor: str | None = None,
        limit: int = 50,
        known_at: datetime | None = None,
        **filters: Filter,
    ) -> Page[Stored[T]]:
        """Return some records: vouchers by day, newest first; masters by key."""
        is_voucher = KINDS[record_type].table.name == "voucher"
        where, bound = self._filtered(record_type, company_id, known_at, filters)
        column, comparison, order = (
            ("day", "<", "DESC") if is_voucher else (self._order_column(record_type), ">", "ASC")
        )
        if cursor is not None:
            position = parse_cursor(cursor, 2)
            where += f" AND ({column}, id) {comparison} (?, ?)"
            bound += [self._day(_cursor_day(position[0])) if is_voucher else position[0], position[1]]
        tail = f"ORDER BY {column} {order}, id {order} LIMIT {int(limit) + 1}"
        found = self._select(record_type, where, bound, tail)
        if len(found) <= limit:
            return Page(tuple(found))
        last = found[limit - 1]
        place = last.record.day.isoformat() if is_voucher else getattr(last.record, column, "")  # type: ignore[attr-defined]  # vouchers have one
        return Page(tuple(found[:limit]), render_cursor([place, last.id]))

    def count(self, company_id: int, record_type: type, known_at: datetime | None = None, **filters: Filter) -> int:
        """Number of records."""
        where, bound = self._filtered(record_type, company_id, known_at, filters)
        with self._read() as transaction:
            rows = transaction.rows(
                f"SELECT count(*) FROM {KINDS[record_type].table.name} WHERE tenant_id = ? AND {where}",
                (self._tenant_id, *bound),
            )
        return int(rows[0][0])

    @staticmethod
    def _order_column(record_type: type) -> str:
        return "name" if KINDS[record_type].table.name == "company_profile" else "key"

    def _filtered(
        self, record_type: type, company_id: int, known_at: datetime | None, filters: dict[str, Filter]
    ) -> tuple[str, list[Any]]:
        table = KINDS[record_type].table.name
        allowed = FILTERS.get(table, frozenset({"key"}))
        where, bound = self._known("company_id = ?", known_at)
        bound = [company_id, *bound]
        for name, value in filters.items():
            if value is None:
                continue
            if name not in allowed:
                raise TypeError(
                    f"{record_type.__name__} cannot be filtered by {name!r}; try {', '.join(sorted(allowed))}."
                )
            column, comparison = {"day_from": ("day", ">="), "day_to": ("day", "<=")}.get(name, (name, "="))
            where += f" AND {column} {comparison} ?"
            bound.append(self._day(value) if isinstance(value, date) else value)
        return where, bound

    def _known(self, where: str, known_at: datetime | None) -> tuple[str, list[Any]]:
        if known_at is None:
            return f"{where} AND known_to IS NULL", []
        moment = self._database.dialect.values.moment(known_at)
        return f"{where} AND known_from <= ? AND (known_to IS NULL OR known_to > ?)", [moment, moment]

    def _day(self, day: date) -> Any:
        return self._database.dialect.values.day(day)

    def _select(self, record_type: type[T], where: str, bound: list[Any], tail: str) -> list[Stored[T]]:
        table = KINDS[record_type].table.name
        with self._read() as transaction:
            rows = transaction.rows(
                "SELECT id, raw_id, known_from, known_to, chunk_id, chunk_at, chunk_size "
                f"FROM {table} WHERE tenant_id = ? AND {where} {tail}",
                (self._tenant_id, *bound),
            )
            return self._stored(transaction, record_type, rows)

    def _stored(self, transaction: Transaction, record_type: type[T], rows: list[Row]) -> list[Stored[T]]:
        documents = self._chunks.read(transaction, [Place(*row[4:7]) for row in rows])
        moment = transaction.dialect.values.read_moment
        return [
            Stored(
                id=version_id,
                record=decode(record_type, document),
                raw_id=raw_id,
                known_from=moment(known_from),
                known_to=None if known_to is None else moment(known_to),
            )
            for (version_id, raw_id, known_from, known_to, *_), document in zip(rows, documents, strict=True)
        ]


def _cursor_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CursorInvalid("The page cursor belongs to another list; start again without it.") from error
