"""The API over HTTP: what stands before the books, reading, writing, changes, batches, limits."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import requests

from sandbox.quickbooks.limits import Limits
from sandbox.web import Faults
from tests.sandbox.quickbooks.calling import Caller, calling, error_of
from tests.support.samples import sample_json


@pytest.fixture
def caller() -> Iterator[Caller]:
    with calling(companies=2) as one:
        yield one


def shape(value: Any) -> Any:
    """Keys, whatever the values."""
    if isinstance(value, dict):
        return {key: shape(part) for key, part in value.items()}
    return [shape(part) for part in value[:1]] if isinstance(value, list) else type(value).__name__


def test_an_expired_token_is_told_in_small_letters(caller: Caller) -> None:
    caller.clock.advance(seconds=3601)
    status, body = caller.get("companyinfo/1")
    recorded = sample_json("quickbooks/faults/401-authentication.json")
    assert (status, shape(body)) == (401, shape(recorded["body"]))
    assert error_of(body)["message"] == "message=AuthenticationFailed; errorCode=003200; statusCode=401"
    del caller.session.headers["Authorization"]
    assert caller.get("companyinfo/1")[0] == 401


def test_a_token_is_for_one_company(caller: Caller) -> None:
    caller.realm_id = caller.books.companies[1].realm_id
    status, body = caller.get("companyinfo/1")
    recorded = sample_json("quickbooks/faults/403-authorization.json")["body"]
    assert (status, body) == (403, recorded)


def test_a_user_who_lost_access(caller: Caller) -> None:
    caller.app.lost_realms.add(caller.realm_id)
    status, body = caller.get("companyinfo/1")
    assert (status, error_of(body)["code"]) == (401, "120")


def test_one_object_is_read_with_the_time_and_the_headers(caller: Caller) -> None:
    answer = caller.raw("GET", "invoice/" + next(caller.live.company.records("Invoice")).key)
    assert set(answer.json()) == {"Invoice", "time"}
    assert answer.json()["time"].endswith("-07:00")
    assert answer.headers["intuit_tid"]
    assert caller.get(f"companyinfo/{caller.realm_id}")[1]["CompanyInfo"]["Country"] == "IN"
    assert caller.get("preferences")[1]["Preferences"]["ReportPrefs"]["CalcAgingReportFromTxnDate"] is False


def test_what_is_not_there(caller: Caller) -> None:
    status, body = caller.get("invoice/99999")
    recorded = sample_json("quickbooks/faults/400-object-not-found.json")["body"]
    assert (status, body["Fault"]) == (400, recorded["Fault"])
    assert error_of(caller.get("lead/1")[1])["code"] == "500"


def test_a_client_that_does_not_ask_for_json_gets_xml(caller: Caller) -> None:
    answer = caller.raw(
        "GET", "query", params={"query": "select * from Invoice maxresults 2"}, headers={"Accept": "*/*"}
    )
    root = ET.fromstring(answer.text)  # noqa: S314 - written by the fake under test
    space = "{http://schema.intuit.com/finance/v3}"
    assert root.tag == f"{space}IntuitResponse"
    assert len(root.findall(f"{space}QueryResponse/{space}Invoice")) == 2


def test_a_query_may_be_posted_as_text(caller: Caller) -> None:
    answer = caller.raw(
        "POST", "query", data="select * from Payment maxresults 1", headers={"Content-Type": "application/text"}
    )
    assert answer.json()["QueryResponse"]["maxResults"] == 1


def test_a_refused_page_size_says_so_as_recorded(caller: Caller) -> None:
    status, body = caller.get("query", query="select * from Bill maxresults 0")
    recorded = sample_json("quickbooks/faults/400-query-validation.json")["body"]
    assert status == 400
    assert error_of(body)["Detail"] == error_of(recorded)["Detail"]
    assert error_of(body)["code"] == "4001"


def test_an_object_is_made_changed_and_deleted(caller: Caller) -> None:
    status, body = caller.post("payment", {"CustomerRef": {"value": "3"}, "TotalAmt": 100})
    assert status == 200
    payment = body["Payment"]
    assert (payment["UnappliedAmt"], payment["SyncToken"]) == (100, "0")
    change = {"Id": payment["Id"], "SyncToken": "0", "sparse": True, "PrivateNote": "by cheque"}
    assert caller.post("payment", change)[1]["Payment"]["SyncToken"] == "1"
    stale, body = caller.post("payment", change)
    assert (stale, error_of(body)["code"]) == (400, "5010")
    assert error_of(caller.post("payment", {"Id": payment["Id"], "PrivateNote": "x"})[1])["code"] == "2020"
    gone = caller.post("payment", {"Id": payment["Id"], "SyncToken": "1"}, operation="delete")[1]
    assert gone["Payment"] == {"domain": "QBO", "status": "Deleted", "Id": payment["Id"]}


def test_a_payment_is_voided_by_an_update_that_includes_it(caller: Caller) -> None:
    made = caller.post("payment", {"CustomerRef": {"value": "3"}, "TotalAmt": 100})[1]["Payment"]
    token = {"Id": made["Id"], "SyncToken": "0", "sparse": True}
    voided = caller.post("payment", token, operation="update", include="void")[1]["Payment"]
    assert (voided["TotalAmt"], voided["PrivateNote"]) == (0, "Voided")


def test_a_request_id_is_answered_as_the_first_time(caller: Caller) -> None:
    body = {"DisplayName": "Once Only"}
    first = caller.post("customer", body, requestid="k-1")
    again = caller.post("customer", body, requestid="k-1")
    assert first == again
    assert error_of(caller.post("customer", body)[1])["code"] == "6240"
    assert error_of(caller.post("customer", body, requestid="k" * 51)[1])["code"] == "2050"


def test_an_answer_that_was_lost_can_be_asked_for_again(caller: Caller) -> None:
    caller.running.next_requests({"answer_lost": True})
    with pytest.raises(requests.ConnectionError):
        caller.post("customer", {"DisplayName": "Lost"}, requestid="k-2")
    status, body = caller.post("customer", {"DisplayName": "Lost"}, requestid="k-2")
    assert (status, body["Customer"]["DisplayName"]) == (200, "Lost")


def test_an_invoice_is_sent_and_printed(caller: Caller) -> None:
    key = next(caller.live.company.records("Invoice")).key
    sent = caller.raw("POST", f"invoice/{key}/send", params={"sendTo": "x@example.com"}).json()["Invoice"]
    assert (sent["EmailStatus"], sent["BillEmail"]) == ("EmailSent", {"Address": "x@example.com"})
    assert caller.raw("GET", f"invoice/{key}/pdf").content.startswith(b"%PDF")


def test_changes_since_a_time_with_tombstones(caller: Caller) -> None:
    caller.clock.advance(seconds=60)
    since = caller.clock().isoformat()
    invoice = next(iter(caller.live.company.open["Invoice"].values()))
    caller.live.write.update("Invoice", {"Id": invoice.key, "PrivateNote": "x"}, sparse=True)
    payment = caller.live.write.create("Payment", {"CustomerRef": {"value": "3"}, "TotalAmt": 1})
    caller.live.write.delete("Payment", payment.key)
    status, body = caller.get("cdc", entities="Invoice,Payment,Estimate", changedSince=since)
    assert status == 200
    invoices, payments = body["CDCResponse"][0]["QueryResponse"]
    assert [row["Id"] for row in invoices["Invoice"]] == [invoice.key]
    (tombstone,) = payments["Payment"]
    assert set(tombstone) == {"domain", "status", "Id", "MetaData"}
    assert (tombstone["status"], tombstone["Id"]) == ("Deleted", payment.key)


def test_nothing_changed_is_one_empty_answer(caller: Caller) -> None:
    caller.clock.advance(seconds=60)
    since = caller.clock().isoformat()
    body = caller.get("cdc", entities="Invoice,Bill", changedSince=since)[1]
    assert body["CDCResponse"] == [{"QueryResponse": [{}]}]


def test_changes_reach_thirty_days_back_and_hold_a_thousand_objects(caller: Caller) -> None:
    now = caller.clock()
    old = (now - timedelta(days=30, seconds=1)).isoformat()
    assert caller.get("cdc", entities="Invoice", changedSince=old)[0] == 400
    assert error_of(caller.get("cdc", entities="TaxRate", changedSince=now.isoformat())[1])["code"] == "500"
    caller.clock.advance(seconds=5)
    since = caller.clock().isoformat()
    for number in range(600):
        caller.live.write.create("Vendor", {"DisplayName": f"V{number}"})
        caller.live.write.create("Employee", {"DisplayName": f"E{number}"})
    body = caller.get("cdc", entities="Vendor,Employee", changedSince=since)[1]
    vendors, employees = body["CDCResponse"][0]["QueryResponse"]
    assert len(vendors["Vendor"]) + len(employees["Employee"]) == 1000


def test_the_batch_of_the_reference_has_mixed_success(caller: Caller) -> None:
    name = next(caller.live.company.records("Vendor")).document["DisplayName"]
    items = [
        {"bId": "bid1", "Vendor": {"DisplayName": name}, "operation": "create"},
        {"bId": "bid2", "operation": "delete", "Invoice": {"SyncToken": "0", "Id": "99999"}},
        {"bId": "bid3", "Query": "select * from Bill maxresults 1"},
        {"bId": "bid4", "operation": "create", "Customer": {"DisplayName": "From a batch"}},
    ]
    status, body = caller.post("batch", {"BatchItemRequest": items})
    assert status == 200
    one, two, three, four = body["BatchItemResponse"]
    documented = sample_json("quickbooks/docs-api-reference/batch.json")[1]["json"]["BatchItemResponse"]
    assert one == documented[0]
    assert two == documented[1]
    assert three["QueryResponse"]["maxResults"] == 1
    assert four["Customer"]["DisplayName"] == "From a batch"
    assert caller.post("batch", {"BatchItemRequest": items * 8})[0] == 400


def test_the_minutes_limit_and_the_way_it_is_told() -> None:
    with calling(limits=Limits(per_minute=5, per_second=0)) as caller:
        answers = [caller.get("companyinfo/1") for _ in range(6)]
        assert [status for status, _ in answers] == [200] * 5 + [429]
        recorded = sample_json("quickbooks/faults/429-throttle.json")["body"]
        assert answers[-1][1]["Fault"]["Error"][0]["code"] == recorded["Fault"]["Error"][0]["code"]
        assert answers[-1][1]["Fault"]["type"] == recorded["Fault"]["type"]
        caller.clock.advance(seconds=60)
        assert caller.get("companyinfo/1")[0] == 200
        assert (caller.app.throttle.refused, caller.app.throttle.calls(caller.realm_id)) == (1, 6)


def test_the_seconds_limit_and_that_of_batches() -> None:
    with calling(limits=Limits(batches_per_minute=2)) as caller:
        assert [caller.get("companyinfo/1")[0] for _ in range(11)] == [200] * 10 + [429]
        caller.clock.advance(seconds=1)
        batch = {"BatchItemRequest": [{"bId": "1", "Query": "select count(*) from Bill"}]}
        assert [caller.post("batch", batch)[0] for _ in range(3)] == [200, 200, 429]


def test_more_than_so_many_at_once_are_refused() -> None:
    with calling(limits=Limits(per_second=0, at_once=1)) as caller:

        def ask(_: int) -> int:
            return caller.raw("GET", "query", params={"query": "select * from Invoice maxresults 1000"}).status_code

        with caller.live.company.lock, ThreadPoolExecutor(4) as pool:
            asked = [pool.submit(ask, number) for number in range(4)]
            while caller.app.throttle.refused < 3:
                caller.running.wait(0.01)
            caller.live.company.lock.release()
            statuses = sorted(one.result() for one in asked)
            caller.live.company.lock.acquire()
        assert statuses == [200, 429, 429, 429]


@pytest.mark.parametrize(
    ("switches", "status"),
    [({"rate_limited": "minute"}, 429), ({"server_error": 503}, 503), ({"expired_token": True}, 401)],
)
def test_faults_are_told_in_the_vendors_words(switches: dict[str, Any], status: int) -> None:
    with calling(faults=Faults(script={1: switches})) as caller:
        got, body = caller.get("companyinfo/1")
        assert (got, bool(error_of(body)["code"])) == (status, True)
        assert caller.get("companyinfo/1")[0] == 200
