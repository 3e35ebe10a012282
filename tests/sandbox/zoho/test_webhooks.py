"""Webhooks: the vendor's own signature vector, what is sent, and what goes wrong on the way."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

import pytest

from sandbox.web import Faults, Request, Response, Running, json_response, serve
from sandbox.zoho import Rule, ZohoApp
from sandbox.zoho.app import BodyKind, build_app, sign
from sandbox.zoho.app.webhooks import HEADER
from sandbox.zoho.books import Books, BooksRefused, ContactType, DocumentKind, editing
from tests.sandbox.zoho.calling import build
from tests.support.samples import sample_json

SECRET = "abcdefghijkl"


@dataclass
class Receiver:
    """Keeps what it is sent."""

    got: list[Request] = field(default_factory=list)

    def answer(self, request: Request, faults: Faults) -> Response:
        """Take it."""
        self.got.append(request)
        return json_response({}, 500 if faults.server_error else 200)


@pytest.fixture
def received() -> Iterator[tuple[Receiver, Running, ZohoApp, Books]]:
    """A receiver beside a fresh fake."""
    receiver = Receiver()
    app = build_app(build(40))
    with serve(receiver) as running:
        yield receiver, running, app, app.books.organisations[0]


def rule(books: Books, url: str, module: str = "contact", **values: object) -> Rule:
    """A rule for everything that happens to a module."""
    actions = frozenset({"created", "edited", "deleted"})
    return Rule(
        organization_id=books.facts.id,
        module=module,
        actions=actions,
        url=url,
        **values,  # type: ignore[arg-type]
    )


def test_the_signature_is_the_vendors() -> None:
    vector = sample_json("zoho/webhooks/signature-vector.json")
    made = sign(vector["secret"], list(vector["query"].items()), vector["raw_body"].encode())
    assert made == vector["hex_hmac_sha256"]
    assert vector["header"] == HEADER


def test_calls_carry_the_record_and_are_signed(received: tuple[Receiver, Running, ZohoApp, Books]) -> None:
    receiver, running, app, books = received
    app.desk.add(rule(books, f"{running.url}/hook?org=1&module=contact", secret=SECRET))
    made = editing.make_contact(books, "हिमालय Traders", ContactType.CUSTOMER)
    editing.alter_contact(books, made.id, notes="more")
    editing.delete_contact(books, made.id)
    assert app.desk.deliver() == 3
    bodies = [json.loads(one.body)["contact"] for one in receiver.got]
    assert [body["contact_id"] for body in bodies] == [made.id] * 3
    assert [body.get("notes") for body in bodies] == ["", "more", None]
    for one in receiver.got:
        assert one.header(HEADER) == sign(SECRET, [("org", "1"), ("module", "contact")], one.body)


@pytest.mark.parametrize("kind", [BodyKind.FORM, BodyKind.RAW])
def test_other_kinds_of_body(received: tuple[Receiver, Running, ZohoApp, Books], kind: BodyKind) -> None:
    receiver, running, app, books = received
    raw = '{"event":"x","data":${JSONString}}'
    app.desk.add(rule(books, running.url, secret=SECRET, body=kind, raw=raw, form={"event": "x"}))
    made = editing.make_contact(books, "Satara Traders", ContactType.VENDOR)
    app.desk.deliver()
    request = receiver.got[0]
    if kind is BodyKind.FORM:
        pairs = parse_qsl(request.body.decode())
        assert dict(pairs)["event"] == "x"
        assert json.loads(dict(pairs)["JSONString"])["contact"]["contact_id"] == made.id
        assert request.header(HEADER) == sign(SECRET, pairs, b"")
    else:
        assert json.loads(request.body)["data"]["contact"]["contact_id"] == made.id
        assert request.header(HEADER) == sign(SECRET, [], request.body)


def test_only_what_the_rule_is_for_is_sent(received: tuple[Receiver, Running, ZohoApp, Books]) -> None:
    receiver, running, app, books = received
    app.desk.add(rule(books, running.url, "invoice"))
    contact = editing.make_contact(books, "Latur Traders", ContactType.CUSTOMER)
    lines = [editing.make_line(books, None, rate=100)]
    editing.make_document(books, DocumentKind.INVOICE, contact.id, lines)
    app.desk.deliver()
    assert [list(json.loads(one.body)) for one in receiver.got] == [["invoice"]]
    assert receiver.got[0].header(HEADER) == ""


def test_calls_are_lost_repeated_and_late(received: tuple[Receiver, Running, ZohoApp, Books]) -> None:
    receiver, running, app, books = received
    app.desk.add(rule(books, running.url))
    app.desk.mishaps.is_lost = lambda number: number == 2
    app.desk.mishaps.is_repeated = lambda number: number == 3
    app.desk.mishaps.is_late = lambda number: number == 5
    names = [f"Firm {number}" for number in range(1, 6)]
    for name in names:
        editing.make_contact(books, name, ContactType.CUSTOMER)
    app.desk.deliver()
    got = [json.loads(one.body)["contact"]["contact_name"] for one in receiver.got]
    assert got == ["Firm 1", "Firm 3", "Firm 3", "Firm 5", "Firm 4"]
    assert app.desk.dropped == 1


def test_limits_of_rules_and_calls(received: tuple[Receiver, Running, ZohoApp, Books]) -> None:
    _, running, app, books = received
    for _ in range(10):
        app.desk.add(rule(books, running.url))
    with pytest.raises(BooksRefused):
        app.desk.add(rule(books, running.url))
    for number in range(101):
        editing.make_contact(books, f"Firm {number}", ContactType.CUSTOMER)
    assert (app.desk.waiting, app.desk.dropped) == (1000, 10)
    free = build_app(build(40, plan="Free"))
    with pytest.raises(BooksRefused):
        free.desk.add(rule(free.books.organisations[0], running.url))


def test_a_receiver_that_is_away_is_not_tried_again(received: tuple[Receiver, Running, ZohoApp, Books]) -> None:
    receiver, running, app, books = received
    app.desk.add(rule(books, running.url))
    running.stop()
    editing.make_contact(books, "Unheard", ContactType.CUSTOMER)
    app.desk.deliver()
    assert [one.status for one in app.desk.log] == [0]
    assert (receiver.got, app.desk.waiting) == ([], 0)
