"""What QuickBooks says went wrong, in our words: its recorded and documented bodies."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from canonical.errors import (
    ConcurrentUpdate,
    CredentialError,
    KhataError,
    RateLimited,
    SourceRejected,
    SourceUnavailable,
)
from connectors.quickbooks.faults import WAIT_S, judge
from tests.support.samples import sample_json


def answer(status: int, body: bytes) -> requests.Response:
    made = requests.Response()
    made.status_code = status
    made._content = body
    return made


def fault(code: str, kind: str = "ValidationFault", message: str = "m") -> bytes:
    return json.dumps({"Fault": {"Error": [{"Message": message, "code": code}], "type": kind}}).encode()


@pytest.mark.parametrize(
    ("name", "kind", "code"),
    [
        ("400-business-validation-gst", SourceRejected, "quickbooks.refused"),
        ("400-duplicate-name", SourceRejected, "quickbooks.name_taken"),
        ("400-object-not-found", SourceRejected, "quickbooks.object_not_found"),
        ("400-query-validation", SourceRejected, "quickbooks.query_refused"),
        ("400-stale-object", ConcurrentUpdate, "quickbooks.stale_object"),
        ("401-authentication", CredentialError, "quickbooks.sign_in"),
        ("403-authorization", CredentialError, "quickbooks.realm_refused"),
        ("429-throttle", RateLimited, "quickbooks.throttled"),
    ],
)
def test_the_collected_faults_are_told_apart(name: str, kind: type[KhataError], code: str) -> None:
    kept = sample_json(f"quickbooks/faults/{name}.json")
    found = judge(answer(kept["http"], json.dumps(kept["body"]).encode()))
    assert type(found) is kind
    assert found.code == code


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, fault("6190"), SourceRejected),
        (401, fault("120", "AUTHORIZATION"), CredentialError),
        (403, fault("003001", "SERVICE"), RateLimited),
        (500, fault("10000", "SystemFault"), SourceUnavailable),
        (200, fault("610"), SourceRejected),
        (401, b'{"fault":{"error":[{"code":"9999"}],"type":"AUTHENTICATION"}}', CredentialError),
        (429, b'{"Fault":{"Error":[]}}', RateLimited),
    ],
)
def test_faults_are_read_in_every_spelling(status: int, body: bytes, kind: type[KhataError]) -> None:
    assert type(judge(answer(status, body))) is kind


def test_a_report_that_is_too_large_is_no_answer_to_be_asked_for_again() -> None:
    found = judge(answer(200, b"Unable to display more data. Please reduce the date range."))
    assert isinstance(found, SourceRejected)
    assert found.code == "quickbooks.report.too_large"


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b'{"QueryResponse":{}}'),
        (500, b"<html>default</html>"),
        (404, b"{}"),
    ],
)
def test_what_is_no_fault_is_left_to_others(status: int, body: bytes) -> None:
    assert judge(answer(status, body)) is None


def test_a_throttled_caller_is_told_how_long_to_wait() -> None:
    found: Any = judge(answer(429, fault("003001")))
    assert found.facts["retry_after_s"] == WAIT_S


def test_what_a_message_says_of_people_is_not_passed_on() -> None:
    found = judge(answer(400, fault("6240", message="Asha Stores is already used")))
    assert found is not None
    assert "Asha" not in found.message + str(found.facts)
