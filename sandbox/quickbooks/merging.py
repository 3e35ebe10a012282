"""Merging two customers or vendors: everything of the one becomes the other's, and the one is gone.

Webhooks tell of it with both ids. Whether change data capture leaves a tombstone is not known; here it does not.
"""

from __future__ import annotations

from sandbox.quickbooks.changes import Operation
from sandbox.quickbooks.company import Company
from sandbox.quickbooks.masters import full_name
from sandbox.quickbooks.postings import post
from sandbox.quickbooks.references import iter_references, remember_references, users_of
from sandbox.quickbooks.refusals import Refusal
from sandbox.quickbooks.shelf import Record

MERGED = frozenset({"Customer", "Vendor"})


def merge_names(company: Company, entity: str, kept_key: str, gone_key: str) -> Record:
    """Merge one name into another.

    Args:
        company: whose.
        entity: Customer or Vendor.
        kept_key: id of the one that stays.
        gone_key: id of the other.

    Raises:
        Refusal: such names cannot be merged (500), or one is not there (610).
    """
    if entity not in MERGED or kept_key == gone_key:
        raise Refusal.unsupported(f"merge of {entity}")
    with company.lock:
        kept = company.get(entity, kept_key)
        gone = company.get(entity, gone_key)
        for record in list(users_of(company, entity, gone_key)):
            _move(company, record, entity, kept, gone_key)
        for record in company.records(entity):
            if record.document.get("ParentRef", {}).get("value") == gone_key:
                record.document["ParentRef"] = {"value": kept_key}
                record.document["FullyQualifiedName"] = full_name(company, entity, record.document)
        shelf = company.shelf(entity)
        del shelf.records[gone.key]
        shelf.names = {name: key for name, key in shelf.names.items() if key != gone.key}
        kept.touch(company.clock(), version=True)
        company.version += 1
        company.note(entity, kept_key, Operation.MERGE, deleted_key=gone_key)
        return kept


def _move(company: Company, record: Record, entity: str, kept: Record, gone_key: str) -> None:
    company.take_effect(record, -1)
    for reference in iter_references(record.document):
        if reference.entity == entity and reference.key == gone_key:
            reference.value.update(value=kept.key, name=kept.document["DisplayName"])
    record.postings = post(company, record.entity.name, record.document)
    company.take_effect(record, 1)
    remember_references(company, record)
    record.touch(company.clock(), version=True)
