"""Merging two names: their documents, balances and the notification."""

from __future__ import annotations

import json

import pytest

from sandbox.quickbooks.building import build_books
from sandbox.quickbooks.merging import merge_names
from sandbox.quickbooks.refusals import Refusal
from sandbox.quickbooks.webhooks import Format, Notifier
from tests.sandbox.quickbooks.test_books import check


def test_what_one_customer_owed_the_other_owes_after_the_merge() -> None:
    books = build_books(documents=120)
    live = books.companies[0]
    notifier = Notifier(books, "v", Format.LEGACY)
    before = live.truth()
    gone, kept = list(before.customers)[:2]
    vendors = dict(before.vendors)
    merge_names(live.company, "Customer", kept, gone)
    after = live.truth()
    assert after.customers.get(kept, 0) == before.customers[gone] + before.customers[kept]
    assert gone not in after.customers
    assert after.vendors == vendors
    assert after.trial_balance == before.trial_balance
    check(live)
    (delivery,) = notifier.collect(per_delivery=1000)
    (entity,) = json.loads(delivery.body)["eventNotifications"][0]["dataChangeEvent"]["entities"]
    assert (entity["operation"], entity["id"], entity["deletedId"]) == ("Merge", kept, gone)


def test_items_are_not_merged() -> None:
    live = build_books(documents=0).companies[0]
    with pytest.raises(Refusal):
        merge_names(live.company, "Item", "1", "2")
