"""Appending raw records: one batch, decided against what is stored under its addresses, then written.

A record is new, known, or said before and superseded since. What was superseded by a record that carries a version (a
correction by hand, say) is not brought back by being read again without one: the old file said nothing new. A master
that comes with another name is noted as renamed in the same commit, so that no kill can lose the fact
(``storage.renames`` goes on from there).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from canonical.record import RawRecord
from storage.chunk import pack
from storage.engine import Lookup, Row, Transaction
from storage.ids import IdAllocator
from storage.tables.raw import RAW_ADDRESS, chunk, raw_pending, raw_record, renaming
from storage.tables.run import run_record
from storage.types import wire_day, wire_moment

Address = tuple[str, str]
"""Stream and source key."""


@dataclass(frozen=True, slots=True)
class AppendResult:
    """What appending did.

    Attributes:
        new: records stored for the first time.
        known: records that were current already; nothing was written for them.
        revived: records stored before, superseded or retired, and now said again: current and pending once more.
        raw_ids: id of each record given, in the same order.
        renamed: masters whose name changed.
        first: addresses that held nothing before, or nothing current.
        changed: addresses that held something else before.
    """

    new: int = 0
    known: int = 0
    revived: int = 0
    raw_ids: tuple[int, ...] = ()
    renamed: int = 0
    first: int = 0
    changed: int = 0


@dataclass(slots=True)
class Held:
    """What is stored under one address.

    Attributes:
        ids: by digest.
        labels: by digest.
        versions: by digest; None where the source said none.
        bare: digests stored before versions, days and labels were kept.
        current: the digest that is current; None if there is none, or it is retired.
    """

    ids: dict[bytes, int] = field(default_factory=dict)
    labels: dict[bytes, str | None] = field(default_factory=dict)
    versions: dict[bytes, int | None] = field(default_factory=dict)
    bare: set[bytes] = field(default_factory=set)
    current: bytes | None = None

    def is_overruled(self, record: RawRecord) -> bool:
        """Say whether a known record is older than the current one: that one carries a version, and it none."""
        return (
            record.version is None
            and record.digest in self.ids
            and self.current is not None
            and self.versions.get(self.current) is not None
        )


def by_source_key(columns: str, *, is_current: bool = False) -> Lookup:
    """Look raw records up by source keys, given tenant, company and stream: all ever stored, or the current ones."""
    return Lookup(
        table="raw_record",
        columns=columns,
        where="tenant_id = ? AND company_id = ? AND stream = ?" + (" AND is_current" if is_current else ""),
        column="source_key",
        index=RAW_ADDRESS,
    )


def look(transaction: Transaction, company_id: int, addresses: dict[str, list[str]]) -> dict[Address, Held]:
    """Read what is stored under the addresses of a batch: source keys by stream."""
    found: dict[Address, Held] = defaultdict(Held)
    for stream, keys in addresses.items():
        lookup = by_source_key(
            "source_key, digest, id, is_current, label, version, version IS NULL AND day IS NULL AND label IS NULL"
        )
        for key, digest, raw_id, is_current, label, version, is_bare in transaction.find(
            lookup, (transaction.tenant_id, company_id, stream), keys
        ):
            held = found[stream, key]
            held.ids[bytes(digest)] = raw_id
            held.labels[bytes(digest)] = label
            held.versions[bytes(digest)] = version
            if is_bare:
                held.bare.add(bytes(digest))
            if is_current:
                held.current = bytes(digest)
    return found


@dataclass(slots=True)
class Append:
    """One batch, decided: rows to add, and flags to move."""

    tenant_id: int
    company_id: int
    result: AppendResult = field(default_factory=AppendResult)
    chunks: list[Row] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    superseded: list[int] = field(default_factory=list)
    revived: list[tuple[int, str]] = field(default_factory=list)
    pending: list[tuple[int, str]] = field(default_factory=list)
    renamings: list[Row] = field(default_factory=list)
    described: list[tuple[int, RawRecord]] = field(default_factory=list)
    seen: list[Row] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Everything was known and current, and no run saw it."""
        return not (self.rows or self.superseded or self.revived or self.described or self.seen)

    def apply(self, transaction: Transaction) -> None:
        """Write chunks, records and flags; what a superseded record was waiting for, or said wrong, goes with it.

        What a run has just read is what the source says now, so no renaming before it outdates it.
        """
        sql = "DELETE FROM raw_outdated WHERE tenant_id = ?"
        transaction.change_members(sql, (self.tenant_id,), "raw_id", [raw_id for _, _, raw_id in self.seen])
        transaction.insert(chunk, self.chunks)
        transaction.insert(raw_record, self.rows)
        flag_current(transaction, self.superseded, is_current=False)
        flag_current(transaction, [raw_id for raw_id, _ in self.revived], is_current=True)
        forget_unfinished(transaction, self.superseded)
        waiting = [*self.pending, *self.revived]
        transaction.insert(
            raw_pending, [(self.tenant_id, raw_id, self.company_id, stream) for raw_id, stream in waiting]
        )
        transaction.insert(renaming, self.renamings)
        for raw_id, record in self.described:
            _describe(transaction, raw_id, record)
        transaction.insert(run_record, self.seen, replace=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """The records of one batch."""

    tenant_id: int
    company_id: int
    run_id: int | None
    records: Sequence[RawRecord]
    is_named: bool

    def addresses(self) -> dict[str, list[str]]:
        """Source keys by stream."""
        found: dict[str, list[str]] = defaultdict(list)
        for record in self.records:
            found[record.source.stream].append(record.source.key)
        return found

    def decide(self, found: dict[Address, Held], ids: IdAllocator) -> Append:
        """Decide, and prepare the rows of what is new."""
        work = Append(self.tenant_id, self.company_id)
        before = {address: held.current for address, held in found.items()}
        fresh = _sort_out(self.records, found, work)
        new_ids = ids.take(len(fresh)) if fresh else range(0)
        for raw_id, record in zip(new_ids, fresh, strict=True):
            found[record.source.stream, record.source.key].ids[record.digest] = raw_id
        self._add_rows(work, fresh, new_ids, found, ids)
        just_made = set(new_ids)
        for address, held in found.items():
            _move_flags(work, address, before.get(address), held, just_made)
        if self.is_named:
            self._note_renamings(work, before, found, ids)
        raw_ids = tuple(found[r.source.stream, r.source.key].ids[r.digest] for r in self.records)
        if self.run_id is not None:
            work.seen = [(self.tenant_id, self.run_id, raw_id) for raw_id in dict.fromkeys(raw_ids)]
        known = len(self.records) - len(fresh) - len(work.revived)
        moved = [before.get(address) for address, held in found.items() if before.get(address) != held.current]
        first = sum(digest is None for digest in moved)
        work.result = AppendResult(
            len(fresh), known, len(work.revived), raw_ids, len(work.renamings), first, len(moved) - first
        )
        return work

    def _add_rows(
        self,
        work: Append,
        fresh: list[RawRecord],
        new_ids: Sequence[int],
        found: dict[Address, Held],
        ids: IdAllocator,
    ) -> None:
        if not fresh:
            return
        places, work.chunks = pack([record.payload for record in fresh], self.tenant_id, ids)
        for raw_id, record, place in zip(new_ids, fresh, places, strict=True):
            source = record.source
            is_current = found[source.stream, source.key].current == record.digest
            head = (self.tenant_id, raw_id, self.company_id, source.stream, source.key, record.digest)
            lies = (place.chunk_id, place.at, place.size)
            said = (record.version, wire_day(record.day), storable(record.label))
            read = (record.origin, wire_moment(record.extracted_at), self.run_id)
            work.rows.append((*head, *lies, *read, is_current, *said))
            if is_current:
                work.pending.append((raw_id, source.stream))

    def _note_renamings(
        self, work: Append, before: dict[Address, bytes | None], found: dict[Address, Held], ids: IdAllocator
    ) -> None:
        renamed: dict[Address, tuple[str, str, RawRecord]] = {}
        for record in self.records:
            address = (record.source.stream, record.source.key)
            digest, held = before.get(address), found[address]
            old = None if digest is None else held.labels.get(digest)
            new = storable(record.label)
            if held.current == record.digest and old and new is not None and old != new:
                renamed[address] = (old, new, record)
        for new_id, (address, (old, new, record)) in zip(ids.take(len(renamed)), renamed.items(), strict=True):
            at = wire_moment(record.extracted_at)
            work.renamings.append((self.tenant_id, new_id, self.company_id, *address, old, new, self.run_id, at, False))


def storable(label: str | None) -> str | None:
    """A label as both databases can hold it: PostgreSQL text has no U+0000."""
    return label if label is None or "\0" not in label else label.replace("\0", "�")


def flag_current(transaction: Transaction, raw_ids: Sequence[int], *, is_current: bool) -> None:
    """Move the flag of raw records."""
    sql = f"UPDATE raw_record SET is_current = {'TRUE' if is_current else 'FALSE'} WHERE tenant_id = ?"
    transaction.change_members(sql, (transaction.tenant_id,), "id", raw_ids)


def forget_unfinished(transaction: Transaction, raw_ids: Sequence[int]) -> None:
    """Drop what hangs on raw records that are current no more: waiting for translation or re-reading, and issues."""
    for table in ("raw_pending", "raw_outdated", "issue"):
        sql = f"DELETE FROM {table} WHERE tenant_id = ?"
        transaction.change_members(sql, (transaction.tenant_id,), "raw_id", raw_ids)


def _sort_out(records: Sequence[RawRecord], found: dict[Address, Held], work: Append) -> list[RawRecord]:
    """Move each address to its newest digest; return the records to be stored, each payload once."""
    fresh: list[RawRecord] = []
    for record in records:
        held = found[record.source.stream, record.source.key]
        if record.digest not in held.ids:
            held.ids[record.digest] = 0
            held.versions[record.digest] = record.version
            fresh.append(record)
        elif record.digest in held.bare and (record.version, record.day, record.label) != (None, None, None):
            held.bare.discard(record.digest)
            work.described.append((held.ids[record.digest], record))
        elif record.version is not None and held.versions.get(record.digest) not in (None, record.version):
            held.versions[record.digest] = record.version
            work.described.append((held.ids[record.digest], record))
        if not held.is_overruled(record):
            held.current = record.digest
    return fresh


def _move_flags(work: Append, address: Address, before: bytes | None, held: Held, new_ids: set[int]) -> None:
    if before is not None and before != held.current:
        work.superseded.append(held.ids[before])
    if held.current is not None and before != held.current:
        raw_id = held.ids[held.current]
        if raw_id not in new_ids:
            work.revived.append((raw_id, address[0]))


def _describe(transaction: Transaction, raw_id: int, record: RawRecord) -> None:
    """Fill in what was not kept when the record was stored; its payload has said it all along."""
    values = transaction.dialect.values
    transaction.change(
        "UPDATE raw_record SET version = ?, day = ?, label = ? WHERE tenant_id = ? AND id = ?",
        (record.version, values.day(record.day), storable(record.label), transaction.tenant_id, raw_id),
    )
