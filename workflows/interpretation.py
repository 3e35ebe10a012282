"""What raw records mean: a company's translator, and batches put through it. Nothing is written here.

``translation.py`` stores what comes out; ``apart_process.py`` does the same work in a process of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from canonical.codec import CanonicalRecord
from canonical.company import Company
from canonical.issue import Issue
from canonical.item import Unit
from canonical.ledger import AccountGroup, Ledger
from canonical.party import Party
from canonical.record import SourceRef
from canonical.tax_document import TaxDocumentFact
from canonical.voucher_type import VoucherType
from connectors.sdk.base import Connector, Translator
from harmonizer.validation import Validator
from storage.raw_store import StoredRaw
from storage.store import TenantStore
from workflows.validation import validate_records

VOUCHERS = "vouchers"
"""Stream of documents, unless a connector has one for each kind."""
_LEARNED: tuple[type[CanonicalRecord], ...] = (Company, Unit, AccountGroup, VoucherType, Ledger, Party)


@dataclass(slots=True)
class Interpreted:
    """What a batch of raw records means.

    Attributes:
        records: canonical records, in the order of the raw records they came from.
        raw_ids: the raw record of each.
        documents: each as the store writes it, if somebody has done so.
        issues: by raw record, of translation and validation; every raw record of the batch is there.
        facts: raw record and row of each document that is compared with others.
        addresses: stream and key of the raw records.
    """

    records: list[CanonicalRecord] = field(default_factory=list)
    raw_ids: list[int] = field(default_factory=list)
    documents: list[bytes] | None = None
    issues: dict[int, tuple[Issue, ...]] = field(default_factory=dict)
    facts: list[tuple[int, TaxDocumentFact]] = field(default_factory=list)
    addresses: list[tuple[str, str]] = field(default_factory=list)


def interpret(translator: Translator, validator: Validator | None, batch: Iterable[StoredRaw]) -> Interpreted:
    """Translate a batch and validate what comes out; bad data becomes issues."""
    found = Interpreted()
    for stored in batch:
        translation = translator.translate(stored.record)
        found.records.extend(translation.records)
        found.raw_ids.extend([stored.raw_id] * len(translation.records))
        found.issues[stored.raw_id] = translation.issues
        found.addresses.append((stored.record.source.stream, stored.record.source.key))
    found.facts = validate_records(validator, found.raw_ids, found.records, found.issues)
    return found


def blank_translator(store: TenantStore, connector: Connector, company_id: int) -> Translator:
    """A translator of the company that has learned nothing yet."""
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
    translator = blank_translator(store, connector, company_id)
    for record_type in (*_LEARNED, *connector.learned_types):
        if is_refolded and record_type is Company:
            continue
        for record in store.records.iter(company_id, record_type):
            translator.remember(record)
            if also is not None:
                also(record)
    return translator
