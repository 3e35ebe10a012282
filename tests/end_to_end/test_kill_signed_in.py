"""kill -9 in the middle of a sync with a product one signs in to: run again it completes, without a duplicate.

The process is a real one and so is the signal: at a request of the sync, or in the silence after its last one, while
what was read is translated. The connection is made as on a computer without a browser, by a pasted address.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from canonical.voucher import Voucher
from sandbox.quickbooks.app import QuickBooksApp
from sandbox.quickbooks.building import build_books as quickbooks_books
from sandbox.quickbooks.limits import Limits as QuickBooksLimits
from sandbox.quickbooks.oauth import CLIENT_ID, CLIENT_SECRET
from sandbox.web import Faults, MovableClock, Request, TickingClock, serve
from sandbox.zoho import DEMO_CLIENT, Limits, Options, build_books, serve_zoho, specs_for
from storage import Store, open_store
from tests.connectors.quickbooks.api import Api
from tests.connectors.zoho.fake import Clock, Zoho, ZohoHub, differences
from tests.end_to_end.products import post_consent
from tests.khata.running import run
from tests.live.quickbooks import Hub
from tests.live.test_quickbooks import agrees
from tests.support.cli import Ran, environment
from tests.support.postgres import private_postgres

pytestmark = pytest.mark.slow
SILENCE_S = 0.15
"""Without a request for so long, and the reading is over."""
KILLS: tuple[int | None, ...] = (60, None)
"""Requests at which a sync dies; None: in the silence after them."""


@dataclass
class Killer:
    """Sees every request, and ends the process it is told of."""

    process: subprocess.Popen[bytes] | None = None
    at: int | None = None
    seen: int = 0
    timer: threading.Timer | None = None

    def __call__(self, request: Request) -> None:
        if self.process is None or "/oauth" in request.path:
            return
        self.seen += 1
        if self.at is not None:
            if self.seen == self.at:
                self.kill()
            return
        self.calm()
        self.timer = threading.Timer(SILENCE_S, self.kill)
        self.timer.start()

    def kill(self) -> None:
        if self.process is not None and self.process.poll() is None:
            os.kill(self.process.pid, signal.SIGKILL)

    def calm(self) -> None:
        if self.timer is not None:
            self.timer.cancel()


@dataclass
class Product:
    """A running fake: how one signs in to it, and whether a store holds its truth."""

    name: str
    client: tuple[str, str]
    settings: tuple[str, ...]
    consent: Callable[[str], str]
    agrees: Callable[[Store], None]
    killer: Killer = field(default_factory=Killer)


@contextmanager
def zoho(folder: Path) -> Iterator[Product]:
    killer = Killer()
    books = build_books(specs_for(1, vouchers=70, seed=5), TickingClock(datetime.now(UTC)))
    with serve_zoho(books, Options(limits=Limits(enforced=False)), watch=killer) as running:

        def compare(store: Store) -> None:
            assert not differences(ZohoHub(Zoho(running, Clock(), "", folder), store))

        yield Product(
            name="zoho",
            client=(DEMO_CLIENT.id, DEMO_CLIENT.secret),
            settings=(
                f"accounts_url={running.accounts_url}",
                f"api_url={running.api_url}",
                "requests_per_minute:=60000",
            ),
            consent=lambda page: post_consent(f"{running.web.url}/oauth/v2/auth", page, decision="accept"),
            agrees=compare,
            killer=killer,
        )


@contextmanager
def quickbooks(folder: Path) -> Iterator[Product]:
    killer = Killer()
    books = quickbooks_books(companies=1, documents=70, seed=5, clock=TickingClock(datetime.now(UTC)))
    app = QuickBooksApp(books, QuickBooksLimits.none())
    live = books.companies[0]
    with serve(app, Faults(), port=0, watch=killer) as running:

        def compare(store: Store) -> None:
            agrees(Hub(Api(running, app, live, MovableClock(datetime.now(UTC)), folder), store))

        yield Product(
            name="quickbooks",
            client=(CLIENT_ID, CLIENT_SECRET),
            settings=(f"sign_in_url={running.url}", f"api_url={running.url}", "requests_per_minute:=60000"),
            consent=lambda page: post_consent(
                f"{running.url}/connect/oauth2", page, decision="connect", realmId=live.realm_id
            ),
            agrees=compare,
            killer=killer,
        )


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{folder}/books.db"
        return
    with private_postgres(durable=False) as url:
        yield url


def connect(product: Product, home: Path, url: str) -> None:
    """Sign in without a browser: open the page the command names, and paste the address it ends at."""
    secret = home / "secret"
    secret.write_text(product.client[1], encoding="utf-8")
    told = [part for setting in product.settings for part in ("--set", setting)]
    application = ("--client-id", product.client[0], "--client-secret-file", str(secret))
    command = ("connect", product.name, *application, *told, "--name", "shop", "--no-browser", "--all", "--db", url)
    with subprocess.Popen(
        [sys.executable, "-m", "khata", *command],
        cwd=home,
        env=environment(home),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        said = ""
        while not (found := re.search(r"https?://\S+[?&]client_id=\S+", said)):
            line = child.stdout.readline()
            assert line, said
            said += line
        child.stdin.write(product.consent(found[0]) + "\n")
        child.stdin.close()
        said += child.stdout.read()
    assert child.returncode == 0, said


def here(home: Path, *arguments: str) -> Ran:
    """Run a command in this process: starting one takes longer than what it does."""
    return run(home, *arguments, env={"KHATA_DATA__FOLDER": str(home / "data")})


def die(product: Product, home: Path, url: str, at: int | None) -> bool:
    """Start a sync and kill it; say whether the kill came before its end."""
    killer = product.killer
    child = subprocess.Popen(
        [sys.executable, "-m", "khata", "sync", "shop", "--local", "--db", url],
        cwd=home,
        env=environment(home),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    killer.process, killer.at, killer.seen = child, at, 0
    child.wait(timeout=60)
    killer.calm()
    killer.process = None
    return child.returncode == -signal.SIGKILL


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
@pytest.mark.parametrize("served", [zoho, quickbooks])
def test_a_killed_sync_is_completed_by_the_next(served: Callable[[Path], object], kind: str, tmp_path: Path) -> None:
    with served(tmp_path) as product, database(kind, tmp_path) as url:  # type: ignore[attr-defined]
        connect(product, tmp_path, url)
        died = [die(product, tmp_path, url, at) for at in KILLS]
        assert sum(died) >= len(died) - 1, "the machine synced faster than the test could kill"
        done = here(tmp_path, "sync", "shop", "--local", "--db", url)
        assert done.code == 0, (done.output, done.errors)
        held = Counter(kept(url, product))
        assert max(held.values()) == 1
        assert here(tmp_path, "sync", "shop", "--local", "--db", url).code == 0
        assert Counter(kept(url, product)) == held

        if kind != "sqlite":  # the rest is the same, and takes processes
            return
        healthy = here(tmp_path, "doctor", product.name, "--db", url)
        assert healthy.code == 0, healthy.output
        assert "calls are left of" in healthy.output
        assert here(tmp_path, "disconnect", "shop", "--db", url).code == 0
        assert here(tmp_path, "sync", "shop", "--local", "--db", url).code == 5


def kept(url: str, product: Product) -> list[tuple[str, str]]:
    """Addresses of the vouchers in the store, which holds the product's truth to the paisa."""
    store = open_store(url)
    try:
        product.agrees(store)
        (company,) = store.tenant().companies.list()
        return [(one.source.stream, one.source.key) for one in store.tenant().records.iter(company.company_id, Voucher)]
    finally:
        store.close()
