"""From the raw store to canonical records: what is pending, masters first, in batches that commit whole.

Issues and the mark "translated" are committed with the last of a batch's records: a kill loses nothing, and the next
run goes on with what is still pending.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
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
from canonical.voucher import Voucher
from canonical.voucher_type import VoucherKind, VoucherType
from connectors.sdk.base import Connector, Translator
from storage.raw_store import StoredRaw
from storage.store import TenantStore
from workflows.extraction import Beat, no_beat
from workflows.inputs import Progress
from workflows.validation import BatchValidation, company_validator, validate_again, validate_books

BATCH = 1000
"""Raw records translated together; the store commits them in portions its other writers hardly notice, the mark
'translated' with the last: a kill in between leaves them pending, and unchanged when they are translated again."""
PREFLIGHT_SAMPLE = 2000
"""Vouchers looked at before anything is published."""
VOUCHERS = "vouchers"
_LEARNED: tuple[type[CanonicalRecord], ...] = (Company, Unit, AccountGroup, VoucherType, Ledger, Party)


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
    """Translates the pending records of one company."""

    store: TenantStore
    connector: Connector
    company_id: int
    run_id: int
    known_at: datetime
    beat: Beat = no_beat
    _validation: BatchValidation | None = None

    def run(self) -> Translated:
        """Translate masters, look at the vouchers, translate them; validate what was translated."""
        done = Translated(self.company_id)
        validator = company_validator(self.store, self.company_id)
        translator = company_translator(self.store, self.connector, self.company_id, also=validator.remember)
        for item in self.store.records.iter(self.company_id, Item):
            validator.remember(item)
        is_late = self.store.tax_documents.is_empty(self.company_id) and (
            self.store.records.count(self.company_id, Voucher, kind=VoucherKind.SALES.value) > 0
        )
        self._validation = BatchValidation(validator)
        masters = [stream for stream in translator.stream_order if stream != VOUCHERS]
        for stream in masters:
            self._stream(translator, stream, done)
        self._read_again(translator, masters, done)
        done.notes.extend(translator.preflight(self._sample(translator)))
        done.refusal = next((issue for issue in done.notes if issue.level is IssueLevel.REJECTED), None)
        if done.refusal is None and VOUCHERS in translator.stream_order:
            self._stream(translator, VOUCHERS, done)
        if is_late:  # books from before there was validation
            validate_again(self.store, self.company_id, self.run_id, self.known_at)
        elif done.records:
            validate_books(self.store, self.company_id, self.run_id, self.known_at)
        return done

    def _sample(self, translator: Translator) -> Iterator[RawRecord]:
        batches = self.store.raw.iter_pending(self.company_id, VOUCHERS, translator.version, BATCH)
        return islice((stored.record for batch in batches for stored in batch), PREFLIGHT_SAMPLE)

    def _stream(self, translator: Translator, stream: str, done: Translated) -> None:
        total = self.store.raw.count_pending(self.company_id).get(stream, 0)
        so_far = 0
        for batch in self.store.raw.iter_pending(self.company_id, stream, translator.version, BATCH):
            self._batch(translator, batch, done)
            so_far += len(batch)
            self.beat(Progress("translate", so_far, max(total, so_far), stream))

    def _batch(self, translator: Translator, batch: list[StoredRaw], done: Translated) -> None:
        records: list[CanonicalRecord] = []
        raw_ids: list[int] = []
        issues: dict[int, tuple[Issue, ...]] = {}
        for stored in batch:
            translation = translator.translate(stored.record)
            records.extend(translation.records)
            raw_ids.extend([stored.raw_id] * len(translation.records))
            found = self._validation.add(stored.raw_id, translation.records) if self._validation else ()
            issues[stored.raw_id] = translation.issues + found
        self._store(records, raw_ids, issues, done, translator.version)
        done.records += len(batch)

    def _store(
        self,
        records: list[CanonicalRecord],
        raw_ids: list[int],
        issues: dict[int, tuple[Issue, ...]],
        done: Translated,
        version: int,
    ) -> None:

        def mark() -> None:
            self.store.issues.replace_many(self.run_id, self.company_id, issues)
            self.store.raw.mark_translated(list(issues), version)
            if self._validation is not None:
                self._validation.store(self.store, self.company_id)

        result = self.store.records.upsert(
            self.company_id, self.run_id, records, self.known_at, raw_ids, alongside=mark
        )
        done.issues += sum(map(len, issues.values()))
        done.inserted += result.inserted
        done.updated += result.updated
        done.unchanged += result.unchanged
        done.stale += result.stale
        done.rows_written += result.rows_written

    def _read_again(self, translator: Translator, masters: list[str], done: Translated) -> None:
        """What was read before its masters came, or means something else by them now, is translated once more."""
        outdated = translator.outdated_streams
        for stream in outdated:
            self.store.raw.make_pending(self.company_id, stream)
        for stream in masters:
            if stream in outdated:
                self._stream(translator, stream, done)


def company_translator(
    store: TenantStore,
    connector: Connector,
    company_id: int,
    also: Callable[[CanonicalRecord], None] | None = None,
) -> Translator:
    """A translator that has learned the masters the store knows of the company.

    Args:
        store: the tenant's.
        connector: of the company.
        company_id: whose books.
        also: told every master too, so that they are read once for all who learn them.
    """
    company = store.companies.get(company_id)
    source = SourceRef(connector.name, company.source_key, "companies", company.source_key)
    translator = connector.translator(Company(source=source, name=company.name))
    for record_type in _LEARNED:
        for record in store.records.iter(company_id, record_type):
            translator.remember(record)
            if also is not None:
                also(record)
    return translator
