"""A tenant never sees another's rows: every endpoint is tried with the other's ids, numbers and cursors."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.khata.http import FACTORS, OURS, THEIRS, Api, open_api
from tests.support.postgres import private_postgres


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def api(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    folder = tmp_path_factory.mktemp("tenants")
    unlimited: dict[str, object] = {"api.requests_per_minute": 0}
    if request.param == "sqlite":
        with open_api(folder, unlimited) as opened:
            yield opened
        return
    with private_postgres(durable=False) as url, open_api(folder, {**unlimited, "database.url": url}) as opened:
        yield opened


def things_of(api: Api, tenant: str) -> dict[str, list[str]]:
    """Every id a tenant can learn, by the name of the path parameter it fits."""
    companies = [str(row["id"]) for row in api.get("/v1/companies", tenant).json()["companies"]]
    runs = [str(row["id"]) for row in api.get("/v1/runs", tenant).json()["runs"]]
    vouchers: list[str] = []
    records = [f"run:{run_id}" for run_id in runs]
    proofs: list[str] = []
    for company in companies:
        base = f"/v1/companies/{company}"
        mine = [row["id"] for row in api.get(f"{base}/vouchers", tenant).json()["vouchers"]]
        raws = [api.get(f"/v1/trace/{row}", tenant).json()["steps"][0]["raw"] for row in mine]
        lists = (("receivables/outstanding", "bills"), ("parties", "parties"), ("trial-balance", "ledgers"))
        for path, noun in lists:
            records += [row["id"] for row in api.get(f"{base}/{path}?as_of=2026-03-31", tenant).json()[noun]]
        records += [*mine, *(raw["id"] for raw in raws), *(raw["address"] for raw in raws)]
        vouchers += mine
        proofs += [str(row["id"]) for row in api.get(f"{base}/proofs", tenant).json()["proofs"]]
    ids = {"company_id": companies, "voucher_id": vouchers, "run_id": runs, "proof_id": proofs}
    return {**ids, "record_id": records}


def marks_of(tenant: str, things: dict[str, list[str]]) -> list[str]:
    """Words that stand in one tenant's answers only."""
    number = FACTORS[tenant]
    amounts = [f'"{amount * number}.00"' for amount in (100_000, 164_500)]
    return [f"Company of {tenant}", f"{number:08d}-1111-2222", f"{tenant}-files", *amounts]


def requests_to(api: Api, things: dict[str, list[str]]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every endpoint with every one of these ids in its path, and which they are."""
    for path, methods in api.get("/openapi.json", tenant=None).json()["paths"].items():
        if "get" not in methods:
            continue  # webhooks: signed by products, see tests/khata/sign_in
        names = [p["name"] for p in methods["get"].get("parameters", ()) if p["in"] == "path"]
        required = [p["name"] for p in methods["get"].get("parameters", ()) if p["in"] == "query" and p["required"]]
        query = "&".join(f"{name}={'Cash' if name == 'name' else 'Ashoka Traders'}" for name in required)
        for values in itertools.product(*(things[name] for name in names)):
            yield path.format(**dict(zip(names, values, strict=True))) + (f"?{query}" if query else ""), values


@pytest.mark.parametrize(("asking", "owner"), [(OURS, THEIRS), (THEIRS, OURS)])
def test_no_endpoint_gives_one_tenant_s_rows_to_another(api: Api, asking: str, owner: str) -> None:
    things = things_of(api, owner)
    mine = things_of(api, asking)
    foreign = marks_of(owner, things)
    tried = refused = 0
    known = {value for values in mine.values() for value in values}
    for path, ids in requests_to(api, things):
        with_their_key = api.get(path, owner)
        with_our_key = api.get(path, asking)
        tried += 1
        leaked = [mark for mark in foreign if mark in with_our_key.text and mark not in path]
        assert not leaked, (path, leaked)
        if path.startswith("/v1") and ids and not known.intersection(ids):
            assert with_their_key.status_code == 200, path
            assert with_our_key.status_code == 404, (path, with_our_key.text)
            refused += 1
    assert refused > (40 if asking == OURS else 5), "ids that only the owner has were tried"
    assert tried > refused


def test_a_number_that_both_have_gives_each_their_own(api: Api) -> None:
    """Ids may repeat between tenants; what is behind them must not."""
    both = 0
    for number in range(1, 120):
        path = f"/v1/trace/v:{number}"
        ours, theirs = api.get(path, OURS), api.get(path, THEIRS)
        if ours.status_code == theirs.status_code == 200:
            assert ours.text != theirs.text
            both += 1
    assert both, "some number is both tenants'"


def test_a_cursor_of_one_tenant_leads_another_nowhere_foreign(api: Api) -> None:
    for tenant, other in ((OURS, THEIRS), (THEIRS, OURS)):
        company = api.get("/v1/companies", tenant).json()["companies"][0]["id"]
        foreign = api.get("/v1/companies", other).json()["companies"][0]["id"]
        page = api.get(f"/v1/companies/{foreign}/vouchers?limit=2", other).json()
        answer = api.get(f"/v1/companies/{company}/vouchers?cursor={page['next_cursor']}", tenant)
        assert answer.status_code == 200
        assert not any(mark in answer.text for mark in marks_of(other, {}))


def test_without_a_key_every_endpoint_with_data_refuses(api: Api) -> None:
    things = things_of(api, OURS)
    for path, _ in requests_to(api, things):
        if path.startswith("/v1"):
            assert api.get(path, tenant=None).status_code in {401, 429}, path


@pytest.mark.parametrize("command", ["companies", "issues", "runs", "connections list", "parties --golden"])
def test_the_command_line_keeps_tenants_apart_as_well(api: Api, command: str, tmp_path: Path) -> None:
    from tests.khata.running import run

    def said(tenant: str) -> Any:
        arguments = (*command.split(), "--tenant", tenant, "--format", "json")
        return run(tmp_path, *arguments, "--db", api.hub.settings.database_url).output

    for tenant, other in ((OURS, THEIRS), (THEIRS, OURS)):
        assert not any(mark in said(tenant) for mark in marks_of(other, {}))
