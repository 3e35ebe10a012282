"""Planning an upsert: which records are new, changed, unchanged or stale, and the rows that follow.

A record is known by (company, stream, source key); its digest says whether it changed. A changed record closes the
version that was current (``known_to``) and enters a new one; children belong to a version and are closed with it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from canonical.codec import CanonicalRecord
from canonical.company import Company
from canonical.ledger import Ledger
from canonical.voucher import Voucher
from storage.chunk import pack
from storage.document import decode, digest, encode
from storage.engine import Lookup, Row, Transaction
from storage.ids import IdAllocator
from storage.tables.base import metadata
from storage.tables.company import current_record
from storage.tables.raw import chunk
from storage.tables.voucher import bill_ledger
from storage.types import wire_day
from storage.upsert.kinds import Kind, kind_of
from storage.upsert.voucher_rows import ChildRows

NUL = b"\\u0000"
OWNED = {
    "voucher": (("posting", "voucher_id"), ("bill_allocation", "owner_id")),
    "ledger": (("bill_allocation", "owner_id"),),
}
"""Child tables that repeat the times their version was known."""


@dataclass(frozen=True, slots=True)
class UpsertResult:
    """What an upsert did, in records; ``rows_written`` counts table rows with all children."""

    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    stale: int = 0
    rows_written: int = 0

    def __add__(self, other: UpsertResult) -> UpsertResult:
        return UpsertResult(
            self.inserted + other.inserted,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
            self.stale + other.stale,
            self.rows_written + other.rows_written,
        )


@dataclass(frozen=True, slots=True)
class Prepared:
    """A record, encoded."""

    record: CanonicalRecord
    kind: Kind
    document: bytes
    digest: bytes
    source_version: int | None
    raw_id: int | None

    @property
    def provisional_key(self) -> str | None:
        """The key under which a real record replaces this one, or this one is not needed; None if it stands alone."""
        return None if self.kind.is_provisional is None else str(getattr(self.record, "key"))  # noqa: B009 - not all have one

    @property
    def is_provisional(self) -> bool:
        """Whether the record gives way to a real one."""
        return self.kind.is_provisional is not None and self.kind.is_provisional(self.record)


@dataclass(frozen=True, slots=True)
class Current:
    """The current version of one record, as stored."""

    id: int
    digest: bytes
    source_version: int | None
    known_from: int


@dataclass(slots=True)
class Found:
    """What is stored now for the records of a batch.

    Attributes:
        current: by (table, stream, source key).
        by_key: current ledgers and parties by (table, key): (id, address, provisional, known from).
    """

    current: dict[tuple[str, str, str], Current] = field(default_factory=dict)
    by_key: dict[tuple[str, str], list[tuple[int, tuple[str, str], bool, int]]] = field(
        default_factory=lambda: defaultdict(list)
    )


@dataclass(frozen=True, slots=True)
class Batch:
    """The records of one batch, each address once."""

    tenant_id: int
    company_id: int
    run_id: int | None
    known_at: int
    prepared: tuple[Prepared, ...]
    repeated: int
    known_bill_ledgers: set[str]
    is_newest: bool = False

    def look(self, transaction: Transaction) -> Found:
        """Read what is stored under the batch's addresses and keys."""
        found = Found()
        addresses: dict[tuple[str, str], list[str]] = defaultdict(list)
        keys: dict[str, list[str]] = defaultdict(list)
        for item in self.prepared:
            addresses[item.kind.table.name, item.record.source.stream].append(item.record.source.key)
            if item.provisional_key is not None:
                keys[item.kind.table.name].append(item.provisional_key)
        for (table, stream), source_keys in addresses.items():
            self._look_for_addresses(transaction, found, table, stream, source_keys)
        for table, some in keys.items():
            self._look_for_keys(transaction, found, table, some)
        return found

    def _look_for_addresses(
        self, transaction: Transaction, found: Found, table: str, stream: str, source_keys: list[str]
    ) -> None:
        lookup = Lookup(
            table=current_record.name,
            columns=f"source_key, version_id, digest, source_version, {wire_known_from(transaction)} AS known_from",
            where="tenant_id = ? AND company_id = ? AND kind = ? AND stream = ?",
            column="source_key",
        )
        rows = transaction.find(lookup, (self.tenant_id, self.company_id, table, stream), source_keys)
        for key, version_id, stored_digest, source_version, known_from in rows:
            found.current[table, stream, key] = Current(version_id, bytes(stored_digest), source_version, known_from)

    def _look_for_keys(self, transaction: Transaction, found: Found, table: str, keys: list[str]) -> None:
        lookup = Lookup(
            table=table,
            columns=f"key, id, stream, source_key, is_provisional, {wire_known_from(transaction)} AS known_from",
            where="tenant_id = ? AND company_id = ? AND known_to IS NULL",
            column="key",
        )
        rows = transaction.find(lookup, (self.tenant_id, self.company_id), keys)
        for key, version_id, stream, source_key, is_provisional, known_from in rows:
            found.by_key[table, key].append((version_id, (stream, source_key), bool(is_provisional), known_from))

    def build(self, found: Found, ids: IdAllocator) -> Upsert:
        """Decide, and prepare the rows of what is new or changed."""
        children = ChildRows(self.tenant_id, self.company_id)
        work = Upsert(
            self.tenant_id,
            self.company_id,
            children,
            known_bill_ledgers=self.known_bill_ledgers,
            is_newest=self.is_newest,
        )
        work.unchanged = self.repeated
        chosen: list[tuple[Prepared, int]] = []
        for item in self.prepared:
            known_from = work.decide(item, found, self.known_at)
            if known_from is not None:
                chosen.append((item, known_from))
        if chosen:
            self._build_rows(work, chosen, ids)
        return work

    def _build_rows(self, work: Upsert, chosen: list[tuple[Prepared, int]], ids: IdAllocator) -> None:
        places, work.chunks = pack([item.document for item, _ in chosen], self.tenant_id, ids)
        for (item, known_from), place, new_id in zip(chosen, places, ids.take(len(chosen)), strict=True):
            source = item.record.source
            record = item.record if NUL not in item.document else _without_nul(item)
            name, address = item.kind.table.name, (source.stream, source.key)
            head = (self.tenant_id, new_id, self.company_id, *address, item.digest, item.source_version)
            origin = (place.chunk_id, place.at, place.size, self.run_id, item.raw_id)
            work.rows[name].append((*head, *origin, known_from, None, *item.kind.columns(record)))
            current = (new_id, item.digest, item.source_version, known_from)
            work.current.append((self.tenant_id, self.company_id, name, *address, *current))
            match record:
                case Voucher():
                    work.children.add_voucher(record, new_id, known_from)
                case Ledger():
                    work.children.add_opening(record, new_id, known_from)
                case Company():
                    work.company = record
                case _:
                    pass


