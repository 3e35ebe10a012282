"""Batches: several operations in one request, each with an answer or a fault of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.quickbooks.catalogue import ENTITIES
from sandbox.quickbooks.operations import write_object
from sandbox.quickbooks.refusals import Refusal
from sandbox.quickbooks.shelf import Document

if TYPE_CHECKING:
    from sandbox.quickbooks.live import LiveCompany

ITEMS_MAX = 30
"""Documented; older text says 10."""


def run_batch(live: LiveCompany, items: list[Document]) -> list[Document]:
    """Run a batch.

    Raises:
        Refusal: too many items.
    """
    if len(items) > ITEMS_MAX:
        raise Refusal.business_rule(f"At most {ITEMS_MAX} items may be in one batch.")
    return [{"bId": str(item.get("bId", "")), **_run(live, item)} for item in items]


def _run(live: LiveCompany, item: Document) -> Document:
    try:
        if "Query" in item:
            return {"QueryResponse": live.select.answer(str(item["Query"]))}
        entity = next((name for name in ENTITIES if name in item), None)
        if entity is None:
            raise Refusal.unsupported("of a batch item without a known entity")
        operation = str(item.get("optionsData") or item.get("operation", "create"))
        return {entity: write_object(live, entity, item[entity], operation)}
    except Refusal as refusal:
        return {"Fault": refusal.fault()}
