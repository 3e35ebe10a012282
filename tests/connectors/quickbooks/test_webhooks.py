"""Webhooks: the vendor's own vector, both formats, what is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from canonical.errors import SourceRejected
from connectors.quickbooks.webhooks import WEBHOOKS, signature_of
from tests.support.samples import sample, sample_json

SECRET = "b5771f19-invented"
OLDER = (
    b'{"eventNotifications":[{"realmId":"11","dataChangeEvent":{"entities":[{"name":"Customer","id":"1","operation":'
    b'"Create","lastUpdated":"2026-05-05T14:42:19-0700"},{"name":"Invoice","id":"9","operation":"Void",'
    b'"lastUpdated":"2026-05-05T14:43:19-0700"}]}},{"realmId":"12","dataChangeEvent":{"entities":[{"name":"Mystery",'
    b'"id":"2","operation":"Update"}]}}]}'
)
NEWER = (
    b'[{"specversion":"1.0","id":"5b1c","source":"intuit.x","type":"qbo.invoice.created.v1","datacontenttype":'
    b'"application/json","time":"2026-05-05T21:31:25.179851517Z","intuitentityid":"1234","intuitaccountid":"310687",'
    b'"data":{}}]'
)
NOW = datetime(2026, 5, 5, 22, tzinfo=UTC)


def headers(body: bytes, secret: str = SECRET, **more: str) -> dict[str, str]:
    return {"intuit-signature": signature_of(body, secret), **more}


@pytest.mark.parametrize("kind", ["legacy", "cloudevents"])
def test_the_recorded_vectors_verify(kind: str) -> None:
    vector = sample_json(f"quickbooks/webhooks/{kind}-signature-vector.json")
    body = sample(f"quickbooks/webhooks/{vector['body_file']}").read_bytes()
    assert signature_of(body, vector["verifier_token"]) == vector["expected"]


def test_the_older_format_names_entities_by_company() -> None:
    events = WEBHOOKS.verify(headers(OLDER), OLDER, SECRET, NOW)
    assert [(e.company, e.stream, e.key, e.operation) for e in events] == [
        ("11", "customers", "1", "created"),
        ("11", "invoices", "9", "voided"),
        ("12", "", "2", "updated"),
    ]
    assert events[0].at == datetime(2026, 5, 5, 21, 42, 19, tzinfo=UTC)
    assert len({event.event_id for event in events}) == 3
    assert events == WEBHOOKS.verify(headers(OLDER), OLDER, SECRET, NOW), "a repeat has the same ids"


def test_the_newer_format_is_an_array_of_events() -> None:
    (event,) = WEBHOOKS.verify(headers(NEWER), NEWER, SECRET, NOW)
    assert (event.company, event.stream, event.key, event.operation) == ("310687", "invoices", "1234", "created")
    assert event.event_id == "5b1c"
    assert event.at == datetime(2026, 5, 5, 21, 31, 25, 179851, tzinfo=UTC)


@pytest.mark.parametrize(
    ("told", "body", "secret"),
    [
        (headers(NEWER, "another"), NEWER, SECRET),
        (headers(NEWER), NEWER + b" ", SECRET),
        ({}, NEWER, SECRET),
        ({"intuit-signature": "ü"}, NEWER, SECRET),
        (headers(NEWER, ""), NEWER, ""),
        (headers(b"no json"), b"no json", SECRET),
    ],
)
def test_what_quickbooks_did_not_sign_is_refused(told: dict[str, str], body: bytes, secret: str) -> None:
    with pytest.raises(SourceRejected) as caught:
        WEBHOOKS.verify(told, body, secret, NOW)
    assert caught.value.code == "webhook.refused"


def test_an_old_delivery_is_refused_whatever_its_unsigned_header_says() -> None:
    later = NOW + timedelta(days=4)
    for told in ({}, {"intuit-created-time": later.isoformat()}):
        with pytest.raises(SourceRejected) as caught:
            WEBHOOKS.verify(headers(NEWER, **told), NEWER, SECRET, later)
        assert caught.value.code == "webhook.replayed"


def test_a_delivery_about_nothing_is_no_event() -> None:
    assert WEBHOOKS.verify(headers(b"[]"), b"[]", SECRET, NOW) == ()
    assert WEBHOOKS.verify(headers(b"{}"), b"{}", SECRET, NOW) == ()


def test_a_merger_names_what_went_too() -> None:
    merged = (
        b'{"eventNotifications":[{"realmId":"11","dataChangeEvent":{"entities":[{"name":"Customer","id":"1","operation":'
        b'"Merge","lastUpdated":"2026-05-05T14:42:19-0700","deletedId":"4"}]}}]}'
    )
    kept, gone = WEBHOOKS.verify(headers(merged), merged, SECRET, NOW)
    assert (kept.stream, kept.key, kept.operation) == ("customers", "1", "merged")
    assert (gone.company, gone.stream, gone.key, gone.operation) == ("11", "customers", "4", "deleted")
    assert kept.event_id != gone.event_id


def test_an_id_that_is_none_names_nothing() -> None:
    odd = NEWER.replace(b'"1234"', b"\"1' OR Id > '0\"")
    (event,) = WEBHOOKS.verify(headers(odd), odd, SECRET, NOW)
    assert (event.stream, event.key) == ("invoices", "")