@dataclass(slots=True)
class Upsert:
    """One batch, decided: rows to add and versions to close."""

    tenant_id: int
    company_id: int
    children: ChildRows
    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    stale: int = 0
    rows: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    chunks: list[Row] = field(default_factory=list)
    current: list[Row] = field(default_factory=list)
    closed: dict[tuple[str, int], list[int]] = field(default_factory=lambda: defaultdict(list))
    displaced: list[tuple[str, str, str]] = field(default_factory=list)
    company: Company | None = None
    known_bill_ledgers: set[str] = field(default_factory=set)
    is_newest: bool = False

    @property
    def is_empty(self) -> bool:
        """Nothing is new or changed."""
        return not self.rows and not self.closed

    @property
    def result(self) -> UpsertResult:
        """The counts for the caller."""
        written = sum(map(len, self.rows.values())) + self.children.count
        return UpsertResult(self.inserted, self.updated, self.unchanged, self.stale, written)

    def decide(self, item: Prepared, found: Found, known_at: int) -> int | None:
        """Say from when a record's new version is known; None if nothing is to be written."""
        table, source = item.kind.table.name, item.record.source
        namesakes = found.by_key.get((table, item.provisional_key or ""), [])
        others = [entry for entry in namesakes if entry[1] != (source.stream, source.key)]
        if item.is_provisional and any(not is_provisional for _, _, is_provisional, _ in others):
            self.stale += 1
            return None
        current = found.current.get((table, source.stream, source.key))
        if current is not None and current.digest == item.digest:
            self.unchanged += 1
            return None
        if current is not None and not self.is_newest and _is_older(item.source_version, current.source_version):
            self.stale += 1
            return None
        yielding = [] if item.is_provisional else [entry for entry in others if entry[2]]
        self.displaced += [(table, *address) for _, address, _, _ in yielding]
        displaced = [(version_id, start) for version_id, _, _, start in yielding]
        if current is not None:
            displaced.append((current.id, current.known_from))
        known_from = max([known_at, *(start for _, start in displaced)])
        for version_id, _ in displaced:
            self.closed[table, known_from].append(version_id)
        self.inserted, self.updated = self.inserted + (current is None), self.updated + (current is not None)
        return known_from

    def apply(self, transaction: Transaction) -> None:
        """Close what is superseded, then write the new versions and their children."""
        for (table, moment), version_ids in self.closed.items():
            close_versions(transaction, table, version_ids, moment)
        forget_current(transaction, self.company_id, self.displaced)
        transaction.insert(chunk, self.chunks)
        for name, rows in self.rows.items():
            transaction.insert(metadata.tables[name], rows)
        transaction.insert(current_record, self.current, replace=True)
        self.children.insert(transaction)
        fresh = self.children.bill_ledgers - self.known_bill_ledgers
        _add_bill_ledgers(transaction, self.company_id, fresh)
        transaction.after_commit.append(lambda: self.known_bill_ledgers.update(fresh))
        if self.company is not None:
            transaction.change(
                f"UPDATE company SET name = ?, books_from = {_day_parameter(transaction)} "
                "WHERE tenant_id = ? AND id = ?",
                (self.company.name, wire_day(self.company.books_from), self.tenant_id, self.company_id),
            )


