"""The HTTP interface in process: answers, pages, failures, limits; and once over a real socket."""

from __future__ import annotations

import base64
import json
import logging
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from khata.rendering.sheet import ColumnKind
from tests.khata.http import OURS, Api, open_api
from tests.khata.running import run
from tests.support.cli import environment

AS_OF = "2026-03-31"


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with open_api(tmp_path_factory.mktemp("api"), {"api.requests_per_minute": 0}) as opened:
        yield opened


@pytest.fixture(scope="module")
def company(api: Api) -> int:
    (found,) = api.get("/v1/companies").json()["companies"]
    return int(found["id"])


def test_health_needs_no_key_and_says_nothing_about_anybody(api: Api) -> None:
    for path in ("/health/live", "/health/ready"):
        answer = api.get(path, tenant=None)
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_ageing_carries_its_question_and_its_totals(api: Api, company: int) -> None:
    answer = api.get(f"/v1/companies/{company}/receivables/ageing?as_of={AS_OF}").json()
    row = {
        "party": "Ashoka Traders",
        "not_due": "80000.00",
        "days_1_30": "0.00",
        "days_31_60": "84500.00",
        "days_61_90": "0.00",
        "days_over_90": "0.00",
        "outstanding": "164500.00",
        "unapplied": "-90000.00",
        "net": "74500.00",
    }
    assert answer == {
        "company": f"Company of {OURS}",
        "as_of": AS_OF,
        "known_at": None,
        "direction": "receivable",
        "basis": "due",
        "buckets": "30,60,90",
        "fifo": "none",
        "publication": "published",
        "published_at": "2026-04-01T06:30:00+00:00",
        "objections": [],
        "refused": 0,
        "parties": [row],
        "totals": {**row, "party": "Total"},
    }


def test_the_answer_is_the_command_line_s(api: Api, company: int, tmp_path: Any) -> None:
    url = f"sqlite:///{api.hub.settings.database_url.removeprefix('sqlite:///')}"
    for path, arguments in (
        (f"receivables/outstanding?as_of={AS_OF}", ("receivables", "outstanding", "--as-of", AS_OF)),
        (f"trial-balance?as_of={AS_OF}", ("trial-balance", "--as-of", AS_OF)),
        (f"ledger?name=Cash&to={AS_OF}", ("ledger", "Cash", "--to", AS_OF)),
        (
            f"receivables/statement?party=ashoka&from=2026-03-01&as_of={AS_OF}",
            ("receivables", "statement", "ashoka", "--from", "2026-03-01", "--as-of", AS_OF),
        ),
    ):
        over_http = api.get(f"/v1/companies/{company}/{path}").json()
        done = run(tmp_path, *arguments, "--db", url, "--tenant", OURS, "--format", "json")
        assert over_http == done.json(), path


def test_as_known_before_the_import_there_was_nothing(api: Api, company: int) -> None:
    answer = api.get(f"/v1/companies/{company}/receivables/ageing?as_of={AS_OF}&known_at=2026-03-31")
    assert (answer.status_code, answer.json()["parties"]) == (200, [])


def test_pages_hold_every_row_once_in_one_order(api: Api, company: int) -> None:
    whole = api.get(f"/v1/companies/{company}/vouchers?limit=500").json()["vouchers"]
    paged: list[dict[str, Any]] = []
    cursor, pages = "", 0
    while True:
        answer = api.get(f"/v1/companies/{company}/vouchers?limit=3{cursor}").json()
        paged += answer["vouchers"]
        pages += 1
        if "next_cursor" not in answer:
            break
        cursor = f"&cursor={answer['next_cursor']}"
    assert (paged, pages) == (whole, 3)
    assert [row["date"] for row in whole] == sorted((row["date"] for row in whole), reverse=True)
    assert sum(Decimal(row["debit_total"]) for row in whole) == 385_500


@pytest.mark.parametrize(
    ("question", "numbers"),
    [
        ("kind=receipt", ["R3", "R2", "R1"]),
        ("type=credit%20NOTE", ["CN-1"]),
        ("number=INV-002", ["INV-002"]),
        ("from=2026-03-12&to=2026-03-20", ["R3", "JV-1"]),
        ("kind=receipt&to=2026-02-28", ["R1"]),
        ("party=Ashoka%20%20traders&kind=journal", ["JV-1"]),
        ("party=nobody", []),
    ],
)
def test_filters_all_have_to_fit(api: Api, company: int, question: str, numbers: list[str]) -> None:
    rows = api.get(f"/v1/companies/{company}/vouchers?{question}").json()["vouchers"]
    assert [row["number"] for row in rows] == numbers


