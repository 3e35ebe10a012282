"""Rates of what a payment in foreign currency settles are looked up; in the home currency nothing is asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, cast

from connectors.quickbooks.client import QuickBooks
from connectors.quickbooks.entities import BY_STREAM, Entity
from connectors.quickbooks.rates import rates_of
from tests.connectors.quickbooks.support import sale, settling
from tests.connectors.quickbooks.test_money import received

PAYMENTS = BY_STREAM["payments"]
DOLLARS: dict[str, Any] = {"CurrencyRef": {"value": "USD"}}


class Shelf:
    """What a query by id gives: invoice 1 in dollars, credit memo 2 without a rate, nothing else."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, list[str]]] = []

    def some(self, entity: Entity, ids: Iterable[str]) -> Iterator[list[dict[str, Any]]]:
        wanted = list(ids)
        self.asked.append((entity.name, wanted))
        there = {("Invoice", "1"): sale("1", 10, ExchangeRate="80.5"), ("CreditMemo", "2"): sale("2", 5)}
        yield [there[entity.name, one] for one in wanted if (entity.name, one) in there]


def look_up(shelf: Shelf, *rows: dict[str, Any], home: str = "INR", entity: Entity = PAYMENTS) -> dict[str, Any]:
    return dict(rates_of(cast("QuickBooks", shelf), entity, list(rows), home))


def test_the_documents_of_a_foreign_payment_are_asked_for_once_each() -> None:
    shelf = Shelf()
    lines = [settling("Invoice", "1", 10), settling("CreditMemo", "2", 5), settling("Invoice", "9", 1)]
    foreign = received("7", 10, *lines, **DOLLARS)
    again = received("8", 1, settling("Invoice", "1", 1), **DOLLARS)
    found = look_up(shelf, foreign, again, received("6", 1, settling("Invoice", "5", 1)))
    assert found == {"7": {"Invoice id 1": "80.5"}, "8": {"Invoice id 1": "80.5"}}
    assert shelf.asked == [("CreditMemo", ["2"]), ("Invoice", ["1", "9"])]


def test_nothing_is_asked_where_no_rate_is_needed() -> None:
    shelf = Shelf()
    assert not look_up(shelf, received("6", 1, settling("Invoice", "5", 1)))
    assert not look_up(shelf, received("6", 1, settling("Invoice", "5", 1), **DOLLARS), home="")
    assert not look_up(shelf, sale("6", 1, **DOLLARS), entity=BY_STREAM["invoices"])
    assert not look_up(shelf, received("6", 1, settling("Mystery", "5", 1), **DOLLARS))["6"]
    assert not shelf.asked
