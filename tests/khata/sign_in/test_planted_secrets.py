"""Tokens and secrets are planted everywhere a sync touches them, and looked for everywhere it writes."""

from __future__ import annotations

import faulthandler
import signal
import subprocess
import sys
import traceback
from pathlib import Path

import pytest
from google.protobuf.json_format import MessageToJson
from temporalio.client import Client, WorkflowFailureError

from canonical.errors import KhataError
from khata.logs import mask_secrets
from khata.sign_in.connecting import Products, choose_companies
from khata.sign_in.webhooks import set_secret
from khata.steps import hub_steps
from tests.khata.running import run
from tests.khata.sign_in.conftest import Desk
from tests.khata.sign_in.product import CLIENT, NAME, SECRET, Provider, Server
from tests.support import planted as planted_places
from tests.support.cli import environment
from tests.support.planted import everything_logged, payloads_of
from tests.workflows.servers import running_server
from tests.workflows.sync_support import QUICK, during
from workflows.inputs import SyncRequest
from workflows.temporal.client import start_sync

HOOK_SECRET = "planted-hook-secret-77"


@pytest.fixture
def planted(desk: Desk, product: Server) -> Desk:
    """A connection full of secrets: application, tokens, webhook."""
    settings = {"url": product.url, "client_id": CLIENT, "client_secret": SECRET}
    products = Products(hub=desk.hub, tenant="default", connector=NAME)
    from connectors.sdk.token_endpoint import tokens_of

    tokens = tokens_of(product.mint(), desk.hub.clock())
    companies = Provider().companies(settings, tokens, web=products.web)
    products.save(settings, tokens, choose_companies(companies, ["60001"], everything=False)[0], name="shop")
    set_secret(desk.hub, "default", desk.hub.tenant().connections.get("shop"), HOOK_SECRET)
    return desk


def secrets_of(product: Server) -> list[str]:
    return [*product.given, SECRET, HOOK_SECRET]


def found_in(text: str | bytes, product: Server) -> list[str]:
    return planted_places.found_in(text, secrets_of(product))


def columns_of(desk: Desk) -> str:
    return planted_places.columns_of(desk.hub.settings.database_url)


def sync_once(desk: Desk) -> str:
    """Run a sync in this process; return all that its error tells, with the locals a crash dump would hold left out."""
    steps = hub_steps(desk.hub)
    run = steps.open_run(SyncRequest(tenant="default", connection="shop", source=NAME))
    try:
        steps.extract(run, lambda beat: None)
    except KhataError as error:
        return "".join(traceback.format_exception(error)) + repr(error) + str(error.facts)
    return ""


def test_a_sync_leaves_no_secret_in_logs_or_database(planted: Desk, product: Server) -> None:
    with everything_logged() as lines:
        assert sync_once(planted) == ""
        product.access = set()  # an access token that ended, so that one is renewed on the way
        assert sync_once(planted) == ""
    assert len(product.given) == 4
    assert lines
    assert found_in("\n".join(lines), product) == []
    assert found_in(columns_of(planted), product) == []
    held = b"".join(path.read_bytes() for path in Path(planted.folder).rglob("khata.db*"))
    assert found_in(held, product) == []


def test_a_product_that_says_tokens_back_does_not_get_them_into_errors(planted: Desk, product: Server) -> None:
    product.is_hostile = True
    with everything_logged() as lines:
        told = sync_once(planted)
    assert "The product says" in told
    assert found_in(told, product) == []
    assert found_in("\n".join(lines), product) == []
    assert found_in(columns_of(planted), product) == []


def test_a_refused_renewal_tells_no_token(planted: Desk, product: Server) -> None:
    given = list(product.given)
    product.revoke("elsewhere")
    with everything_logged() as lines:
        told = sync_once(planted)
    assert "oauth.refused" in told or "refused the sign-in" in told
    product.given = given
    assert found_in(told + "\n".join(lines), product) == []


@pytest.mark.parametrize("place", ["requests.adapters.HTTPAdapter.send", "khata.sign_in.keeper.HubKeeper.renew"])
def test_a_crash_dump_holds_no_secret(
    planted: Desk, product: Server, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """A bug in the middle of a call: what the program prints at its most talkative, and what Python dumps."""
    sync_once(planted)
    product.access = set()

    def crash(*_arguments: object, **_named: object) -> None:
        with (planted.folder / "dump").open("w") as dump:
            faulthandler.dump_traceback(dump, all_threads=True)  # what is written of a process that dies of a signal
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(place, crash)
    data = {"KHATA_DATA__FOLDER": str(planted.folder)}
    with everything_logged() as lines:
        ran = run(planted.folder, "--debug", "sync", "shop", "--local", env=data)
    assert "ZeroDivisionError" in ran.errors, ran.errors
    assert "rest.py" in ran.errors
    told = ran.output + ran.errors + (planted.folder / "dump").read_text() + "\n".join(lines)
    assert found_in(told, product) == []
    assert found_in(columns_of(planted), product) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows writes no core files")
def test_a_process_that_dies_leaves_no_memory_behind(tmp_path: Path) -> None:
    """The memory of a process holds its tokens in clear, so no core file is written of one."""
    script = "import os, resource; from khata.__main__ import main; main(['--version']); "
    script += "print('limit', resource.getrlimit(resource.RLIMIT_CORE)[0], flush=True); os.abort()"
    child = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=environment(tmp_path), capture_output=True, check=False
    )
    assert child.returncode == -signal.SIGABRT
    assert b"limit 0" in child.stdout
    assert not [path for path in tmp_path.iterdir() if path.name.startswith("core")]


def test_revoking_is_not_logged_with_its_token(planted: Desk, product: Server) -> None:
    products = Products(hub=planted.hub, tenant="default", connector=NAME)
    with everything_logged() as lines:
        products.disconnect(products.get("shop"))
    assert len(product.revoked) == 1
    assert any("/revoke" in line for line in lines)  # urllib3 logs the address
    assert found_in("\n".join(lines), product) == []


@pytest.mark.temporal
@pytest.mark.xdist_group("temporal")
@pytest.mark.parametrize("is_hostile", [False, True])
def test_temporals_histories_hold_no_secret(planted: Desk, product: Server, tmp_path: Path, is_hostile: bool) -> None:
    product.is_hostile = is_hostile

    async def sync(client: Client) -> str:
        request = SyncRequest(tenant="default", connection="shop", source=NAME)
        handle = await start_sync(client, request, limits=QUICK, task_queue="planted")
        try:
            await handle.result()
        except WorkflowFailureError:
            assert is_hostile
        history = await handle.fetch_history()
        return "\n".join(MessageToJson(event) for event in history.events)

    folder = tmp_path / "temporal"
    folder.mkdir()
    with running_server(folder) as server:
        told = during(server, hub_steps(planted.hub), "planted", sync)
    assert "shop" in told
    payloads = told + payloads_of(told)
    assert found_in(payloads, product) == []
    assert found_in(columns_of(planted), product) == []


def test_what_is_masked_in_logs() -> None:
    asked = "POST https://accounts.example/oauth/v2/token/revoke?token=1000.abc&x=1"
    line = f"{asked} Authorization: Zoho-oauthtoken 1000.defghi"
    masked = mask_secrets(line)
    assert "1000.abc" not in masked
    assert "1000.defghi" not in masked
    assert "x=1" in masked