def test_a_voucher_walks_back_to_what_the_source_said(api: Api, company: int) -> None:
    (row,) = api.get(f"/v1/companies/{company}/vouchers?number=INV-003").json()["vouchers"]
    document = api.get(f"/v1/vouchers/{row['id']}").json()
    assert document["voucher"]["postings"][0]["amount"] == "80000.00"
    (step,) = api.get(f"/v1/trace/{row['id']}").json()["steps"]
    assert step["raw"]["payload"]["object"]["VOUCHERNUMBER"] == "INV-003"
    (same,) = api.get(f"/v1/trace/{step['raw']['address']}").json()["steps"]
    assert same["raw"] == step["raw"]


def test_a_bill_walks_back_to_each_voucher_that_moved_it(api: Api, company: int) -> None:
    bills = api.get(f"/v1/companies/{company}/receivables/outstanding?as_of={AS_OF}").json()["bills"]
    trace = api.get(f"/v1/trace/{bills[0]['id']}").json()
    assert [step["net"] for step in trace["steps"]] == ["100000.00", "-60000.00"]
    assert sum(Decimal(step["net"]) for step in trace["steps"]) == Decimal(bills[0]["pending"])
    assert all(step["raw"]["payload"] for step in trace["steps"])


@pytest.mark.parametrize(
    ("path", "status", "error"),
    [
        ("/v1/companies/999999", 404, "storage.not_found"),
        ("/v1/companies/none", 422, "request.invalid"),
        ("/v1/companies/{id}/vouchers?limit=0", 422, "request.invalid"),
        ("/v1/companies/{id}/vouchers?kind=banana", 422, "request.invalid"),
        ("/v1/companies/{id}/vouchers?cursor=zz", 422, "storage.cursor_invalid"),
        ("/v1/companies/{id}/receivables/ageing?as_of=soon", 422, "request.invalid"),
        ("/v1/companies/{id}/receivables/ageing?known_at=soon", 422, "request.invalid"),
        ("/v1/companies/{id}/receivables/ageing?buckets=30,20", 422, "receivables.buckets.invalid"),
        ("/v1/companies/{id}/receivables/ageing?buckets=x", 422, "request.invalid"),
        ("/v1/companies/{id}/receivables/ageing?fifo=some", 422, "request.invalid"),
        ("/v1/companies/{id}/receivables/ageing?party=Nobody", 404, "party.unknown"),
        ("/v1/companies/{id}/receivables/statement", 422, "request.invalid"),
        ("/v1/companies/{id}/ledger?name=Nobody", 404, "ledger.unknown"),
        ("/v1/companies/{id}/ledger?name=Cash&from=2026-05-01&to=2026-04-01", 422, "canonical.period.invalid"),
        ("/v1/vouchers/l:1", 422, "trace.id_invalid"),
        ("/v1/vouchers/99999999", 404, "storage.not_found"),
        ("/v1/trace/banana", 422, "trace.id_invalid"),
        ("/v1/runs/99999", 404, "storage.not_found"),
        ("/v1/nothing", 404, "api.endpoint_unknown"),
    ],
)
def test_every_failure_has_one_shape(api: Api, company: int, path: str, status: int, error: str) -> None:
    answer = api.get(path.replace("{id}", str(company)))
    body = answer.json()
    assert (answer.status_code, body["error"]) == (status, error)
    assert set(body) == {"error", "detail", "hint", "request_id"}
    assert body["detail"].endswith((".", "?"))
    assert answer.headers["x-request-id"] == body["request_id"]


def test_a_method_that_is_not_there_is_refused_in_the_same_shape(api: Api) -> None:
    answer = api.request("DELETE", "/v1/companies")
    assert (answer.status_code, answer.json()["error"]) == (405, "api.method_not_allowed")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cursor=st.one_of(st.text(max_size=40), st.lists(st.none() | st.integers() | st.text(max_size=5), max_size=3)))
def test_no_cursor_whatever_breaks_a_list(api: Api, company: int, cursor: object) -> None:
    text = cursor if isinstance(cursor, str) else base64.urlsafe_b64encode(json.dumps(cursor).encode()).decode()
    for path in (f"/v1/companies/{company}/vouchers", f"/v1/companies/{company}/parties", "/v1/issues", "/v1/runs"):
        answer = api.get(path, params={"cursor": text})
        assert answer.status_code in {200, 422}, (path, text, answer.text)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(record_id=".")
