"""Deliveries of workflow webhooks: signatures as the vendor describes them, and what they tell of."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest

from canonical.errors import SourceRejected
from connectors.zoho.streams import STREAMS
from connectors.zoho.webhooks import SIGNATURE, WEBHOOKS

NOW = datetime(2026, 4, 1, tzinfo=UTC)
SECRET = "abcdefghijkl"
BODY = json.dumps({"invoice": {"invoice_id": "77", "last_modified_time": "2026-04-01T05:30:00+0530"}}).encode()
QUERY = [("org", "60001"), ("module", "invoice"), ("event", "edited")]


def sign(text: bytes, secret: str = SECRET) -> dict[str, str]:
    return {SIGNATURE: hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()}


def test_the_vendors_own_example() -> None:
    body = b'{"created_date":"2019-03-06","event_id":"5675"}'
    signed = b"namebasicsubscription_id90343" + body
    query = [("subscription_id", "90343"), ("name", "basic")]
    (event,) = WEBHOOKS.verify(sign(signed), body, SECRET, NOW, query=query)
    assert (event.stream, event.key, event.company) == ("", "", "")


def test_parameters_say_what_the_object_does_not() -> None:
    headers = sign(b"eventeditedmoduleinvoiceorg60001" + BODY)
    (event,) = WEBHOOKS.verify(headers, BODY, SECRET, NOW, query=QUERY)
    assert (event.company, event.stream, event.key, event.operation) == ("60001", "invoices", "77", "edited")
    assert event.at == datetime(2026, 4, 1, tzinfo=UTC)
    (again,) = WEBHOOKS.verify(headers, BODY, SECRET, NOW, query=QUERY)
    assert again.event_id == event.event_id


def test_body_alone_is_signed_by_some() -> None:
    assert WEBHOOKS.verify(sign(BODY), BODY, SECRET, NOW, query=QUERY)
    assert WEBHOOKS.verify({SIGNATURE: sign(BODY)[SIGNATURE].upper()}, BODY, SECRET, NOW)


def test_a_form_carries_the_object_in_a_field() -> None:
    body = urlencode({"JSONString": BODY.decode()}).encode()
    headers = {**sign(b"JSONString" + BODY), "content-type": "application/x-www-form-urlencoded; charset=UTF-8"}
    (event,) = WEBHOOKS.verify(headers, body, SECRET, NOW)
    assert event.key == "77"


@pytest.mark.parametrize("headers", [{}, {SIGNATURE: ""}, sign(BODY, "another secret"), sign(BODY + b" ")])
def test_anything_else_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(SourceRejected) as refused:
        WEBHOOKS.verify(headers, BODY, SECRET, NOW)
    assert refused.value.code == "webhook.refused"
    assert SECRET not in refused.value.message


def told(body: object, query: list[tuple[str, str]]) -> tuple[str, str, str]:
    """Stream, id and operation of a signed delivery."""
    text = json.dumps(body).encode()
    signed = "".join(name + value for name, value in sorted(query)).encode() + text
    (event,) = WEBHOOKS.verify(sign(signed), text, SECRET, NOW, query=query)
    return event.stream, event.key, event.operation


@pytest.mark.parametrize(
    ("module", "body", "expected"),
    [
        ("invoice", {"invoice": {"invoice_id": "77"}}, ("invoices", "77")),
        ("invoice", {"invoice_id": "77"}, ("invoices", "77")),
        ("invoice", {"id": "77"}, ("invoices", "77")),
        ("invoice", {}, ("invoices", "")),
        ("invoice", [], ("invoices", "")),
        ("creditnote", {"creditnote": {"creditnote_id": "5"}}, ("creditnotes", "5")),
        ("customerpayment", {"payment": {"payment_id": "5"}}, ("customerpayments", "5")),
        ("customer_payment", {"customer_payment": {"payment_id": "5"}}, ("customerpayments", "5")),
        ("vendorpayment", {"vendorpayment": {"vendorpayment_id": "5"}}, ("vendorpayments", "5")),
        ("vendorpayment", {"vendor_payment": {"payment_id": "5"}}, ("vendorpayments", "5")),
        ("vendorpayment", {"payment": {"payment_id": "5"}}, ("vendorpayments", "5")),
        ("", {"payment": {"payment_id": "5"}}, ("customerpayments", "5")),
        ("vendorcredit", {"vendor_credit": {"vendor_credit_id": "5"}}, ("vendorcredits", "5")),
        ("invoice", {"bill": {"bill_id": "5"}}, ("bills", "5")),
        ("mystery", {"mystery": {"mystery_id": "5"}}, ("", "")),
        ("invoice", {"invoice": {"invoice_id": "../../organizations"}}, ("invoices", "")),
        ("invoice", {"invoice": {"invoice_id": "5?x=1"}}, ("invoices", "")),
        ("invoice", {"invoice": {"invoice_id": "9" * 200}}, ("invoices", "")),
    ],
)
def test_what_went_is_read_in_whatever_form_it_is_said(module: str, body: object, expected: tuple[str, str]) -> None:
    query = [("org", "60001"), ("event", "deleted"), *([("module", module)] if module else [])]
    assert told(body, query) == (*expected, "deleted")


def test_the_address_may_carry_the_id() -> None:
    query = [("org", "60001"), ("module", "bill"), ("event", "deleted"), ("id", "123")]
    assert told({}, query) == ("bills", "123", "deleted")
    assert told({"bill": {"bill_id": "9"}}, query) == ("bills", "9", "deleted"), "the body's own word counts first"


def test_each_address_that_is_printed_is_understood() -> None:
    for one in WEBHOOKS.addresses("60001"):
        query = list(one.query)
        stream, key, operation = told({}, query)
        assert stream in STREAMS
        assert (key, operation) == ("", dict(query)["event"])
        assert dict(query)["org"] == "60001"


def test_without_a_secret_nothing_is_genuine() -> None:
    """Anybody can sign with no secret at all."""
    with pytest.raises(SourceRejected):
        WEBHOOKS.verify(sign(BODY, ""), BODY, "", NOW)
