"""A worker of its own on the hub's store: ``python -m tests.khata.sign_in.child DATABASE FOLDER CALLS``.

Makes calls of the product's API with the tokens of the connection ``shop``, then says how many it made.
"""

from __future__ import annotations

import sys

from khata.configuration import load_settings
from khata.sign_in.surroundings import connection_surroundings
from khata.wiring import open_hub
from tests.khata.sign_in.product import NAME, TapSmall, module


def work(database: str, folder: str, calls: int) -> int:
    sys.modules[f"connectors.{NAME}"] = module()
    arguments: dict[str, object] = {"database.url": database, "data.folder": folder}
    with open_hub(load_settings(arguments=arguments, environ={}), migrate=False) as hub:
        saved = hub.tenant().connections.get("shop")
        tap = TapSmall(
            config={"url": saved.config["url"], "client_id": "1000.CLIENT", "client_secret": sys.stdin.read()}
        )
        tap.surroundings = connection_surroundings(hub, "default", saved)
        client = tap.client()
        for _ in range(calls):
            client.call("GET", "/invoices")
        return client.calls


if __name__ == "__main__":
    sys.stdout.write(str(work(sys.argv[1], sys.argv[2], int(sys.argv[3]))))
