"""From the raw store to canonical records: what is pending, masters first, in batches that commit whole.

Issues and the mark "translated" are committed with the last of a batch's records: a kill loses nothing, and the next
run goes on with what is still pending.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice

from canonical.codec import CanonicalRecord
from canonical.company import Company
from canonical.issue import Issue, IssueLevel
from canonical.item import Item, Unit
from canonical.ledger import AccountGroup, Ledger
from canonical.party import Party
from canonical.record import RawRecord
from canonical.voucher import Voucher
from canonical.voucher_type import VoucherType
from connectors.sdk.base import Connector, Translator
from harmonizer.validation import NOTHING_CHANGED, Validator
from storage.repositories.records import table_of
from storage.store import TenantStore
from workflows.apart import VOUCHERS_MIN, Apart, Task
from workflows.extraction import Beat, no_beat
from workflows.inputs import Progress
from workflows.interpretation import (
    VOUCHERS,
    Interpreted,
    blank_translator,
    company_translator,
    interpret,
)
from workflows.validation import (
    Declared,
    company_validator,
    lacks_validation,
    validate_again,
    validate_books,
)

BATCH = 1000
"""Raw records translated together; the store commits them in portions its other writers hardly notice, the mark
'translated' with the last: a kill in between leaves them pending, and unchanged when they are translated again."""
PREFLIGHT_SAMPLE = 2000
"""Vouchers looked at before anything is published."""

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
class CompanyTranslation:
    """Translates the pending records of one company.

    Attributes:
        is_live: what was read last is how things are now, even where the source's own counter is smaller than before
            (a backup was restored), and what a record meant before and means no more is closed. Of files nobody knows
            which is the newest: there the counter decides, and nothing is closed.
        turnover: of earlier years, as the operator declares it.
        spare_cores: processors that another process of ours may use.
        apart: such a process, started before it was known whether it is needed; whoever started it ends it.
    """

    store: TenantStore
    connector: Connector
    company_id: int
    run_id: int
    known_at: datetime
    beat: Beat = no_beat
    is_live: bool = False
    turnover: Declared = field(default_factory=dict)
    spare_cores: int = 0
    apart: Apart | None = None
    _validator: Validator | None = None
    _kinds: dict[str, frozenset[str]] = field(default_factory=dict)
    _known: dict[tuple[type, str, str], Named] = field(default_factory=dict)
    _marked: set[str] = field(default_factory=set)
    _woken: set[str] = field(default_factory=set)
    """Streams of documents that masters of this run put back on the list."""
    _has_vouchers: bool = False

    def run(self) -> Translated:
        """Translate masters, look at the vouchers, translate them; validate what was translated."""
        waiting = self.store.raw.count_pending(self.company_id).get(VOUCHERS, 0)
        if not self.spare_cores or waiting < VOUCHERS_MIN:
            return self._run(None)
        apart = self.apart or Apart()
        try:
            return self._run(apart)
        finally:
            apart.close()

    def _run(self, apart: Apart | None) -> Translated:
        done = Translated(self.company_id)
        self._kinds = self.store.records.kinds_by_stream(self.company_id) if self.is_live else {}
        self._validator = company_validator(self.store, self.company_id)
        blank = blank_translator(self.store, self.connector, self.company_id)
        self.store.raw.note_versions(self.company_id, blank.stream_order, blank.version)
        is_refolded = self.is_live and self._fold(blank)
        translator = company_translator(
            self.store, self.connector, self.company_id, also=self._know, is_refolded=is_refolded
        )
        for company in self.store.records.iter(self.company_id, Company):  # left out above where it is made anew
            self._validator.remember(company)
        for item in self.store.records.iter(self.company_id, Item):
            self._validator.remember(item)
        self._validator.take_changed()
        self._has_vouchers = self.store.records.count(self.company_id, Voucher) > 0
        is_late = lacks_validation(self.store, self.company_id)
        masters = [stream for stream in translator.stream_order if stream != VOUCHERS]
        self._streams(translator, masters, done)
        self._read_again(translator, masters, done)
        done.notes.extend(translator.preflight(self._sample(translator)))
        done.refusal = next((issue for issue in done.notes if issue.level is IssueLevel.REJECTED), None)
        if done.refusal is None and VOUCHERS in translator.stream_order:
            self._vouchers(translator, apart, done)
        if self.is_live:
            self._infer_again(translator, done)
            self.store.records.retire_unused(self.company_id, self.known_at)
        if is_late:
            validate_again(self.store, self.company_id, self.run_id, self.known_at, self.turnover)
        elif done.records or self.is_live:
            validate_books(self.store, self.company_id, self.run_id, self.known_at, self.turnover)
        return done

    def _infer_again(self, translator: Translator, done: Translated) -> None:
        """Infer parties anew from the vouchers that are left, where one they were inferred from has ended.

        Since the last proof: a run that was killed may have ended vouchers, and come no further than that.
        """
        proof = self.store.proofs.newest_head(self.company_id)
        since = proof.known_at + timedelta(microseconds=1) if proof else datetime(1970, 1, 1, tzinfo=UTC)
        found = self.store.records.find_inferred(self.company_id, since)
        if not found:
            return
        for party in self.store.records.iter(self.company_id, Party):
            if party.key in found:
                translator.forget(party)
        again: dict[str, set[str]] = {}
        for stream, source_key in (address for addresses in found.values() for address in addresses):
            again.setdefault(stream, set()).add(source_key)
        for stream, source_keys in again.items():
            self.store.raw.make_pending(self.company_id, stream, sorted(source_keys))
        self._streams(translator, sorted(again), done)

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
            if stream in waiting or stream in self._woken:
                self._woken.discard(stream)
                self._stream(translator, stream, waiting.get(stream, 0), done)

    def _stream(self, translator: Translator, stream: str, total: int, done: Translated) -> None:
        so_far = 0
        batches = self.store.raw.iter_pending(self.company_id, stream, translator.version, BATCH)
        batch = next(batches, None)
        with self.store.overlapping():
            while batch is not None:
                # while the database finishes the batch before
                translated = interpret(translator, self._validator, batch)
                if stream != VOUCHERS:
                    self._forget(translator, translated.records)
                following = next(batches, None)
                self._store(translated, done, translator, stream)
                done.records += len(batch)
                so_far += len(batch)
                self.beat(Progress("translate", so_far, max(total, so_far), stream))
                batch = following

    def _vouchers(self, translator: Translator, apart: Apart | None, done: Translated) -> None:
        """Translate the vouchers that wait: in the other process if there is one, and what is left in this one."""
        if apart is not None:
            named = (self.store.address, self.connector.name, self.company_id, VOUCHERS)
            task = Task(*named, translator.version, min(self.store.batch_rows, BATCH))
            total = self.store.raw.count_pending(self.company_id).get(VOUCHERS, 0)
            so_far = 0
            with self.store.overlapping():
                for batch in apart.interpreted(task):
                    self._store(batch, done, translator, VOUCHERS)
                    done.records += len(batch.addresses)
                    so_far += len(batch.addresses)
                    self.beat(Progress("translate", so_far, max(total, so_far), VOUCHERS))
        self._streams(translator, [VOUCHERS], done)

    def _store(self, batch: Interpreted, done: Translated, translator: Translator, stream: str) -> None:

        def mark() -> None:
            self.store.issues.replace_many(self.run_id, self.company_id, batch.issues)
            self.store.raw.mark_translated(list(batch.issues), translator.version)
            if stream != VOUCHERS:
                self._outdate(translator, stream)
            self.store.records.close_unsaid(self.company_id, self._unsaid(batch), self.known_at)
            self.store.tax_documents.save(self.company_id, batch.facts)

        result = self.store.records.upsert(
            self.company_id,
            self.run_id,
            batch.records,
            self.known_at,
            batch.raw_ids,
            documents=batch.documents,
            alongside=mark,
            is_newest=self.is_live,
        )
        done.issues += sum(map(len, batch.issues.values()))
        done.inserted += result.inserted
        done.updated += result.updated
        done.unchanged += result.unchanged
        done.stale += result.stale
        done.rows_written += result.rows_written

    def _outdate(self, translator: Translator, stream: str) -> None:
        """Put back on the list what means something else by the masters of this batch, in the batch's own commit.

        So a kill in between loses nothing: the masters themselves would not be read again. Documents that are only
        judged by a master (a registration, an item's rate) are translated again too: their issues come with that.
        """
        for outdated in translator.outdated_streams - self._marked:
            self.store.raw.make_pending(self.company_id, outdated)
            self._marked.add(outdated)
        if stream not in translator.document_streams:  # documents judge no others
            self._wake(translator)

    def _wake(self, translator: Translator) -> None:
        """Put the documents on the list that are judged otherwise by what changed of the masters."""
        changed = NOTHING_CHANGED if self._validator is None else self._validator.take_changed()
        documents = set(translator.document_streams) - self._marked
        if changed == NOTHING_CHANGED or not self._has_vouchers or not documents:
            return
        if changed.company:
            woken: dict[str, list[str] | None] = dict.fromkeys(sorted(documents))
            self._marked |= documents
        else:
            parties, items = sorted(changed.parties), sorted(changed.items)
            of_masters = self.store.records.find_vouchers_of(self.company_id, parties, items)
            woken = {stream: keys for stream, keys in of_masters.items() if stream in documents}
        for stream, keys in woken.items():
            self.store.raw.make_pending(self.company_id, stream, keys)
            self._woken.add(stream)

    def _unsaid(self, batch: Interpreted) -> dict[str, list[tuple[str, str]]]:
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
        """What was read before its masters came, or means something else by them now, is translated once more.

        It is on the list already (``_outdate``); a stream that came after the masters in question has been read.
        """
        seen: frozenset[str] = frozenset()
        # ledgers read again may outdate vouchers in their turn
        while outdated := translator.outdated_streams - seen | self._woken.intersection(masters):
            seen |= outdated
            self._streams(translator, [stream for stream in masters if stream in outdated], done)
