"""What QuickBooks' webhooks named is looked for, also where its change feed does not tell of it yet."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from canonical.publication import PublicationState
from sandbox.quickbooks.webhooks import Format, Notifier
from sandbox.web import Faults, Request, Response
from storage.repositories.announcements import NamedObject
from tests.connectors.quickbooks.api import Api, api
from tests.live.hints import is_news
from tests.live.quickbooks import REQUEST, Hub, hub
from tests.live.test_quickbooks import agrees
from workflows.inputs import Progress
from workflows.local import sync_connection

VERIFIER = "verifier-of-the-named"


@dataclass
class LateFeed:
    """Stands before the fake: its change feed leaves some ids out, or it refuses questions for them."""

    fake: Any
    late: set[str] = field(default_factory=set)
    refuses: str = ""

    def answer(self, request: Request, faults: Faults) -> Response:
        if self.refuses and self.refuses in dict(request.query).get("query", ""):
            fault = {"Fault": {"Error": [{"Message": "no", "code": "5020"}], "type": "ValidationFault"}}
            return Response(
                status=400, headers=(("Content-Type", "application/json"),), body=json.dumps(fault).encode()
            )
        answer: Response = self.fake.answer(request, faults)
        if not request.path.endswith("/cdc") or answer.status != 200:
            return answer
        told = json.loads(answer.body)
        for response in told["CDCResponse"]:
            for found in response["QueryResponse"]:
                for name, rows in found.items():
                    if isinstance(rows, list):
                        found[name] = [row for row in rows if row.get("Id") not in self.late]
        return replace(answer, body=json.dumps(told).encode())


@dataclass
class Shop:
    """A synced hub, a feed that may be late, and what announces."""

    served: Api
    made: Hub
    feed: LateFeed
    notifier: Notifier

    def announced(self) -> int:
        """Take every delivery that waits; return how many were news."""
        now, deliveries = self.served.clock(), self.notifier.collect(per_delivery=3)
        return sum(
            is_news(self.made.books, "books", one.headers, one.body, secret=VERIFIER, now=now) for one in deliveries
        )

    def name(self, stream: str, key: str, *, is_deletion: bool) -> None:
        connection = self.made.books.connections.get("books").connection_id
        named = NamedObject(stream=stream, key=key, is_deletion=is_deletion)
        self.made.books.announcements.note(connection, [named], at=self.served.clock())

    def tombstones(self) -> set[tuple[str, str]]:
        found = self.made.books.retirement.of_company(self.made.company)
        return {(one.source.stream, one.source.key) for one in found}

    def waiting(self) -> int:
        return self.made.books.announcements.count_waiting(self.made.books.connections.get("books").connection_id)


@pytest.fixture(params=list(Format))
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shop]:
    with api(tmp_path, documents=80) as served, hub(served) as made:
        made.sync()
        feed = LateFeed(served.running.application)
        served.running.application = feed
        served.clock.advance(3600)
        yield Shop(served, made, feed, Notifier(served.app.books, VERIFIER, format=request.param))


def unpaid(served: Api) -> str:
    paid = {
        link["TxnId"]
        for record in served.live.company.records("Payment")
        for line in record.document["Line"]
        for link in line.get("LinkedTxn", [])
    }
    return next(one.key for one in served.live.company.records("Invoice") if one.key not in paid)


def test_a_named_deletion_that_the_feed_does_not_tell_yet_is_found(shop: Shop) -> None:
    gone = unpaid(shop.served)
    shop.feed.late.add(gone)
    shop.served.live.write.delete("Invoice", gone)
    assert shop.announced() == 1
    done = shop.made.sync()
    assert shop.tombstones() == {("invoices", gone)}
    assert done.announced == {"gone": 1}
    agrees(shop.made)


def test_a_named_edit_that_the_feed_does_not_tell_yet_is_read(shop: Shop) -> None:
    shop.served.work(6)
    changed = {change.key for change in shop.served.live.company.journal.since(0)[0][-6:]}
    shop.feed.late |= changed
    assert shop.announced() > 0
    done = shop.made.sync()
    assert shop.waiting() == 0
    assert sum(done.announced.values()) > 0
    agrees(shop.made)


def test_what_is_still_there_stays_whatever_was_announced(shop: Shop) -> None:
    there = unpaid(shop.served)
    shop.name("invoices", there, is_deletion=True)
    shop.name("customers", next(iter(shop.served.live.company.records("Customer"))).key, is_deletion=True)
    shop.name("invoices", "987654", is_deletion=True)
    before = {one.source: one for one in shop.made.vouchers()}
    done = shop.made.sync()
    assert {one.source: one for one in shop.made.vouchers()} == before
    assert not shop.tombstones()
    assert done.announced == {"read": 2, "absent": 1}
    assert (sum(done.new.values()), sum(done.changed.values())) == (0, 0)


def test_what_quickbooks_does_not_show_is_said_and_stays(shop: Shop) -> None:
    there = unpaid(shop.served)
    shop.name("invoices", there, is_deletion=True)
    shop.feed.refuses = f"'{there}'"
    done = shop.made.sync()
    assert done.announced == {"refused": 1}
    assert not shop.tombstones()
    assert len(shop.made.books.issues.page(code="quickbooks.announcement.unread").items) == 1


def test_a_sync_of_nothing_new_says_so(shop: Shop) -> None:
    done = shop.made.sync()
    assert (sum(done.new.values()), sum(done.changed.values()), sum(done.retired.values())) == (0, 0, 0)
    assert sum(done.counts.values()) > 0


def test_whoever_waits_sees_the_calls(shop: Shop) -> None:
    seen: list[Progress] = []
    sync_connection(shop.made.steps, REQUEST, seen.append)
    calls = [one.done for one in seen if one.unit == "calls"]
    assert calls == list(range(1, len(calls) + 1))
    assert len(calls) > 5


def test_an_entity_that_is_closed_by_now_takes_what_was_named_of_it_and_of_no_other(shop: Shop) -> None:
    """What it was asked for before is no word about the next entity; and comparing everything would not open it."""
    gone, runs = unpaid(shop.served), len(shop.made.books.runs.list(kind="sync", limit=100).items)
    bill = next(iter(shop.served.live.company.records("Bill"))).key
    shop.served.live.write.delete("Invoice", gone)
    shop.name("bills", bill, is_deletion=True)
    shop.name("invoices", gone, is_deletion=True)
    shop.served.live.select.hidden = {"Bill"}
    done = shop.made.sync()
    assert done.announced == {"refused": 1, "gone": 1}
    assert shop.tombstones() == {("invoices", gone)}
    assert done.publication == PublicationState.HELD
    (told,) = shop.made.books.issues.page(code="proof.figures_held").items
    assert "Not everything was read" in told.issue.hint
    shop.served.live.select.hidden = set()
    done = shop.made.sync()
    assert done.publication == PublicationState.PUBLISHED
    assert len(shop.made.books.runs.list(kind="sync", limit=100).items) == runs + 2
    agrees(shop.made)
