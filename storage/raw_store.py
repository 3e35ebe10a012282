"""The raw store: what sources said, verbatim, appended once, never changed.

A record is known by its address and the digest of its payload. Appending what is already there changes nothing, so a
source may be read any number of times. The newest record under an address is the current one, and waits in
``raw_pending`` until it has been translated. Payloads lie in chunks (``storage.chunk``).

Where next: ``raw_append.py`` decides a batch, ``retirement.py`` takes what is gone out, ``census.py`` compares.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from canonical.errors import NotFound
from canonical.record import RawRecord, SourceRef
from storage.batch import commit_batch
from storage.chunk import ChunkReader, Place
from storage.engine import Lookup, Row, Transaction
from storage.raw_append import AppendResult, Batch, by_source_key, look
from storage.repositories.base import Repository
from storage.tables.raw import raw_stream

KEYS_AT_ONCE = 50
"""Source keys of which everything ever said is held in memory at once."""


@dataclass(frozen=True, slots=True)
class StoredRaw:
    """A raw record and its id."""

    raw_id: int
    record: RawRecord
    is_current: bool = True


class RawStore(Repository):
    """One tenant's raw records."""

    def __init__(self, *bound: Any) -> None:
        super().__init__(*bound)
        self._chunks = ChunkReader()

    def append(
        self, company_id: int, run_id: int | None, records: Sequence[RawRecord], *, is_named: bool = False
    ) -> AppendResult:
        """Store what is new; the last record of each address becomes its current one.

        Args:
            company_id: whose books.
            run_id: the run that read them; it is noted as having seen them all, new or known.
            records: any streams mixed; at most a few thousand at a time (they are held in memory).
            is_named: other records refer to these by their labels: a changed one is noted as a renaming.
        """
        batch = Batch(
            tenant_id=self._tenant_id, company_id=company_id, run_id=run_id, records=records, is_named=is_named
        )
        addresses = batch.addresses()
        work = commit_batch(
            self._database,
            self._tenant_id,
            company_id,
            counter="raw_writes",
            look=lambda transaction: look(transaction, company_id, addresses),
            build=lambda found: batch.decide(found, self._ids),
        )
        return work.result

    def see_again(self, run_id: int, earlier_run_id: int) -> dict[str, int] | None:
        """Note that a run saw exactly what an earlier one saw, without reading it again.

        Returns:
            Records by stream; None if any of them has been superseded since, or if there were none: then read.
        """
        mine = (self._tenant_id, earlier_run_id)
        with self._write() as transaction:
            rows = transaction.rows(
                "SELECT w.stream, count(*), sum(CASE WHEN w.is_current THEN 0 ELSE 1 END) FROM run_record r "
                "JOIN raw_record w ON w.tenant_id = r.tenant_id AND w.id = r.raw_id "
                "WHERE r.tenant_id = ? AND r.run_id = ? GROUP BY w.stream",
                mine,
            )
            if not rows or any(superseded for _, _, superseded in rows):
                return None
            transaction.change(
                "INSERT INTO run_record (tenant_id, run_id, raw_id) SELECT tenant_id, ?, raw_id FROM run_record "
                "WHERE tenant_id = ? AND run_id = ? ON CONFLICT DO NOTHING",
                (run_id, *mine),
            )
        return {stream: int(count) for stream, count, _ in rows}

    def count_current(self, company_id: int) -> int:
        """How many records of a company are current."""
        with self._read() as transaction:
            sql = "SELECT count(*) FROM raw_record WHERE tenant_id = ? AND company_id = ? AND is_current"
            ((count,),) = transaction.rows(sql, (self._tenant_id, company_id))
        return int(count)

    def iter_current(self, company_id: int, stream: str, batch: int = 100) -> Iterator[StoredRaw]:
        """Yield the current records of a stream, translated or not, in the order they were appended."""
        last = 0
        while True:
            where = "r.company_id = ? AND r.stream = ? AND r.is_current AND r.id > ?"
            found = self._where(where, (company_id, stream, last), limit=batch)
            yield from found
            if len(found) < batch:
                return
            last = found[-1].raw_id

    def iter_pending(
        self, company_id: int, stream: str, translator_version: int, batch: int = 500
    ) -> Iterator[list[StoredRaw]]:
        """Yield the current records that wait for translation, in the order they were appended.

        A translator version other than the one the stream was last read with makes the whole stream pending again.
        """
        self.note_versions(company_id, (stream,), translator_version)
        source = self._source(company_id)
        last = 0
        while True:
            with self._read() as transaction:
                waiting = transaction.rows(
                    "SELECT raw_id FROM raw_pending WHERE tenant_id = ? AND company_id = ? AND stream = ? "
                    "AND raw_id > ? ORDER BY raw_id LIMIT ?",
                    (self._tenant_id, company_id, stream, last, batch),
                )
                # by id, not by a join: tables this fresh have no statistics, and a join of them went through all rows
                rows = transaction.find(_BY_ID, (self._tenant_id,), [raw_id for (raw_id,) in waiting])
                rows.sort(key=itemgetter(0))
                found = self._records(transaction, [(row[0], *source, *row[1:]) for row in rows])
            if not found:
                return
            yield found
            last = found[-1].raw_id

    def _source(self, company_id: int) -> Row:
        """Connector and source key of a company."""
        with self._read() as transaction:
            rows = transaction.rows(
                "SELECT connector, source_key FROM company WHERE tenant_id = ? AND id = ?",
                (self._tenant_id, company_id),
            )
        return rows[0] if rows else ("", "")

    def note_versions(self, company_id: int, streams: Iterable[str], translator_version: int) -> None:
        """Note the translator version streams are about to be read with; another than before makes them pending."""
        with self._read() as transaction:
            found: dict[str, int] = dict(
                transaction.rows(
                    "SELECT stream, translator_version FROM raw_stream WHERE tenant_id = ? AND company_id = ?",
                    (self._tenant_id, company_id),
                )
            )
        changed = [stream for stream in streams if found.get(stream) != translator_version]
        if not changed:
            return
        with self._write() as transaction:
            rows = [(self._tenant_id, company_id, stream, translator_version) for stream in changed]
            transaction.insert(raw_stream, rows, replace=True)
            for stream in changed:
                if stream in found:  # what was never read is pending already
                    self.make_pending(company_id, stream)

    def count_pending(self, company_id: int) -> dict[str, int]:
        """Number of records waiting for translation, by stream."""
        with self._read() as transaction:
            rows = transaction.rows(
                "SELECT stream, count(*) FROM raw_pending WHERE tenant_id = ? AND company_id = ? GROUP BY stream",
                (self._tenant_id, company_id),
            )
        return {stream: int(count) for stream, count in rows}

    def mark_translated(self, raw_ids: Sequence[int], translator_version: int) -> None:
        """Take records off the waiting list; in the transaction that stores what they were translated to.

        Args:
            raw_ids: as given by ``iter_pending``.
            translator_version: the version that read them; if the stream is being read with another one by now,
                the records stay on the list.
        """
        other = "SELECT company_id, stream FROM raw_stream WHERE tenant_id = ? AND translator_version <> ?"
        sql = f"DELETE FROM raw_pending WHERE (company_id, stream) NOT IN ({other}) AND tenant_id = ?"
        with self._write() as transaction:
            bound = (self._tenant_id, translator_version, self._tenant_id)
            transaction.change_members(sql, bound, "raw_id", raw_ids)

    def make_pending(self, company_id: int, stream: str, source_keys: Sequence[str] | None = None) -> int:
        """Put current records back on the waiting list: all of a stream, or some; returns how many were added."""
        sql = (
            "INSERT INTO raw_pending (tenant_id, raw_id, company_id, stream) SELECT tenant_id, id, company_id, stream "
            "FROM raw_record WHERE tenant_id = ? AND company_id = ? AND stream = ? AND is_current"
        )
        bound, end = (self._tenant_id, company_id, stream), "ON CONFLICT DO NOTHING"
        with self._write() as transaction:
            if source_keys is None:
                return transaction.change(f"{sql} {end}", bound)
            return transaction.change_members(sql, bound, "source_key", source_keys, end=end)

    def get(self, raw_id: int) -> StoredRaw:
        """Return one record.

        Raises:
            NotFound: this tenant has no such record.
        """
        found = self._where("r.id = ?", (raw_id,))
        if not found:
            raise NotFound(f"There is no raw record {raw_id} in this store.", raw_id=raw_id)
        return found[0]

    def find(self, company_id: int, source: SourceRef) -> StoredRaw | None:
        """Find the current record at an address."""
        found = self.find_versions(company_id, source)
        return next((item for item in found if item.is_current), None)

    def find_versions(self, company_id: int, source: SourceRef) -> tuple[StoredRaw, ...]:
        """Everything ever said at an address, oldest first."""
        where = "r.company_id = ? AND r.stream = ? AND r.source_key = ?"
        return tuple(self._where(where, (company_id, source.stream, source.key)))

    def payloads(self, company_id: int, stream: str, source_keys: Sequence[str]) -> Iterator[bytes]:
        """Everything ever said under some source keys, in no order; what was retired is among it."""
        for start in range(0, len(source_keys), KEYS_AT_ONCE):
            yield from self._payloads(company_id, stream, source_keys[start : start + KEYS_AT_ONCE])

    def _payloads(self, company_id: int, stream: str, source_keys: Sequence[str]) -> list[bytes]:
        lookup = by_source_key("chunk_id, chunk_at, chunk_size")
        with self._read() as transaction:
            rows = transaction.find(lookup, (self._tenant_id, company_id, stream), source_keys)
            return self._chunks.read(transaction, [Place(*row) for row in rows])

    def _where(self, condition: str, parameters: tuple[Any, ...], limit: int | None = None) -> list[StoredRaw]:
        with self._read() as transaction:
            rows = transaction.rows(
                f"SELECT {_COLUMNS} FROM raw_record r JOIN company c ON c.tenant_id = r.tenant_id "
                f"AND c.id = r.company_id WHERE r.tenant_id = ? AND {condition} ORDER BY r.id"
                + (f" LIMIT {limit}" if limit else ""),
                (self._tenant_id, *parameters),
            )
            return self._records(transaction, rows)

    def _records(self, transaction: Transaction, rows: list[Row]) -> list[StoredRaw]:
        payloads = self._chunks.read(transaction, [Place(row[7], row[8], row[9]) for row in rows])
        moment = transaction.dialect.values.read_moment
        found = []
        for row, payload in zip(rows, payloads, strict=True):
            raw_id, connector, company, stream, key, digest, is_current, *_, origin, extracted, version, day, label = (
                row
            )
            record = RawRecord(
                source=SourceRef(connector, company, stream, key),
                payload=payload,
                digest=bytes(digest),
                extracted_at=moment(extracted),
                origin=origin,
                version=version,
                day=transaction.dialect.values.read_day(day),
                label=label,
            )
            found.append(StoredRaw(raw_id, record, bool(is_current)))
        return found


_COLUMNS = (
    "r.id, c.connector, c.source_key, r.stream, r.source_key, r.digest, r.is_current, "
    "r.chunk_id, r.chunk_at, r.chunk_size, r.origin, r.extracted_at, r.version, r.day, r.label"
)


_BY_ID = Lookup(
    table="raw_record r",
    columns=_COLUMNS.replace("c.connector, c.source_key, ", ""),
    where="r.tenant_id = ?",
    column="r.id",
)
"""``_COLUMNS`` without the company's, which are the same for all."""
