"""Notifications: signatures by the official vectors, both formats, what is lost and doubled, retries."""

from __future__ import annotations

import json
from http import HTTPStatus

from sandbox.quickbooks.building import build_books
from sandbox.quickbooks.webhooks import RETRY_AFTER_S, Format, Notifier, send, sign
from sandbox.web import Faults, Request, Response, serve
from sandbox.world.dice import Dice
from tests.support.samples import sample, sample_json

VERIFIER = "verifier-of-the-tests"


def test_signatures_are_those_of_the_official_vectors() -> None:
    for name in ("legacy", "cloudevents"):
        vector = sample_json(f"quickbooks/webhooks/{name}-signature-vector.json")
        body = sample(f"quickbooks/webhooks/{vector['body_file']}").read_bytes()
        assert sign(body, vector["verifier_token"]) == vector["expected"]


def test_a_change_is_told_in_the_documented_shape_of_either_format() -> None:
    books = build_books(companies=2, documents=0)
    legacy = Notifier(books, VERIFIER, Format.LEGACY)
    cloud = Notifier(books, VERIFIER, Format.CLOUD_EVENTS)
    for live in books.companies:
        live.write.create("Customer", {"DisplayName": "Told"})
    (old,), (new,) = legacy.collect(), cloud.collect()
    assert sign(old.body, VERIFIER) == old.headers["intuit-signature"]
    notices = json.loads(old.body)["eventNotifications"]
    documented = sample_json("quickbooks/webhooks/legacy-multi-realm.json")["eventNotifications"]
    assert [one["realmId"] for one in notices] == [one.realm_id for one in books.companies]
    first, recorded = (one["dataChangeEvent"]["entities"][0] for one in (notices[0], documented[0]))
    assert set(first) == set(recorded)
    assert (first["name"], first["operation"], first["lastUpdated"][-5:]) == ("Customer", "Create", "-0700")
    event = json.loads(new.body)[0]
    raw = json.loads(sample("quickbooks/webhooks/cloudevents-payload.raw.json").read_text(encoding="utf-8"))[0]
    assert set(event) == set(raw)
    assert (event["type"], event["intuitaccountid"]) == ("qbo.customer.created.v1", books.companies[0].realm_id)
    assert legacy.collect() == cloud.collect() == []


def test_tax_objects_are_not_told_of_and_a_deleted_document_is() -> None:
    books = build_books(documents=0)
    live = books.companies[0]
    notifier = Notifier(books, VERIFIER)
    live.write.create("TaxCode", {"Name": "New"})
    payment = live.write.create("Payment", {"CustomerRef": {"value": "2"}, "TotalAmt": 5})
    live.write.void("Payment", payment.key)
    live.write.delete("Payment", payment.key)
    (delivery,) = notifier.collect()
    kinds = [one["type"] for one in json.loads(delivery.body)]
    assert kinds == ["qbo.payment.created.v1", "qbo.payment.voided.v1", "qbo.payment.deleted.v1"]


def test_events_get_lost_doubled_and_out_of_order() -> None:
    books = build_books(documents=0)
    notifier = Notifier(books, VERIFIER, dice=Dice("a"), lost_one_in=4, doubled_one_in=4)
    for number in range(100):
        books.companies[0].write.create("Customer", {"DisplayName": f"C{number}"})
    events = [one for part in notifier.collect(per_delivery=7) for one in json.loads(part.body)]
    keys = [int(one["intuitentityid"]) for one in events]
    assert len(set(keys)) < 100
    assert len(keys) > len(set(keys))
    assert keys != sorted(keys)
    assert len({one["id"] for one in events}) == len(set(keys))


class _Receiver:
    """Fails twice, then takes what it gets."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    def answer(self, request: Request, faults: Faults) -> Response:
        self.bodies.append(request.body)
        return Response(status=HTTPStatus.OK if len(self.bodies) > 2 else HTTPStatus.SERVICE_UNAVAILABLE)


def test_a_delivery_that_is_not_taken_is_tried_again_after_the_documented_waits() -> None:
    books = build_books(documents=0)
    notifier = Notifier(books, VERIFIER)
    books.companies[0].write.create("Customer", {"DisplayName": "Told"})
    (delivery,) = notifier.collect()
    waits: list[float] = []
    receiver = _Receiver()
    with serve(receiver) as running:
        assert send(delivery, f"{running.url}/hook", waits.append)
    assert waits == list(RETRY_AFTER_S[:2])
    assert receiver.bodies == [delivery.body] * 3
