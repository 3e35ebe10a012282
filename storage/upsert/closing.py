"""Closing: canonical records that are current no more though nothing takes their place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from storage.engine import Lookup, Row, Transaction
from storage.upsert.plan import close_versions, forget_current, wire_known_from


def close_current(
    transaction: Transaction, company_id: int, addresses: Mapping[str, Sequence[tuple[str, str]]], moment: int
) -> int:
    """Close the current canonical records at addresses, (stream, source key) by table; returns how many there were.

    Args:
        transaction: writing.
        company_id: whose.
        addresses: where nothing is current afterwards.
        moment: wire form; a version that became known later ends the moment it began.
    """
    ended: dict[tuple[str, int], list[int]] = defaultdict(list)
    forgotten: list[tuple[str, str, str]] = []
    for table, some in addresses.items():
        for stream, key, version_id, known_from in _current_versions(transaction, company_id, table, some):
            ended[table, max(moment, known_from)].append(version_id)
            forgotten.append((table, stream, key))
    for (table, at), version_ids in ended.items():
        close_versions(transaction, table, version_ids, at)
    forget_current(transaction, company_id, forgotten)
    return len(forgotten)


def _current_versions(
    transaction: Transaction, company_id: int, table: str, addresses: Iterable[tuple[str, str]]
) -> list[Row]:
    by_stream: dict[str, list[str]] = defaultdict(list)
    for stream, key in addresses:
        by_stream[stream].append(key)
    found: list[Row] = []
    for stream, keys in by_stream.items():
        lookup = Lookup(
            table="current_record",
            columns=f"stream, source_key, version_id, {wire_known_from(transaction)} AS known_from",
            where="tenant_id = ? AND company_id = ? AND kind = ? AND stream = ?",
            column="source_key",
        )
        found += transaction.find(lookup, (transaction.tenant_id, company_id, table, stream), keys)
    return found
