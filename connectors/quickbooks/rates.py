"""Rates of what a payment in foreign currency settles.

QuickBooks relieves a party at the rate of the invoice and books the rest as gained or lost on exchange, but a payment
shows its own rate only. So the rates of the documents it names are looked up and kept beside it; in the home currency
nothing is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from connectors.quickbooks.client import QuickBooks, Row
from connectors.quickbooks.entities import BY_NAME, PAYING, Entity
from connectors.quickbooks.translate.draft import bill_ref
from connectors.quickbooks.translate.values import linked, ref_id, rows, text_of


def rates_of(api: QuickBooks, entity: Entity, found: list[Row], home: str) -> Mapping[str, dict[str, str]]:
    """Look up the rates the payments among these objects need.

    Returns:
        By id of the payment: rate by bill reference.
    """
    if entity.stream not in PAYING or not home:
        return {}
    foreign = [row for row in found if ref_id(row, "CurrencyRef") not in ("", home)]
    links = {text_of(row, "Id"): _links(row) for row in foreign}
    known = _look_up(api, {link for some in links.values() for link in some})
    return {
        identity: {bill_ref(*link): known[link] for link in some if link in known} for identity, some in links.items()
    }


def _links(row: Row) -> list[tuple[str, str]]:
    return [link for line in rows(row, "Line") for link in linked(line)]


def _look_up(api: QuickBooks, links: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    by_kind: dict[str, list[str]] = {}
    for kind, identity in sorted(links):
        by_kind.setdefault(kind, []).append(identity)
    found: dict[tuple[str, str], str] = {}
    for kind, ids in by_kind.items():
        entity = BY_NAME.get(kind)
        if entity is None:
            continue
        for some in api.some(entity, ids):
            found |= {
                (kind, text_of(row, "Id")): text_of(row, "ExchangeRate") for row in some if row.get("ExchangeRate")
            }
    return found
