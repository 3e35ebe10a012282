"""Connect, sync with tokens that end, take a signed delivery, disconnect: each product against its sandbox."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from khata.api.app import create_app
from khata.api.starting import SyncStarter
from khata.configuration import load_settings
from khata.sign_in.webhooks import set_secret
from khata.wiring import open_hub
from tests.end_to_end.products import HOOK_SECRET, Sandbox, connect, quickbooks, zoho
from tests.khata.running import run
from workflows.inputs import SyncRequest

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("product", [quickbooks, zoho])
def test_a_product_is_connected_synced_called_back_and_signed_out(
    product: Callable[[], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with product() as sandbox:
        done = connect(sandbox, tmp_path, tmp_path / "secret", monkeypatch)
        assert done.code == 0, done.errors

        sandbox.expire()
        synced = run(tmp_path, "sync", "shop", "--local")
        assert synced.code == 0, synced.output
        assert "0 rejected" in synced.output
        healthy = run(tmp_path, "doctor", sandbox.product)
        assert healthy.code == 0, healthy.output
        assert delivered(tmp_path, sandbox) == ([200, 403], ["shop"])

        out = run(tmp_path, "disconnect", "shop")
        assert (out.code, sandbox.is_revoked()) == (0, True), out.errors
        assert run(tmp_path, "sync", "shop", "--local").code == 5


def delivered(home: Path, sandbox: Sandbox) -> tuple[list[int], list[str]]:
    """Deliver once well and once with a changed body; return the answers and the syncs asked for."""
    started: list[str] = []

    async def signal(request: SyncRequest) -> None:
        started.append(request.connection)

    with open_hub(load_settings(environ={"HOME": str(home)})) as hub:
        set_secret(hub, "default", hub.tenant().connections.get("shop"), HOOK_SECRET)
        app = create_app(hub, signal)
        app.state.starter = SyncStarter(signal, 0.01)
        query, headers = sandbox.deliver(sandbox.body)

        async def send() -> list[int]:
            path = f"/webhooks/default/{sandbox.product}{query}"
            async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hub.test") as client:
                good = await client.post(path, content=sandbox.body, headers=headers)
                forged = await client.post(path, content=sandbox.body + b" ", headers=headers)
            await app.state.starter.settle()
            return [good.status_code, forged.status_code]

        return asyncio.run(send()), started