@example(record_id="9223372036854775808")
@example(record_id="²")
@given(record_id=st.text(st.characters(codec="utf-8", exclude_characters="?#"), min_size=1, max_size=40))
def test_no_id_whatever_breaks_a_trace(api: Api, record_id: str) -> None:
    for prefix in ("", "v:", "b:1:", "tally:a:vouchers:"):
        answer = api.get(f"/v1/trace/{quote(prefix + record_id, safe='')}")
        assert answer.status_code in {200, 404, 422}, (prefix, record_id, answer.text)


class TestKeys:
    def test_without_a_valid_key_there_is_nothing_to_see(self, api: Api) -> None:
        for headers in ({}, {"X-API-Key": "khata_wrong"}, {"Authorization": "Bearer khata_wrong"}, {"X-API-Key": "é"}):
            answer = api.get("/v1/companies", tenant=None, headers={k: v.encode() for k, v in headers.items()})
            assert (answer.status_code, answer.json()["error"]) == (401, "api.key_refused")
            assert answer.headers["www-authenticate"] == "Bearer"

    def test_a_key_works_in_both_headers(self, api: Api) -> None:
        bearer = api.get("/v1/companies", tenant=None, headers={"Authorization": f"Bearer {api.keys[OURS]}"})
        assert bearer.json() == api.get("/v1/companies").json()

    def test_a_revoked_key_is_refused(self, api: Api) -> None:
        secret = api.hub.store.api_keys.create(OURS, "short-lived")
        header = {"X-API-Key": secret}
        assert api.get("/v1/companies", tenant=None, headers=header).status_code == 200
        api.hub.store.api_keys.revoke(OURS, secret[-4:], revoked_at=api.hub.clock())
        assert api.get("/v1/companies", tenant=None, headers=header).status_code == 401

    def test_a_key_is_shown_once_and_listed_without_its_secret(self, api: Api, tmp_path: Any) -> None:
        url = api.hub.settings.database_url
        made = run(tmp_path, "api-keys", "create", "--tenant", OURS, "--name", "report", "--db", url)
        secret = made.output.strip()
        assert re.fullmatch(r"khata_[\w-]{40,}", secret)
        listed = run(tmp_path, "api-keys", "list", "--tenant", OURS, "--db", url)
        assert "report" in listed.output
        assert secret not in listed.output
        assert api.get("/v1/companies", tenant=None, headers={"X-API-Key": secret}).status_code == 200

    def test_neither_answers_nor_logs_hold_a_key(self, api: Api, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        texts = [api.get(path).text for path in ("/v1/companies", "/v1/nothing", "/v1/runs/9", "/openapi.json")]
        assert api.keys[OURS] not in "".join(texts) + caplog.text


class TestLimits:
    def test_a_key_that_asks_too_often_has_to_wait(self, tmp_path: Any) -> None:
        with open_api(tmp_path, {"api.requests_per_minute": 3}) as api:
            statuses = [api.get("/v1/companies").status_code for _ in range(5)]
            assert statuses == [200, 200, 200, 429, 429]
            refused = api.get("/v1/companies")
            assert refused.json()["error"] == "api.too_many_requests"
            assert 1 <= int(refused.headers["retry-after"]) <= 61
            assert api.get("/v1/companies", tenant="bharat").status_code == 200, "another tenant is not made to wait"

    def test_guessing_keys_is_slowed_down(self, tmp_path: Any) -> None:
        with open_api(tmp_path) as api:
            statuses = [
                api.get("/v1/runs", tenant=None, headers={"X-API-Key": f"khata_{i}"}).status_code for i in range(62)
            ]
            assert (statuses.count(401), statuses.count(429)) == (60, 2)
            assert api.get("/v1/runs").status_code == 200, "a valid key from the same address still works"

    def test_a_page_is_never_larger_than_the_server_allows(self, tmp_path: Any) -> None:
        with open_api(tmp_path, {"api.page_rows_max": 2}) as api:
            (company,) = api.get("/v1/companies").json()["companies"]
            assert len(api.get(f"/v1/companies/{company['id']}/vouchers?limit=9999").json()["vouchers"]) == 2

    def test_a_large_body_is_refused(self, api: Api) -> None:
        answer = api.request("POST", "/v1/companies", content=b"x" * 1_000_001)
        assert (answer.status_code, answer.json()["error"]) == (413, "api.body_too_large")

    def test_what_nobody_foresaw_is_a_500_of_the_same_shape_without_insides(
        self, api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def break_(*_: object, **__: object) -> None:
            raise ZeroDivisionError("secret insides")

        monkeypatch.setattr("khata.api.routes.books.companies_sheet", break_)
        answer = api.get("/v1/companies", headers={"X-Request-ID": "case-7"})
        assert (answer.status_code, answer.json()["error"]) == (500, "api.unexpected")
        assert answer.headers["x-request-id"] == answer.json()["request_id"] == "case-7"
        assert "insides" not in answer.text
        assert "secret insides" in caplog.text

    def test_a_request_id_that_is_not_a_word_is_replaced(self, api: Api) -> None:
        answer = api.get("/health/live", tenant=None, headers={"X-Request-ID": "a b\tc"})
        assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["x-request-id"])


class TestDescription:
    @pytest.fixture
    def description(self, api: Api) -> dict[str, Any]:
        return dict(api.get("/openapi.json", tenant=None).json())

    def test_every_endpoint_has_a_sentence_and_an_example_or_schema(self, description: dict[str, Any]) -> None:
        for path, methods in description["paths"].items():
            for method, operation in methods.items():
                assert operation["summary"], path
                assert operation["description"].endswith("."), (method, path)
                if path.startswith("/v1"):
                    assert operation["security"], path
                    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
                    assert schema.get("properties"), path

    def test_every_answer_fits_its_schema(self, api: Api, company: int, description: dict[str, Any]) -> None:
        voucher = api.get(f"/v1/companies/{company}/vouchers?limit=1").json()["vouchers"][0]["id"]
        values = {"company_id": str(company), "voucher_id": voucher, "run_id": "1", "record_id": voucher}
        run_id = api.get("/v1/runs").json()["runs"][0]["id"]
        values["run_id"] = str(run_id)
        values["proof_id"] = str(api.get(f"/v1/companies/{company}/proof").json()["id"])
        for path, methods in description["paths"].items():
            if not path.startswith("/v1"):
                continue
            query = (
                {"party": "Ashoka"}
                if path.endswith("statement")
                else {"name": "Cash"}
                if path.endswith("ledger")
                else {}
            )
            answer = api.get(path.format(**values), params={**query, "as_of": AS_OF})
            assert answer.status_code == 200, (path, answer.text)
            schema = methods["get"]["responses"]["200"]["content"]["application/json"]["schema"]
            check(answer.json(), schema, path)


def check(value: Any, schema: dict[str, Any], where: str) -> None:
    """The part of JSON Schema that our own schemas use; an undeclared property is a failure too."""
    if "anyOf" in schema:
        if value is not None:
            check(value, schema["anyOf"][0], where)
        else:
            assert {"type": "null"} in schema["anyOf"], f"{where} is null"
        return
    kinds: dict[str, type | tuple[type, ...]] = {
        "object": dict, "array": list, "string": str, "integer": int, "boolean": bool,
    }  # fmt: skip
    if "type" not in schema:
        return
    assert isinstance(value, kinds[schema["type"]]), f"{where}: {value!r} is not {schema['type']}"
    if isinstance(value, str) and "pattern" in schema:
        assert re.search(schema["pattern"], value), f"{where}: {value!r}"
    if isinstance(value, list):
        for item in value:
            check(item, schema["items"], f"{where}[]")
    if isinstance(value, dict) and "properties" in schema:
        assert set(schema.get("required", ())) <= set(value), f"{where} lacks {set(schema['required']) - set(value)}"
        assert set(value) <= set(schema["properties"]), f"{where} has {set(value) - set(schema['properties'])}"
        for name, item in value.items():
            check(item, schema["properties"][name], f"{where}.{name}")


def test_column_kinds_all_have_a_schema() -> None:
    from khata.api.answer import _EXAMPLES, _SCHEMAS

    assert set(_SCHEMAS) == set(_EXAMPLES) == set(ColumnKind)


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


def test_a_real_server_answers_over_a_socket_and_stops_cleanly(tmp_path: Any) -> None:
    url = f"sqlite:///{tmp_path / 'served.db'}"
    secret = run(tmp_path, "api-keys", "create", "--db", url).output.strip()
    port = free_port()
    command = [sys.executable, "-m", "khata", "serve", "--port", str(port), "--db", url]
    with subprocess.Popen(command, env=environment(tmp_path), stderr=subprocess.PIPE, text=True) as server:
        try:
            wait_until_ready(f"http://127.0.0.1:{port}/health/ready", server)
            answer = httpx.get(f"http://127.0.0.1:{port}/v1/companies", headers={"X-API-Key": secret}, trust_env=False)
            assert (answer.status_code, answer.json()) == (200, {"companies": []})
            assert "server" not in answer.headers
        finally:
            server.terminate()
            _, errors = server.communicate(timeout=20)
    assert server.returncode == 0, errors
    assert secret not in errors


def wait_until_ready(url: str, server: subprocess.Popen[str]) -> None:
    for _ in range(200):
        assert server.poll() is None, "the server ended early"
        try:
            if httpx.get(url, trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    pytest.fail("the server did not become ready")
