"""Secrets of each product, through a whole life of a connection: in no log, error, dump, file, column or payload.

Zoho and QuickBooks: the application's secret, every code and token that crossed the wire, the secret of webhooks.
Marg: its three keys. A product that says tokens back: ``tests/khata/sign_in/test_planted_secrets.py``.
"""

from __future__ import annotations

import faulthandler
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.json_format import MessageToJson
from temporalio.client import Client, WorkflowFailureError

from khata.configuration import load_settings
from khata.sign_in.webhooks import set_secret
from khata.steps import hub_steps
from khata.wiring import open_hub
from tests.connectors.marg.support import ede
from tests.end_to_end.products import HOOK_SECRET, Sandbox, connect, quickbooks, zoho
from tests.khata.running import run
from tests.support.cli import Ran
from tests.support.planted import columns_of, everything_logged, files_below, found_in, payloads_of
from tests.workflows.servers import running_server
from tests.workflows.sync_support import QUICK, during
from workflows.inputs import SyncRequest
from workflows.temporal.client import start_sync

pytestmark = pytest.mark.slow
KEY_FILES = ("secrets.key",)
TALKATIVE = {"KHATA_LOG__LEVEL": "debug"}
"""The program sets the level of the log itself: without this it would be silent, and prove nothing."""


@dataclass(kw_only=True)
class Life:
    """A connection ``shop``, and all that was told of it.

    Attributes:
        wire: the library's function that sends a request; a crash strikes it.
        expire: lets a sync renew what it has.
        refuse: lets the product refuse what it was given.
        secrets: none of which may be found anywhere.
    """

    product: str
    home: Path
    wire: str
    expire: Callable[[], object]
    refuse: Callable[[], object]
    secrets: Callable[[], set[str]]
    told: list[str] = field(default_factory=list)

    def run(self, *arguments: str) -> Ran:
        done = run(self.home, *arguments, env=TALKATIVE)
        self.told += [done.output, done.errors]
        return done

    @property
    def settings(self) -> Any:
        return load_settings(environ={"HOME": str(self.home), **TALKATIVE})

    def check(self, *places: str | bytes) -> None:
        """Nothing in what was told, in the database, in any file of ours, nor in these places."""
        secrets = self.secrets()
        assert len(secrets) >= 3
        for place in ("\n".join(self.told), columns_of(self.settings.database_url), *places):
            assert found_in(place, secrets) == []
        assert found_in(files_below(self.home, *KEY_FILES), secrets) == []


@contextmanager
def signed_in(product: Any, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Life]:
    """Zoho or QuickBooks, connected in a browser, with a secret for webhooks."""
    home = folder / "home"
    home.mkdir()
    with product() as sandbox:
        held: Sandbox = sandbox
        planted = {held.client[1], HOOK_SECRET}
        life = Life(
            product=held.product,
            home=home,
            wire="requests.adapters.HTTPAdapter.send",
            expire=held.expire,
            refuse=held.revoke,
            secrets=lambda: held.secrets | planted,
        )
        done = connect(held, home, folder / "secret", monkeypatch, TALKATIVE)
        assert done.code == 0, done.errors
        life.told += [done.output, done.errors]
        with open_hub(life.settings) as hub:
            set_secret(hub, "default", hub.tenant().connections.get("shop"), HOOK_SECRET)
        yield life


@contextmanager
def marg(folder: Path, _monkeypatch: pytest.MonkeyPatch) -> Iterator[Life]:
    """Marg, connected with a file of keys."""
    home = folder / "home"
    home.mkdir()
    with ede(1, vouchers=40) as source:
        keys = source.app.keys
        told = {name: getattr(keys, name) for name in ("company_code", "marg_key", "decryption_key")}
        file = folder / "keys.json"
        file.write_text(json.dumps(told))

        def refuse() -> None:
            source.app.keys = replace(keys, marg_key="another")

        life = Life(
            product="marg",
            home=home,
            wire="urllib.request.OpenerDirector.open",
            expire=lambda: None,
            refuse=refuse,
            secrets=lambda: set(told.values()),
        )
        gstin = source.branch.world.masters.company.gstin
        address = ("--keys-file", str(file), "--url", source.running.url)
        done = life.run("connect", "marg", *address, "--branch", "9001", "--name", "shop", "--gstin", gstin)
        assert done.code == 0, done.errors
        yield life


@pytest.fixture(params=["quickbooks", "zoho", "marg"])
def life(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Life]:
    products = {"quickbooks": quickbooks, "zoho": zoho}
    with everything_logged() as lines:
        chosen = products.get(request.param)
        opened = marg(tmp_path, monkeypatch) if chosen is None else signed_in(chosen, tmp_path, monkeypatch)
        with opened as made:
            lines += made.told
            made.told = lines  # what is told and what is logged stand in one place
            yield made


def test_a_whole_life_leaves_no_secret(life: Life) -> None:
    """Syncs, a renewal on the way, a look at its health, and the end, which Zoho is told in an address."""
    before = len(life.secrets())
    assert life.run("sync", "shop", "--local").code == 0
    life.expire()
    assert life.run("sync", "shop", "--local").code == 0
    assert life.product == "marg" or len(life.secrets()) > before, "tokens were renewed"
    life.run("doctor", life.product)
    if life.product != "marg":
        assert life.run("disconnect", "shop").code == 0
        assert any("/revoke" in line for line in life.told), "addresses are logged"
    life.check()


def test_a_refusal_leaves_no_secret(life: Life) -> None:
    """What the product does not take any more is told with its traceback, and noted in the store."""
    assert life.run("sync", "shop", "--local").code == 0
    life.refuse()
    refused = life.run("--debug", "sync", "shop", "--local")
    assert refused.code != 0
    assert "Traceback" in refused.errors
    for looked in (("runs",), ("issues",), ("doctor", life.product)):
        life.run(*looked)
    life.check()


def test_a_crash_in_the_middle_of_a_call_leaves_no_secret(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bug where a request is sent: the program's own dump, and what Python writes of a process that dies."""
    assert life.run("sync", "shop", "--local").code == 0
    dump = life.home / "dump"

    def crash(*_arguments: object, **_named: object) -> None:
        with dump.open("w") as file:
            faulthandler.dump_traceback(file, all_threads=True)
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(life.wire, crash)
    crashed = life.run("--debug", "sync", "shop", "--local")
    assert "ZeroDivisionError" in crashed.errors
    assert f"connectors/{life.product}" in dump.read_text() or "rest.py" in dump.read_text()
    life.check(dump.read_text())


@pytest.mark.temporal
@pytest.mark.xdist_group("temporal")
def test_temporal_is_told_no_secret(life: Life, tmp_path: Path) -> None:
    """A sync that goes well, then one that is refused: events, payloads, and every file of the server."""

    async def sync(client: Client) -> str:
        told = []
        for is_refused in (False, True):
            if is_refused:
                life.refuse()
            request = SyncRequest(tenant="default", connection="shop", source=life.product)
            handle = await start_sync(client, request, limits=QUICK, task_queue="planted")
            try:
                await handle.result()
                assert not is_refused
            except WorkflowFailureError:
                assert is_refused
            history = await handle.fetch_history()
            told += [MessageToJson(event) for event in history.events]
        return "\n".join(told)

    folder = tmp_path / "temporal"
    folder.mkdir()
    with open_hub(life.settings) as hub, running_server(folder) as server:
        told = during(server, hub_steps(hub), "planted", sync)
    assert "shop" in told + payloads_of(told)
    life.check(told, payloads_of(told), files_below(folder))