def prepare(
    records: Iterable[CanonicalRecord], raw_ids: Sequence[int] | None, documents: Sequence[bytes] | None = None
) -> tuple[tuple[Prepared, ...], int]:
    """Encode records and keep one of each address: the highest source version, else the last.

    Args:
        records: any types mixed.
        raw_ids: the raw record of each.
        documents: the records as ``encode`` writes them, if somebody has done so.

    Returns:
        The records to look at, and how many were left out as repetitions.
    """
    chosen: dict[tuple[str, str, str], Prepared] = {}
    count = 0
    for index, record in enumerate(records):
        count += 1
        kind, document = kind_of(record), documents[index] if documents else encode(record)
        item = Prepared(
            record=record,
            kind=kind,
            document=document,
            digest=digest(document),
            source_version=getattr(record, "source_version", None),
            raw_id=None if raw_ids is None else raw_ids[index],
        )
        address = (kind.table.name, record.source.stream, record.source.key)
        before = chosen.get(address)
        if before is None or not _is_older(item.source_version, before.source_version):
            chosen[address] = item
    real = {
        (i.kind.table.name, i.provisional_key) for i in chosen.values() if i.provisional_key and not i.is_provisional
    }
    kept = [i for i in chosen.values() if not (i.is_provisional and (i.kind.table.name, i.provisional_key) in real)]
    return tuple(kept), count - len(kept)


def close_versions(transaction: Transaction, table: str, version_ids: Sequence[int], moment: int) -> None:
    """End versions at a moment (wire form), their children with them."""
    for name, column in ((table, "id"), *OWNED.get(table, ())):
        sql = f"UPDATE {name} SET known_to = {_moment_parameter(transaction)} WHERE tenant_id = ? AND known_to IS NULL"
        transaction.change_members(sql, (moment, transaction.tenant_id), column, version_ids)


def forget_current(transaction: Transaction, company_id: int, addresses: Sequence[tuple[str, str, str]]) -> None:
    """Take records that have no current version any more off the list: (kind, stream, source key) each."""
    for address in addresses:
        transaction.change(
            f"DELETE FROM {current_record.name} WHERE tenant_id = ? AND company_id = ? AND kind = ? AND stream = ? "
            "AND source_key = ?",
            (transaction.tenant_id, company_id, *address),
        )


def _add_bill_ledgers(transaction: Transaction, company_id: int, keys: Iterable[str]) -> None:
    """Note that ledgers carry bills; what is noted already stays."""
    rows = [(transaction.tenant_id, company_id, key) for key in sorted(keys)]
    if not rows:
        return
    cursor = transaction.driver.cursor()
    sql = f"INSERT INTO {bill_ledger.name} (tenant_id, company_id, ledger_key) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
    cursor.executemany(transaction.native(sql), rows)
    cursor.close()


def _without_nul(item: Prepared) -> CanonicalRecord:
    """PostgreSQL text cannot hold U+0000: the columns get a replacement character, the document keeps the original."""
    record: CanonicalRecord = decode(item.kind.record_type, item.document.replace(NUL, b"\\ufffd"))
    return record


def _is_older(version: int | None, than: int | None) -> bool:
    return version is not None and than is not None and version < than


def wire_known_from(transaction: Transaction) -> str:
    """The column ``known_from`` in wire form, as an expression."""
    if transaction.dialect.name == "sqlite":
        return "known_from"
    return "(extract(epoch FROM known_from) * 1000000)::int8"


def _moment_parameter(transaction: Transaction) -> str:
    if transaction.dialect.name == "sqlite":
        return "?"
    return "TIMESTAMPTZ '1970-01-01 00:00:00+00' + ?::int8 * INTERVAL '1 microsecond'"


def _day_parameter(transaction: Transaction) -> str:
    return "?" if transaction.dialect.name == "sqlite" else "DATE '0001-01-01' + (?::int4 - 1)"
