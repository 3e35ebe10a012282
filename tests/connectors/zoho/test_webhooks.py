"""Deliveries of workflow webhooks: signatures as the vendor describes them, and what they tell of."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest

from canonical.errors import SourceRejected
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


def test_without_a_secret_nothing_is_genuine() -> None:
    """Anybody can sign with no secret at all."""
    with pytest.raises(SourceRejected):
        WEBHOOKS.verify(sign(BODY, ""), BODY, "", NOW)
