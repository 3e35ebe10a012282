"""From the raw store to canonical records: what is pending, masters first, in batches that commit whole.

Issues and the mark "translated" are committed with the last of a batch's records: a kill loses nothing, and the next
run goes on with what is still pending.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from canonical.codec import CanonicalRecord
from canonical.company import Company
from canonical.issue import Issue, IssueLevel
from canonical.item import Item, Unit
from canonical.ledger import AccountGroup, Ledger
from canonical.party import Party
from canonical.record import RawRecord, SourceRef
from canonical.tax_document import TaxDocumentFact
from canonical.voucher_type import VoucherType
from connectors.sdk.base import Connector, Translator
from harmonizer.validation import Validator
from storage.raw_store import StoredRaw
from storage.repositories.records import table_of
from storage.store import TenantStore
from workflows.extraction import Beat, no_beat
from workflows.inputs import Progress
from workflows.validation import (
    Declared,
    company_validator,
    lacks_validation,
    validate_again,
    validate_books,
    validate_records,
)

BATCH = 1000
"""Raw records translated together; the store commits them in portions its other writers hardly notice, the mark
'translated' with the last: a kill in between leaves them pending, and unchanged when they are translated again."""
PREFLIGHT_SAMPLE = 2000
"""Vouchers looked at before anything is published."""
VOUCHERS = "vouchers"
_LEARNED: tuple[type[CanonicalRecord], ...] = (Company, Unit, AccountGroup, VoucherType, Ledger, Party)


Named = Unit | AccountGroup | VoucherType | Ledger | Party
"""Masters that a translator knows by a key made of their name."""


@dataclass(slots=True)
class Translated:
    """What translating one company's pending records did.

    Attributes:
        records: raw records translated.
        refusal: the issue that stopped publication of the vouchers, if any.
    """

    company_id: int
    records: int = 0
    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    stale: int = 0
    rows_written: int = 0
    issues: int = 0
    refusal: Issue | None = None
    notes: list[Issue] = field(default_factory=list)


@dataclass(slots=True)
class _Batch:
    """What a batch of raw records means; issues by raw record."""

    records: list[CanonicalRecord] = field(default_factory=list)
    raw_ids: list[int] = field(default_factory=list)
    issues: dict[int, tuple[Issue, ...]] = field(default_factory=dict)
    facts: list[tuple[int, TaxDocumentFact]] = field(default_factory=list)
    addresses: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class CompanyTranslation:
    """Translates the pending records of one company.

    Attributes:
        is_live: what was read last is how things are now, even where the source's own counter is smaller than before
            (a backup was restored), and what a record meant before and means no more is closed. Of files nobody knows
            which is the newest: there the counter decides, and nothing is closed.
        turnover: of earlier years, as the operator declares it.
    """

    store: TenantStore
    connector: Connector
    company_id: int
    run_id: int
    known_at: datetime
    beat: Beat = no_beat
    is_live: bool = False
    turnover: Declared = field(default_factory=dict)
    _validator: Validator | None = None
    _kinds: dict[str, frozenset[str]] = field(default_factory=dict)
    _known: dict[tuple[type, str, str], Named] = field(default_factory=dict)

    def run(self) -> Translated:
        """Translate masters, look at the vouchers, translate them; validate what was translated."""
        done = Translated(self.company_id)
        self._kinds = self.store.records.kinds_by_stream(self.company_id) if self.is_live else {}
        self._validator = company_validator(self.store, self.company_id)
        blank = _blank_translator(self.store, self.connector, self.company_id)
        self.store.raw.note_versions(self.company_id, blank.stream_order, blank.version)
        is_refolded = self.is_live and self._fold(blank)
        translator = company_translator(
            self.store, self.connector, self.company_id, also=self._know, is_refolded=is_refolded
        )
        for item in self.store.records.iter(self.company_id, Item):
            self._validator.remember(item)
        is_late = lacks_validation(self.store, self.company_id)
        masters = [stream for stream in translator.stream_order if stream != VOUCHERS]
        self._streams(translator, masters, done)
        self._read_again(translator, masters, done)
        done.notes.extend(translator.preflight(self._sample(translator)))
        done.refusal = next((issue for issue in done.notes if issue.level is IssueLevel.REJECTED), None)
        if done.refusal is None and VOUCHERS in translator.stream_order:
            self._streams(translator, [VOUCHERS], done)
        if self.is_live:
            self.store.records.retire_unused(self.company_id, self.known_at)
        if is_late:
            validate_again(self.store, self.company_id, self.run_id, self.known_at, self.turnover)
        elif done.records or self.is_live:
            validate_books(self.store, self.company_id, self.run_id, self.known_at, self.turnover)
        return done

    def _know(self, record: CanonicalRecord) -> None:
        if self._validator is not None:
            self._validator.remember(record)
        if isinstance(record, Named):
            self._known[type(record), record.source.stream, record.source.key] = record

    def _forget(self, translator: Translator, records: Iterable[CanonicalRecord]) -> None:
        """Have the translator forget the keys that masters had before, unless another one has taken them."""
        before: list[Named] = []
        for record in records:
            if isinstance(record, Named):
                address = (type(record), record.source.stream, record.source.key)
                old = self._known.get(address)
                if old is not None and old.key != record.key:
                    before.append(old)
                self._known[address] = record
        taken = {(type(record), record.key) for record in self._known.values()} if before else set()
        for old in before:
            if (type(old), old.key) not in taken:
                translator.forget(old)

    def _fold(self, translator: Translator) -> bool:
        """Put everything back on the list that makes the company's own record, if any of it waits."""
        waiting = self.store.raw.count_pending(self.company_id)
        if not any(stream in waiting for stream in translator.folded_streams):
            return False
        for stream in translator.folded_streams:
            self.store.raw.make_pending(self.company_id, stream)
        return True

    def _sample(self, translator: Translator) -> Iterator[RawRecord]:
        batches = self.store.raw.iter_pending(self.company_id, VOUCHERS, translator.version, BATCH)
        return islice((stored.record for batch in batches for stored in batch), PREFLIGHT_SAMPLE)

    def _streams(self, translator: Translator, streams: Iterable[str], done: Translated) -> None:
        """Translate what waits in each stream, in this order."""
        waiting = self.store.raw.count_pending(self.company_id)
        for stream in streams:
            if stream in waiting:
                self._stream(translator, stream, waiting[stream], done)

    def _stream(self, translator: Translator, stream: str, total: int, done: Translated) -> None:
        so_far = 0
        batches = self.store.raw.iter_pending(self.company_id, stream, translator.version, BATCH)
        batch = next(batches, None)
        with self.store.overlapping():
            while batch is not None:
                translated = self._translate(translator, batch)  # while the database finishes the batch before
                if stream != VOUCHERS:
                    self._forget(translator, translated.records)
                following = next(batches, None)
                self._store(translated, done, translator.version)
                done.records += len(batch)
                so_far += len(batch)
                self.beat(Progress("translate", so_far, max(total, so_far), stream))
                batch = following

    def _translate(self, translator: Translator, batch: list[StoredRaw]) -> _Batch:
        found = _Batch()
        for stored in batch:
            translation = translator.translate(stored.record)
            found.records.extend(translation.records)
            found.raw_ids.extend([stored.raw_id] * len(translation.records))
            validated = validate_records(self._validator, stored.raw_id, translation.records, found.facts)
            found.issues[stored.raw_id] = translation.issues + validated
            found.addresses.append((stored.record.source.stream, stored.record.source.key))
        return found

    def _store(self, batch: _Batch, done: Translated, version: int) -> None:

        def mark() -> None:
            self.store.issues.replace_many(self.run_id, self.company_id, batch.issues)
            self.store.raw.mark_translated(list(batch.issues), version)
            self.store.records.close_unsaid(self.company_id, self._unsaid(batch), self.known_at)
            self.store.tax_documents.save(self.company_id, batch.facts)

        result = self.store.records.upsert(
            self.company_id,
            self.run_id,
            batch.records,
            self.known_at,
            batch.raw_ids,
            alongside=mark,
            is_newest=self.is_live,
        )
        done.issues += sum(map(len, batch.issues.values()))
        done.inserted += result.inserted
        done.updated += result.updated
        done.unchanged += result.unchanged
        done.stale += result.stale
        done.rows_written += result.rows_written

    def _unsaid(self, batch: _Batch) -> dict[str, list[tuple[str, str]]]:
        """Addresses that may hold a record made of this batch's raw records before, and made of them no more."""
        if not self._kinds:  # files: nothing is closed
            return {}
        said = {(record.source.stream, record.source.key, table_of(record)) for record in batch.records}
        unsaid: dict[str, list[tuple[str, str]]] = {}
        for stream, key in batch.addresses:
            for table in self._kinds.get(stream, ()):
                if (stream, key, table) not in said:
                    unsaid.setdefault(table, []).append((stream, key))
        return unsaid

    def _read_again(self, translator: Translator, masters: list[str], done: Translated) -> None:
        """What was read before its masters came, or means something else by them now, is translated once more."""
        seen: frozenset[str] = frozenset()
        while outdated := translator.outdated_streams - seen:  # ledgers read again may outdate vouchers in their turn
            seen |= outdated
            for stream in outdated:
                self.store.raw.make_pending(self.company_id, stream)
            self._streams(translator, [stream for stream in masters if stream in outdated], done)


def _blank_translator(store: TenantStore, connector: Connector, company_id: int) -> Translator:
    company = store.companies.get(company_id)
    source = SourceRef(connector.name, company.source_key, "companies", company.source_key)
    return connector.translator(Company(source=source, name=company.name))


def company_translator(
    store: TenantStore,
    connector: Connector,
    company_id: int,
    also: Callable[[CanonicalRecord], None] | None = None,
    *,
    is_refolded: bool = False,
) -> Translator:
    """A translator that has learned the masters the store knows of the company.

    Args:
        store: the tenant's.
        connector: of the company.
        company_id: whose books.
        also: told every master too, so that they are read once for all who learn them.
        is_refolded: leave the company's own record out: it is about to be made from all that belongs to it.
    """
    translator = _blank_translator(store, connector, company_id)
    for record_type in (*_LEARNED, *connector.learned_types):
        if is_refolded and record_type is Company:
            continue
        for record in store.records.iter(company_id, record_type):
            translator.remember(record)
            if also is not None:
                also(record)
    return translator
